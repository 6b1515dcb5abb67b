"""What the platforms of an institution report about, and which course that is."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from app.catalogue.queries import get_catalogue
from app.cohorts.access import CourseEditor
from app.identity.access import FormDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.records import service
from app.records.domain.progress import list_units, read_unit
from app.records.errors import UnknownUnitError
from app.records.queries.matching import (
    count_activities,
    count_statements,
    get_activity,
    list_activities,
)
from app.web.routes import Route

router = APIRouter(
    prefix="/{lang:lang}/cohorts/institutions/{institution_id:uuid}/activities",
    route_class=Route,
)
MOST_SHOWN = 50
ActivityKey = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


@router.get("", name="records:activities")
def show_activities(
    page: PageDep,
    reached: CourseEditor,
    connection: ReadDep,
    after: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """List what was reported about, first what is no course yet."""
    tenant = reached.institution.institution_id
    found = list_activities(
        connection, tenant=tenant, after=after, limit=MOST_SHOWN + 1
    )
    shown = found[:MOST_SHOWN]
    return page.render(
        "records/activities.html",
        institution=reached.institution,
        activities=shown,
        counts=count_statements(
            connection, activity_keys=[each.activity_key for each in shown]
        ),
        total=count_activities(connection, tenant=tenant),
        courses={each.key: each for each in get_catalogue(connection).courses},
        following=after + MOST_SHOWN if found[MOST_SHOWN:] else None,
    )


@router.get("/{activity_key}", name="records:activity")
def show_activity(
    page: PageDep,
    reached: CourseEditor,
    activity_key: ActivityKey,
    connection: ReadDep,
) -> Response:
    """Ask which course or module an activity is."""
    activity = get_activity(
        connection, tenant=reached.institution.institution_id, number=activity_key
    )
    return page.render(
        "records/activity.html",
        institution=reached.institution,
        activity=activity,
        statements=count_statements(
            connection, activity_keys=[activity.activity_key]
        ).get(activity.activity_key, 0),
        courses=get_catalogue(connection).courses,
    )


@router.post("/{activity_key}", name="records:map")
def map_activity(
    page: PageDep,
    reached: CourseEditor,
    activity_key: ActivityKey,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Say which course or module it is, or that it is none; its records are read again."""
    tenant = reached.institution.institution_id
    activity = get_activity(connection, tenant=tenant, number=activity_key)
    text = form.get("unit", [""])[0]
    unit = read_unit(text) if text else None
    if unit and unit not in list_units(get_catalogue(connection).courses):
        raise UnknownUnitError(course=text[:130])
    service.map_activity(
        connection,
        tenant=tenant,
        activity_key=activity.activity_key,
        unit=unit,
        now=now,
    )
    return page.redirect("records:activities", institution_id=tenant)
