"""Sharing for programs that act for a learner."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status
from starlette.responses import Response

from app.identity.access import ApiLearnerDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.sharing import service
from app.sharing.domain.cells import LEVELS
from app.sharing.domain.pools import Share
from app.sharing.queries import list_shares
from app.sharing.schemas import ShareIn, ShareListOut, ShareOut
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/me/shares", tags=["sharing"], route_class=Route)
CohortId = Annotated[UUID, Path(examples=["3f2b8a52-6c1d-4e0f-9a7b-1c2d3e4f5a6b"])]


def _write_levels(cells: Mapping[str, int]) -> dict[str, int | None]:
    return {
        competency: cell if cell in LEVELS else None
        for competency, cell in cells.items()
    }


def _write(share: Share) -> ShareOut:
    return ShareOut(
        cohort_id=share.cohort_id,
        round=share.round,
        trainers_see=share.with_trainers,
        levels=_write_levels(share.levels),
        looking_back=None
        if share.looking_back is None
        else _write_levels(share.looking_back),
        shared_at=share.shared_at,
    )


@router.get("", responses=problem_responses(401))
def list_my_shares(learner: ApiLearnerDep, connection: ReadDep) -> ShareListOut:
    """List what the learner shares, and with whom."""
    shares = list_shares(connection, learner_id=learner.learner_id)
    return ShareListOut(items=[_write(share) for share in shares], next=None)


@router.put("/{cohort_id}", responses=problem_responses(401, 404, 409, 413, 415, 422))
def share_result(
    cohort_id: CohortId,
    body: ShareIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> ShareOut:
    """Send the learner's levels to a cohort she has joined; again replaces them."""
    service.share_result(
        connection,
        learner=learner,
        cohort_id=cohort_id,
        trainers_see=body.trainers_see,
        now=now,
    )
    shares = list_shares(connection, learner_id=learner.learner_id)
    sent = [share for share in shares if share.cohort_id == cohort_id]
    return _write(max(sent, key=lambda share: share.round))


@router.delete(
    "/{cohort_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 422),
)
def take_back(
    cohort_id: CohortId, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Stop sharing with a cohort; again changes nothing."""
    service.take_back(connection, learner=learner, cohort_id=cohort_id, now=now)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
