"""Reminding people once a week of what comes, as they chose, and leaving them in peace.

Three steps, so that none holds the database for long: who is due is *planned* in
batches, each letter is *written* outside of any transaction (a path may have to be
computed), and is *taken* in the transaction that queues its mail, once a week.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select, update

from app.identity.domain import Learner
from app.identity.queries import (
    find_account,
    find_learner,
    get_account,
    list_sessions,
)
from app.journal.queries import find_last_event
from app.journal.service import record
from app.kernel.database import Database, Upsert
from app.kernel.jobs import queue_many
from app.kernel.text import Language
from app.paths.service import Write
from app.progress.domain.reminders import (
    LATEST,
    QUIET,
    Rhythm,
    Slot,
    check_rhythm,
    make_stop_token,
    next_slot,
    read_stop_token,
    week_of,
)
from app.progress.domain.walk import Walk
from app.progress.errors import StopLinkUnknownError
from app.progress.models import ReminderRow
from app.progress.queries import find_reminder
from app.progress.service.walking import find_walk

LETTERS = "reminders"
"""Kind of the jobs that write letters."""
LETTERS_PER_JOB = 20
"""Mostly a tenth of a second; even if every path must be computed, a few seconds."""
_REMINDER = Upsert(
    ReminderRow,
    values=("learner_id", "weekday", "hour", "zone", "chosen_at", "next_at"),
    keys=("learner_id",),
    updated=("weekday", "hour", "zone", "chosen_at", "next_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What letters are written with."""

    key: bytes
    """The installation's secret."""
    public_url: str
    """Where the site is."""
    write_in: Callable[[Language], Write]
    """Turns a path into its document in a language (``paths.schemas.write_path``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A reminder to be sent, with what its template says."""

    learner_id: UUID
    week: date
    """Monday of the week it is for."""
    to: str
    template: str
    language: Language
    context: dict[str, object]
    is_last: bool
    """After it, they have stopped."""


def choose_reminders(
    connection: Connection, *, learner_id: UUID, rhythm: Rhythm, now: datetime
) -> datetime:
    """Remind a learner from now on, once a week; return when first.

    Args:
        connection: The caller's transaction.
        learner_id: Whose; her address was confirmed when she made her account.
        rhythm: Her day, hour and time zone.
        now: Aware UTC instant.

    Raises:
        ReminderTimeInvalidError: There is no such time.
        SignInNeededError: She has no account, so no address to write to.
    """
    check_rhythm(rhythm)
    get_account(connection, learner_id=learner_id)
    former = find_reminder(connection, learner_id=learner_id)
    written_for = former.written_for if former else None
    slot = next_slot(rhythm, after=now, written_for=written_for)
    values = {
        "learner_id": learner_id,
        "weekday": rhythm.weekday,
        "hour": rhythm.hour,
        "zone": rhythm.zone,
        "chosen_at": now,
        "next_at": slot.at,
    }
    _REMINDER.execute(connection, values)
    _note(connection, learner_id, "chose-reminders", now)
    return slot.at


def stop_reminders(connection: Connection, *, learner_id: UUID, now: datetime) -> None:
    """Remind a learner no more; twice is once."""
    if _stop(connection, learner_id):
        _note(connection, learner_id, "stopped-reminders", now)


def stop_by_link(
    connection: Connection, *, key: bytes, token: str, now: datetime
) -> None:
    """Remind whom this link was sent to no more; it is proof enough (RFC 8058).

    Raises:
        StopLinkUnknownError: It is none of ours.
    """
    learner_id = read_stop_token(key, token)
    if learner_id is None:
        raise StopLinkUnknownError
    stop_reminders(connection, learner_id=learner_id, now=now)


def _stop(connection: Connection, learner_id: UUID) -> bool:
    stopped = connection.execute(
        update(ReminderRow)
        .where(ReminderRow.learner_id == learner_id, ReminderRow.next_at.is_not(None))
        .values(next_at=None)
    )
    return stopped.rowcount > 0


def _note(connection: Connection, learner_id: UUID, verb: str, now: datetime) -> None:
    record(
        connection,
        learner_id=learner_id,
        verb=verb,
        object_ref="reminders:week",
        occurred_at=now,
    )


