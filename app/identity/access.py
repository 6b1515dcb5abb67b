"""Who is asking: a browser by its cookie, a program by its token."""

import re
from datetime import datetime, timedelta
from hmac import compare_digest
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy import Connection
from starlette.responses import Response
from typing_extensions import override

from app.identity.domain import (
    Learner,
    Strength,
    Visitor,
    digest,
    make_resume_code,
    new_secret,
    sign,
)
from app.identity.domain.tokens import read_token
from app.identity.errors import (
    FormExpiredError,
    FreshProofNeededError,
    InvalidTokenError,
    SecondFactorNeededError,
    SignInNeededError,
    UnknownVisitorError,
)
from app.identity.queries import find_learner, find_session
from app.identity.service import count_use, throttle_scope
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.kernel.text import Language
from app.settings import Settings
from app.web.languages import PageLanguage, language_of
from app.web.problems import is_for_programs, show_domain_error
from app.web.rendering import redirect, render
from app.web.routes import read_form

SESSION_COOKIE = "masar_session"
FORM_COOKIE = "masar_form"
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
FRESH = timedelta(minutes=15)
"""How long a proof counts as fresh (OWASP ASVS 5.0, 7.5.1)."""


class _Bearer(HTTPBearer):
    """Documents the scheme in OpenAPI and reads the header without a thread."""

    @override
    def __call__(self, request: Request) -> str | None:  # type: ignore[override]  # ours is not a coroutine
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


_bearer = _Bearer(
    scheme_name="learner",
    description="The `token` of `POST /api/v1/attempts` or `POST /api/v1/tokens`.",
)
BearerDep = Annotated[str | None, Depends(_bearer)]


def get_settings(request: Request) -> Settings:
    """Return the installation's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


def secret_of(settings: Settings) -> bytes:
    """Return the installation's key."""
    return bytes.fromhex(settings.secret_key.get_secret_value())


def bearer_or_nobody(
    token: BearerDep, settings: SettingsDep, connection: ReadDep, now: Now
) -> Learner | None:
    """Return the learner behind the bearer token, or ``None`` without a token.

    Raises:
        InvalidTokenError: The token is not valid, its session was ended, or she was
            erased.
    """
    if token is None:
        return None
    said = read_token(secret_of(settings), token, now=now)
    learner = find_learner(connection, learner_id=said.learner_id)
    if learner is None:
        raise InvalidTokenError
    if said.session_ref is not None:
        session = find_session(connection, session_ref=said.session_ref, now=now)
        if session is None or session.learner_id != learner.learner_id:
            raise InvalidTokenError
    elif learner.has_account:
        raise InvalidTokenError
    return learner


def bearer(found: Annotated[Learner | None, Depends(bearer_or_nobody)]) -> Learner:
    """Return the learner behind the bearer token.

    Raises:
        InvalidTokenError: There is no token, or it is not valid.
    """
    if found is None:
        raise InvalidTokenError
    return found


ApiLearnerDep = Annotated[Learner, Depends(bearer)]
MaybeApiLearnerDep = Annotated[Learner | None, Depends(bearer_or_nobody)]


def visitor(
    request: Request, settings: SettingsDep, connection: ReadDep, now: Now
) -> Visitor:
    """Return who is behind this browser, known or not."""
    secret = secret_of(settings)
    token = request.cookies.get(cookie_name(settings, SESSION_COOKIE))
    if token:
        session = find_session(connection, session_ref=digest(token), now=now)
        learner = (
            find_learner(connection, learner_id=session.learner_id) if session else None
        )
        if learner is not None:
            form_token = sign(secret, "form", token)
            return Visitor(learner=learner, form_token=form_token, session=session)
    anchor = request.cookies.get(cookie_name(settings, FORM_COOKIE)) or new_secret()
    request.state.form_anchor = anchor
    return Visitor(learner=None, form_token=sign(secret, "form", anchor))


VisitorDep = Annotated[Visitor, Depends(visitor)]


def known_learner(found: VisitorDep) -> Learner:
    """Return the learner behind this browser.

    Raises:
        UnknownVisitorError: Nobody is known here.
    """
    if found.learner is None:
        raise UnknownVisitorError
    return found.learner


LearnerDep = Annotated[Learner, Depends(known_learner)]


def signed_in(found: VisitorDep) -> Learner:
    """Return the learner who has signed in here.

    Raises:
        SignInNeededError: Nobody has; ``send_to_proof`` leads there.
    """
    if found.learner is None or not found.is_signed_in:
        raise SignInNeededError
    return found.learner


SignedInDep = Annotated[Learner, Depends(signed_in)]
"""For pages of people with an account."""


def signed_in_twice(found: VisitorDep, learner: SignedInDep) -> Learner:
    """Return the learner who has signed in here with a second factor.

    Raises:
        SignInNeededError: Nobody has signed in.
        SecondFactorNeededError: She has, without a second factor.
    """
    if found.session is None or found.session.strength is not Strength.TWO_FACTOR:
        raise SecondFactorNeededError
    return learner


TwoFactorDep = Annotated[Learner, Depends(signed_in_twice)]
"""For pages of administrators; ask for it before the transaction is opened."""


def freshly_proved(found: VisitorDep, learner: SignedInDep, now: Now) -> Learner:
    """Return the learner who has proved who she is within ``FRESH``.

    Raises:
        SignInNeededError: Nobody has signed in.
        FreshProofNeededError: She has, but too long ago for something delicate.
    """
    proved_at = found.session.proved_at if found.session else None
    if proved_at is None or now - proved_at >= FRESH:
        raise FreshProofNeededError
    return learner


