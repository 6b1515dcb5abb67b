"""Tables of identity."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.domain.learners import Strength
from app.identity.domain.tickets import Purpose
from app.kernel.database import Base
from app.kernel.text import Language


class LearnerRow(Base):
    """One learner; erasing the row erases everything that is hers."""

    __tablename__ = "identity_learner"

    learner_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[Language]
    resume_nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    has_account: Mapped[bool] = mapped_column(server_default=false())
    """Known without another statement: her resume code and free tokens have ended."""


class SessionRow(Base):
    """A browser or program that is known; looked up by the digest of its secret."""

    __tablename__ = "identity_session"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    strength: Mapped[Strength] = mapped_column(server_default=Strength.ANONYMOUS.value)
    device: Mapped[str] = mapped_column(String(60), server_default=text("''"))
    """Browser and system in two words, for accounts only; empty if unknown."""
    proved_at: Mapped[datetime | None]
    """When she last proved who she is: what is delicate asks for a fresh proof."""
    last_seen_on: Mapped[date | None]


class ResumeCodeRow(Base):
    """Finds a learner by the digest of her resume code."""

    __tablename__ = "identity_resume_code"

    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)


class AccountRow(Base):
    """How a learner signs in."""

    __tablename__ = "identity_account"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    email: Mapped[str] = mapped_column(String(254))
    """As she typed it; mail goes there."""
    display_name: Mapped[str | None] = mapped_column(String(80))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; ``None``: she signs in through her mailbox."""
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    """Encrypted with the installation's key; ``None``: no second factor."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest 30-second step whose code was used: none is taken twice."""
    recovery_digests: Mapped[str | None] = mapped_column(String(700))
    """Keyed digests of the unused recovery codes, separated by commas."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    """When address, password or second factor last changed."""


class EmailRow(Base):
    """Finds an account by the keyed digest of its address."""

    __tablename__ = "identity_email"

    address_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)


class TicketRow(Base):
    """One step that waits for a proof: a link or code by mail, a second factor."""

    __tablename__ = "identity_ticket"

    ticket_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[Purpose]
    learner_id: Mapped[UUID | None] = mapped_column(index=True)
    """Whose account; ``None`` while there is none."""
    address: Mapped[str | None] = mapped_column(String(254))
    """The address it proves; gone with the ticket."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
    """Codes that were tried."""


class ProviderRow(Base):
    """An institution through which people sign in (OpenID Connect)."""

    __tablename__ = "identity_provider"

    provider_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The institution's key."""
    name: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(255))
    sealed_secret: Mapped[str | None] = mapped_column(String(1000))
    """Encrypted with the installation's key."""
    domains: Mapped[str] = mapped_column(String(1000))
    """Its own mail domains, separated by commas."""
    added_at: Mapped[datetime]


class SubjectRow(Base):
    """Finds an account by the keyed digest of who she is at an institution."""

    __tablename__ = "identity_subject"

    subject_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)
    provider_key: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]


class ThrottleRow(Base):
    """How often one address did one thing in the hour that began then."""

    __tablename__ = "identity_throttle"

    scope_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Digest of purpose, address and hour, keyed: the address itself is not kept."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    uses: Mapped[int]
