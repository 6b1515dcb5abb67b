"""Who has joined a cohort of an institution, or of one below it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, exists, select

from app.cohorts.models import AncestorRow, CohortRow, MemberRow


def is_member_below(
    connection: Connection, *, learner_id: UUID, institution_id: UUID
) -> bool:
    """Whether somebody has joined a cohort of an institution or one below it."""
    found = (
        exists()
        .where(
            MemberRow.learner_id == learner_id,
            AncestorRow.ancestor_id == institution_id,
        )
        .where(
            CohortRow.cohort_id == MemberRow.cohort_id,
            AncestorRow.institution_id == CohortRow.institution_id,
        )
    )
    return bool(connection.scalar(select(found)))


def list_members_below(connection: Connection, *, institution_id: UUID) -> list[UUID]:
    """Return everybody who has joined a cohort of an institution or one below it."""
    found = (
        select(MemberRow.learner_id)
        .join(CohortRow, CohortRow.cohort_id == MemberRow.cohort_id)
        .join(AncestorRow, AncestorRow.institution_id == CohortRow.institution_id)
        .where(AncestorRow.ancestor_id == institution_id)
        .distinct()
    )
    return list(connection.scalars(found))


def list_members_among(
    connection: Connection, *, cohort_id: UUID, learner_ids: Collection[UUID]
) -> set[UUID]:
    """Return who of some people has joined a cohort."""
    found = select(MemberRow.learner_id).where(
        MemberRow.cohort_id == cohort_id, MemberRow.learner_id.in_(learner_ids)
    )
    return set(connection.scalars(found))


def list_ended_cohorts(connection: Connection, *, before: date) -> list[UUID]:
    """Return the cohorts whose last day was before a day."""
    found = select(CohortRow.cohort_id).where(CohortRow.ends_on < before)
    return list(connection.scalars(found))
