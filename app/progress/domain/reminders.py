"""When a reminder comes, and what proves that somebody may stop it or read a calendar.

A week is a local one, from Monday to Sunday, and has at most one reminder.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hmac import compare_digest
from uuid import UUID
from zoneinfo import ZoneInfo

from app.identity.domain import sign
from app.progress.domain.walk import monday_of
from app.progress.errors import ReminderTimeInvalidError

LATEST = timedelta(hours=6)
"""A reminder that could not be sent by then is left out: the next comes in a week."""
QUIET = timedelta(weeks=6)
"""After so long without a sign of her, one last letter says that they stop."""
LAST_WEEKDAY = 6
LAST_HOUR = 23
SECRET_DIGITS = 40
"""Hexadecimal, of a calendar's address: 160 bits."""
_WEEK = timedelta(days=7)
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]{1,32}){1,2}")
"""Names of the IANA database that mean a place or UTC; no file of the system's own."""
_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """At which time of her week she wants to be reminded."""

    weekday: int
    """0 is Monday, 6 is Sunday."""
    hour: int
    """0 to 23, of the clock on her wall."""
    zone: str
    """IANA name, e.g. ``Africa/Ndjamena``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a learner chose, and how it stands."""

    rhythm: Rhythm
    chosen_at: datetime
    next_at: datetime | None
    """``None``: she gets none."""
    written_for: date | None
    """Monday of the last week that had a letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time at which a letter is due."""

    at: datetime
    """UTC."""
    week: date
    """Monday of the local week it is for."""


def check_rhythm(rhythm: Rhythm) -> None:
    """Make sure that there is such a time.

    Raises:
        ReminderTimeInvalidError: The day, the hour or the time zone is none.
    """
    if not 0 <= rhythm.weekday <= LAST_WEEKDAY:
        raise ReminderTimeInvalidError(field="weekday")
    if not 0 <= rhythm.hour <= LAST_HOUR:
        raise ReminderTimeInvalidError(field="hour")
    if not is_zone(rhythm.zone):
        raise ReminderTimeInvalidError(field="time_zone")


def is_zone(name: str) -> bool:
    """Whether the IANA database has a zone of this name."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; broken; a folder of zones
        return False
    return True


@lru_cache(maxsize=8192)
def next_slot(
    rhythm: Rhythm, *, after: datetime, written_for: date | None = None
) -> Slot:
    """Return the first time of a rhythm after an instant, in a week without a letter.

    When clocks go forward over that hour, it is an hour later by the new time; when
    they go back, it is the first of the two (PEP 495, ``fold=0``).

    Args:
        rhythm: A checked one.
        after: Aware; the slot lies strictly after it.
        written_for: Monday of the last week that had a letter.
    """
    zone = ZoneInfo(rhythm.zone)
    # A week early: where the date line moved, a local day may lie outside its week.
    monday = monday_of(after.astimezone(zone).date()) - _WEEK
    if written_for is not None:
        monday = max(monday, written_for + _WEEK)
    while True:
        day = monday + timedelta(days=rhythm.weekday)
        at = datetime.combine(day, time(rhythm.hour), zone).astimezone(UTC)
        if at > after:
            return Slot(at=at, week=monday)
        monday += _WEEK


def week_of(rhythm: Rhythm, at: datetime) -> date:
    """Return the Monday of the local week in which a slot lies."""
    return monday_of(at.astimezone(ZoneInfo(rhythm.zone)).date())


def make_stop_token(key: bytes, learner_id: UUID) -> str:
    """Return what stops a learner's reminders: 32 digits that name, 32 that prove.

    Args:
        key: The installation's secret.
        learner_id: Whose.
    """
    return learner_id.hex + sign(key, "stop-reminders", learner_id.hex)[:32]


def read_stop_token(key: bytes, token: str) -> UUID | None:
    """Return whose reminders a link stops; ``None`` if we did not make it."""
    if not _TOKEN.fullmatch(token):
        return None
    learner_id = UUID(token[:32])
    made = make_stop_token(key, learner_id)
    return learner_id if compare_digest(made, token) else None


def make_calendar_secret(key: bytes, nonce: str) -> str:
    """Return the secret part of a calendar's address.

    It follows from a random number and the installation's key, as a resume code does:
    she can be shown it again, and the database alone tells it to nobody.
    """
    return sign(key, "calendar", nonce)[:SECRET_DIGITS]


def calendar_address(public_url: str, secret: str) -> str:
    """Return where a calendar is read."""
    return f"{public_url.rstrip('/')}/calendar/{secret}.ics"