FreshDep = Annotated[Learner, Depends(freshly_proved)]
"""For changes of address, password and second factor, and for erasing an account."""


PROOF_ERRORS = (SignInNeededError, SecondFactorNeededError, FreshProofNeededError)
"""What ``send_to_proof`` answers."""


def send_to_proof(request: Request, error: Exception) -> Response:
    """Lead a person who looks at a page to where she proves who she is, and back.

    A form that was sent, and a program, get the problem itself.
    """
    if request.method != "GET" or is_for_programs(request):
        return show_domain_error(request, error)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    route = (
        "home:second-factor"
        if isinstance(error, SecondFactorNeededError)
        else "home:sign-in"
    )
    return redirect(request, language_of(request), route, query={"next": here})


def local_path(text: str, *, otherwise: str) -> str:
    r"""Return a path of this site, never an address elsewhere (OWASP ASVS 5.0, 1.2.2).

    Browsers read ``//host`` and ``/\\host`` as another site, and skip control
    characters.
    """
    is_ours = re.fullmatch(r"/[a-z]{2}/[A-Za-z0-9/_.?&=%~+@:,-]{0,500}", text)
    return text if is_ours else otherwise


def checked_form(request: Request, found: VisitorDep) -> dict[str, list[str]]:
    """Return the fields of a form that one of our pages sent (OWASP ASVS 5.0, 3.5.1).

    The token stands in a field, or in a header when a script sends the form.

    Raises:
        FormExpiredError: The form token is missing or of another session.
        UnsupportedBodyError, MalformedBodyError: It is no HTML form.
    """
    fields = read_form(request)
    sent = fields.pop(FORM_FIELD, None) or [request.headers.get(FORM_HEADER, "")]
    if not compare_digest(sent[0].encode(), found.form_token.encode()):
        raise FormExpiredError
    return fields


FormDep = Annotated[dict[str, list[str]], Depends(checked_form)]


def cookie_name(settings: Settings, name: str) -> str:
    """Return a cookie's name: on HTTPS no neighbouring site can plant one of ours.

    Source:
        OWASP ASVS 5.0, 3.3.3.
    """
    return f"__Host-{name}" if settings.cookies_are_secure else name


def keep_session(response: Response, settings: Settings, token: str) -> None:
    """Give a browser the cookie by which it is known."""
    lifetime = int(settings.session_lifetime.total_seconds())
    _set_cookie(response, settings, SESSION_COOKIE, token, lifetime)
    _set_cookie(response, settings, FORM_COOKIE, "", 0)


def drop_session(response: Response, settings: Settings) -> None:
    """Take the cookie back, and what our scripts keep in the browser with it."""
    _set_cookie(response, settings, SESSION_COOKIE, "", 0)
    response.headers["clear-site-data"] = '"storage"'


def keep_form_anchor(request: Request, response: Response, settings: Settings) -> None:
    """Remember an unknown browser while it fills in a form."""
    anchor = getattr(request.state, "form_anchor", None)
    known = request.cookies.get(cookie_name(settings, FORM_COOKIE))
    if anchor is not None and known != anchor:
        _set_cookie(response, settings, FORM_COOKIE, anchor, None)


def _set_cookie(
    response: Response, settings: Settings, name: str, value: str, lifetime: int | None
) -> None:
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=lifetime,
        httponly=True,
        samesite="lax",
        secure=settings.cookies_are_secure,
    )


def address_of(request: Request) -> str:
    """Return the caller's network, for counting; uvicorn resolves trusted proxies.

    Of IPv6 the first 64 bits: a single subscriber chooses the others at will.
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv4Address):
        return host
    return str(ip_network((address, 64), strict=False))


def limit_starts(
    request: Request, connection: Connection, settings: Settings, now: datetime
) -> None:
    """Count a new learner from this address.

    Raises:
        TooManyAttemptsError: It has made too many this hour.
    """
    scope = throttle_scope(
        secret_of(settings), purpose="start", address=address_of(request), now=now
    )
    count_use(connection, scope=scope, limit=settings.starts_per_hour, now=now)


class PageFrame:
    """What every page needs: who looks at it, in which language, and how to show it."""

    def __init__(
        self, request: Request, found: Visitor, language: Language, settings: Settings
    ) -> None:
        self.request = request
        self.visitor = found
        self.language = language
        self.settings = settings

    @property
    def resume_code(self) -> str | None:
        """The learner's resume code; who signs in needs none."""
        learner = self.visitor.learner
        if learner is None or learner.has_account:
            return None
        return make_resume_code(secret_of(self.settings), learner.resume_nonce)

    def render(
        self, template: str, *, status: int = 200, nav: str = "", **context: object
    ) -> Response:
        """Show a page."""
        response = render(
            self.request,
            self.language,
            template,
            status=status,
            nav=nav,
            learner=self.visitor.learner,
            resume_code=self.resume_code,
            form_token=self.visitor.form_token,
            **context,
        )
        keep_form_anchor(self.request, response, self.settings)
        return response

    def redirect(self, route: str, **parameters: object) -> Response:
        """Send the browser on to another page, with GET."""
        return redirect(self.request, self.language, route, **parameters)


def page_frame(
    request: Request, found: VisitorDep, language: PageLanguage, settings: SettingsDep
) -> PageFrame:
    """Gather what a page needs."""
    return PageFrame(request, found, language, settings)


PageDep = Annotated[PageFrame, Depends(page_frame)]
