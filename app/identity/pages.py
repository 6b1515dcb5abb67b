"""Continuing on another device."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.access import (
    SESSION_COOKIE,
    FormDep,
    PageDep,
    SettingsDep,
    address_of,
    cookie_name,
    keep_session,
    secret_of,
)
from app.identity.errors import (
    ResumeCodeMistypedError,
    ResumeCodeUnknownError,
    TooManyAttemptsError,
)
from app.identity.service import close_session, open_session, resume
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/resume", route_class=Route)


@router.get("", name="identity:resume")
def show_resume(page: PageDep) -> Response:
    """Ask for the code."""
    return page.render("identity/resume.html", error=None, typed="")


@router.post("", name="identity:enter")
def enter(
    request: Request,
    page: PageDep,
    form: FormDep,
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Make this browser known by the code, and go on where the learner was."""
    typed = form.get("code", [""])[0][:100]
    try:
        learner = resume(
            database,
            key=secret_of(settings),
            typed=typed,
            address=address_of(request),
            limit=settings.resume_attempts_per_hour,
            now=now,
        )
    except (
        ResumeCodeMistypedError,
        ResumeCodeUnknownError,
        TooManyAttemptsError,
    ) as error:
        refusal = page.render(
            "identity/resume.html",
            status=status_of(error),
            error=describe(error.code, page.language),
            typed=typed,
        )
        if isinstance(error, TooManyAttemptsError):
            refusal.headers["retry-after"] = str(error.facts["retry_after_s"])
        return refusal
    former = request.cookies.get(cookie_name(settings, SESSION_COOKIE), "")
    with database.write() as connection:
        close_session(connection, token=former)
        token = open_session(
            connection,
            learner_id=learner.learner_id,
            now=now,
            lifetime=settings.session_lifetime,
        )
    response = page.redirect("home:continue")
    keep_session(response, settings, token)
    return response
