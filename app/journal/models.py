"""Table of the journal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class Event(Base):
    """One thing that happened; never changed, erased with the person."""

    __tablename__ = "journal_event"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(String(32))
    """Past tense, e.g. ``submitted``."""
    object_ref: Mapped[str] = mapped_column(String(200))
    """``<kind>:<key>`` of another room; text, so that no room is imported."""
    occurred_at: Mapped[datetime]


class AuditRow(Base):
    """What somebody did in an office; kept for the institution, names nobody.

    The actor is a number. When she erases herself, it leads to no one any more, so
    the entry stays without being about a person.
    """

    __tablename__ = "journal_audit"

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Her ``learner_id``; no foreign key, so that erasing her does not erase it."""
    audit_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(index=True)
    """The institution whose administrators may read it."""
    verb: Mapped[str] = mapped_column(String(32))
    object_ref: Mapped[str] = mapped_column(String(200))
    occurred_at: Mapped[datetime]
