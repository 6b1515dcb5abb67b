"""Reading the record of what was done in an office."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from app.journal.domain import AuditEntry
from app.journal.models import AuditRow


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
