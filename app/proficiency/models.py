"""Tables of proficiency."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.proficiency.domain import EvidenceSource, Outcome


class AimRow(Base):
    """What a learner measures herself against, and how often that has changed."""

    __tablename__ = "proficiency_aim"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    framework_key: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(32))
    role_key: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int]
    updated_at: Mapped[datetime]


class EvidenceRow(Base):
    """One observation of one competency; append-only.

    The key makes a retry harmless: the same source says the same thing once.
    """

    __tablename__ = "proficiency_evidence"
    __table_args__ = (
        CheckConstraint(
            "(outcome = 'level') = (level IS NOT NULL)", name="level_goes_with_outcome"
        ),
        CheckConstraint("level BETWEEN 0 AND 4", name="level_is_on_the_scale"),
    )

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    source_ref: Mapped[str] = mapped_column(String(80), primary_key=True)
    competency_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    framework_key: Mapped[str] = mapped_column(String(64))
    source: Mapped[EvidenceSource]
    outcome: Mapped[Outcome]
    level: Mapped[int | None] = mapped_column(SmallInteger)
    observed_at: Mapped[datetime]
    subject: Mapped[str | None] = mapped_column(String(140))
    """Course or ``course/module`` that was finished; ``None`` for an answer."""
