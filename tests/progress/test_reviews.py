"""A trainer looks at certificates that were sent to her cohort."""

from uuid import uuid4

import pytest

from app.kernel.database import Database
from app.proficiency.domain import EvidenceSource
from app.progress.domain.certificates import Certificate, Outcome
from app.progress.errors import (
    CertificateNotFoundError,
    CertificateUsedError,
    ReviewNotOpenError,
)
from app.progress.queries import get_certificate, get_course_progress, list_reviews
from app.progress.service import (
    Decision,
    Desk,
    decide_review,
    request_review,
    take_back_review,
)
from tests.constants import NOON
from tests.progress.documents import COURSE, make_pdf, sign_pdf
from tests.progress.giving import give, person

COHORT = "cohort:5f0c"


def ask(database: Database, made: Certificate) -> None:
    """Ask the trainers to look."""
    with database.write() as connection:
        request_review(
            connection,
            learner_id=made.learner_id,
            certificate_id=made.certificate_id,
            cohort_ref=COHORT,
            consent="The trainers see the document.",
            now=NOON,
        )


def judge(
    database: Database, made: Certificate, *, is_accepted: bool, cohort: str = COHORT
) -> Certificate:
    """Decide as a trainer."""
    decision = Decision(
        is_accepted=is_accepted, reason="Seen.", reviewer_id=uuid4(), scope_id=uuid4()
    )
    with database.write() as connection:
        return decide_review(
            connection,
            cohort_ref=cohort,
            learner_id=made.learner_id,
            certificate_id=made.certificate_id,
            decision=decision,
            now=NOON,
        )


def test_a_trainer_sees_what_was_sent_and_accepts_it(
    database: Database, desk: Desk
) -> None:
    made = give(database, desk, person(database), make_pdf())
    ask(database, made)
    with database.read() as connection:
        waiting = list_reviews(connection, cohort_refs=[COHORT])
        assert list_reviews(connection, cohort_refs=["cohort:other"]) == []

    decided = judge(database, made, is_accepted=True)

    assert [each.certificate_id for each in waiting] == [made.certificate_id]
    assert (decided.outcome, decided.reason) == (Outcome.ACCEPTED, "Seen.")
    with database.read() as connection:
        assert list_reviews(connection, cohort_refs=[COHORT]) == []
        progress = get_course_progress(
            connection, learner_id=made.learner_id, course_key=COURSE
        )
    assert progress is not None
    assert progress.completed is EvidenceSource.EVIDENCED


def test_only_the_trainers_it_was_sent_to_decide_and_only_once(
    database: Database, desk: Desk
) -> None:
    made = give(database, desk, person(database), make_pdf())
    ask(database, made)

    with pytest.raises(CertificateNotFoundError):
        judge(database, made, is_accepted=True, cohort="cohort:other")
    assert judge(database, made, is_accepted=False).outcome is Outcome.REFUSED
    with pytest.raises(CertificateNotFoundError):
        judge(database, made, is_accepted=True)
    with pytest.raises(ReviewNotOpenError):
        ask(database, made)


def test_a_review_can_be_taken_back(database: Database, desk: Desk) -> None:
    made = give(database, desk, person(database), make_pdf())
    ask(database, made)

    with database.write() as connection:
        take_back_review(
            connection,
            learner_id=made.learner_id,
            certificate_id=made.certificate_id,
            now=NOON,
        )

    with database.read() as connection:
        assert list_reviews(connection, cohort_refs=[COHORT]) == []
        again = get_certificate(
            connection, learner_id=made.learner_id, certificate_id=made.certificate_id
        )
    assert (again.outcome, again.cohort_ref) == (Outcome.NEEDS_REVIEW, None)


def test_a_trainer_cannot_accept_what_was_accepted_for_somebody_else(
    database: Database, desk: Desk
) -> None:
    pdf = sign_pdf(make_pdf())
    give(database, desk, person(database), pdf)
    contested = give(database, desk, person(database), pdf)
    ask(database, contested)

    with pytest.raises(CertificateUsedError):
        judge(database, contested, is_accepted=True)
