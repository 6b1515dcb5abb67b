"""Before and after against the adversary: she knows the first round, too.

The worst case: the whole pool shares again, so that every count of the first round is
known, level by level, of exactly these people.
"""

from collections import Counter
from itertools import product
from random import Random

import highspy
import numpy as np
import pytest

from app.sharing.domain.cells import (
    LEVEL_CELLS,
    Measure,
    Reading,
    change_cell,
)
from app.sharing.domain.ledger import Change, Ledger
from app.sharing.domain.steps import SMALLEST_CELL

K = SMALLEST_CELL
ONE = "one"
Pair = tuple[int, int]
"""Level cell in the first round and in the second."""
PAIRS: list[Pair] = [
    (before, after) for before in range(LEVEL_CELLS) for after in range(LEVEL_CELLS)
]


class Adversary:
    """All tables first × second that agree with what is released."""

    def __init__(self) -> None:
        self._model = highspy.Highs()  # type: ignore[no-untyped-call]  # no hints
        self._model.setOptionValue("output_flag", False)  # noqa: FBT003 -- HiGHS's own
        # As the site sets it: HiGHS has one number of threads for the whole process.
        self._model.setOptionValue("threads", 1)
        for _ in PAIRS:
            self._model.addVar(0, 1000)
        size = len(PAIRS)
        integer = np.full(size, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        self._model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), integer
        )

    def note(self, pairs: list[Pair], least: int, most: int) -> None:
        """Remember how many people are in some of the cells."""
        row = [PAIRS.index(pair) for pair in pairs]
        self._model.addRow(least, most, len(row), row, [1.0] * len(row))

    def can_be(self, pairs: list[Pair], least: int, most: int) -> bool:
        """Whether so many may be there, for all she knows."""
        self.note(pairs, least, most)
        self._model.run()
        status = self._model.getModelStatus()
        self._model.deleteRows(1, [self._model.getNumRow() - 1])
        return bool(status == highspy.HighsModelStatus.kOptimal)


def release(truth: Counter[Pair], target: int) -> Ledger:
    """Release the second round of these people at once."""
    ledger = Ledger.empty({ONE: target}, is_paired=True)
    ledger.fold(
        [
            Change(
                sign=1,
                sheet={
                    ONE: Reading(level=after, change=change_cell(before, after, target))
                },
            )
            for (before, after), people in truth.items()
            for _ in range(people)
        ],
        smallest=K,
    )
    return ledger


def look(truth: Counter[Pair], ledger: Ledger, target: int) -> Adversary:
    """Note every count of the first round, and what is released of the second."""
    adversary = Adversary()
    for level in range(LEVEL_CELLS):
        people = sum(n for (before, _), n in truth.items() if before == level)
        row = [pair for pair in PAIRS if pair[0] == level]
        adversary.note(row, people, people)
    for (_, measure), tracks in ledger.tables.items():
        for track in (t for t in tracks if any(t.released)):
            for cells, count in zip(track.partition, track.released, strict=True):
                row = [
                    (before, after)
                    for before, after in PAIRS
                    if (
                        after
                        if measure is Measure.LEVEL
                        else change_cell(before, after, target)
                    )
                    in cells
                ]
                adversary.note(row, count, count)
    return adversary


def check(truth: Counter[Pair], target: int) -> bool:
    """Look for a number of 1 to k - 1 that is fixed; return whether anything is shown."""
    ledger = release(truth, target)
    adversary = look(truth, ledger, target)
    groups = [[pair] for pair in PAIRS]
    for side, cell, change in product((0, 1), range(LEVEL_CELLS), range(4)):
        groups.append(
            [
                pair
                for pair in PAIRS
                if pair[side] == cell and change_cell(*pair, target) == change
            ]
        )
    for group in filter(None, groups):
        people = sum(truth[pair] for pair in group)
        if 1 <= people < K:
            assert adversary.can_be(group, 0, people - 1) or adversary.can_be(
                group, people + 1, 1000
            ), (group, people)
    return any(ledger.tables[ONE, Measure.CHANGE][0].released)


@pytest.mark.parametrize("seed", range(10))
def test_two_rounds_together_fix_no_small_number(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 -- a story told again, not a secret
    target = chance.choice((1, 2, 3, 4))
    truth: Counter[Pair] = Counter()
    for _ in range(chance.choice((30, 60, 120))):
        before = chance.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
        after = max(0, min(4, before + chance.choice((-1, 0, 0, 1, 1, 2))))
        truth[before, after] += 1

    check(truth, target)


def test_what_an_adversary_once_found_is_no_longer_there() -> None:
    # 26 people whose whole change in levels was shown: exactly two had fallen from 2 to 0.
    truth = Counter(
        {
            (2, 0): 2,
            (3, 0): 3,
            (4, 1): 3,
            (3, 1): 2,
            (0, 0): 2,
            (2, 2): 2,
            (3, 3): 1,
            (4, 4): 5,
            (0, 1): 3,
            (2, 3): 3,
        }
    )

    check(truth, target=3)


def test_a_change_that_many_share_is_shown() -> None:
    truth = Counter({(1, 1): 12, (2, 3): 9, (3, 4): 6, (4, 3): 7})

    assert check(truth, target=3)
