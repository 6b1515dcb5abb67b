"""Sign in through an institution (OpenID Connect), and link it with an account."""

from datetime import datetime
from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.home import service
from app.home.pages.entering import (
    Next,
    arrival,
    enter_or_ask,
    field,
    site_of,
    welcome_in,
)
from app.identity.access import (
    PROOF_ERRORS,
    FormDep,
    FreshDep,
    PageDep,
    PageFrame,
    SettingsDep,
    drop_step,
    find_step,
    freshly_proved,
    keep_step,
    local_path,
    secret_of,
    signed_in,
)
from app.identity.domain import Strength, Visitor
from app.identity.domain.openid import (
    Claim,
    Journey,
    Provider,
    Vouched,
    digest_of_subject,
    new_journey,
    open_step,
    return_address,
    seal_step,
    trusted_address,
)
from app.identity.errors import ProviderRefusedError
from app.identity.queries import (
    find_account,
    find_account_by_email,
    find_account_by_subject,
    get_provider,
    list_linked_providers,
    list_providers,
)
from app.identity.service import link_subject, unlink_provider
from app.identity.service.openid import address_at_provider, ask_provider
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep, ReadDep, WriteDep
from app.web.routes import Route

router = APIRouter(route_class=Route)
SIGN_IN = "/{lang:lang}/sign-in/institution"
Answer = Annotated[str, Query(max_length=4000)]


@router.get(SIGN_IN + "/{key}", name="home:leave-for-institution")
def leave_for_institution(
    key: str, page: PageDep, database: DatabaseDep, now: Now, next_path: Next = ""
) -> Response:
    """Send the browser to the institution, with what it must bring back."""
    with database.read() as connection:
        provider = get_provider(connection, provider_key=key)
    journey = new_journey(
        provider_key=key,
        language=page.language,
        next_path=local_path(next_path, otherwise=""),
    )
    address = address_at_provider(
        provider,
        journey,
        return_to=return_address(site_of(page.settings), key),
        now=now,
    )
    response = RedirectResponse(address, status_code=303)
    keep_step(
        response, page.settings, seal_step(secret_of(page.settings), journey, now=now)
    )
    return response


@router.get("/oidc/{key}/return", name="home:return-from-institution")
def return_from_institution(
    key: str, request: Request, settings: SettingsDep, now: Now
) -> Response:
    """Find the language the browser left in; ``arrive`` does the rest.

    Raises:
        ProviderRefusedError: The browser did not set out from here.
    """
    journey = open_step(
        secret_of(settings), Journey, find_step(request, settings), now=now
    )
    path = request.app.url_path_for(
        "home:arrive-from-institution", lang=journey.language, key=key
    )
    return RedirectResponse(f"{path}?{request.url.query}", status_code=303)


@router.get(SIGN_IN + "/{key}/return", name="home:arrive-from-institution")
def arrive(
    key: str,
    page: PageDep,
    database: DatabaseDep,
    now: Now,
    state: Answer = "",
    code: Answer = "",
    issuer: Annotated[str, Query(alias="iss", max_length=500)] = "",
) -> Response:
    """Sign in whom the institution names, or ask a newcomer to prove her account.

    Raises:
        ProviderRefusedError: The answer is not to this browser's question, is a
            refusal, or cannot be trusted.
    """
    secret = secret_of(page.settings)
    journey = open_step(
        secret, Journey, find_step(page.request, page.settings), now=now
    )
    with database.read() as connection:
        provider = get_provider(connection, provider_key=key)
    is_ours = compare_digest(state.encode(), journey.state.encode())
    # Another issuer's answer is a mix-up of institutions (RFC 9207).
    if not is_ours or not code or key != journey.provider_key:
        raise ProviderRefusedError
    if issuer not in {"", provider.issuer}:
        raise ProviderRefusedError
    vouched = ask_provider(
        provider,
        journey,
        key=secret,
        code=code,
        return_to=return_address(site_of(page.settings), key),
        now=now,
    )
    return _receive(page, database, provider, vouched, journey.next_path, now)


