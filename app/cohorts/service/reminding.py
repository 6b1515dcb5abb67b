"""Reminding members who came by letters or a link, at the address of their account."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Row, select, update

from app.cohorts.domain import Campaign
from app.cohorts.models import MemberRow
from app.cohorts.queries import (
    get_campaign,
    get_cohort,
    list_join_codes,
)
from app.cohorts.service.joining import find_submitted
from app.cohorts.service.letters import Letter, Pen
from app.identity.queries import find_account

UNASKED: dict[str, None] = {"reminded_of": None, "remind_at": None}
"""What a membership says of reminders when none is to come."""


def choose_reminders(
    connection: Connection,
    *,
    learner_id: UUID,
    campaign: Campaign,
    wanted: bool,
    now: datetime,
) -> bool:
    """Remind a member of a campaign at her account's address, or no more.

    Saying the same again changes nothing. Reminders at the address of an invitation are
    another matter; asking for these ends those.

    Args:
        connection: The caller's transaction.
        learner_id: A member of its cohort.
        campaign: Of what.
        wanted: Whether she wants it.
        now: Aware UTC instant.

    Returns:
        Whether she will be: only with an account, and if the campaign reminds.
    """
    if not wanted:
        _change(connection, learner_id, campaign.cohort_id, **UNASKED)
        return False
    known = connection.scalar(
        select(MemberRow.reminded_of).where(
            *_of(learner_id, campaign.cohort_id), MemberRow.remind_at.is_not(None)
        )
    )
    if known == campaign.campaign_id:
        return True
    first = _due_after(now, campaign, 0)
    if first is None or find_account(connection, learner_id=learner_id) is None:
        return False
    _change(
        connection,
        learner_id,
        campaign.cohort_id,
        invitation_id=uuid4(),
        reminded_of=campaign.campaign_id,
        remind_at=first,
        reminders=0,
    )
    return True


def stop_reminders(connection: Connection, *, number: UUID) -> None:
    """Write no more to the member whose letters bear a number, if there is one."""
    connection.execute(
        update(MemberRow).where(MemberRow.invitation_id == number).values(UNASKED)
    )


def take_due_members(
    connection: Connection, *, key: bytes, public_url: str, now: datetime, limit: int
) -> list[Letter]:
    """Return the reminders of members to be written now, and plan the next.

    Who has submitted or has no account any more gets none, and none of a campaign that
    is over. The caller queues the letters in the same transaction.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        public_url: Where the site is.
        now: Aware UTC instant.
        limit: Most members looked at; the rest are still due.
    """
    rows = connection.execute(
        select(*MemberRow.__table__.c)
        .where(MemberRow.remind_at <= now)
        .order_by(MemberRow.remind_at)
        .limit(limit)
        # Two workers take different ones (no-op on SQLite: a write is alone there).
        .with_for_update(skip_locked=True)
    ).all()
    pen = Pen(key=key, public_url=public_url)
    letters = [_look_at(connection, row, pen, now) for row in rows]
    return [letter for letter in letters if letter is not None]


def _look_at(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    pen: Pen,
    now: datetime,
) -> Letter | None:
    keys = row.learner_id, row.cohort_id
    campaign = get_campaign(
        connection, cohort_id=row.cohort_id, campaign_id=row.reminded_of
    )
    cohort = get_cohort(connection, cohort_id=row.cohort_id)
    account = find_account(connection, learner_id=row.learner_id)
    if (
        account is None
        or now.date() > campaign.closes_on
        or find_submitted(
            connection, learner_id=row.learner_id, campaign=campaign, cohort=cohort
        )
    ):
        _change(connection, *keys, **UNASKED)
        return None
    sent = row.reminders + 1
    following = _due_after(row.remind_at, campaign, sent)
    _change(connection, *keys, remind_at=following, reminders=sent)
    which = campaign.campaign_id
    return pen.write(
        connection,
        template="cohorts-reminder",
        to=account.email,
        name=account.display_name,
        language=row.language,
        cohort=cohort,
        campaign=campaign,
        number=row.invitation_id,
        link=list_join_codes(connection, campaign_ids=[which])[which][1],
    )


def _due_after(since: datetime, campaign: Campaign, sent: int) -> datetime | None:
    """Return when the next reminder is due after so many; ``None``: no more.

    Args:
        since: When the last one was due; at first, when she asked.
        campaign: Of what.
        sent: How many were written.
    """
    days = (0, *campaign.remind_after_days)
    if sent + 1 >= len(days):
        return None
    due_at = since + timedelta(days=days[sent + 1] - days[sent])
    return due_at if due_at.date() <= campaign.closes_on else None


def _change(
    connection: Connection, learner_id: UUID, cohort_id: UUID, /, **values: object
) -> None:
    here = _of(learner_id, cohort_id)
    connection.execute(update(MemberRow).where(*here).values(values))


def _of(learner_id: UUID, cohort_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return MemberRow.learner_id == learner_id, MemberRow.cohort_id == cohort_id
