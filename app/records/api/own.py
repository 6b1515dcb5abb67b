"""A learner's own statements, for programs."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.identity.access import ApiLearnerDep, SettingsDep
from app.kernel.database import ReadDep
from app.kernel.pagination import page_by_key
from app.records.queries.own import list_own_statements
from app.records.schemas.own import OwnStatementListOut
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/me", tags=["progress"], route_class=Route)


@router.get("/statements", responses=problem_responses(401, 422))
def list_my_statements(
    learner: ApiLearnerDep,
    settings: SettingsDep,
    connection: ReadDep,
    limit: Annotated[int, Query(ge=1, le=500, examples=[100])] = 100,
    after: Annotated[str | None, Query(max_length=200, examples=["YXQ6NTA"])] = None,
) -> OwnStatementListOut:
    """List what you did here as xAPI statements: assessed, levelled, completed.

    They go into any learning record store as they are, as often as you like: each is
    kept once. Levels are in it, single answers never.
    """
    found = list_own_statements(
        connection,
        learner_id=learner.learner_id,
        site=str(settings.public_url).rstrip("/"),
    )
    page = page_by_key(found, lambda each: str(each["id"]), limit=limit, after=after)
    return OwnStatementListOut(items=list(page.items), next=page.next)
