"""Tables of the paths."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.text import Language
from app.paths.domain.plan import Choice


class PreferenceRow(Base):
    """What a learner can spend on learning; without a row, the defaults."""

    __tablename__ = "paths_preference"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    hours_per_week: Mapped[float]
    weeks: Mapped[int]
    languages: Mapped[str] = mapped_column(String(20))
    """ISO codes, the preferred one first, separated by commas."""
    max_mb: Mapped[int | None]
    updated_at: Mapped[datetime]


class ChoiceRow(Base):
    """What a learner has said about one step: done, or put aside."""

    __tablename__ = "paths_choice"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    unit_key: Mapped[str] = mapped_column(String(140), primary_key=True)
    """``course`` or ``course/module``."""
    choice: Mapped[Choice]
    chosen_at: Mapped[datetime]


class PathRow(Base):
    """The path as last computed with the stored preferences, ready to send.

    It is out of date when its stamp differs: after new evidence, another choice or
    preference, or a new catalogue.
    """

    __tablename__ = "paths_path"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    language: Mapped[Language] = mapped_column(primary_key=True)
    """Of its sentences."""
    stamp: Mapped[str] = mapped_column(String(100))
    """Revision of the evidence and content hash of the catalogue."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON."""
    computed_at: Mapped[datetime]
