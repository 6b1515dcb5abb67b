import pytest
from sqlalchemy import Connection

from app.frameworks.domain import Framework
from app.insights.domain.changes import ChangeRow, draw_changes
from app.sharing.domain.cells import Measure, change_partitions, count_bins
from app.sharing.domain.pools import Released, Table
from tests.constants import NOON

KEY = "data-governance"


def paired(cells: list[int], *, finest: int = 2, is_paired: bool = True) -> Released:
    """Return a pool by how many people moved by -2, -1, 0, 1, 2, unknown."""
    return Released(
        role_key=None,
        group={},
        is_paired=is_paired,
        people=sum(cells),
        waiting=0,
        smallest_cell=5,
        released_at=NOON,
        tables={
            (KEY, Measure.CHANGE): tuple(
                Table(partition=p, counts=tuple(count_bins(cells, p)))
                for p in change_partitions()[: finest + 1]
            )
        },
    )


def row_of(framework: Framework, *pools: Released) -> ChangeRow:
    return next(r for r in draw_changes(pools, framework) if r.competency == KEY)


def test_a_change_is_called_one_only_if_it_is_clear(
    framework: Framework, connection: Connection
) -> None:
    assert connection is not None
    better = row_of(framework, paired([0, 5, 20, 40, 10, 6]))
    mixed = row_of(framework, paired([5, 10, 20, 12, 5, 0]))

    assert better.mean is not None
    assert better.mean.middle == pytest.approx((-5 + 40 + 20) / 75)
    assert better.is_clear
    assert not mixed.is_clear


def test_merged_changes_contain_the_true_one(framework: Framework) -> None:
    cells = [5, 5, 20, 40, 10, 6]
    exact, by_side, coarse = (
        row_of(framework, paired(cells, finest=finest)) for finest in (2, 1, 0)
    )

    for merged in (by_side, coarse):
        assert exact.mean is not None
        assert merged.interval is not None
        assert merged.interval.low <= exact.mean.low <= merged.interval.high
    assert by_side.is_clear
    assert not coarse.is_clear


def test_only_those_who_shared_both_rounds_count(framework: Framework) -> None:
    alone = paired([0, 0, 0, 9, 9, 0], is_paired=False)

    assert draw_changes([alone], framework) == []
    assert row_of(framework, alone, paired([0, 0, 10, 10, 0, 0])).people == 20


def test_few_known_changes_have_no_average(framework: Framework) -> None:
    row = row_of(framework, paired([0, 0, 0, 0, 3, 9]))

    assert (row.mean, row.interval, row.is_clear) == (None, None, False)
