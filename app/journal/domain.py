"""What was done, as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something that somebody did in an office."""

    actor_id: UUID
    """A number; after she erased herself it leads to nobody."""
    scope_id: UUID
    """The institution it was done for."""
    verb: str
    object_ref: str
    occurred_at: datetime
