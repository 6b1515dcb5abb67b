"""Inviting addresses to a campaign, reminding them, and leaving them in peace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from app.cohorts.domain import (
    About,
    Campaign,
    Cohort,
    RosterState,
    read_invitation_token,
)
from app.cohorts.errors import JoinCodeUnknownError
from app.cohorts.models import (
    CampaignRow,
    InvitationRow,
    JoinCodeRow,
    MemberRow,
    RosterRow,
)
from app.cohorts.queries import get_campaign, get_cohort
from app.cohorts.service.joining import ADDRESSLESS, FORGOTTEN, find_submitted
from app.cohorts.service.letters import Letter, Pen
from app.cohorts.service.reminding import stop_reminders
from app.identity.domain import sign
from app.identity.domain.addresses import same_address
from app.journal.service import audit
from app.kernel.database import Upsert
from app.kernel.text import Language

NOTHING_SAID = About()
DAY = timedelta(days=1)
LETTERS_KEPT = timedelta(days=30)
"""How long the six letters of a closed campaign answer that it is closed."""
LISTS_KEPT = timedelta(days=30)
"""How long an uploaded list waits for somebody to say yes."""
_INVITE = Upsert(
    InvitationRow,
    values=(
        *("invitation_id", "cohort_id", "campaign_id", "email_digest", "email"),
        *("name", "language", "role_key", "country", "unit_id", "grade", "gender"),
        *("roster_id", "invited_at", "due_at", "mails", "joined_at", "stopped_at"),
    ),
    keys=("cohort_id", "email_digest"),
)
_INVITE_AGAIN = (
    update(InvitationRow)
    .where(
        InvitationRow.cohort_id == bindparam("the_cohort"),
        InvitationRow.email_digest == bindparam("the_digest"),
        InvitationRow.campaign_id != bindparam("the_campaign"),
        InvitationRow.stopped_at.is_(None),
    )
    .values(
        invitation_id=bindparam("invitation_id"),
        campaign_id=bindparam("the_campaign"),
        email=bindparam("email"),
        name=bindparam("name"),
        language=bindparam("language"),
        role_key=bindparam("role_key"),
        country=bindparam("country"),
        unit_id=bindparam("unit_id"),
        grade=bindparam("grade"),
        gender=bindparam("gender"),
        roster_id=bindparam("roster_id"),
        invited_at=bindparam("invited_at"),
        due_at=bindparam("due_at"),
        mails=0,
        joined_at=None,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Somebody to invite."""

    email: str
    """As ``read_address`` returns it."""
    language: Language
    name: str | None = None
    role_key: str | None = None
    about: About = NOTHING_SAID


def digest_of_invited(key: bytes, email: str) -> str:
    """Return under what an invited address is known: not as an account's is."""
    return sign(key, "invitation", same_address(email))


def invite(
    connection: Connection,
    *,
    key: bytes,
    campaign: Campaign,
    people: Sequence[Invitee],
    now: datetime,
    roster_id: UUID | None = None,
) -> int:
    """Invite addresses to a campaign; one that is invited already is not again.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        campaign: For which round; who was invited to the first is invited anew.
        people: Whom.
        now: Aware UTC instant.
        roster_id: The list they came with; they count only when it is done.

    Returns:
        How many were invited.
    """
    if not people:
        return 0
    opens_at = datetime.combine(campaign.opens_on, time(), UTC)
    first = max(now, opens_at)
    rows = [
        {
            "invitation_id": uuid4(),
            "cohort_id": campaign.cohort_id,
            "campaign_id": campaign.campaign_id,
            "email_digest": digest_of_invited(key, each.email),
            "email": each.email,
            "name": each.name,
            "language": each.language,
            "role_key": each.role_key,
            "country": each.about.country,
            "unit_id": each.about.unit_id,
            "grade": each.about.grade,
            "gender": each.about.gender,
            "roster_id": roster_id,
            "invited_at": first,
            "due_at": first,
            "mails": 0,
            "joined_at": None,
            "stopped_at": None,
        }
        for each in people
    ]
    invited = _INVITE.execute_bulk(connection, rows)
    if campaign.round > 1:
        # One after the other: this way both databases count them.
        for row in rows:
            again = {
                **row,
                "the_cohort": row["cohort_id"],
                "the_digest": row["email_digest"],
                "the_campaign": row["campaign_id"],
            }
            invited += connection.execute(_INVITE_AGAIN, again).rowcount
    return invited


def note_invitations(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    invited: int,
    now: datetime,
) -> None:
    """Enter into the audit log how many were invited."""
    audit(
        connection,
        actor_id=actor_id,
        scope_id=cohort.institution_id,
        verb="people-invited",
        object_ref=f"cohort:{cohort.cohort_id}:{invited}",
        occurred_at=now,
    )


