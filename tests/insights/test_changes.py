import pytest
from sqlalchemy import Connection

from app.frameworks.domain import Framework
from app.insights.domain.changes import ChangeRow, draw_changes
from app.sharing.domain.cells import Measure, change_partitions, count_bins
from app.sharing.domain.pools import Released, Table
from tests.constants import NOON

KEY = "data-governance"


def paired(cells: list[int], *, is_paired: bool = True) -> Released:
    """Return a pool by how many reached the target never, then, in both, before only."""
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
                for p in change_partitions()
            )
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
