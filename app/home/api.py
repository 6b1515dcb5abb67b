"""Erasing oneself, for programs."""

from fastapi import APIRouter, status
from starlette.responses import Response

from app.home import service
from app.identity.access import ApiFreshDep
from app.kernel.database import WriteDep
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
