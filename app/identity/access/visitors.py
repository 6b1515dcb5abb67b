"""Browsers, by their cookie, and the forms they send."""

from datetime import datetime
from functools import lru_cache
from hmac import compare_digest
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.requests import cookie_parser

from app.identity.access.cookies import FORM_COOKIE, SESSION_COOKIE, cookie_name
from app.identity.domain import Learner, Visitor, digest, new_secret, sign
from app.identity.errors import FormExpiredError, UnknownVisitorError
from app.identity.queries import find_learner, find_session
from app.identity.service import count_use, throttle_scope
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.settings import Settings
from app.web.routes import read_form

FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
MAX_KEPT_COOKIES = 512
"""Longest cookie header to remember, so that nobody fills the memory with his."""


def get_settings(request: Request) -> Settings:
    """Return the installation's settings."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


def secret_of(settings: Settings) -> bytes:
    """Return the installation's key."""
    return bytes.fromhex(settings.secret_key.get_secret_value())


def visitor(
    request: Request, settings: SettingsDep, connection: ReadDep, now: Now
) -> Visitor:
    """Return who is behind this browser, known or not."""
    session_ref, form_token = _read_session(request, settings)
    if session_ref:
        session = find_session(connection, session_ref=session_ref, now=now)
        learner = (
            find_learner(connection, learner_id=session.learner_id) if session else None
        )
        if learner is not None:
            return Visitor(learner=learner, form_token=form_token, session=session)
    anchor = request.cookies.get(cookie_name(settings, FORM_COOKIE)) or new_secret()
    request.state.form_anchor = anchor
    form_token = sign(secret_of(settings), "form", anchor)
    return Visitor(learner=None, form_token=form_token)


def _read_session(request: Request, settings: Settings) -> tuple[str, str]:
    """Return what the browser's session is stored under, or nothing; its form token."""
    header = request.headers.get("cookie", "")
    is_usual = len(header) <= MAX_KEPT_COOKIES
    read = _read_cookies if is_usual else _read_cookies.__wrapped__
    return read(secret_of(settings), cookie_name(settings, SESSION_COOKIE), header)


# Whether the session is still good is asked of the database each time.
@lru_cache(maxsize=4096)
def _read_cookies(secret: bytes, name: str, header: str) -> tuple[str, str]:
    token = cookie_parser(header).get(name)
    return (digest(token), sign(secret, "form", token)) if token else ("", "")


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
