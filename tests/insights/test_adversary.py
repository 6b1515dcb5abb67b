"""An administrator polls everything over HTTP while people come, share, go and return.

She must not find one person's level, nor that 1 to k - 1 people of a set she knows have
one; and every surface tells her the same numbers.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.cohorts.domain import Cohort, InstitutionKind, Office
from app.home.service import erase
from app.identity.domain import Learner
from app.insights.api import LEVEL_NAMES
from app.kernel.text import Language
from app.sharing.domain.cells import LEVEL_CELLS
from app.sharing.domain.steps import SMALLEST_CELL
from app.sharing.service import take_back
from tests.cohorts.builders import add_cohort, add_ministry, be_officer
from tests.constants import NOON
from tests.identity.builders import add_learner, database_of
from tests.insights.adversary import Adversary
from tests.insights.builders import (
    FRONT_LINE,
    MANAGER,
    answer,
    draw_values,
    headers_of,
    join,
    read_xlsx,
    share,
)
from tests.insights.oracle import Oracle
from tests.sharing.builders import release

K = SMALLEST_CELL
ROLES = (MANAGER, FRONT_LINE)
STEPS = 8
SOLVED = 3
"""Competencies whose worlds are solved, those of which most is known."""


@dataclass(kw_only=True)
class Person:
    """Somebody who acts; what she does is her own business."""

    number: int
    learner: Learner
    role: str
    cohorts: list[Cohort]
    has_submitted: bool = False
    shares: set[UUID] = field(default_factory=set)


@dataclass(kw_only=True)
class Story:
    """A ministry and a department with overlapping cohorts, and what happens there."""

    chance: Random
    adversary: Adversary
    second_role: float
    """How likely somebody has the less usual role."""
    people: list[Person] = field(default_factory=list)
    born: int = 0

    def live(self, connection: Connection) -> None:
        """Let some people join, submit, share, share on, take back and be erased."""
        for _ in range(self.chance.choice((2, 9, 12, 15))):
            self._join(connection)
        for person in list(self.people):
            self._act(connection, person)

    def _join(self, connection: Connection) -> None:
        wide, narrow = self.adversary.cohorts
        cohorts = self.chance.choices(([wide], [wide, narrow], [narrow]), (5, 3, 1))[0]
        learner = add_learner(connection, language=Language.FR)
        for cohort in cohorts:
            join(connection, cohort, learner=learner)
        self.adversary.number_of[learner.learner_id] = self.born
        self.people.append(
            Person(
                number=self.born,
                learner=learner,
                role=ROLES[self.chance.random() < self.second_role],
                cohorts=cohorts,
            )
        )
        self.born += 1

    def _act(self, connection: Connection, person: Person) -> None:
        dice = self.chance.random()
        if not person.has_submitted and dice < 0.9:
            skill = self.chance.choice((0.8, 2.0, 3.6))
            values = draw_values(self.chance, skill=skill)
            answer(connection, person.learner, values, role_key=person.role)
            person.has_submitted = True
        if not person.has_submitted:
            return
        if not person.shares and dice < 0.8:
            self._share(
                connection, person, person.cohorts[: self.chance.choice((1, 2))]
            )
        elif len(person.shares) < len(person.cohorts) and dice > 0.4:
            self._share(connection, person, person.cohorts)
        elif person.shares and dice < 0.06:
            gone = person.shares.pop()
            take_back(connection, learner=person.learner, cohort_id=gone, now=NOON)
        elif person.shares and dice > 0.97:
            erase(connection, learner_id=person.learner.learner_id)
            self.people.remove(person)

    def _share(
        self, connection: Connection, person: Person, cohorts: Sequence[Cohort]
    ) -> None:
        for cohort in cohorts:
            share(connection, person.learner, cohort)
            person.shares.add(cohort.cohort_id)


def begin(client: TestClient, seed: int) -> Story:
    """Let an administrator of a ministry look at its cohort and at a department's."""
    chance = Random(seed)  # noqa: S311 -- a story told again, not a secret
    with database_of(client).write() as connection:
        ministry = add_ministry(connection)
        department = add_ministry(
            connection,
            "hospital",
            parent=ministry,
            kind=InstitutionKind.DEPARTMENT,
        )
        wide = add_cohort(connection, ministry, name="Wide")
        narrow = add_cohort(connection, department, name="Narrow", smallest_cell=6)
    director = be_officer(client, Office.ADMINISTRATOR, ministry)
    adversary = Adversary(
        client=client,
        headers=headers_of(client, director),
        institution=ministry,
        cohorts=(wide, narrow),
    )
    return Story(
        chance=chance, adversary=adversary, second_role=(0.0, 0.0, 0.25)[seed % 3]
    )