def _receive(
    page: PageFrame,
    database: Database,
    provider: Provider,
    vouched: Vouched,
    next_path: str,
    now: datetime,
) -> Response:
    secret = secret_of(page.settings)
    claim = Claim(
        provider_key=provider.provider_key,
        subject_digest=digest_of_subject(
            secret, issuer=provider.issuer, subject=vouched.subject
        ),
        next_path=next_path,
    )
    with database.read() as connection:
        account = find_account_by_subject(
            connection, subject_digest=claim.subject_digest
        )
    if account is not None:
        response = enter_or_ask(page, database, account, next_path, now)
        drop_step(response, page.settings)
        return response
    token = _register(page, database, provider, vouched, claim, now)
    if token is not None:
        response = page.go_on(next_path, otherwise="home:continue")
        drop_step(response, page.settings)
        return welcome_in(page, token, response)
    response = page.redirect("home:institutions")
    keep_step(response, page.settings, seal_step(secret, claim, now=now))
    return response


def _register(
    page: PageFrame,
    database: Database,
    provider: Provider,
    vouched: Vouched,
    claim: Claim,
    now: datetime,
) -> str | None:
    """Make an account for a person whose address the institution may vouch for.

    Returns:
        The new session's token; ``None`` where she must prove an account first: she
        has one, is signed in to one, or the address is not the institution's own.
    """
    secret = secret_of(page.settings)
    email = trusted_address(vouched, provider)
    if email is None or page.visitor.is_signed_in:
        return None
    with database.write() as connection:
        if find_account_by_email(connection, key=secret, email=email) is not None:
            return None
        by = arrival(page, Strength.SIGNED_IN, now)
        token = service.register(
            connection, key=secret, email=email, language=page.language, by=by
        )
        account = find_account_by_email(connection, key=secret, email=email)
        if account is not None:
            link_subject(
                connection,
                provider_key=claim.provider_key,
                subject_digest=claim.subject_digest,
                learner_id=account.learner_id,
                now=now,
            )
    return token


@router.get(SIGN_IN, name="home:institutions")
def show_institutions(
    page: PageDep, connection: ReadDep, now: Now, next_path: Next = ""
) -> Response:
    """List the institutions; ask a newcomer of one which account is hers."""
    claim = _find_claim(page, now)
    providers = list_providers(connection)
    claimed = [p for p in providers if claim and p.provider_key == claim.provider_key]
    learner = page.visitor.learner if page.visitor.is_signed_in else None
    account, linked = None, list[Provider]()
    if learner is not None:
        account = find_account(connection, learner_id=learner.learner_id)
        linked += list_linked_providers(connection, learner_id=learner.learner_id)
    return page.render(
        "identity/institutions.html",
        claimed=claimed[0] if claimed else None,
        account=account,
        is_fresh=_is_fresh(page.visitor, now),
        linked=linked,
        providers=providers,
        next_path=next_path,
    )


def _find_claim(page: PageFrame, now: datetime) -> Claim | None:
    sealed = find_step(page.request, page.settings)
    try:
        return open_step(secret_of(page.settings), Claim, sealed, now=now)
    except ProviderRefusedError:
        return None


def _is_fresh(visitor: Visitor, now: datetime) -> bool:
    try:
        freshly_proved(visitor, signed_in(visitor), now)
    except PROOF_ERRORS:
        return False
    return True


@router.post(SIGN_IN, name="home:link-institution")
def link_institution(
    page: PageDep, _form: FormDep, learner: FreshDep, connection: WriteDep, now: Now
) -> Response:
    """Let an institution's word open this account from now on.

    Raises:
        ProviderRefusedError: The browser brings no such word, or an old one.
    """
    sealed = find_step(page.request, page.settings)
    claim = open_step(secret_of(page.settings), Claim, sealed, now=now)
    get_provider(connection, provider_key=claim.provider_key)
    link_subject(
        connection,
        provider_key=claim.provider_key,
        subject_digest=claim.subject_digest,
        learner_id=learner.learner_id,
        now=now,
    )
    response = page.go_on(claim.next_path, otherwise="home:account")
    drop_step(response, page.settings)
    return response


@router.post(SIGN_IN + "/end", name="home:unlink-institution")
def unlink_institution(
    page: PageDep, form: FormDep, learner: FreshDep, connection: WriteDep, now: Now
) -> Response:
    """Let an institution's word open this account no more."""
    unlink_provider(
        connection,
        provider_key=field(form, "institution", 64),
        learner_id=learner.learner_id,
        now=now,
    )
    return page.redirect("home:institutions")
