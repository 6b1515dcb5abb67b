"""Writing to the journal."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert

from app.journal.models import AuditRow, Event
from app.kernel.statements import Prebuilt, copy_rows

_INSERT = Prebuilt(
    insert(Event).values({c.name: bindparam(c.name) for c in Event.__table__.columns})
)


def record(
    connection: Connection,
    *,
    learner_id: UUID,
    verb: str,
    object_ref: str,
    occurred_at: datetime,
) -> None:
    """Append one event in the caller's transaction.

    Args:
        connection: The caller's transaction.
        learner_id: Whose action it is.
        verb: Past tense, at most 32 characters.
        object_ref: ``<kind>:<key>``, at most 200 characters; no personal data.
        occurred_at: Aware UTC instant.
    """
    _INSERT.run(
        connection,
        {
            "learner_id": learner_id,
            "event_id": uuid4(),
            "verb": verb,
            "object_ref": object_ref,
            "occurred_at": occurred_at,
        },
    )


def audit(
    connection: Connection,
    *,
    actor_id: UUID,
    scope_id: UUID,
    verb: str,
    object_ref: str,
    occurred_at: datetime,
) -> None:
    """Append what somebody did in an office, in the caller's transaction.

    Args:
        connection: The caller's transaction.
        actor_id: Her ``learner_id``.
        scope_id: The institution whose administrators may read it.
        verb: Past tense, kebab-case, at most 32 characters, e.g. ``cohort-created``.
        object_ref: ``<kind>:<key>``, at most 200 characters; no personal data.
        occurred_at: Aware UTC instant.
    """
    connection.execute(
        insert(AuditRow),
        {
            "actor_id": actor_id,
            "audit_id": uuid4(),
            "scope_id": scope_id,
            "verb": verb,
            "object_ref": object_ref,
            "occurred_at": occurred_at,
        },
    )


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Copy the events of a learner to another who is the same person.

    The caller's transaction then erases ``from_learner``.
    """
    copy_rows(connection, Event, column="learner_id", old=from_learner, new=to_learner)
