"""The front page, the account, and plain words about data and help."""

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.assessment.queries import find_open_attempt, list_attempts
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.home import queries
from app.identity.access import (
    SESSION_COOKIE,
    FormDep,
    LearnerDep,
    PageDep,
    cookie_name,
    drop_session,
)
from app.identity.service import close_session, erase
from app.kernel.database import ReadDep, WriteDep
from app.web.languages import prefers
from app.web.rendering import Addresses
from app.web.routes import Route

router = APIRouter(route_class=Route)


@router.get("/", name="home:root")
def choose_language(request: Request) -> Response:
    """Send the visitor to the front page in her language."""
    language = prefers(request)
    response = RedirectResponse(Addresses(request, language)("home:front"), 307)
    response.headers["vary"] = "Accept-Language"
    return response


@router.get("/{lang:lang}/", name="home:front")
def show_front(page: PageDep, connection: ReadDep) -> Response:
    """Say what this is, and where to begin or go on."""
    framework = get_default_framework(connection)
    instrument = get_current_instrument(connection, framework)
    learner = page.visitor.learner
    attempts = (
        list_attempts(connection, learner_id=learner.learner_id) if learner else []
    )
    return page.render(
        "home/front.html",
        questions=len(instrument.items),
        minutes=instrument.minutes,
        domains=framework.domains,
        open_attempt=next((a for a in attempts[:1] if a.is_open), None),
        has_result=any(not attempt.is_open for attempt in attempts),
    )


@router.get("/{lang:lang}", include_in_schema=False)
def add_slash(page: PageDep) -> Response:
    """Send ``/fr`` to ``/fr/``."""
    return page.redirect("home:front")


@router.get("/{lang:lang}/continue", name="home:continue")
def go_on(page: PageDep, learner: LearnerDep, connection: ReadDep) -> Response:
    """Go on where the learner was: an open questionnaire, her result, or the start."""
    attempt = find_open_attempt(connection, learner_id=learner.learner_id)
    if attempt is not None:
        return page.redirect("assessment:review", attempt_id=attempt.attempt_id)
    if list_attempts(connection, learner_id=learner.learner_id):
        return page.redirect("proficiency:profile")
    return page.redirect("assessment:start")


@router.get("/{lang:lang}/account", name="home:account")
def show_account(page: PageDep, learner: LearnerDep, connection: ReadDep) -> Response:
    """Show what a learner may do with what is hers."""
    attempts = list_attempts(connection, learner_id=learner.learner_id)
    return page.render("home/account.html", attempts=attempts, error=None)


@router.get("/{lang:lang}/account/download", name="home:download")
def download(learner: LearnerDep, connection: ReadDep) -> Response:
    """Send everything we keep of her, as JSON."""
    found = queries.collect(connection, learner_id=learner.learner_id)
    return Response(
        orjson.dumps(found, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={
            "content-disposition": 'attachment; filename="masar-my-data.json"',
            "cache-control": "private, no-store",
        },
    )


@router.post("/{lang:lang}/account/leave", name="home:leave")
def leave(
    request: Request,
    page: PageDep,
    _learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
) -> Response:
    """Forget this browser; the answers stay."""
    session = request.cookies[cookie_name(page.settings, SESSION_COOKIE)]
    close_session(connection, token=session)
    response = page.redirect("home:front")
    drop_session(response, page.settings)
    return response


@router.post("/{lang:lang}/account/erase", name="home:erase")
def erase_everything(
    page: PageDep, learner: LearnerDep, form: FormDep, connection: WriteDep
) -> Response:
    """Erase a learner and all that is hers, once she has said that she is sure."""
    if "sure" not in form:
        return page.redirect("home:account")
    erase(connection, learner_id=learner.learner_id)
    response = page.redirect("home:front")
    drop_session(response, page.settings)
    return response


@router.get("/{lang:lang}/privacy", name="home:privacy")
def show_privacy(page: PageDep) -> Response:
    """Say what is kept, why and how long."""
    days = page.settings.session_lifetime.days
    return page.render("home/privacy.html", session_days=days)


@router.get("/{lang:lang}/help", name="home:help")
def show_help(page: PageDep) -> Response:
    """Answer what people ask."""
    return page.render("home/help.html")
