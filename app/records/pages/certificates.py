"""A learner's certificates: giving one, seeing what was checked, asking a person."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.domain import Course
from app.catalogue.queries import get_catalogue, get_course
from app.cohorts.domain import Cohort
from app.cohorts.queries import find_membership, get_cohort
from app.identity.access import (
    FormDep,
    LearnerDep,
    LearnerUploadRoute,
    PageDep,
    PageFrame,
    UploadDep,
)
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.errors import DomainError
from app.progress.domain.certificates import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_KEPT,
    Certificate,
)
from app.progress.files.documents import Folder
from app.progress.queries import get_certificate, list_certificates
from app.progress.service import Given, give_certificate
from app.records import service
from app.records.access import count_certificate, open_desk, send_file
from app.records.queries.reviews import list_reviewing_cohorts
from app.web.phrases import say
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}", route_class=Route)
uploads = APIRouter(prefix="/{lang:lang}", route_class=LearnerUploadRoute)
MEGABYTE = 1024 * 1024


@router.get("/certificates", name="records:certificates")
def show_certificates(
    page: PageDep, learner: LearnerDep, connection: ReadDep
) -> Response:
    """List what a learner has given."""
    found = list_certificates(connection, learner_id=learner.learner_id)
    courses = {each.key: each for each in get_catalogue(connection).courses}
    return page.render(
        "records/certificates.html",
        nav="progress",
        certificates=[(each, courses.get(each.course_key)) for each in found],
    )


@router.get("/progress/{course_key}/certificate", name="records:give")
def show_give(
    page: PageDep, course_key: str, learner: LearnerDep, connection: ReadDep
) -> Response:
    """Ask for a document, and say what will be looked at."""
    course = get_course(connection, course_key)
    return _show_form(page, connection, learner, course)


def _show_form(
    page: PageFrame,
    connection: Connection,
    learner: Learner,
    course: Course,
    *,
    name: str = "",
    error: DomainError | None = None,
) -> Response:
    given = list_certificates(connection, learner_id=learner.learner_id)
    return page.render(
        "records/give.html",
        status=status_of(error) if error else 200,
        nav="progress",
        course=course,
        certificates=[each for each in given if each.course_key == course.key],
        name=name or next((each.name_given for each in given), ""),
        error=describe(error.code, page.language) if error else None,
        most_mb=MOST_BYTES // MEGABYTE,
        most_kept=MOST_KEPT,
        longest_name=LONGEST_NAME,
    )


@uploads.post("/progress/{course_key}/certificate", name="records:send")
def give(
    page: PageDep,
    course_key: str,
    learner: LearnerDep,
    parts: UploadDep,
    database: DatabaseDep,
    now: Now,
) -> Response:
    """Check a document and show what was found."""
    name = " ".join(parts.fields.get("name", [""])[0].split())[:LONGEST_NAME]
    try:
        count_certificate(
            database, settings=page.settings, learner_id=learner.learner_id, now=now
        )
        certificate = give_certificate(
            database,
            desk=open_desk(page.settings),
            learner_id=learner.learner_id,
            course_key=course_key,
            given=Given(content=parts.content, name=name if name.isprintable() else ""),
            now=now,
        )
    except DomainError as error:
        with database.read() as connection:
            course = get_course(connection, course_key)
            return _show_form(page, connection, learner, course, name=name, error=error)
    return page.redirect(
        "records:certificate", certificate_id=certificate.certificate_id
    )


@router.get("/certificates/{certificate_id:uuid}", name="records:certificate")
def show_certificate(
    page: PageDep, certificate_id: UUID, learner: LearnerDep, connection: ReadDep
) -> Response:
    """Show one certificate, each check with its result, and what can be done now."""
    certificate = get_certificate(
        connection, learner_id=learner.learner_id, certificate_id=certificate_id
    )
    return page.render(
        "records/certificate.html",
        nav="progress",
        certificate=certificate,
        course=_course(connection, certificate),
        cohorts=list_reviewing_cohorts(connection, learner_id=learner.learner_id)
        if certificate.may_be_reviewed
        else [],
        waits_at=_cohort(connection, certificate),
    )


def _course(connection: Connection, certificate: Certificate) -> Course | None:
    courses = get_catalogue(connection).courses
    return next((each for each in courses if each.key == certificate.course_key), None)


def _cohort(connection: Connection, certificate: Certificate) -> Cohort | None:
    """Return whose trainers see it, as long as she belongs to that cohort."""
    if certificate.cohort_ref is None:
        return None
    cohort_id = UUID(certificate.cohort_ref.rpartition(":")[2])
    place = find_membership(
        connection, learner_id=certificate.learner_id, cohort_id=cohort_id
    )
    return get_cohort(connection, cohort_id=cohort_id) if place else None


@router.post("/certificates/{certificate_id:uuid}", name="records:change")
def change_certificate(
    page: PageDep,
    certificate_id: UUID,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Ask the trainers of a cohort to look, take that back, or remove a certificate."""
    action = form.get("action", [""])[0]
    keys = {"learner_id": learner.learner_id, "certificate_id": certificate_id}
    if action == "ask":
        cohort_id = service.read_cohort_id(form.get("cohort", [""])[0])
        cohort = get_cohort(connection, cohort_id=cohort_id)
        service.send_for_review(
            connection,
            **keys,
            cohort_id=cohort_id,
            consent=say("review-consent", page.language, cohort=cohort.name),
            now=now,
        )
    elif action == "take-back":
        service.take_back_review(connection, **keys, now=now)
    elif action == "remove":
        service.remove_certificate(connection, **keys, now=now)
        return page.redirect("records:certificates")
    return page.redirect("records:certificate", certificate_id=certificate_id)


@router.get("/certificates/{certificate_id:uuid}/file", name="records:file")
def download(
    page: PageDep,
    certificate_id: UUID,
    learner: LearnerDep,
    connection: ReadDep,
) -> Response:
    """Send the file that is kept, to be saved and not shown."""
    certificate = get_certificate(
        connection, learner_id=learner.learner_id, certificate_id=certificate_id
    )
    return send_file(Folder(page.settings.documents_folder), certificate)
