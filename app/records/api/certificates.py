"""Certificates for programs: of a learner, and of those who look at them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, status
from starlette.responses import Response

from app.cohorts.access import ApiShownReader, ApiStaffDep
from app.cohorts.queries import get_cohort
from app.identity.access import ApiLearnerDep, BearerUploadRoute, SettingsDep
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.progress.domain.certificates import LONGEST_NAME
from app.progress.files.documents import Folder
from app.progress.queries import get_certificate, list_certificates
from app.progress.service import Given, give_certificate
from app.records import service
from app.records.access import count_certificate, open_desk, send_file
from app.records.domain.reviews import Verdict
from app.records.queries import reviews as queries
from app.records.schemas.certificates import (
    CertificateListOut,
    CertificateOut,
    DecisionIn,
    ReviewIn,
    ReviewListOut,
    write_certificate,
    write_review,
)
from app.web.phrases import say
from app.web.problems import problem_responses
from app.web.routes import Route, UnsupportedBodyError

router = APIRouter(tags=["certificates"])
mine = APIRouter(prefix="/api/v1/me/certificates", route_class=Route)
uploads = APIRouter(prefix="/api/v1/me/certificates", route_class=BearerUploadRoute)
waiting = APIRouter(prefix="/api/v1/cohorts/{cohort_id}/reviews", route_class=Route)
CertificateId = Annotated[UUID, Path(examples=["6f0a3c3e-5d0b-5f43-9a51-1c0b6f6f3d11"])]
ReviewId = Annotated[UUID, Path(examples=["0d8e6f0e-3c54-5f67-9a3e-7b1d1b6f0c42"])]
KINDS = ("application/pdf", "image/jpeg", "image/png", "image/webp")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(KINDS, _BINARY)}
}
_SENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file as it is kept.",
        "content": {"application/octet-stream": _BINARY},
    }
}


@mine.get("", responses=problem_responses(401))
def list_my_certificates(
    learner: ApiLearnerDep, connection: ReadDep
) -> CertificateListOut:
    """List what the learner has given, newest first."""
    found = list_certificates(connection, learner_id=learner.learner_id)
    return CertificateListOut(items=[write_certificate(each) for each in found])


@uploads.post(
    "",
    responses=problem_responses(401, 404, 409, 413, 415, 422, 429),
    openapi_extra=_FILE,
)
def give_my_certificate(
    request: Request,
    learner: ApiLearnerDep,
    settings: SettingsDep,
    database: DatabaseDep,
    now: Now,
    course: Annotated[str, Query(max_length=100, examples=["unesco-oxford-ai-dt-gov"])],
    name: Annotated[
        str, Query(max_length=LONGEST_NAME, examples=["Aïcha Mahamat"])
    ] = "",
) -> CertificateOut:
    """Give a document for a course; the answer holds every check.

    `name` is the learner's as it stands on the document. The same file for the same
    course again is the same certificate.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise UnsupportedBodyError(allowed=", ".join(KINDS))
    count_certificate(
        database, settings=settings, learner_id=learner.learner_id, now=now
    )
    words = " ".join(name.split())
    certificate = give_certificate(
        database,
        desk=open_desk(settings),
        learner_id=learner.learner_id,
        course_key=course,
        given=Given(
            content=request.state.body, name=words if words.isprintable() else ""
        ),
        now=now,
    )
    return write_certificate(certificate)


@mine.get("/{certificate_id}", responses=problem_responses(401, 404, 422))
def get_my_certificate(
    certificate_id: CertificateId, learner: ApiLearnerDep, connection: ReadDep
) -> CertificateOut:
    """Return one certificate with every check."""
    found = get_certificate(
        connection, learner_id=learner.learner_id, certificate_id=certificate_id
    )
    return write_certificate(found)


@mine.get(
    "/{certificate_id}/file",
    response_class=Response,
    responses={**problem_responses(401, 404, 422), **_SENT},
)
def get_my_certificate_file(
    certificate_id: CertificateId,
    learner: ApiLearnerDep,
    settings: SettingsDep,
    connection: ReadDep,
) -> Response:
    """Return the file that is kept."""
    found = get_certificate(
        connection, learner_id=learner.learner_id, certificate_id=certificate_id
    )
    return send_file(Folder(settings.documents_folder), found)


@mine.delete(
    "/{certificate_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 404, 422),
)
def remove_my_certificate(
    certificate_id: CertificateId,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Remove a certificate and its file; what it counted for no longer counts."""
    service.remove_certificate(
        connection,
        learner_id=learner.learner_id,
        certificate_id=certificate_id,
        now=now,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@mine.put(
    "/{certificate_id}/review",
    responses=problem_responses(401, 404, 409, 413, 415, 422),
)
def send_my_certificate(
    certificate_id: CertificateId,
    body: ReviewIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> CertificateOut:
    """Let the trainers of one of her cohorts look; `consent` in the answer says at what."""
    keys = {"learner_id": learner.learner_id, "certificate_id": certificate_id}
    cohort = get_cohort(connection, cohort_id=body.cohort_id)
    service.send_for_review(
        connection,
        **keys,
        cohort_id=body.cohort_id,
        consent=say("review-consent", learner.language, cohort=cohort.name),
        now=now,
    )
    return write_certificate(get_certificate(connection, **keys))


@mine.delete(
    "/{certificate_id}/review", responses=problem_responses(401, 404, 409, 422)
)
def take_back_my_certificate(
    certificate_id: CertificateId,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> CertificateOut:
    """Let the trainers see it no longer."""
    keys = {"learner_id": learner.learner_id, "certificate_id": certificate_id}
    service.take_back_review(connection, **keys, now=now)
    return write_certificate(get_certificate(connection, **keys))


@waiting.get("", responses=problem_responses(401, 403, 404, 422))
def list_certificate_reviews(
    reached: ApiShownReader, staff: ApiStaffDep, connection: ReadDep
) -> ReviewListOut:
    """List the certificates that wait for the trainers of a cohort, oldest first."""
    found = queries.list_queue(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader_id=staff.learner.learner_id,
    )
    return ReviewListOut(items=[write_review(each) for each in found])


@waiting.post(
    "/{review_id}", responses=problem_responses(401, 403, 404, 409, 413, 415, 422)
)
def decide_certificate_review(
    review_id: ReviewId,
    body: DecisionIn,
    reached: ApiShownReader,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> CertificateOut:
    """Accept or refuse a certificate; the learner reads the reason."""
    certificate = service.decide(
        connection,
        reached=reached,
        review_id=review_id,
        reviewer_id=staff.learner.learner_id,
        verdict=Verdict(is_accepted=body.accept, reason=body.reason),
        now=now,
    )
    return write_certificate(certificate)


@waiting.get(
    "/{review_id}/file",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 422), **_SENT},
)
def get_certificate_review_file(
    review_id: ReviewId,
    reached: ApiShownReader,
    staff: ApiStaffDep,
    settings: SettingsDep,
    connection: ReadDep,
) -> Response:
    """Return the file of a certificate that waits."""
    review = queries.get_review(
        connection,
        cohort_id=reached.cohort.cohort_id,
        review_id=review_id,
        reader_id=staff.learner.learner_id,
    )
    return send_file(Folder(settings.documents_folder), review.certificate)


for _each in (uploads, mine, waiting):
    router.include_router(_each)
