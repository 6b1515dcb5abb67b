"""Changes that ask for a fresh proof: password, address, second factor."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from app.home import service
from app.home.pages.by_mail import count_mail
from app.home.pages.entering import (
    Handle,
    Next,
    arrival,
    field,
    refuse,
    site_of,
    welcome_in,
)
from app.identity.access import (
    FormDep,
    FreshDep,
    PageDep,
    PageFrame,
    SignedInDep,
    secret_of,
)
from app.identity.domain import Strength
from app.identity.domain.accounts import Account
from app.identity.domain.addresses import read_address
from app.identity.domain.second_factor import (
    address_for_app,
    draw_qr,
    new_totp_secret,
    seal,
    unseal,
)
from app.identity.domain.tickets import Purpose, code_of_ticket
from app.identity.errors import (
    CodeRefusedError,
    EmailInvalidError,
    EmailTakenError,
    PasswordCommonError,
    PasswordGuessableError,
    PasswordLengthError,
    TicketExpiredError,
    TooManyAttemptsError,
)
from app.identity.queries import (
    find_account_by_email,
    get_account,
)
from app.identity.service import (
    change_email,
    check_code,
    drop_second_factor,
    hash_password,
    issue_ticket,
    renew_recovery_codes,
    revoke_other_sessions,
    set_password,
    set_second_factor,
    take_ticket,
)
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep, ReadDep, WriteDep
from app.kernel.errors import DomainError
from app.web.mail import queue_mail
from app.web.rendering import Addresses
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/account", route_class=Route)


@router.get("/password", name="home:password")
def show_password(
    page: PageDep, learner: FreshDep, connection: ReadDep, next_path: Next = ""
) -> Response:
    """Ask for a new password."""
    account = get_account(connection, learner_id=learner.learner_id)
    return page.render(
        "identity/password.html", error=None, account=account, next_path=next_path
    )


@router.post("/password", name="home:set-password")
def change_password(
    page: PageDep, learner: FreshDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Keep a new password; every other session ends."""
    with database.read() as connection:
        account = get_account(connection, learner_id=learner.learner_id)
    try:
        password_hash = hash_password(
            field(form, "password", 1000), email=account.email
        )
    except (
        PasswordLengthError,
        PasswordCommonError,
        PasswordGuessableError,
        TooManyAttemptsError,
    ) as error:
        return refuse(
            page,
            "identity/password.html",
            error,
            account=account,
            next_path=field(form, "next"),
        )
    with database.write() as connection:
        set_password(
            connection,
            learner_id=learner.learner_id,
            password_hash=password_hash,
            now=now,
        )
        revoke_other_sessions(
            connection,
            learner_id=learner.learner_id,
            kept_ref=page.visitor.session_ref,
        )
    return page.go_on(field(form, "next"), otherwise="home:account")


@router.get("/address", name="home:address")
def show_address(page: PageDep, learner: FreshDep, connection: ReadDep) -> Response:
    """Ask for a new address."""
    account = get_account(connection, learner_id=learner.learner_id)
    return page.render(
        "identity/address.html", error=None, email=account.email, handle=""
    )


