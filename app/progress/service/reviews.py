"""A person looks at a certificate: asked by the learner, decided by a trainer.

Whose trainers belong to which cohort is known above; here a cohort is a text.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from app.journal.service import audit, record
from app.progress.domain.certificates import (
    LONGEST_REASON,
    Certificate,
    Outcome,
    decide,
)
from app.progress.errors import CertificateUsedError, ReviewNotOpenError
from app.progress.models import CertificateRow, ClaimRow, ReviewRow
from app.progress.queries import (
    get_certificate,
    get_claims,
    get_review,
    list_accepted_owners,
)
from app.progress.service.certificates import claim, count_as_done, lock_claims


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decision:
    """What a trainer decided of a certificate."""

    is_accepted: bool
    """Whether the course counts as done, by a checked document."""
    reason: str
    """Shown to the learner, at most 1 000 characters."""
    reviewer_id: UUID
    """Who decides; stands in the audit log of ``scope_id``."""
    scope_id: UUID
    """The institution of the cohort."""


def request_review(
    connection: Connection,
    *,
    learner_id: UUID,
    certificate_id: UUID,
    cohort_ref: str,
    consent: str,
    now: datetime,
) -> None:
    """Send a certificate to the trainers of a cohort; they see the document then.

    Args:
        connection: The caller's transaction.
        learner_id: Whose it is; that she belongs to the cohort, the caller has checked.
        certificate_id: Which.
        cohort_ref: Names the cohort, at most 60 characters.
        consent: The sentence she agreed to, at most 1 000 characters.
        now: Aware UTC instant.

    Raises:
        CertificateNotFoundError: It is not hers.
        ReviewNotOpenError: It was accepted, decided or sent before, or has no file.
    """
    keys = {"learner_id": learner_id, "certificate_id": certificate_id}
    certificate = get_certificate(connection, **keys)
    if not certificate.may_be_reviewed:
        raise ReviewNotOpenError(outcome=certificate.outcome)
    _change(
        connection,
        certificate,
        outcome=Outcome.IN_REVIEW,
        cohort_ref=cohort_ref,
        consent=consent,
        asked_at=now,
    )
    row = {**keys, "cohort_ref": cohort_ref, "asked_at": now}
    connection.execute(insert(ReviewRow), row)
    _note(connection, certificate, "asked-for-review", now)


def take_back_review(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID, now: datetime
) -> None:
    """Let the trainers see a certificate no longer; it is as it was before.

    Raises:
        CertificateNotFoundError: It is not hers.
        ReviewNotOpenError: Nobody is looking at it.
    """
    certificate = get_certificate(
        connection, learner_id=learner_id, certificate_id=certificate_id
    )
    if certificate.outcome is not Outcome.IN_REVIEW:
        raise ReviewNotOpenError(outcome=certificate.outcome)
    _leave_queue(connection, certificate)
    _change(
        connection,
        certificate,
        outcome=decide(certificate.findings),
        cohort_ref=None,
        consent=None,
        asked_at=None,
    )
    _note(connection, certificate, "took-back-review", now)


def decide_review(
    connection: Connection,
    *,
    cohort_ref: str,
    learner_id: UUID,
    certificate_id: UUID,
    decision: Decision,
    now: datetime,
) -> Certificate:
    """Accept or refuse a certificate that was sent to a cohort, for a reason.

    Args:
        connection: The caller's transaction.
        cohort_ref: Of the cohort whose trainer decides; the caller has checked that.
        learner_id: Whose certificate it is.
        certificate_id: Which.
        decision: What was decided, and by whom.
        now: Aware UTC instant.

    Raises:
        CertificateNotFoundError: It does not wait in this cohort.
        CertificateUsedError: The same was accepted for somebody else meanwhile.
    """
    certificate = get_review(
        connection,
        cohort_ref=cohort_ref,
        learner_id=learner_id,
        certificate_id=certificate_id,
    )
    _leave_queue(connection, certificate)
    if decision.is_accepted:
        _take_over(connection, certificate)
    outcome = Outcome.ACCEPTED if decision.is_accepted else Outcome.REFUSED
    _change(
        connection,
        certificate,
        outcome=outcome,
        decided_at=now,
        reason=decision.reason[:LONGEST_REASON],
    )
    if decision.is_accepted:
        count_as_done(connection, certificate, now=now)
    verb = "accepted-certificate" if decision.is_accepted else "refused-certificate"
    audit(
        connection,
        actor_id=decision.reviewer_id,
        scope_id=decision.scope_id,
        verb=verb,
        object_ref=f"certificate:{certificate_id}",
        occurred_at=now,
    )
    return get_certificate(
        connection, learner_id=learner_id, certificate_id=certificate_id
    )


def _take_over(connection: Connection, certificate: Certificate) -> None:
    """Claim what it says; from those who only wait it is taken, after a person's look."""
    keys = {
        "learner_id": certificate.learner_id,
        "certificate_id": certificate.certificate_id,
    }
    digests = get_claims(connection, **keys)
    lock_claims(connection, digests)
    owners = list_accepted_owners(connection, digests=digests)
    if owners - {certificate.learner_id}:
        raise CertificateUsedError
    connection.execute(delete(ClaimRow).where(ClaimRow.claim_digest.in_(digests)))
    claim(connection, keys=keys, digests=digests)


def _leave_queue(connection: Connection, certificate: Certificate) -> None:
    connection.execute(
        delete(ReviewRow).where(
            ReviewRow.learner_id == certificate.learner_id,
            ReviewRow.certificate_id == certificate.certificate_id,
        )
    )


def _change(connection: Connection, certificate: Certificate, **values: object) -> None:
    connection.execute(
        update(CertificateRow)
        .where(
            CertificateRow.learner_id == certificate.learner_id,
            CertificateRow.certificate_id == certificate.certificate_id,
        )
        .values(values)
    )


def _note(
    connection: Connection, certificate: Certificate, verb: str, now: datetime
) -> None:
    record(
        connection,
        learner_id=certificate.learner_id,
        verb=verb,
        object_ref=f"certificate:{certificate.certificate_id}",
        occurred_at=now,
    )
