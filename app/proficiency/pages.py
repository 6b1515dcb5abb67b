"""The result in the browser."""

from fastapi import APIRouter
from starlette.responses import Response

from app.catalogue.queries import get_catalogue
from app.frameworks.queries import get_current_instrument
from app.identity.access import LearnerDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.proficiency import queries
from app.proficiency.domain import Outcome, list_occasions
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/profile", route_class=Route)


@router.get("", name="proficiency:profile")
def show_profile(
    page: PageDep, learner: LearnerDep, connection: ReadDep, now: Now
) -> Response:
    """Show where a learner stands, strengths first."""
    profile = queries.get_profile(connection, learner_id=learner.learner_id)
    framework = profile.framework
    instrument = get_current_instrument(connection, framework)
    statements = {item.competency: item.statements for item in instrument.items}
    return page.render(
        "proficiency/profile.html",
        nav="profile",
        profile=profile,
        role=framework.role(profile.role_key),
        competencies={c.key: c for c in framework.competencies},
        domains={d.key: d for d in framework.domains},
        levels=framework.levels,
        attempts=list_occasions(profile),
        answers={
            standing.competency: statements[standing.competency][standing.level]
            for standing in profile.standings
            if standing.level
        },
        Outcome=Outcome,
        estimates=profile.estimates(now=now),
        courses={c.key: c.title for c in get_catalogue(connection).courses},
    )
