"""Being known again, for programs."""

from fastapi import APIRouter, Request, status
from starlette.responses import Response

from app.identity import service
from app.identity.access import (
    ApiLearnerDep,
    SettingsDep,
    address_of,
    secret_of,
)
from app.identity.domain.tokens import issue_token
from app.identity.schemas import TokenIn, TokenOut
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, WriteDep
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["identity"], route_class=Route)


@router.post(
    "/tokens",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(404, 413, 415, 422, 429),
)
def create_token(
    request: Request,
    body: TokenIn,
    settings: SettingsDep,
    database: DatabaseDep,
    now: Now,
) -> TokenOut:
    """Exchange a resume code for a bearer token."""
    secret = secret_of(settings)
    learner = service.resume(
        database,
        key=secret,
        typed=body.resume_code,
        address=address_of(request),
        limit=settings.resume_attempts_per_hour,
        now=now,
    )
    lifetime = settings.token_lifetime
    token = issue_token(
        secret, learner_id=learner.learner_id, now=now, lifetime=lifetime
    )
    return TokenOut(token=token, expires_in_s=int(lifetime.total_seconds()))


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401),
)
def erase_me(learner: ApiLearnerDep, connection: WriteDep) -> Response:
    """Erase the learner and everything that is hers, at once."""
    service.erase(connection, learner_id=learner.learner_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
