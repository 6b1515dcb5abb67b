"""Certificates between a learner and the trainers of her cohorts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.cohorts.domain import ReachedCohort
from app.cohorts.errors import CohortNotFoundError
from app.progress.domain.certificates import Certificate
from app.progress.service import (
    Decision,
    decide_review,
    remove_certificate,
    request_review,
    take_back_review,
)
from app.records.domain.reviews import Verdict, cohort_ref_of
from app.records.errors import ReasonMissingError
from app.records.queries.reviews import get_review, list_reviewing_cohorts

__all__ = [
    "decide",
    "read_cohort_id",
    "remove_certificate",
    "send_for_review",
    "take_back_review",
]


def read_cohort_id(text: str) -> UUID:
    """Return the number of a cohort from a form.

    Raises:
        CohortNotFoundError: It is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise CohortNotFoundError from None


def send_for_review(
    connection: Connection,
    *,
    learner_id: UUID,
    certificate_id: UUID,
    cohort_id: UUID,
    consent: str,
    now: datetime,
) -> None:
    """Let the trainers of one of her cohorts look at a certificate.

    Raises:
        CohortNotFoundError: She does not belong to it, or nobody there can look.
        CertificateNotFoundError: It is not hers.
        ReviewNotOpenError: It was accepted, decided or sent before, or has no file.
    """
    cohorts = list_reviewing_cohorts(connection, learner_id=learner_id)
    if cohort_id not in {each.cohort_id for each in cohorts}:
        raise CohortNotFoundError
    request_review(
        connection,
        learner_id=learner_id,
        certificate_id=certificate_id,
        cohort_ref=cohort_ref_of(cohort_id),
        consent=consent,
        now=now,
    )


def decide(
    connection: Connection,
    *,
    reached: ReachedCohort,
    review_id: UUID,
    reviewer_id: UUID,
    verdict: Verdict,
    now: datetime,
) -> Certificate:
    """Accept or refuse what waits in a cohort, as one of its trainers.

    Raises:
        CertificateNotFoundError: It does not wait there, or is her own.
        ReasonMissingError: It is refused without a reason.
        CertificateUsedError: The same was accepted for somebody else meanwhile.
    """
    cohort_id = reached.cohort.cohort_id
    review = get_review(
        connection, cohort_id=cohort_id, review_id=review_id, reader_id=reviewer_id
    )
    reason = " ".join(verdict.reason.split())
    if not (verdict.is_accepted or reason):
        raise ReasonMissingError
    return decide_review(
        connection,
        cohort_ref=cohort_ref_of(cohort_id),
        learner_id=review.certificate.learner_id,
        certificate_id=review.certificate.certificate_id,
        decision=Decision(
            is_accepted=verdict.is_accepted,
            reason=reason,
            reviewer_id=reviewer_id,
            scope_id=reached.institution.institution_id,
        ),
        now=now,
    )
