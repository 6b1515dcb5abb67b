"""The first round as people see it after the second goes along, or not."""

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.assessment.domain import Attempt
from app.assessment.service import look_back
from app.home.service import merge
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Learner
from app.kernel.database import Database
from app.sharing.domain.cells import Measure
from app.sharing.domain.pools import SECOND, Released
from app.sharing.queries import list_released, list_shares
from app.sharing.service import share_result
from tests.assessment.builders import add_result, instrument_of
from tests.conftest import Clock
from tests.constants import NOON
from tests.identity.builders import add_learner, add_session
from tests.sharing.builders import (
    add_cohort,
    add_member,
    add_second_round,
    release,
    set_aside,
    share,
)

KEY = "data-governance"
AGAIN = NOON + timedelta(days=120)


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


def recall(
    connection: Connection,
    earlier: Attempt,
    later: Attempt,
    value: str,
    *,
    leave_out: str = "",
) -> None:
    asked = [item.competency for item in instrument_of(connection).items]
    look_back(
        connection,
        learner_id=later.learner_id,
        attempt_id=later.attempt_id,
        earlier_id=earlier.attempt_id,
        values={key: value for key in asked if key != leave_out},
        now=AGAIN,
    )


def share_again(connection: Connection, learner: Learner, cohort_id: UUID) -> None:
    share_result(
        connection,
        learner=learner,
        cohort_id=cohort_id,
        trainers_see=None,
        now=AGAIN,
    )


def add_first_round(
    connection: Connection, *cohort_ids: UUID, value: str = "2"
) -> tuple[Learner, Attempt]:
    learner = add_member(connection, *cohort_ids, is_kept=True)
    first = add_result(connection, learner, value=value)
    for cohort_id in cohort_ids:
        share(connection, learner, cohort_id)
    return learner, first


def sent(
    database: Database, learner: Learner, cohort_id: UUID
) -> dict[str, int] | None:
    with database.read() as connection:
        shares = list_shares(connection, learner_id=learner.learner_id)
    [last] = [s for s in shares if (s.cohort_id, s.round) == (cohort_id, SECOND)]
    return None if last.looking_back is None else dict(last.looking_back)


def test_it_goes_along_with_the_second_round_once_it_is_complete(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        learner, first = add_first_round(connection, cohort_id)
        add_second_round(connection, cohort_id)
        second = add_result(connection, learner, value="3", now=AGAIN)
        recall(connection, first, second, "unknown", leave_out=KEY)
        share_again(connection, learner, cohort_id)
    incomplete = sent(database, learner, cohort_id)

    with database.write() as connection:
        recall(connection, first, second, "1")
        share_again(connection, learner, cohort_id)

    complete = sent(database, learner, cohort_id)
    assert incomplete is None
    assert complete is not None
    assert set(complete.values()) == {1}


def test_it_counts_beside_the_ordinary_change_of_the_same_people(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        set_aside(connection, cohort_id)
        people = [
            add_first_round(connection, cohort_id, value=value)
            for value in ["3"] * 7 + ["1"] * 6
        ]
        add_second_round(connection, cohort_id)
        for number, (learner, first) in enumerate(people):
            now = "4" if number < 7 else "1"
            second = add_result(connection, learner, value=now, now=AGAIN)
            recall(connection, first, second, "1")
            share_again(connection, learner, cohort_id)
    release(database)

    with database.read() as connection:
        found = list_released(connection, cohort_ids=[cohort_id])

    [pool] = [each for each in found if each.people]
    assert (pool.people, pool.is_paired, pool.looks_back) == (13, True, True)
    [ordinary] = pool.tables[KEY, Measure.CHANGE]
    [recalled] = pool.tables[KEY, Measure.LOOKING_BACK]
    assert ordinary.counts == (6, 0, 7, 0)
    assert recalled.counts == (6, 7, 0, 0)


def test_another_cohort_that_did_not_get_it_shows_nothing_of_it(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        other = add_cohort(connection)
        set_aside(connection, cohort_id, other)
        for each in (cohort_id, other):
            add_second_round(connection, each)
        for value in ["1"] * 8 + ["4"] * 8:
            learner = add_member(connection, cohort_id, other, is_kept=True)
            first = add_result(connection, learner, value=value)
            for each in (cohort_id, other):
                share_first_round(connection, learner, each)
            second = add_result(connection, learner, value="3", now=AGAIN)
            share_again(connection, learner, other)
            recall(connection, first, second, "1")
            share_again(connection, learner, cohort_id)
    release(database)

    with database.read() as connection:
        here = list_released(connection, cohort_ids=[cohort_id])
        there = list_released(connection, cohort_ids=[other])
        together = list_released(connection, cohort_ids=[cohort_id, other])

    def looking(found: list[Released]) -> list[tuple[int, bool, bool]]:
        return [(p.people, p.is_paired, p.looks_back) for p in found if p.people]

    assert looking(here) == looking(together) == [(16, True, True)]
    assert looking(there) == [(16, True, False)]


def share_first_round(
    connection: Connection, learner: Learner, cohort_id: UUID
) -> None:
    """Share before the second round opens."""
    share_result(
        connection,
        learner=learner,
        cohort_id=cohort_id,
        trainers_see=None,
        now=NOON - timedelta(days=1),
    )


def test_whoever_sent_no_first_round_sends_no_looking_back(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        learner = add_member(connection, cohort_id)
        first = add_result(connection, learner, value="2")
        add_second_round(connection, cohort_id)
        second = add_result(connection, learner, value="3", now=AGAIN)
        recall(connection, first, second, "1")
        share_again(connection, learner, cohort_id)

    assert sent(database, learner, cohort_id) is None


def test_merging_carries_what_she_said_and_what_she_sent(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        guest, first = add_first_round(connection, cohort_id)
        add_second_round(connection, cohort_id)
        second = add_result(connection, guest, value="3", now=AGAIN)
        recall(connection, first, second, "1")
        share_again(connection, guest, cohort_id)
        account = add_learner(connection)
        merge(
            connection,
            from_learner=guest.learner_id,
            to_learner=account.learner_id,
            now=AGAIN,
        )
        share_again(connection, account, cohort_id)

    complete = sent(database, account, cohort_id)
    assert complete is not None
    assert set(complete.values()) == {1}


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "pt"])
def test_the_preview_offers_it_then_says_that_it_goes_along(
    client: TestClient, database: Database, cohort_id: UUID, clock: Clock, language: str
) -> None:
    with database.write() as connection:
        learner, first = add_first_round(connection, cohort_id)
        add_second_round(connection, cohort_id)
        second = add_result(connection, learner, value="3", now=AGAIN)
        client.cookies.set(SESSION_COOKIE, add_session(connection, learner))
    clock.now = AGAIN
    preview = f"/{language}/sharing/{cohort_id}"
    link = f"/{language}/assess/{second.attempt_id}/looking-back/{first.attempt_id}"

    before = client.get(preview).text
    with database.write() as connection:
        recall(connection, first, second, "1")
    after = client.get(preview).text

    assert link in before
    assert before.count('<th scope="col">') == 2
    assert link not in after
    assert after.count('<th scope="col">') == 3
