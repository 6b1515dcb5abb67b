"""Many people in many cohorts: rows by the hand-load, ledgers by the real rule."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection, insert

from app.cohorts.domain import InstitutionKind
from app.cohorts.models import AncestorRow, CohortRow, InstitutionRow, MemberRow
from app.frameworks.domain import Framework
from app.frameworks.queries import get_default_framework
from app.identity.models import LearnerRow
from app.kernel.database import Base, Database
from app.proficiency.domain import EvidenceSource, Outcome
from app.proficiency.models import AimRow, EvidenceRow
from app.sharing.domain.cells import APART, LEVELS, UNKNOWN
from app.sharing.domain.ledger import Change, Ledger, Sheet
from app.sharing.domain.pools import Pairing, PoolKey, draw_sheet
from app.sharing.domain.steps import SMALLEST_CELL
from app.sharing.domain.sums import draw_row, layout_of, name_layout
from app.sharing.files import write_ledger, write_row, write_sheet
from app.sharing.models import ContributionRow, PoolCohortRow, PoolRow, ShareRow
from tests.constants import NOON

COUNTRIES = 60
MOST_INSTITUTIONS = 2000
PEOPLE_EACH = 20
"""There is an institution for so many learners, up to the most."""
IN_TWO = 0.05
"""Share of people who are in a second cohort too, mostly one of the large ones."""
RESULTS = 1000
"""Different results, drawn beforehand; each person has one of them."""
FOLDED_AT_ONCE = 100
LEARNER = "learner_id language resume_nonce created_at has_account"
MEMBER = "learner_id cohort_id campaign_id joined_at language"
SHARE = (
    "learner_id cohort_id round with_trainers framework_key framework_version role_key "
    "snapshot_ref levels shared_at"
)
POOL = (
    "pool_id pool_digest framework_key framework_version role_key group smallest_cell "
    "released_at layout row ledger"
)
POOL_COHORT = "cohort_id pool_id is_paired revision"
CONTRIBUTION = "learner_id snapshot_ref pool_id sheet"
AIM = "learner_id framework_key framework_version role_key revision updated_at"
EVIDENCE = "learner_id source_ref competency_key framework_key source outcome level observed_at"
STARTS, ENDS = date(2026, 11, 1), date(2027, 6, 30)


@dataclass(frozen=True, kw_only=True)
class Population:
    """What the generator made."""

    framework: Framework
    cohorts: list[UUID]
    """The largest first: Zipf with exponent 1."""
    country: list[UUID]
    """Cohorts of the first country."""
    learners: int
    pools: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """Levels of one person, in every form in which they are stored."""

    levels: dict[str, int]
    sheet: Sheet
    levels_text: str
    sheet_text: str


def draw_results(framework: Framework, chance: random.Random) -> list[Result]:
    """Return results around a skill of each person's own; a few answers are no level."""
    found = []
    for _ in range(RESULTS):
        skill = chance.gauss(1.6, 0.8)
        levels = {
            each.key: chance.choice((UNKNOWN, APART))
            if chance.random() < 0.05
            else max(LEVELS[0], min(LEVELS[-1], round(chance.gauss(skill, 0.8))))
            for each in framework.competencies
        }
        sheet = draw_sheet(levels, None, {})
        found.append(
            Result(
                levels=levels,
                sheet=sheet,
                levels_text=orjson.dumps(levels).decode(),
                sheet_text=orjson.dumps(write_sheet(sheet)).decode(),
            )
        )
    return found


def load(
    connection: Connection,
    row_type: type[Base],
    columns: str,
    rows: Iterable[Sequence[Any]],
) -> None:
    """Insert rows as fast as the driver can.

    Args:
        connection: A transaction.
        row_type: Where to.
        columns: Their names, separated by blanks.
        rows: Values in this order; text for JSON.
    """
    table = row_type.__tablename__
    names = ", ".join(f'"{name}"' for name in columns.split())
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns.split()))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- our own names
    raw.executemany(statement, (list(map(_plain, row)) for row in rows))


