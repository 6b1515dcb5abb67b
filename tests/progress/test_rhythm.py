from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.progress.domain.reminders import (
    Rhythm,
    is_zone,
    make_stop_token,
    next_slot,
    read_stop_token,
)
from tests.constants import SECRET

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
ZONES = sorted(zone for zone in available_timezones() if is_zone(zone))
rhythms = st.builds(
    Rhythm,
    weekday=st.integers(0, 6),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
)
instants = st.integers(0, 22 * 365 * 24 * 60).map(
    lambda minutes: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(rhythms, instants)
def test_the_next_time_is_hers_and_within_eight_days(
    rhythm: Rhythm, after: datetime
) -> None:
    slot = next_slot(rhythm, after=after)

    assert after < slot.at <= after + 8 * DAY
    local = slot.at.astimezone(ZoneInfo(rhythm.zone))
    day = slot.week + timedelta(days=rhythm.weekday)
    wished = datetime.combine(day, time(rhythm.hour), ZoneInfo(rhythm.zone))
    is_there = wished.astimezone(UTC).astimezone(wished.tzinfo).replace(
        tzinfo=None
    ) == wished.replace(tzinfo=None)
    assert slot.week.weekday() == 0
    if is_there:
        assert (local.date(), local.hour) == (day, rhythm.hour)
    else:  # clocks went over that hour: the same moment by the new time
        assert timedelta(0) < local.replace(tzinfo=None) - wished.replace(tzinfo=None)


@given(rhythms, instants)
def test_every_week_has_one_time(rhythm: Rhythm, after: datetime) -> None:
    slots = [next_slot(rhythm, after=after)]
    for _ in range(60):
        slots.append(next_slot(rhythm, after=slots[-1].at))

    weeks = [slot.week for slot in slots]
    assert weeks == [weeks[0] + n * WEEK for n in range(61)]


@given(rhythms, rhythms, instants)
def test_a_week_that_had_a_letter_gets_no_second_one(
    first: Rhythm, second: Rhythm, after: datetime
) -> None:
    written_for = next_slot(first, after=after).week

    assert next_slot(second, after=after, written_for=written_for).week > written_for


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Africa/Cairo", date(2026, 4, 24), 23),  # forward at midnight
        ("Africa/Cairo", date(2026, 10, 30), 25),
        ("Africa/Casablanca", date(2026, 2, 15), 25),  # for Ramadan
        ("Africa/Lagos", date(2026, 3, 29), 24),
    ],
)
def test_the_hour_on_the_wall_stays_when_clocks_change(
    zone: str, day: date, hours: int
) -> None:
    rhythm = Rhythm(weekday=day.weekday(), hour=9, zone=zone)
    at = datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)

    slot = next_slot(rhythm, after=at - WEEK + timedelta(hours=24 - hours) - DAY / 24)
    following = next_slot(rhythm, after=slot.at)

    assert {s.at.astimezone(ZoneInfo(zone)).hour for s in (slot, following)} == {9}
    assert at in {slot.at, following.at}


@pytest.mark.parametrize(
    "name",
    [
        *("", "Mars/Olympus", "America/Argentina", "../etc/passwd", "localtime"),
        *("posix/Africa/Lagos", "Africa/lagos\x00", "/etc/localtime", "Africa/" * 9),
    ],
)
def test_a_file_or_nonsense_is_no_time_zone(name: str) -> None:
    assert not is_zone(name)


def test_a_stop_link_is_made_here_or_not_at_all() -> None:
    learner_id = uuid4()
    token = make_stop_token(SECRET, learner_id)

    assert read_stop_token(SECRET, token) == learner_id
    for other in ("", "0" * 64, token[:-1] + "g", uuid4().hex + token[32:], token[:63]):
        assert read_stop_token(SECRET, other) is None
    assert read_stop_token(b"another" * 5, token) is None
