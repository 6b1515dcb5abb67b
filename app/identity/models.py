"""Tables of identity."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.text import Language


class LearnerRow(Base):
    """One learner; erasing the row erases everything that is hers."""

    __tablename__ = "identity_learner"

    learner_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[Language]
    resume_nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]


class SessionRow(Base):
    """A browser that is known; looked up by the digest of its cookie."""

    __tablename__ = "identity_session"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ResumeCodeRow(Base):
    """Finds a learner by the digest of her resume code."""

    __tablename__ = "identity_resume_code"

    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)


class ThrottleRow(Base):
    """How often one address did one thing in the hour that began then."""

    __tablename__ = "identity_throttle"

    scope_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Digest of purpose, address and hour, keyed: the address itself is not kept."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    uses: Mapped[int]
