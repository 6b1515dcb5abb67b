"""Erasing oneself, and what many have done, for programs."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from starlette.responses import Response

from app.catalogue.queries import get_course
from app.home import service
from app.home.schemas import CoursePeopleOut
from app.identity.access import ApiFreshDep
from app.kernel.database import ReadDep, WriteDep
from app.progress.domain.showing import show_count
from app.progress.queries import count_course
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["identity"], route_class=Route)


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403),
)
def erase_me(learner: ApiFreshDep, connection: WriteDep) -> Response:
    """Erase the learner and everything that is hers, at once.

    With an account: within 15 minutes of signing in.
    """
    service.erase(connection, learner_id=learner.learner_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(
    "/courses/{key}/people", tags=["courses"], responses=problem_responses(404, 422)
)
def count_people_of_course(
    key: Annotated[str, Path(max_length=100, examples=["elements-of-ai"])],
    connection: ReadDep,
) -> CoursePeopleOut:
    """Say how many people here started a course and finished it, if they are many."""
    course = get_course(connection, key)
    shown = show_count(count_course(connection, course.key))
    if shown is None:
        return CoursePeopleOut(started=None, finished=None, proven=None)
    return CoursePeopleOut.model_validate(shown)
