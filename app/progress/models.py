"""Tables of progress."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.proficiency.domain import EvidenceSource
from app.progress.domain.certificates import Outcome
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


class CertificateRow(Base):
    """A document a learner gave for a course, and what was found in it.

    Its file is not here but in the folder of documents.
    """

    __tablename__ = "progress_certificate"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    certificate_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    """The same for the same file and course: sending it again is no second one."""
    course_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    """Media type of what is kept; empty: nothing is."""
    size: Mapped[int]
    address: Mapped[str | None] = mapped_column(String(64), index=True)
    """Names the file; indexed for the one who deletes files nobody refers to."""
    name_given: Mapped[str] = mapped_column(String(120))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    claims: Mapped[list[str]] = mapped_column(JSON)
    """Keyed digests of its file, numbers and links, to be claimed when accepted."""
    outcome: Mapped[Outcome]
    given_at: Mapped[datetime]
    dated_on: Mapped[date | None]
    cohort_ref: Mapped[str | None] = mapped_column(String(60))
    consent: Mapped[str | None] = mapped_column(String(1000))
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(1000))


class ClaimRow(Base):
    """Finds who uses a file, a number or a link: one person each.

    Looked up by a keyed digest; says nothing of what it is.
    """

    __tablename__ = "progress_claim"

    claim_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)
    certificate_id: Mapped[UUID]


class LookRow(Base):
    """Finds pictures that look alike, by a keyed digest of a part of their look."""

    __tablename__ = "progress_look"

    band_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    look: Mapped[str] = mapped_column(String(64))


class ReviewRow(Base):
    """A certificate that waits for the trainers of a cohort: their queue."""

    __tablename__ = "progress_review"

    cohort_ref: Mapped[str] = mapped_column(String(60), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]


class ReminderRow(Base):
    """At which time of the week a learner wants to be reminded by mail."""

    __tablename__ = "progress_reminder"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    weekday: Mapped[int]
    """0 is Monday."""
    hour: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
    chosen_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """NULL: stopped. The row stays, so that no week gets two letters."""
    written_for: Mapped[date | None]
    """Monday of the last week that had a letter."""


class CalendarRow(Base):
    """That a learner's calendar has an address; it is derived, never stored."""

    __tablename__ = "progress_calendar"

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    calendar_nonce: Mapped[str] = mapped_column(String(32))
    """Random; with the installation's key it makes the secret of the address."""
    issued_at: Mapped[datetime]


class FeedRow(Base):
    """Finds whose calendar it is by the digest of its secret."""

    __tablename__ = "progress_feed"

    feed_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[UUID] = mapped_column(index=True)
