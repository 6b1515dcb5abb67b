"""Looking back at an earlier result: kept apart, never a level."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.assessment.domain import WORTH_LOOKING_BACK, Attempt, find_first
from app.assessment.errors import (
    AttemptNotFoundError,
    ItemNotFoundError,
    NothingToLookBackAtError,
    UnknownAnswerError,
)
from app.assessment.queries import (
    get_looking_back,
    list_answers,
    list_recalled,
    list_recollections,
)
from app.assessment.service import look_back
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Learner
from app.kernel.database import Database
from app.kernel.text import Language
from app.proficiency.queries import get_profile
from tests.assessment.builders import (
    ITEMS,
    Started,
    add_attempt,
    add_result,
    begin,
    finish,
    instrument_of,
)
from tests.conftest import Clock
from tests.constants import NOON
from tests.identity.builders import add_learner, add_session, send, show

KEY = "data-governance"
ONE_MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(days=100)


def add_pair(connection: Connection, learner: Learner) -> tuple[Attempt, Attempt]:
    first = add_result(connection, learner, value="2")
    return first, add_result(connection, learner, value="3", now=LATER)


def recall(
    connection: Connection, earlier: Attempt, later: Attempt, values: dict[str, str]
) -> None:
    look_back(
        connection,
        learner_id=later.learner_id,
        attempt_id=later.attempt_id,
        earlier_id=earlier.attempt_id,
        values=values,
        now=LATER,
    )


def test_looking_back_changes_no_answer_and_no_level(connection: Connection) -> None:
    learner = add_learner(connection)
    earlier, later = add_pair(connection, learner)
    before = get_profile(connection, learner_id=learner.learner_id)

    recall(connection, earlier, later, {KEY: "1"})
    recall(connection, earlier, later, {"cybersecurity": "unknown"})

    assert get_profile(connection, learner_id=learner.learner_id) == before
    for attempt, value in ((earlier, "2"), (later, "3")):
        answers = list_answers(
            connection, attempt_id=attempt.attempt_id, learner_id=learner.learner_id
        )
        assert set(answers.values()) == {value}
    found = get_looking_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=later.attempt_id,
        earlier_id=earlier.attempt_id,
    )
    rows = {row.competency: row for row in list_recollections(connection, found)}
    assert (rows[KEY].then, rows[KEY].recalled, rows[KEY].now) == ("2", "1", "3")
    assert rows["cybersecurity"].recalled == "unknown"
    assert rows["problem-framing"].recalled is None


def test_the_last_word_counts_and_one_error_keeps_nothing(
    connection: Connection,
) -> None:
    learner = add_learner(connection)
    earlier, later = add_pair(connection, learner)
    recall(connection, earlier, later, {KEY: "1"})
    recall(connection, earlier, later, {KEY: "0"})

    with pytest.raises(UnknownAnswerError):
        recall(connection, earlier, later, {KEY: "2", "cybersecurity": "9"})
    with pytest.raises(ItemNotFoundError):
        recall(connection, earlier, later, {KEY: "2", "none": "1"})

    assert list_recalled(
        connection,
        learner_id=learner.learner_id,
        attempt_id=later.attempt_id,
        earlier_id=earlier.attempt_id,
    ) == {KEY: "0"}


def test_only_an_earlier_result_of_hers_can_be_looked_back_at(
    connection: Connection,
) -> None:
    learner = add_learner(connection)
    earlier, later = add_pair(connection, learner)
    unfinished = add_attempt(connection, learner, now=LATER)
    other, _ = add_pair(connection, add_learner(connection))

    for one, two in ((later, earlier), (later, later), (earlier, unfinished)):
        with pytest.raises(NothingToLookBackAtError):
            recall(connection, one, two, {KEY: "1"})
    with pytest.raises(AttemptNotFoundError):
        recall(connection, other, later, {KEY: "1"})


@given(days=st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_the_first_result_is_offered_if_it_lies_far_enough_back(
    days: list[int],
) -> None:
    times = sorted(NOON + timedelta(days=day) for day in days)
    attempts = [
        Attempt(
            attempt_id=uuid4(),
            learner_id=UUID(int=1),
            framework_key="f",
            framework_version="1.0.0",
            instrument_ref="start@1.0.0",
            role_key=None,
            language=Language.FR,
            started_at=at,
            submitted_at=at,
        )
        for at in times
    ]

    found = find_first(attempts[::-1], attempts[-1])

    if times[-1] - times[0] >= WORTH_LOOKING_BACK:
        assert found is not None
        assert found.submitted_at == times[0]
    else:
        assert found is None


@pytest.fixture
def started(client: TestClient) -> Started:
    return begin(client)


def address(later: Started, earlier: Started) -> str:
    return f"/api/v1/attempts/{later.id}/looking-back/{earlier.id}"


def test_programs_look_back_too(started: Started, clock: Clock) -> None:
    finish(started, value=2)
    clock.now += ONE_MINUTE
    later = started.again()
    finish(later, value=3)

    said = later.put(address(later, started), {"ratings": {KEY: 1}})
    read = later.get(address(later, started))

    assert said.status_code == read.status_code == 200
    assert said.json() == read.json()
    assert (said.json()["id"], said.json()["earlier"]) == (later.id, started.id)
    assert not said.json()["is_complete"]
    assert {"competency": KEY, "then": 2, "recalled": 1, "now": 3} in said.json()[
        "items"
    ]


def test_programs_are_told_what_is_wrong(started: Started, clock: Clock) -> None:
    finish(started, value=2)
    clock.now += ONE_MINUTE
    later = started.again()
    stranger = finish(begin(started.client))

    early = later.put(address(later, started), {"ratings": {KEY: 1}})
    finish(later, value=3)
    foreign = stranger.get(address(later, started))
    odd = later.put(address(later, started), {"ratings": {"none": 1}})
    empty = later.put(address(later, started), {"ratings": {}})

    assert (early.status_code, early.json()["code"]) == (409, "nothing-to-look-back-at")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "attempt-not-found")
    assert (odd.status_code, odd.json()["code"]) == (404, "item-not-found")
    assert empty.status_code == 422


def test_it_is_complete_once_everything_is_recalled(
    started: Started, clock: Clock
) -> None:
    finish(started, value=2)
    clock.now += ONE_MINUTE
    later = started.again()
    finish(later, value=3)
    items = later.get(address(later, started)).json()["items"]

    ratings = {item["competency"]: "unknown" for item in items}
    said = later.put(address(later, started), {"ratings": ratings})

    assert said.json()["is_complete"]


@pytest.fixture
def pair(client: TestClient, database: Database) -> tuple[Attempt, Attempt]:
    """Return two results of the one who sits at the browser."""
    with database.write() as connection:
        learner = add_learner(connection)
        client.cookies.set(SESSION_COOKIE, add_session(connection, learner))
        return add_pair(connection, learner)


def test_the_page_asks_everything_at_once_and_shows_no_earlier_answer(
    client: TestClient, pair: tuple[Attempt, Attempt]
) -> None:
    earlier, later = pair
    page_at = f"/ar/assess/{later.attempt_id}/looking-back/{earlier.attempt_id}"
    three_at = f"/ar/assess/{later.attempt_id}/then-and-now/{earlier.attempt_id}"

    page = show(client, page_at)
    sent = send(client, page_at, {f"a.{KEY}": "1"})
    one = send(
        client,
        f"{page_at}/answer",
        {"item": "cybersecurity", "value": "0"},
        shown_at=page_at,
    )

    assert len([name for name in page.controls if name.startswith("a.")]) == ITEMS
    assert page.checked == {}
    assert (sent.status_code, sent.headers["location"]) == (303, three_at)
    assert one.status_code == 204
    assert show(client, page_at).checked == {f"a.{KEY}": "1", "a.cybersecurity": "0"}
    assert client.get(three_at).text.count("<td>") == 3 * ITEMS
    assert three_at in client.get("/ar/profile").text


def test_the_pages_of_another_learner_are_not_found(
    client: TestClient, database: Database, pair: tuple[Attempt, Attempt]
) -> None:
    earlier, later = pair
    ids = (later.attempt_id, earlier.attempt_id)
    with database.write() as connection:
        client.cookies.set(
            SESSION_COOKIE, add_session(connection, add_learner(connection))
        )

    for name in ("looking-back", "then-and-now"):
        assert client.get(f"/fr/assess/{ids[0]}/{name}/{ids[1]}").status_code == 404


@pytest.mark.parametrize(("days", "asks"), [(1, False), (100, True)])
def test_handing_in_again_long_after_asks_to_look_back(
    client: TestClient, database: Database, clock: Clock, days: int, *, asks: bool
) -> None:
    with database.write() as connection:
        learner = add_learner(connection)
        client.cookies.set(SESSION_COOKIE, add_session(connection, learner))
        first = add_result(connection, learner)
        clock.now = NOON + timedelta(days=days)
        second = add_attempt(connection, learner, now=clock.now)
    at = f"/fr/assess/{second.attempt_id}"

    answer = send(client, f"{at}/submit", shown_at=f"{at}/review")

    expected = f"{at}/looking-back/{first.attempt_id}" if asks else "/fr/profile"
    assert answer.headers["location"] == expected


def test_instrument_asks_once_about_each_competency(connection: Connection) -> None:
    asked = [item.competency for item in instrument_of(connection).items]

    assert len(set(asked)) == len(asked)
