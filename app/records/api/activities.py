"""Which activity of a platform is which course, for programs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.catalogue.queries import get_catalogue
from app.cohorts.access import ApiCourseEditor
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.records import service
from app.records.domain.progress import Unit, list_units
from app.records.errors import UnknownUnitError
from app.records.queries.matching import get_activity, list_activities
from app.records.schemas.activities import (
    MappingIn,
    ReportedActivityListOut,
    ReportedActivityOut,
    write_activity,
)
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(
    prefix="/api/v1/institutions/{institution_id}/activities",
    tags=["activities"],
    route_class=Route,
)
ActivityKey = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", examples=["a3f10b5c9d2e4471"])
]


@router.get("", responses=problem_responses(401, 403, 404, 422))
def list_reported_activities(
    reached: ApiCourseEditor,
    connection: ReadDep,
    limit: Annotated[int, Query(ge=1, le=200, examples=[50])] = 50,
    skip: Annotated[int, Query(ge=0, le=10**6, examples=[0])] = 0,
) -> ReportedActivityListOut:
    """List what platforms reported about, first what is mapped to no course."""
    found = list_activities(
        connection, tenant=reached.institution.institution_id, after=skip, limit=limit
    )
    return ReportedActivityListOut(items=[write_activity(each) for each in found])


@router.put(
    "/{activity_key}", responses=problem_responses(401, 403, 404, 413, 415, 422)
)
def map_reported_activity(
    activity_key: ActivityKey,
    body: MappingIn,
    reached: ApiCourseEditor,
    connection: WriteDep,
    now: Now,
) -> ReportedActivityOut:
    """Say which course or module it is, or none; its statements are read again."""
    tenant = reached.institution.institution_id
    activity = get_activity(connection, tenant=tenant, number=activity_key)
    unit = Unit(course_key=body.course, module_key=body.module) if body.course else None
    if unit and unit not in list_units(get_catalogue(connection).courses):
        raise UnknownUnitError(course=body.course or "")
    service.map_activity(
        connection,
        tenant=tenant,
        activity_key=activity.activity_key,
        unit=unit,
        now=now,
    )
    return write_activity(get_activity(connection, tenant=tenant, number=activity_key))