def poll(adversary: Adversary) -> None:
    """Read every view, filter and export; every number becomes an equation."""
    every = [each.cohort_id for each in adversary.cohorts]
    institution_id = adversary.institution.institution_id
    for role in (None, *ROLES):
        asked = {} if role is None else {"role": role}
        for cohort_id in every:
            address = f"/api/v1/cohorts/{cohort_id}/dashboard"
            document = adversary.ask(address, **asked)
            adversary.note(document, [cohort_id], role)
            check_participation(document["participation"])
            other = next(each for each in every if each != cohort_id)
            if role != MANAGER:
                compare_surfaces(adversary, cohort_id, document, other, asked)
        address = f"/api/v1/institutions/{institution_id}/dashboard"
        document = adversary.ask(address, **asked)
        adversary.note(document["results"], every, role)
        page = adversary.client.get(
            f"/en/cohorts/institutions/{institution_id}/overview", params=asked
        )
        compare_page(page.text, document["results"])
    lists = [f"/en/cohorts/{each}/people" for each in every]
    for address in (*lists, f"/en/cohorts/institutions/{institution_id}/log"):
        page = adversary.client.get(address)
        assert page.status_code == 200
        # Nothing that names a member: those who run a cohort see numbers.
        assert not any(str(each) in page.text for each in adversary.number_of)


def check_participation(shown: dict[str, Any]) -> None:
    """Nothing about a few, beyond how many there are at all."""
    for private in (shown["path"], shown["step"]):
        assert private is None or private % K == 0
    few = range(1, K)
    assert not any(people in few for people in shown["languages"].values())
    for rows in shown["by"].values():
        assert not any(n in few for row in rows for n in row["counts"].values())


def compare_surfaces(
    adversary: Adversary,
    cohort_id: UUID,
    document: dict[str, Any],
    other: UUID,
    asked: dict[str, str],
) -> None:
    """The page, CSV and XLSX say what the API says."""
    address = f"/en/cohorts/{cohort_id}"
    page = adversary.client.get(address, params={**asked, "beside": str(other)})
    assert page.status_code == 200
    compare_page(page.text, document)
    table = adversary.client.get(f"{address}/dashboard.csv", params=asked).content
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    expected = [written(row) for row in document["levels"]]
    assert list(level_rows(rows)) == expected
    book = adversary.client.get(f"{address}/dashboard.xlsx", params=asked).content
    for sheet in read_xlsx(book):
        if sheet[0][0] == "Competency" and "?" in sheet[0]:
            filled = [[c for c in row if c] for row in sheet[1:]]
            assert filled == [[c for c in row if c] for row in level_rows(rows)]


def level_rows(rows: Sequence[list[str]]) -> Iterator[list[str]]:
    """Return the rows of the heat map in a CSV."""
    start = next(i for i, r in enumerate(rows) if r[:2] == ["Competency", "?"])
    for row in rows[start + 1 :]:
        if not row:
            return
        yield row


def written(row: dict[str, Any]) -> list[str]:
    """Return a row of the heat map as the CSV writes it."""
    cells = [""] * LEVEL_CELLS
    for each in row["cells"]:
        cells[LEVEL_NAMES.index(each["cells"][0])] = str(each["people"])
    if not row["cells"]:
        return [row["title"], *cells, "", "More people are needed"]
    marks = dict(zip(LEVEL_NAMES, ("?", "—", *"01234"), strict=True))
    merged = [
        mark_of([marks[c] for c in each["cells"]])
        for each in row["cells"]
        if len(each["cells"]) > 1
    ]
    return [row["title"], *cells, str(row["people"]), "  |  ".join(merged)]


