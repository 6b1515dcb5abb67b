from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from app.interop.calendar import next_monday, write_calendar
from app.kernel.text import Language
from tests.assessment.builders import begin, finish
from tests.constants import NOON
from tests.identity.builders import send

WEEK = timedelta(days=7)
MONDAY = date(2026, 11, 30)
"""The first after the Monday of the tests."""


def step(title: str, week: int, week_end: int, **others: object) -> dict[str, Any]:
    url = f"https://example.org/{week}"
    return {"title": title, "url": url, "week": week, "week_end": week_end, **others}


def written(*steps: dict[str, Any], language: Language = Language.FR) -> bytes:
    return write_calendar(steps, language=language, owner="ada", now=NOON)


def entries(calendar: bytes) -> list[Any]:
    return list(Calendar.from_ical(calendar).walk("VEVENT"))


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2026, 11, 22), date(2026, 11, 23)),
        (date(2026, 11, 23), MONDAY),
        (date(2026, 11, 29), MONDAY),
        (date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_next_monday_is_never_today(day: date, monday: date) -> None:
    assert next_monday(day) == monday


def test_calendar_has_one_entry_a_week() -> None:
    found = entries(written(step("A", 1, 2), step("B", 2, 4)))

    assert [event["dtstart"].dt for event in found] == [
        MONDAY + WEEK * number for number in range(4)
    ]
    assert {event["dtend"].dt - event["dtstart"].dt for event in found} == {WEEK}
    assert [("A" in e["description"], "B" in e["description"]) for e in found] == [
        (True, False),
        (True, True),
        (False, True),
        (False, True),
    ]
    assert "https://example.org/2" in found[1]["description"]


def test_entries_keep_their_names_at_the_next_download() -> None:
    first, second = written(step("A", 1, 3)), written(step("B", 1, 3))

    names = [str(event["uid"]) for event in entries(first)]

    assert names == [str(event["uid"]) for event in entries(second)]
    assert len(set(names)) == 3


def test_calendar_follows_the_format() -> None:
    title = "\u0627\u0644\u0630\u0643\u0627\u0621; Données, «IA»\\ " * 20
    calendar = written(step(title, 1, 1), language=Language.AR)

    lines = calendar.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert max(len(line) for line in lines) <= 75
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    assert [line.decode() for line in lines]
    event = entries(calendar)[0]
    assert title.strip() in event["summary"]
    assert event["dtstamp"].dt == NOON


def test_calendar_without_steps_is_empty() -> None:
    assert entries(written()) == []


def test_titles_cannot_add_entries() -> None:
    evil = "A\r\nEND:VEVENT\r\nBEGIN:VEVENT"

    assert len(entries(written(step(evil, 1, 1)))) == 1


def test_calendar_of_a_path_downloads(client: TestClient) -> None:
    started = finish(begin(client))
    send(client, "/fr/resume", {"code": started.document["resume_code"]})
    weeks = started.get("/api/v1/me/path").json()["weeks"]

    for language in Language:
        answer = client.get(f"/{language}/path/plan.ics")

        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "attachment" in answer.headers["content-disposition"]
        assert len(entries(answer.content)) == weeks > 0
        assert started.document["resume_code"] not in answer.text


def test_calendar_of_an_unknown_browser_is_refused(client: TestClient) -> None:
    assert client.get("/fr/path/plan.ics").status_code == 401
