"""The queue of a cohort's trainers: certificates that people sent to them."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.queries import get_catalogue
from app.cohorts.access import ShownReader, StaffDep
from app.cohorts.domain import ReachedCohort
from app.identity.access import FormDep, PageDep, PageFrame
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.progress.files.documents import Folder
from app.records import service
from app.records.access import send_file
from app.records.domain.reviews import Review, Verdict
from app.records.errors import ReasonMissingError
from app.records.queries import reviews as queries
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(
    prefix="/{lang:lang}/cohorts/{cohort_id:uuid}/reviews", route_class=Route
)


@router.get("", name="records:reviews")
def show_queue(
    page: PageDep, reached: ShownReader, staff: StaffDep, connection: ReadDep
) -> Response:
    """List the certificates that wait, oldest first."""
    titles = {each.key: each for each in get_catalogue(connection).courses}
    waiting = queries.list_queue(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader_id=staff.learner.learner_id,
    )
    return page.render(
        "records/reviews.html",
        cohort=reached.cohort,
        waiting=[(each, titles.get(each.certificate.course_key)) for each in waiting],
    )


@router.get("/{review_id:uuid}", name="records:review")
def show_review(
    page: PageDep,
    reached: ShownReader,
    review_id: UUID,
    staff: StaffDep,
    connection: ReadDep,
) -> Response:
    """Show a certificate with its checks, and ask for a decision."""
    review = _review(connection, reached, review_id, staff.learner.learner_id)
    return _show(page, connection, reached, review)


def _review(
    connection: Connection, reached: ReachedCohort, review_id: UUID, reader_id: UUID
) -> Review:
    return queries.get_review(
        connection,
        cohort_id=reached.cohort.cohort_id,
        review_id=review_id,
        reader_id=reader_id,
    )


def _show(
    page: PageFrame,
    connection: Connection,
    reached: ReachedCohort,
    review: Review,
    error: ReasonMissingError | None = None,
) -> Response:
    courses = get_catalogue(connection).courses
    key = review.certificate.course_key
    return page.render(
        "records/review.html",
        status=status_of(error) if error else 200,
        cohort=reached.cohort,
        review=review,
        certificate=review.certificate,
        course=next((each for each in courses if each.key == key), None),
        error=describe(error.code, page.language) if error else None,
    )


@router.post("/{review_id:uuid}", name="records:decide")
def decide(
    page: PageDep,
    reached: ShownReader,
    review_id: UUID,
    staff: StaffDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Accept or refuse, with a reason that the learner reads."""
    reader_id = staff.learner.learner_id
    try:
        service.decide(
            connection,
            reached=reached,
            review_id=review_id,
            reviewer_id=reader_id,
            verdict=Verdict(
                is_accepted=form.get("decision", [""])[0] == "accept",
                reason=form.get("reason", [""])[0],
            ),
            now=now,
        )
    except ReasonMissingError as error:
        review = _review(connection, reached, review_id, reader_id)
        return _show(page, connection, reached, review, error)
    return page.redirect("records:reviews", cohort_id=reached.cohort.cohort_id)


@router.get("/{review_id:uuid}/file", name="records:review-file")
def download(
    page: PageDep,
    reached: ShownReader,
    review_id: UUID,
    staff: StaffDep,
    connection: ReadDep,
) -> Response:
    """Send the file of what waits."""
    review = _review(connection, reached, review_id, staff.learner.learner_id)
    return send_file(Folder(page.settings.documents_folder), review.certificate)
