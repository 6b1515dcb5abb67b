"""Tables of the cohorts.

Institutions, cohorts and campaigns are reference data; people hang on ``learner_id``
(docs/decisions/0002).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.cohorts.domain import Gender, Grade, InstitutionKind, Office, RosterState
from app.kernel.database import Base
from app.kernel.text import Language


class InstitutionRow(Base):
    """A node of the tree."""

    __tablename__ = "cohorts_institution"
    __table_args__ = (
        UniqueConstraint("key", name="one_institution_per_key"),
        CheckConstraint("smallest_cell >= 5", name="five_people_at_least"),
    )

    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    parent_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), index=True
    )
    kind: Mapped[InstitutionKind]
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    """By language."""
    country: Mapped[str | None] = mapped_column(String(2))
    smallest_cell: Mapped[int]


class AncestorRow(Base):
    """An institution lies below another, or is itself (depth 0): subtrees in one join."""

    __tablename__ = "cohorts_ancestor"

    ancestor_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_institution.institution_id", ondelete="CASCADE"),
        primary_key=True,
    )
    institution_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_institution.institution_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    depth: Mapped[int]


class OfficeRow(Base):
    """What a person does for an institution; ``INSTALLATION`` for an operator."""

    __tablename__ = "cohorts_office"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    institution_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[Office] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]


class CohortRow(Base):
    """People who are looked at together."""

    __tablename__ = "cohorts_cohort"
    __table_args__ = (
        CheckConstraint("smallest_cell >= 5", name="five_people_at_least"),
    )

    cohort_id: Mapped[UUID] = mapped_column(primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    framework_key: Mapped[str] = mapped_column(String(64))
    framework_version: Mapped[str] = mapped_column(String(32))
    role_keys: Mapped[list[str]] = mapped_column(JSON)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    smallest_cell: Mapped[int]
    is_fictitious: Mapped[bool]
    created_at: Mapped[datetime]


class TrainerRow(Base):
    """A person runs a cohort."""

    __tablename__ = "cohorts_trainer"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    cohort_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    assigned_at: Mapped[datetime]


class CampaignRow(Base):
    """An invitation of a cohort in one period."""

    __tablename__ = "cohorts_campaign"
    __table_args__ = (
        UniqueConstraint("cohort_id", "round", name="one_campaign_per_round"),
        CheckConstraint("round IN (1, 2)", name="first_or_second_round"),
    )

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    cohort_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE")
    )
    instrument_ref: Mapped[str] = mapped_column(String(97))
    round: Mapped[int]
    opens_on: Mapped[date]
    closes_on: Mapped[date] = mapped_column(index=True)
    remind_after_days: Mapped[list[int]] = mapped_column(JSON)


class JoinCodeRow(Base):
    """Finds a campaign by the letters of a poster, or by a link."""

    __tablename__ = "cohorts_join_code"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_campaign.campaign_id", ondelete="CASCADE"), index=True
    )
    is_link: Mapped[bool]
    """A token too long to guess, not six letters."""


class MemberRow(Base):
    """One learner in one cohort; what she did not say is NULL."""

    __tablename__ = "cohorts_member"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    cohort_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    campaign_id: Mapped[UUID]
    """By which she joined first."""
    invitation_id: Mapped[UUID | None] = mapped_column(index=True)
    """Only if she asked to be reminded at that address, until she has submitted; of who
    is reminded at her account's address, the number by which a letter is stopped."""
    joined_at: Mapped[datetime]
    language: Mapped[Language]
    """The one she read when she joined."""
    country: Mapped[str | None] = mapped_column(String(2))
    unit_id: Mapped[UUID | None]
    grade: Mapped[Grade | None]
    gender: Mapped[Gender | None]
    reminded_of: Mapped[UUID | None]
    """The campaign of which she is reminded at her account's address."""
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next reminder is to be written; ``None``: never."""
    reminders: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Written so far."""


class InvitationRow(Base):
    """An address that was invited; what it says of a person goes when it is done."""

    __tablename__ = "cohorts_invitation"
    __table_args__ = (
        UniqueConstraint("cohort_id", "email_digest", name="one_invitation_each"),
    )

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    cohort_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE")
    )
    campaign_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_campaign.campaign_id", ondelete="CASCADE"), index=True
    )
    email_digest: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the normalised address, so that nobody is invited twice."""
    email: Mapped[str | None] = mapped_column(String(254))
    name: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[Language]
    role_key: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(2))
    unit_id: Mapped[UUID | None]
    grade: Mapped[Grade | None]
    gender: Mapped[Gender | None]
    roster_id: Mapped[UUID | None]
    """The import it came with; it counts only when that is done."""
    invited_at: Mapped[datetime]
    """When the first mail was to be written; reminders are counted from here."""
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to look again whether a mail is to be written; ``None``: never."""
    mails: Mapped[int]
    """Written so far: the invitation, then reminders."""
    joined_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    """She wants no more mail from this cohort."""


class RosterRow(Base):
    """An uploaded list of people on its way to invitations."""

    __tablename__ = "cohorts_roster"

    roster_id: Mapped[UUID] = mapped_column(primary_key=True)
    cohort_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_cohort.cohort_id", ondelete="CASCADE"), index=True
    )
    campaign_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_campaign.campaign_id", ondelete="CASCADE")
    )
    file_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[RosterState]
    actor_id: Mapped[UUID]
    """Who uploaded it, for the audit log."""
    rows: Mapped[int]
    rows_done: Mapped[int]
    report: Mapped[dict[str, object]] = mapped_column(JSON)
    """What the dry run found: bad rows with line and reason; no cell of the file."""
    uploaded_at: Mapped[datetime]


class RosterFileRow(Base):
    """The bytes of an upload (part 0), then the checked people, part by part.

    Each part goes as soon as it is of no use any more.
    """

    __tablename__ = "cohorts_roster_file"

    roster_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("cohorts_roster.roster_id", ondelete="CASCADE"),
        primary_key=True,
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class KeyRow(Base):
    """Opens an institution's data to one of its systems; the secret is not here."""

    __tablename__ = "cohorts_key"

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    verbs: Mapped[list[str]] = mapped_column(JSON)
    activities: Mapped[list[str]] = mapped_column(JSON)
    secret_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of 256 random bits."""
    created_by: Mapped[UUID]
    """Who made it, for the audit log."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[date | None]
