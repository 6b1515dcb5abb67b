"""The result for programs."""

from fastapi import APIRouter

from app.identity.access import ApiLearnerDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.proficiency import queries
from app.proficiency.schemas import ProfileOut, write_profile
from app.web.languages import AskedLanguage
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/me", tags=["result"], route_class=Route)


@router.get(
    "/profile",
    responses=problem_responses(401, 404, 422),
)
def get_profile(
    learner: ApiLearnerDep,
    connection: ReadDep,
    now: Now,
    lang: AskedLanguage = None,
) -> ProfileOut:
    """Show where the learner stands against her role, each level with its evidence."""
    profile = queries.get_profile(connection, learner_id=learner.learner_id)
    return write_profile(profile, lang or learner.language, now=now)
