from dataclasses import replace

import pytest
from sqlalchemy import Connection

from app.frameworks.domain import Framework
from app.insights.domain.changes import ChangeRow, draw_changes, draw_looking_back
from app.sharing.domain.cells import Measure, change_partitions, count_bins
from app.sharing.domain.pools import Released, Table
from tests.constants import NOON

KEY = "data-governance"


def tables(cells: list[int]) -> tuple[Table, ...]:
    return tuple(
        Table(partition=p, counts=tuple(count_bins(cells, p)))
        for p in change_partitions()
        if any(cells)
    )


def paired(
    cells: list[int],
    *,
    is_paired: bool = True,
    recalled: list[int] | None = None,
    looks_back: bool = True,
) -> Released:
    """Return a pool by how many reached the target never, then, in both, before only."""
    return Released(
        role_key=None,
        group={},
        is_paired=is_paired,
        looks_back=looks_back and recalled is not None,
        people=sum(cells),
        waiting=0,
        smallest_cell=5,
        released_at=NOON,
        tables={
            (KEY, Measure.CHANGE): tables(cells),
            (KEY, Measure.LOOKING_BACK): tables(recalled or []),
        },
    )


def row_of(framework: Framework, *pools: Released) -> ChangeRow:
    return next(r for r in draw_changes(pools, framework) if r.competency == KEY)


def test_a_change_is_called_one_only_if_it_is_clear(
    framework: Framework, connection: Connection
) -> None:
    assert connection is not None
    better = row_of(framework, paired([30, 30, 20, 0]))
    mixed = row_of(framework, paired([30, 8, 20, 6]))

    assert better.mean is not None
    assert better.mean.middle == pytest.approx(100 * 30 / 80)
    assert better.is_clear
    assert not mixed.is_clear


def test_only_those_who_shared_both_rounds_count(framework: Framework) -> None:
    alone = paired([9, 9, 0, 0], is_paired=False)

    assert draw_changes([alone], framework) == []
    assert row_of(framework, alone, paired([10, 10, 0, 0])).people == 20


def test_few_changes_have_no_average(framework: Framework) -> None:
    row = row_of(framework, paired([0, 3, 0, 0]))

    assert (row.mean, row.interval, row.is_clear) == (None, None, False)


def recalled_of(framework: Framework, *pools: Released) -> list[ChangeRow]:
    rows = draw_looking_back(pools, draw_changes(pools, framework))
    return [row for row in rows if row.competency == KEY]


def test_looking_back_is_another_row_beside_the_ordinary_one(
    framework: Framework,
) -> None:
    pools = [paired([30, 10, 20, 0], recalled=[30, 25, 5, 0]), paired([8, 8, 0, 0])]

    ordinary = row_of(framework, *pools)
    [recalled] = recalled_of(framework, *pools)

    assert ordinary.mean is not None
    assert recalled.mean is not None
    assert (ordinary.people, recalled.people) == (76, 60)
    assert ordinary.mean.middle == pytest.approx(100 * 18 / 76)
    assert recalled.mean.middle == pytest.approx(100 * 25 / 60)


def test_looking_back_is_never_shown_alone(framework: Framework) -> None:
    hidden = paired([0, 0, 0, 0], recalled=[9, 9, 0, 0])
    beside = replace(hidden, people=18)

    assert recalled_of(framework, hidden) == []
    assert [row.tally for row in recalled_of(framework, beside)] == [None]


def test_what_was_sent_to_another_cohort_is_not_shown_here(
    framework: Framework,
) -> None:
    elsewhere = paired([9, 9, 0, 0], recalled=[9, 9, 0, 0], looks_back=False)

    assert recalled_of(framework, elsewhere) == []
