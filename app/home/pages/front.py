"""The front page, and plain words about data, law and help."""

from datetime import datetime
from functools import partial

from babel import Locale
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.assessment.queries import find_open_attempt, list_attempts
from app.cohorts.access import list_reached_cohorts
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.home.domain import (
    COUNTS_SOURCE,
    KEPT,
    LAWS,
    LAWS_SOURCE,
    MALABO_PARTIES,
    MALABO_SOURCE,
    WITHOUT_LAW,
)
from app.identity.access import LearnerDep, PageDep, PageFrame
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import Database, DatabaseDep, ReadDep
from app.paths.schemas import write_path
from app.progress.domain.walk import Step
from app.progress.queries import get_progress
from app.progress.service import find_walk
from app.study.queries import list_news
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
def show_front(
    page: PageDep, connection: ReadDep, database: DatabaseDep, now: Now
) -> Response:
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
        today=_find_today(page, learner, database, now) if learner else None,
        news=sum(list_news(connection, learner_id=learner.learner_id).values())
        if learner
        else 0,
    )


def _find_today(
    page: PageFrame, learner: Learner, database: Database, now: datetime
) -> Step | None:
    """Return the step she is on, once she has begun to walk."""
    with database.read() as connection:
        if not get_progress(connection, learner_id=learner.learner_id):
            return None
    return find_walk(
        database,
        learner=learner,
        language=page.language,
        write=partial(write_path, language=page.language),
        now=now,
    ).current


@router.get("/{lang:lang}", include_in_schema=False)
def add_slash(page: PageDep) -> Response:
    """Send ``/fr`` to ``/fr/``."""
    return page.redirect("home:front")


@router.get("/{lang:lang}/continue", name="home:continue")
def go_on(page: PageDep, learner: LearnerDep, connection: ReadDep) -> Response:
    """Go on where the learner was: an open questionnaire, her result, her cohorts, or the start."""
    attempt = find_open_attempt(connection, learner_id=learner.learner_id)
    if attempt is not None:
        return page.redirect("assessment:review", attempt_id=attempt.attempt_id)
    if list_attempts(connection, learner_id=learner.learner_id):
        return page.redirect("proficiency:profile")
    if list_reached_cohorts(connection, learner_id=learner.learner_id):
        return page.redirect("cohorts:cohorts")
    return page.redirect("assessment:start")


@router.get("/{lang:lang}/privacy", name="home:privacy")
def show_privacy(page: PageDep) -> Response:
    """Say what is kept, why and how long."""
    settings = page.settings
    return page.render(
        "home/privacy.html",
        session_days=settings.session_lifetime.days,
        account_days=settings.account_session_lifetime.days,
        unused_days=settings.unused_lifetime.days,
        kept=KEPT,
    )


@router.get("/{lang:lang}/help", name="home:help")
def show_help(page: PageDep) -> Response:
    """Answer what people ask."""
    return page.render("home/help.html")


@router.get("/{lang:lang}/privacy/law", name="home:law")
def show_law(page: PageDep) -> Response:
    """Say which law applies where, as far as we have a source, and whom to ask."""
    names = Locale(str(page.language)).territories
    laws = sorted(LAWS, key=lambda law: names[law.country])
    return page.render(
        "home/law.html",
        laws=laws,
        names=names,
        parties=sorted(names[code] for code in MALABO_PARTIES),
        without=sorted(names[code] for code in WITHOUT_LAW),
        sources={"malabo": MALABO_SOURCE, "laws": LAWS_SOURCE, "counts": COUNTS_SOURCE},
    )
