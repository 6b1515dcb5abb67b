"""Tables of what institutions report.

A statement is the institution's record: its key begins with the institution. What ties
it to a learner is ``records_match``, which begins with her (docs/decisions/0013).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base
from app.kernel.intake import IntakeState
from app.records.domain import State
from app.records.domain.completions import CompletionState


class StatementRow(Base):
    """One statement, as it is answered."""

    __tablename__ = "records_statement"
    __table_args__ = (
        UniqueConstraint("institution_id", "statement_id", name="one_statement_per_id"),
    )

    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    """When it was stored, in microseconds since 1970; no two have the same."""
    statement_id: Mapped[UUID]
    state: Mapped[State]
    key_id: Mapped[UUID]
    """With which key it was written."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON in UTF-8; empty once its person is erased."""


class MentionRow(Base):
    """Finds the statements that mention something, newest first.

    Only statements that are shown: a voided one has none.
    """

    __tablename__ = "records_mention"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mention_key: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    """``domain.mentions.mention_key``; it knows the institution."""
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )


class ReferenceRow(Base):
    """A statement is about another statement, which need not be there yet."""

    __tablename__ = "records_reference"

    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    """Of the one that refers."""


class AttachmentRow(Base):
    """The bytes of an attachment of one statement."""

    __tablename__ = "records_attachment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["institution_id", "position"],
            ["records_statement.institution_id", "records_statement.position"],
            ondelete="CASCADE",
        ),
    )

    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    sha2: Mapped[str] = mapped_column(String(128), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentRow(Base):
    """A state, an activity's profile or an agent's profile: bytes under a name."""

    __tablename__ = "records_document"

    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Digest of the kind, the activity and the agent it is about."""
    registration: Mapped[str] = mapped_column(String(36), primary_key=True)
    """Of a state; empty without one."""
    document_id: Mapped[str] = mapped_column(String(1000), primary_key=True)
    agent_key: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """``Kind.AGENT`` of whom it is about, so that her erasing finds it."""
    content_type: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(String(40))
    """SHA-1 of the content, as the specification has it."""
    updated_at: Mapped[datetime]


class ActivityRow(Base):
    """An activity that statements have named, and the course or module it is."""

    __tablename__ = "records_activity"

    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), primary_key=True
    )
    activity_key: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    """``Kind.ACTIVITY`` of its id."""
    activity_id: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it is called now; empty if nobody has said."""
    course_key: Mapped[str | None] = mapped_column(String(64))
    """Set by an editor; ``None``: by its address, if it is one of a course."""
    module_key: Mapped[str | None] = mapped_column(String(64))
    first_seen_at: Mapped[datetime]


class MatchRow(Base):
    """A statement is about a learner, who has joined a cohort of the institution."""

    __tablename__ = "records_match"
    __table_args__ = (Index(None, "institution_id", "position"),)

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    ref: Mapped[str | None] = mapped_column(String(70))
    """Of what it has put into her ledger of progress."""


class ReportRow(Base):
    """An uploaded list of completions on its way into ledgers."""

    __tablename__ = "records_report"

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), index=True
    )
    file_name: Mapped[str] = mapped_column(String(120))
    state: Mapped[IntakeState]
    actor_id: Mapped[UUID]
    """Who uploaded it, for the audit log."""
    rows: Mapped[int]
    rows_done: Mapped[int]
    report: Mapped[dict[str, object]] = mapped_column(JSON)
    """What the dry run found, then what the import did; no cell of the file."""
    uploaded_at: Mapped[datetime]


class ReportFileRow(Base):
    """The bytes of an upload (part 0), then the checked rows, part by part."""

    __tablename__ = "records_report_file"

    report_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("records_report.report_id", ondelete="CASCADE"),
        primary_key=True,
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CompletionRow(Base):
    """A completion that an institution reported in a list; never reported twice."""

    __tablename__ = "records_completion"
    __table_args__ = (Index(None, "institution_id", "state", "completion_key"),)

    institution_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("cohorts_institution.institution_id"), primary_key=True
    )
    completion_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Keyed digest of its reference, or else of person, course and day."""
    member: Mapped[str | None] = mapped_column(String(254))
    """Address, while it waits for her; ``None`` once it is hers, or too old."""
    member_digest: Mapped[str] = mapped_column(String(64), index=True)
    """As in ``identity_email``; empty once she is erased."""
    course_key: Mapped[str] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    completed_on: Mapped[date]
    minutes: Mapped[int | None]
    score: Mapped[float | None]
    """In percent."""
    reference: Mapped[str] = mapped_column(String(120))
    """The institution's own name for it; may be empty."""
    state: Mapped[CompletionState]
    reported_at: Mapped[datetime]


class CreditRow(Base):
    """A reported completion is a learner's; key begins with her."""

    __tablename__ = "records_credit"
    __table_args__ = (Index(None, "institution_id", "completion_key"),)

    learner_id: Mapped[UUID] = mapped_column(
        Uuid,
        ForeignKey("identity_learner.learner_id", ondelete="CASCADE"),
        primary_key=True,
    )
    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    completion_key: Mapped[str] = mapped_column(String(40), primary_key=True)