def mark_of(marks: list[str]) -> str:
    levels = [m for m in marks if m.isdigit()]
    ends = dict.fromkeys((levels[0], levels[-1])) if levels else {}
    return ", ".join(
        [m for m in marks if not m.isdigit()] + ["–".join(ends)] * bool(ends)
    )


def compare_page(html: str, results: dict[str, Any]) -> None:
    """The heat map of a page has the numbers of the document."""
    table = html.partition('<table class="heat">')[2].partition("</table>")[0]
    if not results["people"]:
        assert not table
        return
    for row in results["levels"]:
        found = re.search(
            rf'<th scope="row">{re.escape(row["title"])}</th>(.*?)</tr>',
            table,
            re.DOTALL,
        )
        assert found, row["title"]
        words = re.sub(r"<span class=\"vh\">.*?</span>", " ", found.group(1))
        numbers = [int(n) for n in re.findall(r">\s*(\d+)\s*<", words)]
        shown = [each["people"] for each in row["cells"]]
        assert numbers == ([*shown, row["people"]] if shown else []), row["title"]


@pytest.mark.parametrize("seed", range(3))
def test_who_polls_everything_finds_no_level_and_no_small_count(
    client: TestClient, seed: int
) -> None:
    if seed and not database_of(client).is_embedded:
        pytest.skip("one story is enough for the second database")
    story = begin(client, seed)
    adversary = story.adversary
    for _ in range(STEPS):
        with database_of(client).write() as connection:
            story.live(connection)
        release(database_of(client))
        adversary.watch()
        poll(adversary)

    assert adversary.read["levels"] > 100
    assert adversary.read["priorities"] > 100
    for competency in sorted(
        adversary.known, key=lambda key: -len(adversary.known[key])
    )[:SOLVED]:
        assert find_what_is_fixed(adversary, competency) == []


def find_what_is_fixed(adversary: Adversary, competency: str) -> list[str]:
    """Solve all that was read of one competency; return what should be unknown."""
    levels = {p: sheet[competency] for p, sheet in adversary.truth.items()}
    oracle = Oracle(levels, adversary.known.get(competency, ()))
    found = [
        f"person {person} is in cell {level}"
        for person, level in levels.items()
        if not oracle.can_be([person], level, 0, 0)
    ]
    for group in sorted(adversary.groups, key=sorted):
        for level in range(LEVEL_CELLS):
            true = sum(levels[p] == level for p in group)
            if (
                1 <= true < K
                and not oracle.can_be(group, level, 0, true - 1)
                and not oracle.can_be(group, level, true + 1, len(group))
            ):
                found.append(f"{true} of {sorted(group)} are in cell {level}")
    return found


def test_the_same_adversary_breaks_a_site_without_the_rule(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sharing.domain.ledger.may_follow", lambda *_: True)
    story = begin(client, 0)
    adversary = story.adversary
    for _ in range(3):
        with database_of(client).write() as connection:
            story.live(connection)
        release(database_of(client))
        adversary.watch()
        poll(adversary)

    assert find_what_is_fixed(adversary, "trust") != []


def test_who_shares_on_with_a_second_cohort_gives_nobody_away(
    client: TestClient,
) -> None:
    story = begin(client, 0)
    adversary = story.adversary
    wide, narrow = adversary.cohorts
    with database_of(client).write() as connection:
        learners = []
        for number in range(15):
            learner = add_learner(connection, language=Language.FR)
            join(connection, wide, learner=learner)
            join(connection, narrow, learner=learner)
            adversary.number_of[learner.learner_id] = number
            values = [str(1 + 3 * (number % 2))] * 19
            answer(connection, learner, values)
            share(connection, learner, wide)
            learners.append(learner)
    release(database_of(client))
    adversary.watch()
    poll(adversary)
    with database_of(client).write() as connection:
        for learner in learners[:14]:
            share(connection, learner, narrow)
    release(database_of(client))
    adversary.watch()
    poll(adversary)

    assert find_what_is_fixed(adversary, "trust") == []
