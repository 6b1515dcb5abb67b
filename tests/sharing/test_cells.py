from itertools import chain, pairwise

import pytest

from app.proficiency.domain import Outcome
from app.sharing.domain.cells import (
    APART,
    BOTH,
    CHANGE_CELLS,
    FELL,
    LEVEL_CELLS,
    NEITHER,
    ROSE,
    UNKNOWN,
    Partition,
    change_cell,
    change_partitions,
    count_bins,
    level_cell,
    level_partitions,
)

PARTITIONS = [level_partitions(target) for target in (None, 1, 2, 3, 4)]


def cells_of(partition: Partition) -> list[int]:
    return sorted(chain.from_iterable(partition))


@pytest.mark.parametrize("partitions", [*PARTITIONS, change_partitions()])
def test_each_partition_refines_the_coarser_one(
    partitions: tuple[Partition, ...],
) -> None:
    for coarse, fine in pairwise(partitions):
        assert cells_of(coarse) == cells_of(fine)
        assert all(any(set(narrow) <= set(wide) for wide in coarse) for narrow in fine)


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_every_level_cell_is_counted_once(partitions: tuple[Partition, ...]) -> None:
    for partition in partitions:
        assert cells_of(partition) == list(range(LEVEL_CELLS))


def test_every_change_cell_is_counted_once() -> None:
    for partition in change_partitions():
        assert cells_of(partition) == list(range(CHANGE_CELLS))


def test_merged_levels_still_say_who_reached_the_target() -> None:
    coarse, by_gap, every = level_partitions(3)

    assert coarse == ((0, 1, 2, UNKNOWN, APART), (3, 4))
    assert by_gap == ((0, 1), (2,), (3, 4), (UNKNOWN, APART))
    assert len(every) == LEVEL_CELLS


@pytest.mark.parametrize(
    ("outcome", "level", "cell"),
    [
        (Outcome.LEVEL, 0, 0),
        (Outcome.LEVEL, 4, 4),
        (Outcome.UNKNOWN, None, UNKNOWN),
        (Outcome.NOT_APPLICABLE, None, APART),
        (Outcome.MISSING, None, APART),
    ],
)
def test_an_answer_has_a_cell(outcome: Outcome, level: int | None, cell: int) -> None:
    assert level_cell(outcome, level) == cell


@pytest.mark.parametrize(
    ("first", "second", "cell"),
    [
        (1, 2, NEITHER),
        (2, 3, ROSE),
        (UNKNOWN, 4, ROSE),
        (3, 4, BOTH),
        (4, 0, FELL),
        (3, APART, FELL),
        (UNKNOWN, APART, NEITHER),
    ],
)
def test_a_change_says_who_reached_the_target_when(
    first: int, second: int, cell: int
) -> None:
    assert change_cell(first, second, 3) == cell
    assert change_cell(first, second, None) == cell


def test_what_changed_says_who_reached_the_target_now() -> None:
    reached = level_partitions(3)[0][1]

    for first in range(LEVEL_CELLS):
        for second in range(LEVEL_CELLS):
            cell = change_cell(first, second, 3)
            assert (cell in {ROSE, BOTH}) == (second in reached)


def test_bins_add_up_their_cells() -> None:
    assert count_bins([1, 2, 3], ((0, 2), (1,))) == [4, 2]
