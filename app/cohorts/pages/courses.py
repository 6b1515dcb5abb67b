"""Courses of an institution: written in steps, reviewed by a second person, published."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.domain.own import FROM, OwnCourse, Step, may_publish
from app.catalogue.errors import (
    BrokenCourseError,
    CourseChangedError,
    CourseKeyTakenError,
)
from app.catalogue.queries import get_catalogue, own
from app.catalogue.queries.links import list_failing_own
from app.catalogue.service import change_course, draft_course, get_seen, take_step
from app.cohorts.access import CourseEditor, StaffDep
from app.cohorts.domain import ReachedInstitution
from app.cohorts.pages import course_forms
from app.cohorts.pages.course_forms import FormStep
from app.cohorts.pages.fields import read_choice, read_number, read_text
from app.cohorts.service.courses import editor_of
from app.frameworks.queries import get_default_framework
from app.identity.access import FormDep, PageDep, PageFrame
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import DomainError
from app.kernel.yaml import Data, differences, dotted
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(
    prefix="/{lang:lang}/cohorts/institutions/{institution_id:uuid}/courses",
    route_class=Route,
)
Difference = tuple[str, str, str]


@router.get("", name="cohorts:courses")
def show_courses(page: PageDep, reached: CourseEditor, connection: ReadDep) -> Response:
    """List the courses of an institution with the state each is in."""
    institution = reached.institution
    return page.render(
        "cohorts/courses.html",
        reached=reached,
        institution=institution,
        courses=own.list_own_courses(
            connection, institution_id=institution.institution_id
        ),
        failing=list_failing_own(connection, institution_id=institution.institution_id),
    )


@router.get("/new", name="cohorts:new-course")
def show_new(page: PageDep, reached: CourseEditor, connection: ReadDep) -> Response:
    """Show the first step of a course that is not there yet."""
    return _form(page, reached, connection, data={"title_language": page.language})


@router.post("", name="cohorts:begin-course")
def begin_course(
    page: PageDep,
    reached: CourseEditor,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Keep the first step and go on to the next."""
    data: Any = course_forms.new_course(
        course_forms.read_step(form, FormStep.ABOUT),
        institution_key=reached.institution.key,
        key=read_text(form, "key"),
        today=now.date().isoformat(),
    )
    editor = editor_of(connection, staff.learner, reached)
    try:
        course = draft_course(connection, editor=editor, data=data, now=now)
    except (BrokenCourseError, CourseKeyTakenError) as error:
        data["key"] = read_text(form, "key")
        return _form(page, reached, connection, data=data, error=error)
    return _to_step(page, course, FormStep.RUNS)


def _to_step(page: PageFrame, course: OwnCourse, step: FormStep) -> Response:
    return page.redirect(
        "cohorts:edit-course",
        institution_id=course.institution_id,
        key=course.course_key,
        step=step,
    )


def _form(
    page: PageFrame,
    reached: ReachedInstitution,
    connection: Connection,
    *,
    data: dict[str, Any],
    course: OwnCourse | None = None,
    step: FormStep = FormStep.ABOUT,
    error: DomainError | None = None,
    theirs: list[Difference] | None = None,
) -> Response:
    problems = error.problems if isinstance(error, BrokenCourseError) else ()
    runs = course_forms.rows_of(data, "runs")
    return page.render(
        "cohorts/course_form.html",
        status=status_of(error) if error else 200,
        institution=reached.institution,
        course=course,
        step=step,
        steps=list(FormStep),
        data=data,
        rows={
            name: course_forms.rows_of(data, name)
            for name in ("modules", "serves", "prerequisites")
        }
        | {"runs": runs},
        names=course_forms.language_names(
            page.language,
            data.get("title_language"),
            *(run.get("language") for run in runs),
        ),
        competencies=get_default_framework(connection).competencies,
        error=describe(error.code, page.language) if error else None,
        problems=course_forms.problems_by_field(problems),
        theirs=theirs or [],
    )


@router.get("/{key}/edit/{step}", name="cohorts:edit-course")
def show_step(
    page: PageDep, reached: CourseEditor, key: str, step: FormStep, connection: ReadDep
) -> Response:
    """Show one step of a course as it was last saved."""
    course = own.get_own_course(
        connection, institution_id=reached.institution.institution_id, course_key=key
    )
    data = _newest(connection, course)
    return _form(page, reached, connection, data=data, course=course, step=step)


def _newest(connection: Connection, course: OwnCourse) -> Any:  # noqa: ANN401 -- JSON
    revision = own.get_revision(
        connection, course_key=course.course_key, revision=course.revision
    )
    return revision.data


