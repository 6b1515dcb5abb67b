from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import func, select

from app.home.service import erase, merge
from app.interop.calendar import write_feed
from app.interop.happenings import Happening
from app.kernel.text import Language
from app.progress.models import CalendarRow, FeedRow
from app.progress.service import open_calendar
from tests.assessment.builders import Started, begin, finish
from tests.constants import NOON, SECRET
from tests.identity.builders import add_learner, database_of

MONDAY = date(2026, 11, 23)


@pytest.fixture
def started(client: TestClient) -> Started:
    return finish(begin(client))


@pytest.fixture
def feed(started: Started) -> str:
    address = started.put("/api/v1/me/calendar", None).json()["address"]
    return str(address).removeprefix("http://127.0.0.1:8000")


def all_of(calendar: bytes) -> list[Any]:
    return list(Calendar.from_ical(calendar).walk("VEVENT"))


def entries(client: TestClient, feed: str) -> dict[str, Any]:
    answer = client.get(feed)
    assert answer.status_code == 200
    return {str(each["uid"]): each for each in all_of(answer.content)}


def test_the_plan_is_read_without_a_session(
    client: TestClient, started: Started, feed: str
) -> None:
    steps = started.get("/api/v1/me/progress").json()["steps"]
    client.cookies.clear()

    answer = client.get(feed)

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "set-cookie" not in answer.headers
    found = entries(client, feed).values()
    assert len(found) >= len(steps) > 0
    assert {each["dtstart"].dt.weekday() for each in found} == {0}
    assert all(each["dtend"].dt > each["dtstart"].dt for each in found)


def test_what_has_not_changed_is_not_sent_again(
    client: TestClient, started: Started, feed: str
) -> None:
    tag = client.get(feed).headers["etag"]
    again = client.get(feed, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag

    started.put(
        "/api/v1/me/path/preferences",
        {"hours_per_week": 1, "weeks": 52, "languages": ["en", "fr"], "max_mb": None},
    )

    changed = client.get(feed, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert client.head(feed).status_code == 200


def test_a_step_keeps_its_name_when_the_plan_moves(
    client: TestClient, started: Started, feed: str
) -> None:
    before = entries(client, feed)

    started.put(
        "/api/v1/me/path/preferences",
        {"hours_per_week": 0.5, "weeks": 104, "languages": ["en"], "max_mb": None},
    )
    after = entries(client, feed)

    both = before.keys() & after.keys()
    assert both
    assert any(before[uid]["dtend"].dt != after[uid]["dtend"].dt for uid in both)


def test_its_secret_is_in_no_log(
    client: TestClient,
    feed: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = feed.removeprefix("/calendar/").removesuffix(".ics")
    with caplog.at_level("DEBUG", logger="masar"):
        client.get(feed)
        client.get(feed + "x")
        client.get("/calendar/" + "0" * 40 + ".ics")

    out, err = capfd.readouterr()
    assert secret not in out + err + caplog.text
    assert "/calendar/{secret}.ics" in err


@pytest.mark.parametrize("wrong", ["0" * 40, "x", "%00", "%F0%9F%92%A9" * 30])
def test_nobody_has_a_wrong_address(client: TestClient, feed: str, wrong: str) -> None:
    assert client.get(f"/calendar/{wrong}.ics").status_code == 404
    assert client.get(feed.upper()).status_code == 404


@pytest.mark.parametrize("language", list(Language))
def test_long_names_in_any_script_survive_folding(language: Language) -> None:
    title = {"ar": "مسار التحول الرقمي؛ الخطوة الأولى, " * 8}.get(
        language, "É; à, ö\\ " * 30
    )
    happening = Happening(
        name="step:1",
        start=MONDAY,
        end=MONDAY + timedelta(days=7),
        title=title.strip(),
        text="https://example.org/?a=1&b=2\nsecond line",
        url="https://example.org/?a=1&b=2",
    )

    body = write_feed([happening], language=language, owner="ada", now=NOON)

    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    body.decode()
    [event] = all_of(body)
    assert str(event["summary"]) == title.strip()
    assert event["dtstart"].dt == MONDAY


def test_an_empty_plan_is_still_a_calendar(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        learner = add_learner(connection)
        secret = open_calendar(
            connection, key=SECRET, learner_id=learner.learner_id, now=NOON
        )

    assert len(entries(client, f"/calendar/{secret}.ics")) == 1


def test_addresses_go_on_when_two_are_one_and_end_with_her(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as connection:
        ada, former = add_learner(connection), add_learner(connection)
        secrets = [
            open_calendar(connection, key=SECRET, learner_id=each.learner_id, now=NOON)
            for each in (ada, former)
        ]
        merge(
            connection,
            from_learner=former.learner_id,
            to_learner=ada.learner_id,
            now=NOON,
        )
    for secret in secrets:
        assert client.get(f"/calendar/{secret}.ics").status_code == 200

    with database.write() as connection:
        erase(connection, learner_id=ada.learner_id)

    for secret in secrets:
        assert client.get(f"/calendar/{secret}.ics").status_code == 404
    with database.read() as connection:
        for table in (CalendarRow, FeedRow):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
