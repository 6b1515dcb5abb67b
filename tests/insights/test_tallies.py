from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.insights.domain.gaps import CATEGORIES, count_in, to_gaps
from app.insights.domain.tallies import (
    CHANGE_ORDER,
    LEVEL_ORDER,
    Tally,
    add_up,
    list_tallies,
    read_table,
)
from app.sharing.domain.cells import (
    APART,
    LEVELS,
    UNKNOWN,
    Partition,
    change_partitions,
    count_bins,
    level_partitions,
)
from app.sharing.domain.pools import Table

SIZE = len(LEVEL_ORDER)
CELLS = st.lists(st.integers(0, 40), min_size=SIZE, max_size=SIZE)
TARGETS = st.sampled_from((1, 2, 3, 4))


def join(first: Partition, second: Partition) -> Partition:
    """Return the finest partition that both refine: what a sum of both can show."""
    bins = [set(each) for each in first]
    for each in second:
        touching = [b for b in bins if b & set(each)]
        bins = [b for b in bins if not b & set(each)] + [set().union(*touching)]
    return tuple(sorted(tuple(sorted(b)) for b in bins))


def tables(cells: list[int], target: int, finest: int = 2) -> list[Table]:
    return [
        Table(partition=p, counts=tuple(count_bins(cells, p)))
        for p in level_partitions(target)[: finest + 1]
    ]


def tallies(cells: list[int], target: int, finest: int = 2) -> list[Tally]:
    return list_tallies(tables(cells, target, finest), LEVEL_ORDER)


def marks(tally: Tally | None) -> list[tuple[str, int]]:
    return [(span.mark, span.people) for span in tally.spans] if tally else []


def test_merged_levels_are_one_cell_with_a_name() -> None:
    coarse, by_gap, _ = tallies([1, 2, 3, 4, 5, 6, 7], target=3)

    assert marks(coarse) == [("?, —, 0–2", 19), ("3–4", 9)]
    assert marks(by_gap) == [("?, —", 13), ("0–1", 3), ("2", 3), ("3–4", 9)]


@pytest.mark.parametrize(
    "partition",
    [p for target in (None, 1, 2, 3, 4) for p in level_partitions(target)],
    ids=str,
)
def test_every_partition_of_levels_merges_neighbours(partition: Partition) -> None:
    ones = Table(partition=partition, counts=tuple(len(b) for b in partition))

    assert read_table(ones, LEVEL_ORDER).people == SIZE


@pytest.mark.parametrize("partition", change_partitions(), ids=str)
def test_every_partition_of_changes_merges_neighbours(partition: Partition) -> None:
    ones = Table(partition=partition, counts=tuple(len(b) for b in partition))

    assert read_table(ones, CHANGE_ORDER).people == len(CHANGE_ORDER)


def test_cells_that_are_no_neighbours_are_refused() -> None:
    table = Table(partition=((0, 2), (1, 3, 4, 5, 6)), counts=(1, 1))

    with pytest.raises(ValueError, match="no neighbours"):
        read_table(table, LEVEL_ORDER)


@given(CELLS, CELLS, TARGETS, TARGETS)
def test_a_sum_is_as_fine_as_what_its_parts_have_in_common(
    first: list[int], second: list[int], a: int, b: int
) -> None:
    one, other = tables(first, a, 1)[-1], tables(second, b, 1)[-1]
    together = [x + y for x, y in zip(first, second, strict=True)]
    common = join(one.partition, other.partition)
    expected = read_table(
        Table(partition=common, counts=tuple(count_bins(together, common))),
        LEVEL_ORDER,
    )

    parts = [[read_table(t, LEVEL_ORDER)] for t in (one, other)]

    assert all(p[0].cuts & expected.cuts == expected.cuts for p in parts)
    assert expected.counts == tuple(
        x + y
        for x, y in zip(
            parts[0][0].merge(expected.cuts).counts,
            parts[1][0].merge(expected.cuts).counts,
            strict=True,
        )
    )


@given(st.lists(st.tuples(CELLS, TARGETS, st.integers(0, 2)), max_size=6))
def test_a_sum_counts_only_whole_pools_and_nearly_all(
    pools: list[tuple[list[int], int, int]],
) -> None:
    parts = [tallies(cells, target, finest) for cells, target, finest in pools]
    sizes = [sum(cells) for cells, _, _ in pools]

    total = add_up(parts, size=SIZE)

    if total is None:
        assert not any(sizes)
        return
    inside = [
        cells
        for (cells, _, _), part in zip(pools, parts, strict=True)
        if any(t.cuts & total.cuts == total.cuts for t in part)
    ]
    cells = [sum(each) for each in zip(*inside, strict=True)]
    assert total.people == sum(cells)
    for span in total.spans:
        covered = LEVEL_ORDER[span.first : span.last + 1]
        assert span.people == sum(cells[cell] for cell in covered)


def test_a_small_coarse_pool_does_not_blur_a_large_fine_one() -> None:
    large, small = [0, 10, 20, 30, 10, 5, 5], [0, 0, 2, 4, 0, 0, 0]

    total = add_up([tallies(large, 3), tallies(small, 2, 0)], size=SIZE)

    assert total is not None
    assert total.people == 80
    assert len(total.spans) == SIZE


def test_large_coarse_pools_do_blur_a_small_fine_one() -> None:
    small, large = [0, 5, 5, 5, 5, 0, 0], [10, 10, 20, 30, 10, 5, 5]

    total = add_up([tallies(small, 3), tallies(large, 3, 0)], size=SIZE)

    assert marks(total) == [("?, —, 0–2", 60), ("3–4", 50)]


def test_counting_everybody_in_one_cell_is_no_sum() -> None:
    large, small = [10, 10, 20, 30, 10, 5, 5], [5, 5, 10, 10, 0, 0, 0]

    total = add_up([tallies(large, 3, 0), tallies(small, 2, 0)], size=SIZE)

    assert marks(total) == [("?, —, 0–2", 50), ("3–4", 40)]


@given(CELLS, TARGETS, TARGETS, st.integers(0, 2))
def test_gaps_follow_the_target_as_far_as_levels_are_cut(
    cells: list[int], target: int, cut_at: int, finest: int
) -> None:
    people: Counter[str] = Counter()
    for cell, count in enumerate(cells):
        gap = target - cell if cell in LEVELS else None
        name = (
            "none"
            if gap is None
            else "reached"
            if gap <= 0
            else "one"
            if gap == 1
            else "more"
        )
        people[name] += count

    found = to_gaps(tallies(cells, cut_at, finest)[-1], target)

    assert found.people == sum(cells)
    for position, name in enumerate(CATEGORIES):
        bounds = count_in(found, position, position)
        assert bounds.low <= people[name] <= bounds.high
    if target == cut_at and finest:
        assert found.counts == tuple(people[name] for name in CATEGORIES)
    if target == cut_at:
        assert count_in(found, 3, 3).is_exact


def test_what_is_no_level_comes_first() -> None:
    assert LEVEL_ORDER[:2] == (UNKNOWN, APART)
