"""Courses of an institution by file: what is wrong with it, then drafts of all of it."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import Response

from app.catalogue.errors import BrokenCourseError
from app.catalogue.service import draft_courses
from app.cohorts.access import CourseEditor, StaffDep
from app.cohorts.domain import ReachedInstitution
from app.cohorts.errors import UnreadableCoursesError
from app.cohorts.files.courses import COLUMNS, read_courses, write_template
from app.cohorts.pages.fields import MOST_UPLOADS, count_by_person
from app.cohorts.service.courses import editor_of
from app.identity.access import PageDep, PageFrame, UploadDep, UploadRoute
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep
from app.kernel.yaml import DocumentError, FileProblem
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

_PREFIX = "/{lang:lang}/cohorts/institutions/{institution_id:uuid}/courses"
router = APIRouter(prefix=_PREFIX, route_class=Route)
uploads = APIRouter(prefix=_PREFIX, route_class=UploadRoute)
MOST_SHOWN = 100


@router.get("/template.csv", name="cohorts:course-template")
def download_template(_page: PageDep, _reached: CourseEditor) -> Response:
    """Send an empty sheet with its columns and one example."""
    return Response(
        "\ufeff" + write_template(),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": 'attachment; filename="courses.csv"',
            "cache-control": "private, no-store",
        },
    )


@uploads.post("/upload", name="cohorts:upload-courses")
def upload_courses(
    page: PageDep,
    reached: CourseEditor,
    parts: UploadDep,
    database: DatabaseDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Check a file; if asked to and nothing is wrong, make drafts of all its courses."""
    with database.write() as connection:
        count_by_person(page, connection, purpose="upload", limit=MOST_UPLOADS, now=now)
    is_trial = "draft" not in parts.fields
    try:
        document = read_courses(parts.name, parts.content, today=now.date())
        with database.write() as connection:
            courses = draft_courses(
                connection,
                editor=editor_of(connection, staff.learner, reached),
                document=document,
                is_trial=is_trial,
                now=now,
            )
    except (BrokenCourseError, DocumentError) as error:
        wrong = BrokenCourseError(error.problems)
        return _result(page, reached, parts.name, error=wrong, wrong=error.problems)
    except UnreadableCoursesError as error:
        return _result(page, reached, parts.name, error=error)
    return page.render(
        "cohorts/course_upload.html",
        institution=reached.institution,
        file_name=parts.name,
        courses=courses,
        is_trial=is_trial,
        error=None,
        problems=(),
        facts={},
        columns=COLUMNS,
    )


def _result(
    page: PageFrame,
    reached: ReachedInstitution,
    name: str,
    *,
    error: BrokenCourseError | UnreadableCoursesError,
    wrong: Iterable[FileProblem] = (),
) -> Response:
    return page.render(
        "cohorts/course_upload.html",
        status=status_of(error),
        institution=reached.institution,
        file_name=name,
        courses=[],
        is_trial=True,
        error=describe(error.code, page.language),
        problems=list(wrong)[:MOST_SHOWN],
        facts=error.facts,
        columns=COLUMNS,
    )
