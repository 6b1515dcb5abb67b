"""Everything we keep of one person, for her own download."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, select

from app.assessment.models import AnswerRow, AttemptRow, RecollectionRow
from app.cohorts.models import MemberRow, OfficeRow, TrainerRow
from app.identity.models import (
    AccountRow,
    LearnerRow,
    SessionRow,
    SubjectRow,
    TicketRow,
)
from app.journal.models import Event
from app.kernel.database import Base
from app.paths.models import ChoiceRow, PathRow, PreferenceRow
from app.proficiency.models import AimRow, EvidenceRow
from app.progress.models import (
    CalendarRow,
    CertificateRow,
    ClaimRow,
    EntryRow,
    FeedRow,
    LookRow,
    NoteRow,
    ReminderRow,
    ReviewRow,
)
from app.records.models import CreditRow, MatchRow
from app.sharing.models import ContributionRow, ShareRow
from app.study.models import CompanionRow, PostRow

PERSONAL_TABLES: tuple[type[Base], ...] = (
    LearnerRow,
    AccountRow,
    SessionRow,
    TicketRow,
    SubjectRow,
    AttemptRow,
    AnswerRow,
    RecollectionRow,
    AimRow,
    EvidenceRow,
    PreferenceRow,
    ChoiceRow,
    PathRow,
    EntryRow,
    NoteRow,
    CertificateRow,
    ClaimRow,
    LookRow,
    ReviewRow,
    ReminderRow,
    CalendarRow,
    FeedRow,
    OfficeRow,
    TrainerRow,
    MemberRow,
    ShareRow,
    ContributionRow,
    CompanionRow,
    PostRow,
    MatchRow,
    CreditRow,
    Event,
)
_SECRETS = frozenset(
    {
        *("token_digest", "resume_nonce", "ticket_digest", "subject_digest", "body"),
        *("password_hash", "totp_secret", "totp_last_step", "recovery_digests"),
        *("claims", "claim_digest", "band_digest", "address"),
        *("calendar_nonce", "feed_digest"),
    }
)
"""Left out: no use to her, and of use to a thief; ``body`` follows from the rest."""


def collect(connection: Connection, *, learner_id: UUID) -> dict[str, Any]:
    """Return every row that is a learner's, by table."""
    found: dict[str, Any] = {}
    for row_type in PERSONAL_TABLES:
        table = row_type.__table__
        rows = connection.execute(
            select(*[c for c in table.c if c.name not in _SECRETS]).where(
                table.c.learner_id == learner_id
            )
        )
        found[row_type.__tablename__] = [_plain(row) for row in rows.mappings()]
    return found


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def list_unused_learners(
    connection: Connection, *, before: datetime, now: datetime, limit: int
) -> Sequence[UUID]:
    """List learners without an account whom nobody has been since ``before``.

    Unused: no browser knows her, and her journal has nothing newer. Every use begins
    with an event (begun, resumed) or from a browser that is known.
    """
    return connection.scalars(
        select(LearnerRow.learner_id)
        .where(
            LearnerRow.created_at < before,
            LearnerRow.has_account.is_(False),
            ~exists().where(
                SessionRow.learner_id == LearnerRow.learner_id,
                SessionRow.expires_at > now,
            ),
            ~exists().where(
                Event.learner_id == LearnerRow.learner_id, Event.occurred_at >= before
            ),
        )
        .limit(limit)
    ).all()


def find_country(connection: Connection, *, learner_id: UUID) -> str | None:
    """Return the country she named when she joined a group, if she did (ISO 3166-1)."""
    return connection.scalar(
        select(MemberRow.country)
        .where(MemberRow.learner_id == learner_id, MemberRow.country.is_not(None))
        .order_by(MemberRow.joined_at.desc())
        .limit(1)
    )