def take_due(
    connection: Connection, *, key: bytes, public_url: str, now: datetime, limit: int
) -> list[Letter]:
    """Return the invitations and reminders to be written now, and plan the next.

    Who has submitted, stopped or whose campaign is over gets none, and her address is
    forgotten. The caller queues the letters in the same transaction.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        public_url: Where the site is.
        now: Aware UTC instant.
        limit: Most invitations looked at; the rest are still due.
    """
    ready = (
        select(InvitationRow)
        .outerjoin(RosterRow, RosterRow.roster_id == InvitationRow.roster_id)
        .where(
            InvitationRow.due_at <= now,
            or_(InvitationRow.roster_id.is_(None), RosterRow.state == RosterState.DONE),
        )
        .order_by(InvitationRow.due_at)
        .limit(limit)
        # Two workers take different ones (no-op on SQLite: a write is alone there).
        .with_for_update(skip_locked=True, of=InvitationRow)
    )
    rows = connection.execute(ready.with_only_columns(*InvitationRow.__table__.c)).all()
    pen = Pen(key=key, public_url=public_url)
    letters = [_look_at(connection, row, pen, now) for row in rows]
    return [letter for letter in letters if letter is not None]


def _look_at(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    pen: Pen,
    now: datetime,
) -> Letter | None:
    campaign = get_campaign(
        connection, cohort_id=row.cohort_id, campaign_id=row.campaign_id
    )
    cohort = get_cohort(connection, cohort_id=row.cohort_id)
    if now.date() > campaign.closes_on or _has_submitted(
        connection, row, campaign, cohort
    ):
        _change(connection, row.invitation_id, **FORGOTTEN)
        return None
    is_time = _mail_due_at(row.invited_at, campaign, row.mails)
    if is_time is None or row.email is None:
        # Nothing more to write; the address of one who asked for reminders waits
        # until she is done, any other is of no use any more.
        kept = {"due_at": now + DAY} if row.joined_at else ADDRESSLESS
        _change(connection, row.invitation_id, **kept)
        return None
    if is_time > now:
        _change(connection, row.invitation_id, due_at=min(is_time, now + DAY))
        return None
    following = _mail_due_at(row.invited_at, campaign, row.mails + 1)
    _change(
        connection,
        row.invitation_id,
        mails=row.mails + 1,
        due_at=following or now + DAY,
    )
    return pen.write(
        connection,
        template="cohorts-reminder" if row.mails else "cohorts-invitation",
        to=row.email,
        name=row.name,
        language=row.language,
        cohort=cohort,
        campaign=campaign,
        number=row.invitation_id,
    )


def _has_submitted(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    campaign: Campaign,
    cohort: Cohort,
) -> bool:
    if row.joined_at is None:
        return False
    learner_id = connection.scalar(
        select(MemberRow.learner_id).where(MemberRow.invitation_id == row.invitation_id)
    )
    # Erased herself, or left: nobody is there to be reminded.
    return learner_id is None or bool(
        find_submitted(
            connection, learner_id=learner_id, campaign=campaign, cohort=cohort
        )
    )


def _mail_due_at(
    invited_at: datetime, campaign: Campaign, mails: int
) -> datetime | None:
    """Return when the next mail is to be written after so many; ``None``: no more."""
    if mails == 0:
        return invited_at
    days = campaign.remind_after_days
    if mails > len(days):
        return None
    due_at = invited_at + days[mails - 1] * DAY
    return due_at if due_at.date() <= campaign.closes_on else None


def _change(connection: Connection, invitation_id: UUID, **values: object) -> None:
    connection.execute(
        update(InvitationRow)
        .where(InvitationRow.invitation_id == invitation_id)
        .values(values)
    )


def stop_mail(connection: Connection, *, key: bytes, token: str, now: datetime) -> None:
    """Write no more to whom this invitation went; twice is once.

    Raises:
        JoinCodeUnknownError: It is none of ours.
    """
    invitation_id = read_invitation_token(key, token)
    if invitation_id is None:
        raise JoinCodeUnknownError
    _change(connection, invitation_id, stopped_at=now, **FORGOTTEN)
    stop_reminders(connection, number=invitation_id)


def forget_ended(connection: Connection, *, now: datetime) -> int:
    """Forget the addresses and letters of campaigns that are over.

    Lists that nobody said yes to go as well.

    Returns:
        How many rows lost what they said, or went.
    """
    unused = connection.execute(
        delete(RosterRow).where(
            RosterRow.state.not_in((RosterState.IMPORTING, RosterState.DONE)),
            RosterRow.uploaded_at < now - LISTS_KEPT,
        )
    ).rowcount
    over = select(CampaignRow.campaign_id).where(CampaignRow.closes_on < now.date())
    forgotten = connection.execute(
        update(InvitationRow)
        .where(
            InvitationRow.campaign_id.in_(over),
            or_(InvitationRow.email.is_not(None), InvitationRow.due_at.is_not(None)),
        )
        .values(**FORGOTTEN)
    ).rowcount
    long_over = select(CampaignRow.campaign_id).where(
        CampaignRow.closes_on < (now - LETTERS_KEPT).date()
    )
    return (
        unused
        + forgotten
        + connection.execute(
            delete(JoinCodeRow).where(
                and_(
                    JoinCodeRow.campaign_id.in_(long_over),
                    JoinCodeRow.is_link.is_(False),
                )
            )
        ).rowcount
    )
