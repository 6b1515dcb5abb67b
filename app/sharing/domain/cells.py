"""What is counted of a shared result, and how finely it may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.proficiency.domain import Outcome

Bin = tuple[int, ...]
"""Cells counted together."""
Partition = tuple[Bin, ...]
"""Every cell in exactly one bin."""

LEVELS = (0, 1, 2, 3, 4)
UNKNOWN = 5
"""Cell of “I don’t know”."""
APART = 6
"""Cell of “not part of my work” and of what was not answered."""
LEVEL_CELLS = 7
NEITHER = 0
"""Cell of who reached the target in neither round."""
ROSE = 1
"""Cell of who reached it in the second round only."""
BOTH = 2
"""Cell of who reached it in both rounds."""
FELL = 3
"""Cell of who reached it in the first round only."""
CHANGE_CELLS = 4
ORDINARY_TARGET = 3
"""Where the role asks for no level, levels are merged as if it asked for this one."""


class Measure(StrEnum):
    """What a table counts people by."""

    LEVEL = "level"
    """The level of the round."""
    CHANGE = "change"
    """Who reached the target in which of two rounds, of the same people."""
    LOOKING_BACK = "looking-back"
    """The same, but the first round as these people see it after the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One person's cells on one competency."""

    level: int
    """Cell of her level, 0..6."""
    change: int = NEITHER
    """Cell of her change between the rounds, 0..3."""
    looking_back: int | None = None
    """Cell of her change as she sees it today; ``None``: she did not look back."""

    def cell(self, measure: Measure) -> int:
        """Return the cell in which a table of this measure counts her."""
        if measure is Measure.LEVEL:
            return self.level
        if measure is Measure.CHANGE or self.looking_back is None:
            return self.change
        return self.looking_back


def level_cell(outcome: Outcome, level: int | None) -> int:
    """Return the cell in which an answer counts."""
    if outcome is Outcome.LEVEL and level is not None:
        return level
    return UNKNOWN if outcome is Outcome.UNKNOWN else APART


def change_cell(first: int, second: int, target: int | None) -> int:
    """Return the cell of a change between two level cells.

    It says no more than whether each of them reached the target: finer changes could
    be set against the levels of both rounds (docs/privacy.md).
    """
    aim = target or ORDINARY_TARGET
    before, after = (cell in LEVELS and cell >= aim for cell in (first, second))
    if before:
        return BOTH if after else FELL
    return ROSE if after else NEITHER


def level_partitions(target: int | None) -> tuple[Partition, ...]:
    """Return how levels may be merged, from coarse to fine; each refines the former.

    Bins follow the target (1..4) of the role, so that whoever reads merged levels still
    sees who reached it: reached or not; the size of the gap; every level.
    """
    aim = target or ORDINARY_TARGET
    short = tuple(range(aim - 1))
    reached = tuple(range(aim, len(LEVELS)))
    coarse = ((*range(aim), UNKNOWN, APART), reached)
    by_gap = tuple(b for b in (short, (aim - 1,), reached, (UNKNOWN, APART)) if b)
    return (coarse, by_gap, tuple((cell,) for cell in range(LEVEL_CELLS)))


def change_partitions() -> tuple[Partition, ...]:
    """Return how changes may be shown: all four cells apart, or not at all.

    Merged ones would be taken apart by how many reach the target now.
    """
    return (tuple((cell,) for cell in range(CHANGE_CELLS)),)


def count_bins(cells: Sequence[int], partition: Partition) -> list[int]:
    """Add up cells by bin."""
    return [sum(cells[cell] for cell in each) for each in partition]
