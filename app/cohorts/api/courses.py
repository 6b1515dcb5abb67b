"""The own courses of an institution for programs: drafts, review, publishing.

A course is changed with ``If-Match``: its ``ETag`` names the revision and its state.
"""

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response, status
from sqlalchemy import Connection

from app.catalogue.domain.own import OwnCourse, Step
from app.catalogue.errors import CourseChangedError
from app.catalogue.queries import own
from app.catalogue.queries.links import list_failing_own
from app.catalogue.service import (
    change_course,
    draft_course,
    draft_courses,
    take_step,
)
from app.cohorts.access import ApiCourseEditor, ApiStaffDep
from app.cohorts.schemas.courses import (
    CourseImportIn,
    CourseImportOut,
    CourseIn,
    ImportedOut,
    LinkListOut,
    LinkOut,
    OwnCourseListOut,
    OwnCourseOut,
    OwnCourseShortOut,
    StepIn,
)
from app.cohorts.service.courses import editor_of
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.pagination import page_by_key
from app.kernel.yaml import Document
from app.web.problems import problem_responses
from app.web.routes import Route, read_json

router = APIRouter(
    prefix="/api/v1/institutions/{institution_id}",
    tags=["own courses"],
    route_class=Route,
)
Key = Annotated[str, Path(max_length=64, examples=["enap-sn-donnees-ouvertes"])]
Seen = Annotated[
    str, Header(max_length=80, examples=['"3-draft"'], description="The ETag you read.")
]
Limit = Annotated[int, Query(ge=1, le=100, examples=[50])]
After = Annotated[
    str | None,
    Query(max_length=200, examples=["WyJlbmFwLXNuLWRvbm5lZXMtb3V2ZXJ0ZXMiLDQ5XQ"]),
]


def _mark(course: OwnCourse) -> str:
    return f'"{course.revision}-{course.state}"'


def _seen(
    connection: Connection, reached: ApiCourseEditor, key: str, if_match: str
) -> OwnCourse:
    """Return a course that is as the caller has read it.

    Raises:
        CourseChangedError: It is not.
    """
    course = own.get_own_course(
        connection, institution_id=reached.institution.institution_id, course_key=key
    )
    if _mark(course) not in (each.strip() for each in if_match.split(",")):
        raise CourseChangedError(key=course.course_key, revision=course.revision)
    return course


def _answer(
    connection: Connection, course: OwnCourse, status_code: int = status.HTTP_200_OK
) -> Response:
    revision = own.get_revision(
        connection, course_key=course.course_key, revision=course.revision
    )
    body = OwnCourseOut.written(course, revision.data).model_dump_json()
    headers = {"etag": _mark(course), "cache-control": "private, no-cache"}
    return Response(
        body, status_code=status_code, media_type="application/json", headers=headers
    )


@router.get("/courses", responses=problem_responses(401, 403, 404, 422))
def list_own_courses(
    reached: ApiCourseEditor,
    connection: ReadDep,
    limit: Limit = 50,
    after: After = None,
) -> OwnCourseListOut:
    """List the courses of an institution, whatever their state."""
    found = own.list_own_courses(
        connection, institution_id=reached.institution.institution_id
    )
    page = page_by_key(
        found, lambda course: course.course_key, limit=limit, after=after
    )
    return OwnCourseListOut(
        items=[OwnCourseShortOut.of(each) for each in page.items], next=page.next
    )


@router.get("/links", responses=problem_responses(401, 403, 404, 422))
def list_failing_links(reached: ApiCourseEditor, connection: ReadDep) -> LinkListOut:
    """List the links of an institution's published courses that do not answer."""
    found = list_failing_own(
        connection, institution_id=reached.institution.institution_id
    )
    return LinkListOut(items=[LinkOut.of(course.key, link) for course, link in found])


@router.post(
    "/courses",
    status_code=status.HTTP_201_CREATED,
    response_model=OwnCourseOut,
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422),
)
def create_own_course(
    request: Request,
    reached: ApiCourseEditor,
    _body: CourseIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Begin a course that nobody but editors sees."""
    editor = editor_of(connection, staff.learner, reached)
    data: Any = read_json(request)
    course = draft_course(connection, editor=editor, data=data, now=now)
    return _answer(connection, course, status.HTTP_201_CREATED)


@router.get(
    "/courses/{key}",
    response_model=OwnCourseOut,
    responses=problem_responses(401, 403, 404, 422),
)
def get_own_course(reached: ApiCourseEditor, key: Key, connection: ReadDep) -> Response:
    """Read the newest revision of a course."""
    course = own.get_own_course(
        connection, institution_id=reached.institution.institution_id, course_key=key
    )
    return _answer(connection, course)


@router.put(
    "/courses/{key}",
    response_model=OwnCourseOut,
    responses=problem_responses(401, 403, 404, 409, 412, 413, 415, 422),
)
def put_own_course(
    request: Request,
    reached: ApiCourseEditor,
    key: Key,
    if_match: Seen,
    _body: CourseIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Write a new revision, as a draft; what learners see stays until it is published."""
    editor = editor_of(connection, staff.learner, reached)
    seen = _seen(connection, reached, key, if_match)
    data: Any = read_json(request)
    course = change_course(connection, editor=editor, seen=seen, data=data, now=now)
    return _answer(connection, course)


@router.post(
    "/courses/{key}/steps",
    response_model=OwnCourseOut,
    responses=problem_responses(401, 403, 404, 409, 412, 413, 415, 422),
)
def step_own_course(
    reached: ApiCourseEditor,
    key: Key,
    if_match: Seen,
    body: StepIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Submit a course for review, send it back, publish or retire it."""
    editor = editor_of(connection, staff.learner, reached)
    seen = _seen(connection, reached, key, if_match)
    course = take_step(
        connection,
        editor=editor,
        seen=seen,
        step=Step(body.step),
        comment=body.comment,
        now=now,
    )
    return _answer(connection, course)


@router.post(
    "/course-imports",
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422),
)
def import_own_courses(
    request: Request,
    reached: ApiCourseEditor,
    body: CourseImportIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> CourseImportOut:
    """Make drafts of many courses, or of none if anything is wrong with one."""
    sent: Any = read_json(request)
    document = Document(
        path=FilePath("courses"),
        data={"courses": sent["courses"]},
        places={(): (1, 1)},
    )
    courses = draft_courses(
        connection,
        editor=editor_of(connection, staff.learner, reached),
        document=document,
        is_trial=body.dry_run,
        now=now,
    )
    return CourseImportOut(
        dry_run=body.dry_run,
        items=[ImportedOut(key=c.key, is_drafted=is_new) for c, is_new in courses],
    )
