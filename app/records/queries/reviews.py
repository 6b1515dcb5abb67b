"""Certificates that wait for trainers, and where a learner can send hers."""

from uuid import UUID

from sqlalchemy import Connection

from app.cohorts.domain import Cohort
from app.cohorts.queries import (
    get_cohort,
    list_memberships,
    list_trainers,
)
from app.cohorts.queries.people import list_members_among
from app.progress.errors import CertificateNotFoundError
from app.progress.queries import list_reviews
from app.records.domain.reviews import Review, cohort_ref_of, review_of


def list_queue(
    connection: Connection, *, cohort_id: UUID, reader_id: UUID
) -> list[Review]:
    """Return what waits for a trainer of a cohort, oldest first.

    Not what somebody sent who has left the cohort, nor what is her own: nobody decides
    on herself.
    """
    waiting = list_reviews(connection, cohort_refs=[cohort_ref_of(cohort_id)])
    members = list_members_among(
        connection,
        cohort_id=cohort_id,
        learner_ids={each.learner_id for each in waiting} - {reader_id},
    )
    return [review_of(each) for each in waiting if each.learner_id in members]


def get_review(
    connection: Connection, *, cohort_id: UUID, review_id: UUID, reader_id: UUID
) -> Review:
    """Return one of the queue.

    Raises:
        CertificateNotFoundError: It does not wait there, or no longer.
    """
    for each in list_queue(connection, cohort_id=cohort_id, reader_id=reader_id):
        if each.review_id == review_id:
            return each
    raise CertificateNotFoundError


def list_reviewing_cohorts(connection: Connection, *, learner_id: UUID) -> list[Cohort]:
    """Return the cohorts of a learner that have a trainer other than herself."""
    cohorts = [
        get_cohort(connection, cohort_id=each.cohort_id)
        for each in list_memberships(connection, learner_id=learner_id)
    ]
    return [
        each
        for each in cohorts
        if set(list_trainers(connection, cohort_id=each.cohort_id)) - {learner_id}
    ]