@router.post("/address", name="home:ask-address")
def ask_address(
    page: PageDep, learner: FreshDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Mail a code to the new address; the answer is the same if it is taken."""
    typed, key = field(form, "email", 300), secret_of(page.settings)
    try:
        email = read_address(typed)
        count_mail(database, page, email, now)
    except (EmailInvalidError, TooManyAttemptsError) as error:
        return refuse(page, "identity/address.html", error, email=typed, handle="")
    with database.write() as connection:
        owner = find_account_by_email(connection, key=key, email=email)
        handle = issue_ticket(
            connection,
            purpose=Purpose.CHANGE_EMAIL,
            learner_id=learner.learner_id,
            address=email,
            now=now,
        )
        is_free = owner is None or owner.learner_id == learner.learner_id
        queue_mail(
            connection,
            to=email,
            template="change_address" if is_free else "address_taken",
            language=page.language,
            context={
                "code": code_of_ticket(key, handle),
                "link": site_of(page.settings)
                + Addresses(page.request, page.language)("home:sign-in"),
            },
            now=now,
        )
    return page.redirect("home:address-code", query={"ticket": handle})


@router.get("/address/code", name="home:address-code")
def show_address_code(
    page: PageDep, _learner: SignedInDep, handle: Handle = ""
) -> Response:
    """Ask for the code that was mailed to the new address."""
    return page.render("identity/address.html", error=None, email="", handle=handle)


@router.post("/address/code", name="home:set-address")
def change_address(
    page: PageDep, learner: FreshDep, form: FormDep, database: DatabaseDep, now: Now
) -> Response:
    """Move the account to an address that was proved, and tell the former one."""
    key, handle = secret_of(page.settings), field(form, "ticket", 200)
    try:
        ticket = check_code(
            database, key=key, handle=handle, typed=field(form, "code", 100), now=now
        )
        is_hers = ticket.learner_id == learner.learner_id
        if ticket.purpose is not Purpose.CHANGE_EMAIL or not is_hers:
            raise TicketExpiredError
        _move(database, page, learner.learner_id, handle, now)
    except (CodeRefusedError, EmailTakenError) as error:
        return refuse(page, "identity/address.html", error, email="", handle=handle)
    return page.redirect("home:account")


def _move(
    database: Database, page: PageFrame, learner_id: UUID, handle: str, now: datetime
) -> None:
    with database.write() as connection:
        former = get_account(connection, learner_id=learner_id).email
        ticket = take_ticket(connection, handle=handle, now=now)
        change_email(
            connection,
            key=secret_of(page.settings),
            learner_id=learner_id,
            email=ticket.address or former,
            now=now,
        )
        revoke_other_sessions(
            connection,
            learner_id=learner_id,
            kept_ref=page.visitor.session_ref,
        )
        queue_mail(
            connection,
            to=former,
            template="address_changed",
            language=page.language,
            context={},
            now=now,
        )


@router.get("/second-factor", name="home:second-factor")
def show_second_factor(
    page: PageDep, learner: FreshDep, connection: ReadDep, next_path: Next = ""
) -> Response:
    """Offer to set up the second factor, or to change it."""
    account = get_account(connection, learner_id=learner.learner_id)
    sealed = seal(secret_of(page.settings), learner.learner_id, new_totp_secret())
    return _show_setup(page, account, sealed, next_path)


def _show_setup(
    page: PageFrame,
    account: Account,
    sealed: str,
    next_path: str,
    error: DomainError | None = None,
) -> Response:
    secret = unseal(secret_of(page.settings), account.learner_id, sealed) or ""
    drawing = draw_qr(address_for_app(secret, name=account.email)) if secret else ""
    context: dict[str, Any] = {
        "account": account,
        "sealed": sealed,
        "secret": secret,
        "drawing": Markup(drawing),  # noqa: S704 -- our own drawing, of squares
        "next_path": next_path,
    }
    template = "identity/second_factor_setup.html"
    if error is not None:
        return refuse(page, template, error, **context)
    return page.render(template, error=None, **context)


@router.post("/second-factor", name="home:set-second-factor")
def keep_second_factor(
    page: PageDep, learner: FreshDep, form: FormDep, connection: WriteDep, now: Now
) -> Response:
    """Turn the second factor on once a code proves that the app has the secret."""
    sealed, next_path = field(form, "sealed"), field(form, "next")
    learner_id = learner.learner_id
    try:
        codes = set_second_factor(
            connection,
            key=secret_of(page.settings),
            learner_id=learner_id,
            sealed=sealed,
            typed=field(form, "code", 100),
            now=now,
        )
    except CodeRefusedError as error:
        account = get_account(connection, learner_id=learner_id)
        return _show_setup(page, account, sealed, next_path, error)
    revoke_other_sessions(connection, learner_id=learner_id, kept_ref=None)
    by = arrival(page, Strength.TWO_FACTOR, now)
    token = service.enter(connection, learner_id=learner_id, by=by)
    answer = page.render(
        "identity/recovery_codes.html", codes=codes, next_path=next_path
    )
    return welcome_in(page, token, answer)


@router.post("/recovery-codes", name="home:renew-recovery-codes")
def renew_codes(
    page: PageDep, learner: FreshDep, _form: FormDep, connection: WriteDep
) -> Response:
    """Show ten new recovery codes, once."""
    account = get_account(connection, learner_id=learner.learner_id)
    if not account.has_second_factor:
        return page.redirect("home:second-factor")
    key = secret_of(page.settings)
    codes = renew_recovery_codes(connection, key=key, learner_id=learner.learner_id)
    return page.render("identity/recovery_codes.html", codes=codes, next_path="")


@router.post("/second-factor/remove", name="home:drop-second-factor")
def remove_second_factor(
    page: PageDep, learner: FreshDep, _form: FormDep, connection: WriteDep, now: Now
) -> Response:
    """Turn the second factor off; the rights that ask for it rest meanwhile."""
    learner_id = learner.learner_id
    drop_second_factor(connection, learner_id=learner_id, now=now)
    revoke_other_sessions(connection, learner_id=learner_id, kept_ref=None)
    by = arrival(page, Strength.SIGNED_IN, now)
    token = service.enter(connection, learner_id=learner_id, by=by)
    return welcome_in(page, token, page.redirect("home:account"))