def _plain(value: object) -> object:
    """Return a value as SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if value is NOON else value


def populate(database: Database, learners: int, *, seed: int = 1) -> Population:
    """Fill a database: everybody has joined and shared, everything is folded in.

    Institutions grow with the learners up to 2 000, in 60 countries; sizes of cohorts
    follow Zipf's law, and one person in twenty is in two cohorts.
    """
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    with database.write() as connection:
        framework = get_default_framework(connection)
        many = max(5, min(MOST_INSTITUTIONS, learners // PEOPLE_EACH))
        cohorts, countries = _found_cohorts(connection, framework, many)
        results = draw_results(framework, chance)
        people = _People(framework, cohorts, results, chance)
        load(connection, LearnerRow, LEARNER, people.arrive(learners))
        load(connection, MemberRow, MEMBER, people.memberships())
        load(connection, ShareRow, SHARE, people.shares())
        pools = people.pools()
        load(connection, PoolRow, POOL, (pool.row for pool in pools.values()))
        counted = (
            (cohort_id, pool.pool_id, False, 1)
            for pool in pools.values()
            for cohort_id in pool.cohorts
        )
        load(connection, PoolCohortRow, POOL_COHORT, counted)
        load(connection, ContributionRow, CONTRIBUTION, people.contributions(pools))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    return Population(
        framework=framework,
        cohorts=cohorts,
        country=[c for c, n in zip(cohorts, countries, strict=True) if not n],
        learners=learners,
        pools=len(pools),
    )


def _found_cohorts(
    connection: Connection, framework: Framework, many: int
) -> tuple[list[UUID], list[int]]:
    """Found countries, institutions and a cohort each; return cohorts and countries."""
    nations = [uuid4() for _ in range(COUNTRIES)]
    homes = [uuid4() for _ in range(many)]
    countries = [number % COUNTRIES for number in range(many)]
    parents = [None] * COUNTRIES + [nations[number] for number in countries]
    connection.execute(
        insert(InstitutionRow),
        [
            {
                "institution_id": each,
                "key": f"institution-{each.hex[:12]}",
                "parent_id": parent,
                "kind": InstitutionKind.MINISTRY if parent else InstitutionKind.COUNTRY,
                "names": {"en": "Institution of Figures"},
                "country": None,
                "smallest_cell": SMALLEST_CELL,
            }
            for each, parent in zip(nations + homes, parents, strict=True)
        ],
    )
    lines = [(each, each, 0) for each in nations + homes]
    lines += [(nations[n], each, 1) for each, n in zip(homes, countries, strict=True)]
    connection.execute(
        insert(AncestorRow),
        [
            {"ancestor_id": above, "institution_id": each, "depth": depth}
            for above, each, depth in lines
        ],
    )
    cohorts = [add_cohort(connection, framework, home) for home in homes]
    return cohorts, countries


def add_cohort(connection: Connection, framework: Framework, home: UUID) -> UUID:
    """Found a cohort of an institution."""
    cohort_id = uuid4()
    connection.execute(
        insert(CohortRow),
        {
            "cohort_id": cohort_id,
            "institution_id": home,
            "name": "Everybody",
            "framework_key": framework.key,
            "framework_version": framework.version,
            "role_keys": [],
            "starts_on": STARTS,
            "ends_on": ENDS,
            "smallest_cell": SMALLEST_CELL,
            "is_fictitious": True,
            "created_at": NOON,
        },
    )
    return cohort_id


@dataclass(kw_only=True)
class _Pool:
    pool_id: UUID
    cohorts: tuple[UUID, ...]
    row: tuple[Any, ...]


class _People:
    """Who belongs where, with which result."""

    def __init__(
        self,
        framework: Framework,
        cohorts: list[UUID],
        results: list[Result],
        chance: random.Random,
    ) -> None:
        self._framework = framework
        self._cohorts = cohorts
        self._results = results
        self._chance = chance
        self._roles = [role.key for role in framework.roles]
        self._all: list[tuple[UUID, tuple[int, ...], str, Result]] = []

    def arrive(self, many: int) -> Iterator[tuple[Any, ...]]:
        places = range(len(self._cohorts))
        weights = list(accumulate(1 / (place + 1) for place in places))
        homes = self._chance.choices(places, cum_weights=weights, k=many)
        seconds = self._chance.choices(places, cum_weights=weights, k=many)
        for home, second in zip(homes, seconds, strict=True):
            is_in_two = self._chance.random() < IN_TWO and home != second
            person = (
                uuid4(),
                tuple(sorted((home, second))) if is_in_two else (home,),
                self._chance.choice(self._roles),
                self._chance.choice(self._results),
            )
            self._all.append(person)
            yield (person[0], "fr", "0" * 32, NOON, False)

    def memberships(self) -> Iterator[tuple[Any, ...]]:
        for learner_id, places, _, _ in self._all:
            for place in places:
                yield (learner_id, self._cohorts[place], learner_id, NOON, "fr")

    def shares(self) -> Iterator[tuple[Any, ...]]:
        version = (self._framework.key, self._framework.version)
        for learner_id, places, role, result in self._all:
            for place in places:
                sent = (learner_id, self._cohorts[place], 1, False)
                kept = (f"attempt:{learner_id}", result.levels_text, NOON)
                yield (*sent, *version, role, *kept)

    def pools(self) -> dict[tuple[tuple[int, ...], str], _Pool]:
        found: dict[tuple[tuple[int, ...], str], list[Change]] = {}
        for _, places, role, result in self._all:
            change = Change(sign=1, sheet=result.sheet)
            found.setdefault((places, role), []).append(change)
        return {key: self._pool(key, changes) for key, changes in found.items()}

    def _pool(self, key: tuple[tuple[int, ...], str], changes: list[Change]) -> _Pool:
        places, role = key
        cohorts = tuple(sorted(self._cohorts[place] for place in places))
        needs = self._framework.role(role).targets()
        targets = {
            each.key: needs[each.key].level if each.key in needs else None
            for each in self._framework.competencies
        }
        ledger = Ledger.empty(targets, is_paired=False)
        for start in range(0, len(changes), FOLDED_AT_ONCE):
            some = changes[start : start + FOLDED_AT_ONCE]
            ledger.fold(some, smallest=SMALLEST_CELL)
        digest = PoolKey(
            framework_key=self._framework.key,
            framework_version=self._framework.version,
            role_key=role,
            cohorts=tuple((each, Pairing.SINGLE) for each in cohorts),
            group=(),
        ).digest
        pool_id = uuid4()
        version = (self._framework.key, self._framework.version)
        about = (role, "{}", SMALLEST_CELL, NOON, name_layout(layout_of(ledger)))
        kept = (write_row(draw_row(ledger)), write_ledger(ledger))
        row = (pool_id, digest, *version, *about, *kept)
        return _Pool(pool_id=pool_id, cohorts=cohorts, row=row)

    def contributions(
        self, pools: dict[tuple[tuple[int, ...], str], _Pool]
    ) -> Iterator[tuple[Any, ...]]:
        for learner_id, places, role, result in self._all:
            pool_id = pools[places, role].pool_id
            yield (learner_id, f"attempt:{learner_id}", pool_id, result.sheet_text)


def add_people(
    database: Database, population: Population, cohort_id: UUID, many: int
) -> list[tuple[UUID, str]]:
    """Let people join a cohort who have a result that they have not shared yet.

    Returns:
        Who they are, and their role.
    """
    chance = random.Random(2)  # noqa: S311 -- repeatable, not secret
    framework = population.framework
    roles = [role.key for role in framework.roles]
    results = draw_results(framework, chance)
    people = [(uuid4(), chance.choice(roles)) for _ in range(many)]
    version = (framework.key, framework.version)
    learners = ((each, "fr", "0" * 32, NOON, False) for each, _ in people)
    members = ((each, cohort_id, each, NOON, "fr") for each, _ in people)
    aims = ((each, *version, role, 1, NOON) for each, role in people)
    evidence = (
        _evidence(each, framework.key, competency, cell)
        for each, _ in people
        for competency, cell in chance.choice(results).levels.items()
    )
    with database.write() as connection:
        load(connection, LearnerRow, LEARNER, learners)
        load(connection, MemberRow, MEMBER, members)
        load(connection, AimRow, AIM, aims)
        load(connection, EvidenceRow, EVIDENCE, evidence)
    return people


def _evidence(
    learner_id: UUID, framework: str, competency: str, cell: int
) -> tuple[Any, ...]:
    is_level = cell in LEVELS
    other = Outcome.UNKNOWN if cell == UNKNOWN else Outcome.NOT_APPLICABLE
    return (
        learner_id,
        f"attempt:{learner_id}",
        competency,
        framework,
        EvidenceSource.SELF_DECLARED.value,
        (Outcome.LEVEL if is_level else other).value,
        cell if is_level else None,
        NOON,
    )
