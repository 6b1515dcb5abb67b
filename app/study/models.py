"""Tables of the study groups.

What a person agreed to and wrote hangs on her number. The place of a question does not:
it holds no person and no text, so that the answers of others stay where they are when
she goes (docs/decisions/0018).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class CompanionRow(Base):
    """Somebody agreed to be seen by the study group of a cohort."""

    __tablename__ = "study_companion"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    cohort_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    shown_name: Mapped[str] = mapped_column(String(120))
    trainers_from: Mapped[datetime | None]
    """When she agreed to the trainers of that moment; ``NULL``: to none."""
    agreed_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When she last read the answers to her questions."""


class ThreadRow(Base):
    """The place of a question."""

    __tablename__ = "study_thread"
    __table_args__ = (Index(None, "cohort_id", "asked_at"),)

    cohort_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE"),
        primary_key=True,
    )
    thread_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class PostRow(Base):
    """A question (its number is that of its place) or an answer."""

    __tablename__ = "study_post"
    __table_args__ = (Index(None, "cohort_id", "thread_id"),)

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    post_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    cohort_id: Mapped[UUID]
    thread_id: Mapped[UUID]
    is_trainer: Mapped[bool]
    text: Mapped[str] = mapped_column(String(1000))
    written_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    """When a trainer took it out of sight."""
    reported_at: Mapped[datetime | None]
    """When somebody asked the trainers to look at it; it is not kept who."""
