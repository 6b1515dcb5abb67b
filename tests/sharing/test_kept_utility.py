"""What before and after costs: how often it is shown, and what the first tables lose.

``python -m tests.sharing.test_kept_utility`` prints the tables of docs/privacy.md.
"""

from dataclasses import dataclass
from random import Random

import pytest

from app.sharing.domain.cells import LEVELS, Measure, Reading, change_cell
from app.sharing.domain.ledger import Change, Ledger, Sheet
from app.sharing.domain.pools import ONE_IN
from app.sharing.domain.steps import SMALLEST_CELL
from tests.sharing.test_utility import (
    COMPETENCIES,
    FOLDED_AT_ONCE,
    SHARING,
    draw_level,
)

SIZES = (25, 200, 2000)
RETURNING = (0.3, 0.6, 0.9, 0.97, 1.0)
LEARNT = 0.5
"""By how much those who come again have moved, in levels."""


@dataclass(frozen=True)
class Shown:
    """One cohort of one role."""

    rows: int
    """Competencies whose change is shown."""
    levels: float
    """Of the people who share first × competencies, the share in a first table."""


def measure(
    members: int, returning: float, *, seed: int, is_kept: bool = True
) -> Shown:
    """Let people share both rounds; return what is shown."""
    chance = Random(seed)  # noqa: S311 -- repeatable, not secret
    people = round(members * SHARING)
    first, second = (
        Ledger.empty(COMPETENCIES, is_paired=is_paired) for is_paired in (False, True)
    )
    shown: list[Change] = []
    compared: list[Change] = []
    for _ in range(people):
        skill = chance.gauss(2.2, 0.7)
        before = {key: draw_level(chance, skill) for key in COMPETENCIES}
        if not is_kept or chance.randrange(ONE_IN):
            sheet = {key: Reading(level=cell) for key, cell in before.items()}
            shown.append(Change(sign=1, sheet=sheet))
        elif chance.random() < returning:
            compared.append(Change(sign=1, sheet=learn(chance, before)))
    for ledger, changes in ((first, shown), (second, compared)):
        for start in range(0, len(changes), FOLDED_AT_ONCE):
            some = changes[start : start + FOLDED_AT_ONCE]
            ledger.fold(some, smallest=SMALLEST_CELL)
    counted = sum(
        sum(first.tables[key, Measure.LEVEL][0].released) for key in COMPETENCIES
    )
    return Shown(
        rows=sum(
            any(second.tables[key, Measure.CHANGE][0].released) for key in COMPETENCIES
        ),
        levels=counted / (people * len(COMPETENCIES)),
    )


def learn(chance: Random, before: dict[str, int]) -> Sheet:
    sheet = {}
    for key, cell in before.items():
        after = cell
        if cell in LEVELS:
            after = max(0, min(4, cell + round(chance.gauss(LEARNT, 0.7))))
        change = change_cell(cell, after, COMPETENCIES[key])
        sheet[key] = Reading(level=after, change=change)
    return sheet


@pytest.mark.parametrize("returning", RETURNING)
def test_large_cohorts_see_before_and_after_however_many_come_again(
    returning: float,
) -> None:
    shown = measure(2000, returning, seed=1)

    assert shown.rows >= len(COMPETENCIES) // 2
    assert shown.levels >= 0.4


def main() -> None:
    """Print the tables."""
    for members in SIZES:
        runs = 200 if members < SIZES[-1] else 20
        cells = []
        for returning in RETURNING:
            found = [measure(members, returning, seed=n) for n in range(runs)]
            some = sum(each.rows > 0 for each in found) / runs
            rows = sum(each.rows for each in found) / runs
            cells.append(f"{some:.0%} ({rows:.1f})")
        kept, all_ = (
            sum(measure(members, 1, seed=n, is_kept=k).levels for n in range(runs))
            / runs
            for k in (True, False)
        )
        print(f"| {members:,} | {' | '.join(cells)} | {kept:.0%} | {all_:.0%} |")  # noqa: T201 -- a table for the reader


if __name__ == "__main__":
    main()
