"""Tables of the assessment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.text import Language


class AttemptRow(Base):
    """One learner's pass through one questionnaire."""

    __tablename__ = "assessment_attempt"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    framework_key: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(32))
    instrument_ref: Mapped[str] = mapped_column(String(64))
    role_key: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[Language]
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]


class AnswerRow(Base):
    """The latest answer to one item of one attempt."""

    __tablename__ = "assessment_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["learner_id", "attempt_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            ondelete="CASCADE",
        ),
    )

    learner_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(16))
    """``0`` to ``4``, ``unknown`` or ``not_applicable``."""
    answered_at: Mapped[datetime]


class RecollectionRow(Base):
    """Where a learner says, after one attempt, that she stood at an earlier one.

    It stands beside the answers of both and never in their place.
    """

    __tablename__ = "assessment_recollection"
    __table_args__ = (
        ForeignKeyConstraint(
            ["learner_id", "attempt_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["learner_id", "earlier_id"],
            ["assessment_attempt.learner_id", "assessment_attempt.attempt_id"],
            ondelete="CASCADE",
        ),
    )

    learner_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    """After which she looked back."""
    earlier_id: Mapped[UUID] = mapped_column(primary_key=True)
    """At which she looked back."""
    competency_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(16))
    """As of an answer."""
    rated_at: Mapped[datetime]
