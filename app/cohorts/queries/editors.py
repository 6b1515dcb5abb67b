"""Reading who edits the courses of an institution."""

from uuid import UUID

from sqlalchemy import Connection, exists, select

from app.cohorts.access import INSTITUTION, institution_of
from app.cohorts.domain import Institution, Office
from app.cohorts.models import AncestorRow, InstitutionRow, OfficeRow

DECIDING = (Office.ADMINISTRATOR, Office.EDITOR)
"""Offices, besides the operator's, that decide on courses."""


def has_other_editors(
    connection: Connection, *, learner_id: UUID, institution_id: UUID
) -> bool:
    """Whether somebody else decides on the courses of an institution.

    Whoever holds such an office for it or for an institution above it; operators do
    not count, who keep the machine and not the courses.
    """
    found = select(
        exists().where(
            AncestorRow.institution_id == institution_id,
            OfficeRow.institution_id == AncestorRow.ancestor_id,
            OfficeRow.role.in_(DECIDING),
            OfficeRow.learner_id != learner_id,
        )
    )
    return bool(connection.scalar(found))


def list_edited_institutions(
    connection: Connection, *, learner_id: UUID
) -> list[Institution]:
    """Return the institutions for which somebody is an editor, by key."""
    rows = connection.execute(
        select(*INSTITUTION)
        .join(OfficeRow, OfficeRow.institution_id == InstitutionRow.institution_id)
        .where(OfficeRow.role == Office.EDITOR, OfficeRow.learner_id == learner_id)
        .order_by(InstitutionRow.key)
    )
    return [institution_of(row) for row in rows]
