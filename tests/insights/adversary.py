"""An administrator who reads everything that is served, and writes all of it down.

She knows more than any page tells: who is counted in which pool, and the very moment at
which a table of a pool changes (docs/privacy.md). The numbers themselves come from the
answers of the server only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.cohorts.domain import Cohort, Institution
from app.frameworks.domain import Framework, Need
from app.frameworks.queries import get_default_framework
from app.insights.api import LEVEL_NAMES
from app.insights.domain.gaps import CATEGORIES
from app.insights.domain.tallies import LEVEL_ORDER
from app.kernel.database import Database
from app.sharing.domain.cells import LEVEL_CELLS, LEVELS, Measure, Partition
from app.sharing.domain.ledger import Ledger
from app.sharing.domain.sums import draw_row, layout_of, read_row
from app.sharing.files import read_ledger
from app.sharing.models import ContributionRow, PoolCohortRow, PoolRow
from tests.identity.builders import database_of
from tests.insights.oracle import Equation

CELL_OF = dict(zip(LEVEL_NAMES, LEVEL_ORDER, strict=True))
Bins = list[tuple[frozenset[int], int]]
"""Level cells counted together, and the people shown for them."""


@dataclass(kw_only=True)
class Pool:
    """One pool, as far as the adversary knows it."""

    role_key: str
    cohorts: frozenset[UUID]
    ledger: Ledger
    counted: dict[tuple[str, int], frozenset[int]] = field(default_factory=dict)
    """Who is in a table, by competency and resolution."""

    def best(self, competency: str, resolution: int) -> int:
        """Return the table with which it counts at a resolution (``sums``)."""
        tracks = self.ledger.tables[competency, Measure.LEVEL]
        best = len(tracks) - 1
        for each in reversed(range(resolution, len(tracks))):
            if sum(tracks[each].released) >= sum(tracks[best].released):
                best = each
        return best

    def partitions(self, competency: str) -> list[Partition]:
        """Return how its tables are cut."""
        return [t.partition for t in self.ledger.tables[competency, Measure.LEVEL]]


@dataclass(kw_only=True)
class Adversary:
    """What somebody who may see an institution and all below it has found out."""

    client: TestClient
    headers: dict[str, str]
    institution: Institution
    cohorts: Sequence[Cohort]
    number_of: dict[UUID, int] = field(default_factory=dict)
    """People by learner."""
    truth: dict[int, dict[str, int]] = field(default_factory=dict)
    """Level cell by person and competency: to check what is shown, never to solve."""
    known: dict[str, set[Equation]] = field(default_factory=dict)
    groups: set[frozenset[int]] = field(default_factory=set)
    """People of whom she could want to know how many stand somewhere."""
    pools: dict[UUID, Pool] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    """How many numbers of each kind were turned into equations."""

    @property
    def database(self) -> Database:
        """Where the pools are kept."""
        return database_of(self.client)

    @property
    def framework(self) -> Framework:
        """The one of all cohorts."""
        with self.database.read() as connection:
            return get_default_framework(connection)

    def watch(self) -> None:
        """Notice which tables have changed, and of whom they are now."""
        with self.database.read() as connection:
            rows = connection.execute(
                select(PoolRow.pool_id, PoolRow.role_key, PoolRow.ledger)
            ).all()
            cohorts: dict[UUID, set[UUID]] = {}
            for pool_id, cohort_id in connection.execute(
                select(PoolCohortRow.pool_id, PoolCohortRow.cohort_id)
            ):
                cohorts.setdefault(pool_id, set()).add(cohort_id)
            members: dict[UUID, set[int]] = {}
            for pool_id, learner_id, sheet in connection.execute(
                select(
                    ContributionRow.pool_id,
                    ContributionRow.learner_id,
                    ContributionRow.sheet,
                )
            ):
                if not sheet:
                    continue
                person = self.number_of[learner_id]
                members.setdefault(pool_id, set()).add(person)
                self.truth[person] = {key: c[0] for key, c in sheet.items()}
        for row in rows:
            now = frozenset(members.get(row.pool_id, ()))
            self._look_at(row.pool_id, row.role_key, read_ledger(row.ledger), now)
            self.pools[row.pool_id].cohorts = frozenset(cohorts[row.pool_id])

    def _look_at(
        self, pool_id: UUID, role_key: str, ledger: Ledger, now: frozenset[int]
    ) -> None:
        old = self.pools.get(pool_id)
        counted = dict(old.counted) if old else {}
        for (competency, _), tracks in ledger.tables.items():
            before = old.ledger.tables[competency, Measure.LEVEL] if old else []
            for resolution, track in enumerate(tracks):
                shown = before[resolution].released if before else [0] * 9
                if any(track.released) and track.released != shown:
                    known = counted.get((competency, resolution), frozenset())
                    self.groups |= {known - now, now - known}
                    counted[competency, resolution] = now
        self.pools[pool_id] = Pool(
            role_key=role_key, cohorts=frozenset(), ledger=ledger, counted=counted
        )

    def ask(self, address: str, **query: str) -> dict[str, Any]:
        """Read one document of the API."""
        answer = self.client.get(
            address, headers=self.headers, params={"lang": "en", **query}
        )
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def note(
        self, results: Mapping[str, Any], cohorts: Iterable[UUID], role: str | None
    ) -> None:
        """Turn every number of people at some levels into an equation."""
        wanted = frozenset(cohorts)
        seen = [
            pool
            for pool in self.pools.values()
            if pool.cohorts & wanted and role in {None, pool.role_key}
        ]
        for row in results["levels"]:
            bins = [
                (frozenset(CELL_OF[c] for c in each["cells"]), each["people"])
                for each in row["cells"]
            ]
            self._note_bins("levels", seen, row["competency"], bins)
        if role is None:
            return
        needs = self.framework.role(role).targets()
        for row in results["gaps"]:
            target = needs[row["competency"]].level
            bins = [
                (cells_of(each["cells"], target), each["people"])
                for each in row["cells"]
            ]
            self._note_bins("gaps", seen, row["competency"], bins)
        for each in results["priorities"]:
            if each["competency"] in needs and each["below"]["high"]:
                self._note_priority(seen, each, needs[each["competency"]])

    def _note_bins(
        self, kind: str, seen: Sequence[Pool], competency: str, bins: Bins
    ) -> None:
        if not bins:
            return
        people: Counter[int] = Counter()
        for role in sorted({pool.role_key for pool in seen}):
            alike = [pool for pool in seen if pool.role_key == role]
            fitting = [
                (sum(people_in(p, competency, r) for p in alike), -r)
                for r, partition in enumerate(alike[0].partitions(competency))
                if refines(partition, [cells for cells, _ in bins])
            ]
            most, resolution = max(fitting, default=(0, 0))
            if most:
                people += self._counted(alike, competency, -resolution)
        for cells, shown in bins:
            weights = tuple(float(cell in cells) for cell in range(LEVEL_CELLS))
            self._add(kind, competency, people, weights, shown)

    def _counted(
        self, pools: Iterable[Pool], competency: str, resolution: int
    ) -> Counter[int]:
        people: Counter[int] = Counter()
        for pool in pools:
            best = pool.best(competency, resolution)
            people.update(pool.counted.get((competency, best), ()))
        return people

    def _note_priority(
        self, seen: Sequence[Pool], each: Mapping[str, Any], need: Need
    ) -> None:
        competency = each["competency"]
        layout = layout_of(seen[0].ledger)
        row = [
            sum(column)
            for column in zip(*(draw_row(p.ledger) for p in seen), strict=True)
        ]
        tables = read_row(layout, row)[competency, Measure.LEVEL]
        table = max(tables, key=lambda t: (2 * t.people >= row[0], len(t.partition)))
        resolution = seen[0].partitions(competency).index(table.partition)
        people = self._counted(seen, competency, resolution)
        least, most = [0.0] * LEVEL_CELLS, [0.0] * LEVEL_CELLS
        for bin_ in table.partition:
            lacking = [max(0, need.level - c) if c in LEVELS else 0 for c in bin_]
            for cell in bin_:
                least[cell], most[cell] = min(lacking), max(lacking)
        below = each["below"]
        for gaps, shown in ((least, below["low"]), (most, below["high"])):
            weights = tuple(float(gap > 0) for gap in gaps)
            self._add("priorities", competency, people, weights, shown)
        middle = (below["low"] + below["high"]) / 2 * each["mean_gap"]
        halves = tuple((a + b) / 2 for a, b in zip(least, most, strict=True))
        shown = round(2 * middle) / 2
        self._add("priorities", competency, people, halves, shown)

    def _add(
        self,
        kind: str,
        competency: str,
        people: Mapping[int, int],
        weights: tuple[float, ...],
        shown: float,
    ) -> None:
        equation = Equation(tuple(sorted(people.items())), weights, shown)
        levels = {person: self.truth[person][competency] for person in people}
        assert equation.holds(levels), (kind, competency, shown)
        self.read[kind] += 1
        self.known.setdefault(competency, set()).add(equation)


def people_in(pool: Pool, competency: str, resolution: int) -> int:
    tracks = pool.ledger.tables[competency, Measure.LEVEL]
    return sum(tracks[pool.best(competency, resolution)].released)


def refines(partition: Partition, shown: Sequence[frozenset[int]]) -> bool:
    return all(any(set(bin_) <= cells for cells in shown) for bin_ in partition)


def cells_of(categories: Iterable[str], target: int) -> frozenset[int]:
    """Return the level cells behind some distances to a target."""
    cells = {
        "none": {5, 6},
        "more": set(range(target - 1)),
        "one": {target - 1},
        "reached": set(range(target, 5)),
    }
    assert set(cells) == set(CATEGORIES)
    return frozenset().union(*(cells[each] for each in categories))
