"""Sharing must not cost more than submitting: so few statements, whatever is shared."""

import sqlite3
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.cohorts.queries.places import list_places
from app.kernel.database import Database
from app.sharing.domain.pools import Attribute
from app.sharing.service import choose_attributes
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.sharing.builders import (
    add_cohort,
    add_institution,
    add_member,
    add_second_round,
    add_share,
    share,
)

STATEMENTS = 9
"""Places, profile, share; shares, pool, contributions; contribution, change, event."""


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_result_is_shared_by_few_statements(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        choose_attributes(connection, cohort_id=cohort_id, attributes=[Attribute.GRADE])
        add_share(connection, cohort_id)
        learner = add_member(connection, cohort_id)
        add_result(connection, learner)
        run: list[str] = []
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(run.append)
        share(connection, learner, cohort_id)
        driver.set_trace_callback(None)

    assert len(run) == STATEMENTS


def test_a_place_knows_the_strictest_cell_and_the_round(connection: Connection) -> None:
    strict = add_institution(connection, smallest_cell=12)
    plain = add_cohort(connection, smallest_cell=7)
    other = add_cohort(connection, institution_id=strict, smallest_cell=6)
    add_second_round(connection, other)
    learner = add_member(connection, plain, other)
    today = NOON.date()

    places = list_places(connection, learner_id=learner.learner_id, today=today)
    yesterday = list_places(
        connection, learner_id=learner.learner_id, today=today - timedelta(days=1)
    )
    never = list_places(connection, learner_id=learner.learner_id)

    assert {key: each.smallest_cell for key, each in places.items()} == {
        plain: 7,
        other: 12,
    }
    assert places[other].cohort.cohort_id == places[other].membership.cohort_id == other
    assert (places[plain].round, places[other].round) == (None, 2)
    assert {each.round for each in (*yesterday.values(), *never.values())} == {None}
