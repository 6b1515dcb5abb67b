"""Reading what statements have to do with learners and courses."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.progress.queries import list_entries
from app.records.domain.activities import Activity
from app.records.domain.progress import Unit
from app.records.errors import ActivityNotFoundError
from app.records.models import ActivityRow, MatchRow, MentionRow, StatementRow


class Match(NamedTuple):
    """What a statement has put into somebody's ledger."""

    learner_id: UUID
    ref: str
    course_key: str
    module_key: str | None


def find_match(
    connection: Connection, *, tenant: UUID, statement_id: UUID
) -> Match | None:
    """Return whose ledger has a statement, if one has."""
    row = connection.execute(
        select(MatchRow.learner_id, MatchRow.ref)
        .join(
            StatementRow,
            (StatementRow.institution_id == MatchRow.institution_id)
            & (StatementRow.position == MatchRow.position),
        )
        .where(
            StatementRow.institution_id == tenant,
            StatementRow.statement_id == statement_id,
            MatchRow.ref.is_not(None),
        )
    ).first()
    if row is None:
        return None
    entries = list_entries(connection, learner_id=row.learner_id)
    entry = next((each for each in entries if each.ref == row.ref), None)
    if entry is None:
        return None
    return Match(row.learner_id, row.ref, entry.course_key, entry.module_key)


def list_mapped(
    connection: Connection, *, tenant: UUID, activity_keys: Collection[int]
) -> Mapping[str, Unit]:
    """Return what editors said activities are, by activity id."""
    rows = connection.execute(
        select(
            ActivityRow.activity_id, ActivityRow.course_key, ActivityRow.module_key
        ).where(
            ActivityRow.institution_id == tenant,
            ActivityRow.activity_key.in_(activity_keys),
            ActivityRow.course_key.is_not(None),
        )
    )
    return {
        row.activity_id: Unit(course_key=row.course_key, module_key=row.module_key)
        for row in rows
    }


def list_positions(connection: Connection, *, activity_key: int) -> list[int]:
    """Return the places of the statements about an activity."""
    found = select(MentionRow.position).where(MentionRow.mention_key == activity_key)
    return list(connection.scalars(found.order_by(MentionRow.position)))


_ACTIVITY = (
    ActivityRow.activity_key,
    ActivityRow.activity_id,
    ActivityRow.definition,
    ActivityRow.course_key,
    ActivityRow.module_key,
    ActivityRow.first_seen_at,
)


def get_activity(connection: Connection, *, tenant: UUID, number: str) -> Activity:
    """Return one activity of an institution, by the number of its address.

    Raises:
        ActivityNotFoundError: Its statements have named none such.
    """
    key = int.from_bytes(bytes.fromhex(number), "big", signed=True)
    row = connection.execute(
        select(*_ACTIVITY).where(
            ActivityRow.institution_id == tenant, ActivityRow.activity_key == key
        )
    ).one_or_none()
    if row is None:
        raise ActivityNotFoundError
    return Activity(*row)


def count_statements(
    connection: Connection, *, activity_keys: Collection[int]
) -> dict[int, int]:
    """Count the statements that name each activity; none is left out."""
    rows = connection.execute(
        select(MentionRow.mention_key, func.count(MentionRow.position.distinct()))
        .where(MentionRow.mention_key.in_(activity_keys))
        .group_by(MentionRow.mention_key)
    )
    return {row[0]: row[1] for row in rows}


def list_activities(
    connection: Connection, *, tenant: UUID, after: int | None, limit: int
) -> list[Activity]:
    """List the activities of an institution, unmapped ones first, newest first.

    Args:
        connection: Any connection.
        tenant: Which institution.
        after: How many to leave out.
        limit: How many.
    """
    found = (
        select(*_ACTIVITY)
        .where(ActivityRow.institution_id == tenant)
        .order_by(
            ActivityRow.course_key.is_not(None),
            ActivityRow.first_seen_at.desc(),
            ActivityRow.activity_key,
        )
    )
    rows = connection.execute(found.offset(after or 0).limit(limit))
    return [Activity(*row) for row in rows]


def count_activities(connection: Connection, *, tenant: UUID) -> int:
    """Count the activities of an institution."""
    found = select(func.count()).where(ActivityRow.institution_id == tenant)
    return connection.scalar(found) or 0
