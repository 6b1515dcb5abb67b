"""How much of realistic cohorts is shown: what the rule of steps costs.

``python -m tests.sharing.test_utility`` prints the table of docs/privacy.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from app.sharing.domain.cells import APART, LEVELS, UNKNOWN, Measure, Reading
from app.sharing.domain.ledger import Change, Ledger, Sheet
from app.sharing.domain.pools import ESTABLISHED
from app.sharing.domain.steps import SMALLEST_CELL

COMPETENCIES = {f"competency-{n}": 1 + n % 4 for n in range(19)}
ROLES = (0.35, 0.25, 0.15, 0.12, 0.08, 0.05)
"""Shares of six roles; each stands about a third of a level above the next."""
GENDERS = (0.55, 0.42, 0.03)
SHARING = 0.7
"""Of the members."""
FOLDED_AT_ONCE = 3
"""Results that arrive between two runs of the worker."""
RESOLUTIONS = ("reached or not", "size of the gap", "every level")


@dataclass(frozen=True)
class Shown:
    """Of all people who share × 19 competencies, the share that is counted."""

    people: float
    by_resolution: tuple[float, float, float]


def draw_sheet(chance: Random, role: int) -> Sheet:
    skill = chance.gauss(2.6 - role / 3, 0.7)
    return {
        competency: Reading(level=draw_level(chance, skill))
        for competency in COMPETENCIES
    }


def draw_level(chance: Random, skill: float) -> int:
    if chance.random() < 0.06:
        return chance.choice((UNKNOWN, APART))
    return max(LEVELS[0], min(LEVELS[-1], round(chance.gauss(skill, 0.9))))


def measure(members: int, *, by_gender: bool, seed: int = 1) -> Shown:
    """Let people share in random order, and count what is shown at the end."""
    chance = Random(seed)  # noqa: S311 -- repeatable, not secret
    people = round(members * SHARING)
    pools: dict[tuple[int, int | None], list[Change]] = {}
    for _ in range(people):
        role = draw(chance, ROLES)
        gender = draw(chance, GENDERS)
        is_large = members * GENDERS[gender] >= ESTABLISHED * SMALLEST_CELL
        group = gender if by_gender and is_large else None
        change = Change(sign=1, sheet=draw_sheet(chance, role))
        pools.setdefault((role, group), []).append(change)
    ledgers = [release(changes) for changes in pools.values()]
    cells = people * len(COMPETENCIES)
    shown = [
        sum(
            sum(ledger.tables[competency, Measure.LEVEL][resolution].released)
            for ledger in ledgers
            for competency in COMPETENCIES
        )
        / cells
        for resolution in range(len(RESOLUTIONS))
    ]
    return Shown(
        people=sum(ledger.people for ledger in ledgers) / people,
        by_resolution=(shown[0], shown[1], shown[2]),
    )


def draw(chance: Random, weights: Sequence[float]) -> int:
    return chance.choices(range(len(weights)), weights)[0]


def release(changes: list[Change]) -> Ledger:
    ledger = Ledger.empty(COMPETENCIES, is_paired=False)
    for start in range(0, len(changes), FOLDED_AT_ONCE):
        ledger.fold(changes[start : start + FOLDED_AT_ONCE], smallest=SMALLEST_CELL)
    return ledger


@pytest.mark.parametrize(
    ("members", "by_gender", "least"),
    [
        (100, False, (0.05, 0.0, 0.0)),
        (480, False, (0.5, 0.1, 0.0)),
        (5000, False, (0.9, 0.75, 0.5)),
        (5000, True, (0.8, 0.6, 0.3)),
    ],
)
def test_most_of_a_cohort_is_shown(
    members: int, *, by_gender: bool, least: tuple[float, float, float]
) -> None:
    shown = measure(members, by_gender=by_gender)

    assert all(
        share >= bound for share, bound in zip(shown.by_resolution, least, strict=True)
    )
    assert shown.by_resolution[0] <= shown.people <= 1


def test_a_trainers_group_shows_how_many_share() -> None:
    shown = [measure(25, by_gender=False, seed=seed) for seed in range(20)]

    assert sum(each.people for each in shown) / len(shown) >= 0.3


def main() -> None:
    """Print the table."""
    for members in (25, 100, 480, 5000, 40_000):
        for by_gender in (False, True):
            many = max(1, min(20, 5000 // members))
            runs = [measure(members, by_gender=by_gender, seed=n) for n in range(many)]
            people = sum(run.people for run in runs) / many
            each = [sum(run.by_resolution[n] for run in runs) / many for n in range(3)]
            figures = " | ".join(f"{share:.0%}" for share in (people, *each))
            print(f"| {members:,} | {'yes' if by_gender else 'no'} | {figures} |")  # noqa: T201 -- a table for the reader


if __name__ == "__main__":
    main()
