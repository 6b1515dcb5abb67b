from collections.abc import Iterator, Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from app.insights.domain.participation import (
    Stage,
    Turnout,
    break_down,
    draw_funnel,
    hide,
    may_show,
)

K = 5


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def possible(shown: Sequence[int | None], total: int) -> list[tuple[int, ...]]:
    """Return every column that our rule would have shown like this."""
    places = [i for i, count in enumerate(shown) if count is None]
    left = total - sum(count or 0 for count in shown)
    found = []
    for values in compositions(left, len(places)) if places else ():
        cells = [count or 0 for count in shown]
        for place, value in zip(places, values, strict=True):
            cells[place] = value
        if hide(cells, K) == list(shown):
            found.append(values)
    return found


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([], []),
        ([0, 7, 12], [0, 7, 12]),
        ([3, 9, 12], [None, None, 12]),
        ([3, 6, 12], [None, None, None]),
        ([12, 9, 3], [None, 9, None]),
        ([4, 4, 4], [None, None, None]),
        ([4, 0, 0], [None, None, None]),
        ([4, 0, 20], [None, 0, None]),
    ],
)
def test_few_are_hidden_with_others(cells: list[int], shown: list[int | None]) -> None:
    assert hide(cells, K) == shown


@settings(max_examples=300)
@example([4, 6, 6])
@example([1, 9, 10, 10])
@given(st.lists(st.integers(0, 14), min_size=2, max_size=4))
def test_nobody_who_knows_the_rule_and_the_total_can_work_a_hidden_number_out(
    cells: list[int],
) -> None:
    shown = hide(cells, K)
    total = sum(cells)

    columns = possible(shown, total)

    for place in range(shown.count(None)):
        values = {column[place] for column in columns}
        assert len(values) > 1, (shown, total, columns)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_shown_numbers_are_true_and_never_small(cells: list[int]) -> None:
    for count, seen in zip(cells, hide(cells, K), strict=True):
        assert seen is None or (seen == count and not 0 < seen < K)


def test_a_breakdown_without_a_number_is_no_table() -> None:
    counts = {
        "a": {Stage.JOINED: 2, Stage.STARTED: 0, Stage.SUBMITTED: 0, Stage.SHARED: 1},
        "b": {Stage.JOINED: 1, Stage.STARTED: 0, Stage.SUBMITTED: 3, Stage.SHARED: 4},
    }

    assert break_down(counts, smallest=K) == []
    assert break_down({"a": counts["a"]}, smallest=K) == []


def test_each_column_of_a_breakdown_is_protected() -> None:
    counts = {
        "a": {Stage.JOINED: 2, Stage.STARTED: 0, Stage.SUBMITTED: 8, Stage.SHARED: 30},
        "b": {Stage.JOINED: 9, Stage.STARTED: 0, Stage.SUBMITTED: 7, Stage.SHARED: 20},
    }

    rows = break_down(counts, smallest=K)

    assert [(row.value, list(row.counts.values())) for row in rows] == [
        ("a", [None, 0, 8, 30]),
        ("b", [None, 0, 7, 20]),
    ]


@pytest.mark.parametrize(
    ("count", "is_shown"),
    [(0, True), (4, False), (5, True), (16, False), (20, True)],
)
def test_a_part_is_shown_unless_few_are_in_it_or_outside(
    count: int, *, is_shown: bool
) -> None:
    assert may_show(count, 20, K) is is_shown


@given(st.integers(0, 40), st.integers(0, 40))
def test_what_people_do_for_themselves_is_shown_in_steps_of_several(
    on_path: int, done: int
) -> None:
    turnout = Turnout(
        invited=0,
        joined=40,
        started=40,
        submitted=40,
        shared=40,
        on_path=on_path,
        step_done=done,
        by_trait={},
    )

    shown = {step.name: step.people for step in draw_funnel(turnout, K)}

    for true, seen in ((on_path, shown["path"]), (done, shown["step"])):
        assert seen is None or (seen % K == 0 and seen <= true < seen + K)
        assert seen is not None or not may_show(true, 40, K)
