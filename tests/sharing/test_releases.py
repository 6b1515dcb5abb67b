"""Many people and several workers at once: totals stay exact, nobody waits for another."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text

from app.identity.domain import Learner
from app.kernel.database import Database
from app.sharing.domain.cells import Measure
from app.sharing.files import read_ledger
from app.sharing.models import ChangeRow, ContributionRow, PoolRow
from app.sharing.queries import get_revision, list_released
from app.sharing.service import leave_totals, release_waiting, take_back
from app.sharing.service.releases import POOLS_AT_ONCE
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.sharing.builders import (
    add_cohort,
    add_member,
    add_shares,
    release,
    share,
    shown,
)

COARSE, EVERY = 0, 2


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


def test_released_and_waiting_equal_a_count_whatever_many_people_do(
    database: Database,
) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
        people = [add_member(connection, one, other) for _ in range(30)]
        for number, learner in enumerate(people):
            add_result(connection, learner, value=str(number % 5))
    actions = [Acting(database, people[n::3], (one, other), n) for n in range(3)]
    stopped = Event()
    with ThreadPoolExecutor(max_workers=5) as threads:
        releasing = [threads.submit(release_until, stopped, database) for _ in range(2)]
        acting = [threads.submit(action.run) for action in actions]
        for action in acting:
            action.result()
        stopped.set()
        for each in releasing:
            each.result()
    release(database)

    assert count_ledgers(database) == count_contributions(database)
    assert sum(count_ledgers(database).values()) > 0


@dataclass(frozen=True)
class Acting:
    """People who change their minds at random, one after the other."""

    database: Database
    people: Sequence[Learner]
    cohorts: Sequence[UUID]
    seed: int

    def run(self) -> None:
        """Let everybody act three times."""
        chance = Random(self.seed)  # noqa: S311 -- repeatable, not secret
        for learner in [*self.people] * 3:
            with self.database.write() as connection:
                self._act(connection, learner, chance)

    def _act(self, connection: Connection, learner: Learner, chance: Random) -> None:
        what = chance.choice(["share"] * 4 + ["take back"] * 2 + ["leave"])
        cohort_id = chance.choice(self.cohorts)
        if what == "share":
            share(connection, learner, cohort_id)
        elif what == "take back":
            take_back(connection, learner=learner, cohort_id=cohort_id, now=NOON)
        else:
            leave_totals(connection, learner_id=learner.learner_id)


def release_until(stopped: Event, database: Database) -> None:
    while not stopped.is_set():
        release_waiting(database, now=NOON)


def count_ledgers(database: Database) -> dict[tuple[UUID, int], int]:
    """Return released and waiting people by pool and cell of one competency."""
    with database.read() as connection:
        rows = connection.execute(select(PoolRow.pool_id, PoolRow.ledger)).all()
    found: dict[tuple[UUID, int], int] = {}
    for row in rows:
        every = read_ledger(row.ledger).tables["data-governance", Measure.LEVEL][EVERY]
        counts = zip(every.released, every.pending, strict=True)
        found |= {(row.pool_id, cell): a + b for cell, (a, b) in enumerate(counts)}
    return {key: people for key, people in found.items() if people}


def count_contributions(database: Database) -> dict[tuple[UUID, int], int]:
    cell = ContributionRow.sheet["data-governance", 0].as_integer()
    with database.read() as connection:
        rows = connection.execute(
            select(ContributionRow.pool_id, cell, func.count())
            .where(cell.is_not(None))
            .group_by(ContributionRow.pool_id, cell)
        ).all()
    return {(pool_id, level): people for pool_id, level, people in rows}


def test_who_is_sharing_holds_up_no_release_and_no_release_holds_her_up(
    database: Database, cohort_id: UUID
) -> None:
    if database.is_embedded:
        pytest.skip("SQLite has one writer at a time")
    add_shares(database, cohort_id, levels={1: 8, 4: 8})
    with database.write() as connection:
        late = [add_member(connection, cohort_id) for _ in range(2)]
        for learner in late:
            add_result(connection, learner)

    with database.write() as sharing:
        share(sharing, late[0], cohort_id)
        release_waiting(database, now=NOON)
        [pool] = shown(database, cohort_id)
        with database.write() as releasing:
            held = select(PoolRow.pool_id).with_for_update(key_share=True)
            releasing.execute(held)
            with database.write() as other:
                other.execute(text("SET LOCAL lock_timeout = '2s'"))
                share(other, late[1], cohort_id)

    assert (pool.people, pool.counts[COARSE]) == (16, [8, 8])


def test_one_run_releases_more_pools_than_one_transaction_takes(
    database: Database,
) -> None:
    with database.write() as connection:
        cohorts = [add_cohort(connection) for _ in range(POOLS_AT_ONCE + 2)]
        learner = add_member(connection, *cohorts)
        add_result(connection, learner)
        sheet = {"data-governance": [1, 5]}
        for cohort_id in cohorts:
            share(connection, learner, cohort_id)
            leave_totals(connection, learner_id=learner.learner_id)
        connection.execute(delete(ChangeRow))
        pools = connection.scalars(select(PoolRow.pool_id)).all()
        connection.execute(
            insert(ChangeRow),
            [
                {"pool_id": each, "change_id": uuid4(), "sign": 1, "sheet": sheet}
                for each in pools
            ],
        )

    folded = release_waiting(database, now=NOON)

    assert folded == len(pools) == POOLS_AT_ONCE + 2


def test_what_is_kept_of_a_cohort_is_renewed_when_another_process_releases(
    database: Database, database_url: str, cohort_id: UUID
) -> None:
    def people() -> list[int]:
        with database.read() as connection:
            pools = list_released(connection, cohort_ids=[cohort_id])
        return [pool.people for pool in pools]

    def revision() -> tuple[int, int]:
        with database.read() as connection:
            return get_revision(connection, cohort_ids=[cohort_id])

    add_shares(database, cohort_id, levels={1: 8, 4: 8})
    before, first = people(), revision()
    other = Database(database_url)
    release(other)
    other.close()

    assert (before, people()) == ([0], [16])
    assert revision() != first
    assert people() == [16]


def test_pools_of_one_role_are_shown_as_one(database: Database) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
    add_shares(database, one, levels={1: 5, 4: 5})
    add_shares(database, one, other, levels={1: 6, 4: 6})
    release(database)

    with database.read() as connection:
        [pool] = list_released(connection, cohort_ids=[one, other])

    assert (pool.people, pool.waiting) == (22, 0)
    tables = pool.tables["data-governance", Measure.LEVEL]
    assert tables[COARSE].counts == (11, 11)
