"""Reading when somebody was last here, and what was done in an office."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.journal.domain import AuditEntry
from app.journal.models import AuditRow, Event


def list_audit(
    connection: Connection, *, scope_ids: Sequence[UUID], limit: int
) -> list[AuditEntry]:
    """Return what was done in the offices of some institutions, newest first."""
    rows = connection.execute(
        select(
            AuditRow.actor_id,
            AuditRow.scope_id,
            AuditRow.verb,
            AuditRow.object_ref,
            AuditRow.occurred_at,
        )
        .where(AuditRow.scope_id.in_(scope_ids))
        .order_by(AuditRow.occurred_at.desc(), AuditRow.audit_id)
        .limit(limit)
    )
    return [AuditEntry(**row) for row in rows.mappings()]


def find_last_event(connection: Connection, *, learner_id: UUID) -> datetime | None:
    """Return when a learner last did something; ``None``: nothing is known."""
    newest = select(func.max(Event.occurred_at)).where(Event.learner_id == learner_id)
    found: datetime | None = connection.scalar(newest)
    return found