def plan_reminders(connection: Connection, *, now: datetime, limit: int) -> int:
    """Queue the letters of some who are due, and set when each is due next.

    What is more than ``LATEST`` late is left out. Another worker may do the same at
    the same time.

    Args:
        connection: The caller's transaction; it should be short.
        now: Aware UTC instant.
        limit: At most so many people.

    Returns:
        How many were looked at; fewer than ``limit``: nobody is left.
    """
    due = (
        select(
            *(ReminderRow.learner_id, ReminderRow.next_at, ReminderRow.weekday),
            *(ReminderRow.hour, ReminderRow.zone),
        )
        .where(ReminderRow.next_at <= now)
        .order_by(ReminderRow.next_at)
        .limit(limit)
        # Two workers take different ones (no-op on SQLite: a write is alone there).
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    letters: list[dict[str, object]] = []
    for (was, weekday, hour, zone), group in groupby(
        sorted(rows, key=_slot_of), _slot_of
    ):
        rhythm = Rhythm(weekday=weekday, hour=hour, zone=zone)
        week = week_of(rhythm, was)
        following = next_slot(rhythm, after=max(now, was), written_for=week)
        ids = [row.learner_id for row in group]
        connection.execute(
            update(ReminderRow)
            .where(ReminderRow.learner_id.in_(ids))
            .values(next_at=following.at)
        )
        if now - was <= LATEST:
            letters += _jobs_for(ids, Slot(at=was, week=week))
    queue_many(connection, kind=LETTERS, payloads=letters, run_at=now)
    return len(rows)


def _slot_of(row: Any) -> tuple[datetime, int, int, str]:  # noqa: ANN401 -- a row of the table
    return row.next_at, row.weekday, row.hour, row.zone


def _jobs_for(ids: Sequence[UUID], slot: Slot) -> Iterator[dict[str, object]]:
    for start in range(0, len(ids), LETTERS_PER_JOB):
        yield {
            "learners": [each.hex for each in ids[start : start + LETTERS_PER_JOB]],
            "at": slot.at.isoformat(),
            "week": slot.week.isoformat(),
        }


def write_letter(
    database: Database, *, learner_id: UUID, slot: Slot, post: Post, now: datetime
) -> Letter | None:
    """Write what a learner is told about her week; ``None``: there is nothing to say.

    Nothing is said to who has stopped, has had this week's letter, has no account any
    more, or has nothing to do this week; nor ``LATEST`` after it was due.
    """
    with database.read() as connection:
        reminder = find_reminder(connection, learner_id=learner_id)
        learner = find_learner(connection, learner_id=learner_id)
        account = find_account(connection, learner_id=learner_id)
        if (
            reminder is None
            or learner is None
            or account is None
            or reminder.next_at is None
            or (reminder.written_for and reminder.written_for >= slot.week)
            or now - slot.at > LATEST
        ):
            return None
        active = _last_active(connection, learner_id, now)
        is_last = now - max(active or reminder.chosen_at, reminder.chosen_at) >= QUIET
    walk = find_walk(
        database,
        learner=learner,
        language=learner.language,
        write=post.write_in(learner.language),
        now=now,
    )
    if not walk.this_week and not is_last:
        return None
    return Letter(
        learner_id=learner_id,
        week=slot.week,
        to=account.email,
        template="reminder-last" if is_last else "reminder",
        language=learner.language,
        context={**_context(learner, walk, post), "until": slot.at + LATEST},
        is_last=is_last,
    )


def _last_active(
    connection: Connection, learner_id: UUID, now: datetime
) -> datetime | None:
    seen = [
        each.last_seen_at + timedelta(days=1)  # known to the day
        for each in list_sessions(connection, learner_id=learner_id, now=now)
    ]
    event = find_last_event(connection, learner_id=learner_id)
    return max([*seen, *([event] if event else [])], default=None)


def _context(learner: Learner, walk: Walk, post: Post) -> dict[str, object]:
    base = f"{post.public_url.rstrip('/')}/{learner.language}"
    token = make_stop_token(post.key, learner.learner_id)
    return {
        "steps": walk.this_week,
        "link": f"{base}/progress",
        "settings_link": f"{base}/reminders",
        "unsubscribe_url": f"{base}/reminders/stop/{token}",
    }


def take_letter(connection: Connection, letter: Letter) -> bool:
    """Note that this week has had its letter; return whether it is to be sent.

    The caller queues the mail in the same transaction: of two who wrote the same
    letter, one does.
    """
    values: dict[str, object] = {"written_for": letter.week}
    if letter.is_last:
        values["next_at"] = None
    taken = connection.execute(
        update(ReminderRow)
        .where(
            ReminderRow.learner_id == letter.learner_id,
            ReminderRow.next_at.is_not(None),
            or_(
                ReminderRow.written_for.is_(None), ReminderRow.written_for < letter.week
            ),
        )
        .values(values)
    )
    return taken.rowcount == 1


def adopt_reminder(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Give a learner the choice of another who is the same person, if she made none."""
    if find_reminder(connection, learner_id=to_learner) is None:
        connection.execute(
            update(ReminderRow)
            .where(ReminderRow.learner_id == from_learner)
            .values(learner_id=to_learner)
        )
