"""The cookies by which a browser is known."""

from datetime import timedelta

from fastapi import Request
from starlette.responses import Response

from app.settings import Settings

SESSION_COOKIE = "masar_session"
FORM_COOKIE = "masar_form"
STEP_COOKIE = "masar_step"
STEP_S = 600


def cookie_name(settings: Settings, name: str) -> str:
    """Return a cookie's name: on HTTPS no neighbouring site can plant one of ours.

    Source:
        OWASP ASVS 5.0, 3.3.3.
    """
    return f"__Host-{name}" if settings.cookies_are_secure else name


def keep_session(
    response: Response,
    settings: Settings,
    token: str,
    *,
    lifetime: timedelta | None = None,
) -> None:
    """Give a browser the cookie by which it is known."""
    seconds = int((lifetime or settings.session_lifetime).total_seconds())
    _set_cookie(response, settings, SESSION_COOKIE, token, seconds)
    _set_cookie(response, settings, FORM_COOKIE, "", 0)


def drop_session(response: Response, settings: Settings) -> None:
    """Take the cookie back, and what our scripts keep in the browser with it."""
    _set_cookie(response, settings, SESSION_COOKIE, "", 0)
    response.headers["clear-site-data"] = '"storage"'


def keep_step(response: Response, settings: Settings, sealed: str) -> None:
    """Give a browser a sealed step of a sign-in through an institution."""
    _set_cookie(response, settings, STEP_COOKIE, sealed, STEP_S)


def drop_step(response: Response, settings: Settings) -> None:
    """Take the step back: it is done, or refused."""
    _set_cookie(response, settings, STEP_COOKIE, "", 0)


def find_step(request: Request, settings: Settings) -> str:
    """Return the sealed step a browser brings; empty without one."""
    return request.cookies.get(cookie_name(settings, STEP_COOKIE), "")


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
