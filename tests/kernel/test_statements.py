"""Statements that are compiled once find what SQLAlchemy's own would."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, insert, select

from app.journal.models import Event
from app.kernel.statements import PrebuiltAmong
from tests.constants import NOON
from tests.identity.builders import add_learner

_WITH_VERB = PrebuiltAmong(
    select(Event.event_id).where(
        Event.verb == bindparam("verb", type_=Event.verb.type)
    ),
    Event.event_id,
)


@pytest.fixture
def events(connection: Connection) -> Connection:
    """Return a connection to a journal of 40 events, every second one is ``even``."""
    learner_id = add_learner(connection).learner_id
    connection.execute(
        insert(Event),
        [
            {
                "learner_id": learner_id,
                "event_id": UUID(int=number),
                "verb": "odd" if number % 2 else "even",
                "object_ref": "x:1",
                "occurred_at": NOON,
            }
            for number in range(40)
        ],
    )
    return connection


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(st.integers(0, 60), max_size=70))
def test_what_is_among_many_is_found_once(
    events: Connection, wanted: list[int]
) -> None:
    rows = _WITH_VERB.all(
        events, {"verb": "even"}, among=[UUID(int=each) for each in wanted]
    )

    expected = {each for each in wanted if each % 2 == 0 and each < 40}
    assert sorted(row[0].int for row in rows) == sorted(expected)


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 1500])
def test_any_number_of_values_is_asked_for(events: Connection, count: int) -> None:
    rows = _WITH_VERB.all(
        events, {"verb": "odd"}, among=[UUID(int=each) for each in range(count)]
    )

    assert len(rows) == min(count, 40) // 2


def test_a_value_given_many_times_is_found_once(events: Connection) -> None:
    wanted = [UUID(int=each) for each in range(40)] * 30

    rows = _WITH_VERB.all(events, {"verb": "odd"}, among=wanted)

    assert len(rows) == 20
