"""Tables of progress."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Kind, What


class EntryRow(Base):
    """One thing that was said about what a learner did; append-only.

    Only ``marks``, our judgement of it, follows what else becomes known.
    """

    __tablename__ = "progress_entry"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    ref: Mapped[str] = mapped_column(String(70), primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64))
    module_key: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[Kind]
    source: Mapped[EvidenceSource]
    said_by: Mapped[str] = mapped_column(String(60))
    language: Mapped[str | None] = mapped_column(String(8))
    minutes: Mapped[int | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    corrects: Mapped[str | None] = mapped_column(String(70))
    marks: Mapped[str] = mapped_column(String(120))
    """Reasons why it is implausible, separated by commas; empty: none."""


class NoteRow(Base):
    """What a learner notes for herself about a module or a course."""

    __tablename__ = "progress_note"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Empty: about the course."""
    text: Mapped[str] = mapped_column(String(2000))
    updated_at: Mapped[datetime]


class TotalRow(Base):
    """How many learners did something with a course; holds no person.

    Each counts once, under the strongest source; erasing a person leaves it.
    """

    __tablename__ = "progress_total"

    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    what: Mapped[What] = mapped_column(primary_key=True)
    source: Mapped[EvidenceSource] = mapped_column(primary_key=True)
    count: Mapped[int]