@router.post("/{key}/edit/{step}", name="cohorts:save-course")
def save_step(
    page: PageDep,
    reached: CourseEditor,
    key: str,
    step: FormStep,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Keep one step; show it again, filled, where something is wrong or has changed."""
    editor = editor_of(connection, staff.learner, reached)
    typed = course_forms.read_step(form, step)
    course = own.get_own_course(
        connection, institution_id=editor.institution_id, course_key=key
    )
    newest = _newest(connection, course)
    data: Any = course_forms.merge(newest, typed, step)
    data["checked_on"] = now.date().isoformat()
    differing = _compare({**newest, "checked_on": ""}, {**data, "checked_on": ""})
    try:
        seen = get_seen(
            connection,
            editor=editor,
            course_key=key,
            revision=read_number(form, "revision") or 0,
        )
        if differing:
            course = change_course(
                connection, editor=editor, seen=seen, data=data, now=now
            )
    except (BrokenCourseError, CourseChangedError) as error:
        return _form(
            page,
            reached,
            connection,
            data=data,
            course=course,
            step=step,
            error=error,
            theirs=differing if isinstance(error, CourseChangedError) else [],
        )
    after = course_forms.following(step)
    if after is None or "stay" in form:
        return (
            _to_course(page, course) if after is None else _to_step(page, course, step)
        )
    return _to_step(page, course, after)


def _compare(old: Data, new: Data) -> list[Difference]:
    found = differences(old, new)
    return [(dotted(where), was or "", now or "") for where, was, now in found]


def _to_course(page: PageFrame, course: OwnCourse) -> Response:
    return page.redirect(
        "cohorts:course",
        institution_id=course.institution_id,
        key=course.course_key,
    )


@router.get("/{key}", name="cohorts:course")
def show_course(
    page: PageDep,
    reached: CourseEditor,
    key: str,
    connection: ReadDep,
    staff: StaffDep,
) -> Response:
    """Show how far a course is, what differs from what learners see, and what is next."""
    return _show(page, reached, connection, staff, key)


def _show(
    page: PageFrame,
    reached: ReachedInstitution,
    connection: Connection,
    staff: StaffDep,
    key: str,
    error: DomainError | None = None,
    comment: str = "",
) -> Response:
    course = own.get_own_course(
        connection, institution_id=reached.institution.institution_id, course_key=key
    )
    editor = editor_of(connection, staff.learner, reached)
    return page.render(
        "cohorts/course.html",
        status=status_of(error) if error else 200,
        institution=reached.institution,
        course=course,
        steps=[step for step in Step if course.state in FROM[step]],
        may_publish=may_publish(course, editor),
        changes=_changes(connection, course),
        revisions=own.list_revisions(connection, course_key=course.course_key),
        me=staff.learner,
        error=describe(error.code, page.language) if error else None,
        problems=error.problems if isinstance(error, BrokenCourseError) else (),
        comment=comment,
    )


def _changes(connection: Connection, course: OwnCourse) -> list[Difference]:
    """Return what the newest revision changes for learners."""
    if course.published_revision in {None, course.revision}:
        return []
    seen = own.get_revision(
        connection,
        course_key=course.course_key,
        revision=course.published_revision or course.revision,
    )
    return _compare(seen.data, _newest(connection, course))


@router.post("/{key}", name="cohorts:step-course")
def step_course(
    page: PageDep,
    reached: CourseEditor,
    key: str,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Submit a course, send it back, publish or retire it."""
    editor = editor_of(connection, staff.learner, reached)
    comment = read_text(form, "comment")
    step = read_choice(form, "step", Step) or Step.SUBMIT
    try:
        seen = get_seen(
            connection,
            editor=editor,
            course_key=key,
            revision=read_number(form, "revision") or 0,
        )
        course = take_step(
            connection, editor=editor, seen=seen, step=step, comment=comment, now=now
        )
    except (BrokenCourseError, CourseChangedError) as error:
        return _show(page, reached, connection, staff, key, error, comment)
    return _to_course(page, course)


@router.get("/{key}/preview", name="cohorts:preview-course")
def preview_course(
    page: PageDep, reached: CourseEditor, key: str, connection: ReadDep
) -> Response:
    """Show the newest revision as a learner would see it."""
    found = own.get_own_course(
        connection, institution_id=reached.institution.institution_id, course_key=key
    )
    course = own.read_course(
        connection, course_key=found.course_key, revision=found.revision
    )
    framework = get_default_framework(connection)
    return page.render(
        "catalogue/course.html",
        nav="courses",
        course=course,
        competencies={c.key: c for c in framework.competencies},
        language_names=course_forms.language_names(
            page.language, course.title_language, *course.languages()
        ),
        catalogue=get_catalogue(connection),
        may_take=False,
    )
