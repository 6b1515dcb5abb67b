from collections.abc import Mapping
from datetime import datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given
from sqlalchemy import Connection

from app.catalogue.domain import RunState
from app.catalogue.queries import get_catalogue
from app.frameworks.domain import Need
from app.insights.domain.gaps import Needs
from app.insights.domain.intervals import Bounds
from app.insights.domain.priorities import (
    count_reached,
    list_serving,
    rank_priorities,
)
from app.sharing.domain.cells import LEVELS, Measure, count_bins, level_partitions
from app.sharing.domain.pools import Released, Table
from tests.constants import NOON

CELLS = st.lists(st.integers(0, 30), min_size=7, max_size=7)
KEYS = ("planning", "ethics", "data")


def need(key: str, level: int, weight: int) -> Need:
    return Need(competency=key, level=level, weight=weight)


def pool(
    role_key: str,
    cells: Mapping[str, list[int]],
    targets: Mapping[str, Need],
    *,
    finest: int = 2,
    released_at: datetime | None = NOON,
) -> Released:
    people = max((sum(each) for each in cells.values()), default=0)
    return Released(
        role_key=role_key,
        group={},
        is_paired=False,
        people=people,
        waiting=0,
        smallest_cell=5,
        released_at=released_at,
        tables={
            (key, Measure.LEVEL): tuple(
                Table(partition=p, counts=tuple(count_bins(each, p)))
                for p in level_partitions(
                    targets[key].level if key in targets else None
                )[: finest + 1]
            )
            for key, each in cells.items()
        },
    )


def gaps_of(cells: list[int], target: int) -> tuple[int, int]:
    below = sum(cells[level] for level in LEVELS if level < target)
    gap = sum(cells[level] * max(0, target - level) for level in LEVELS)
    return below, gap


def test_the_score_is_the_arithmetic_shown() -> None:
    needs: Needs = {
        "boss": {"planning": need("planning", 3, 3), "data": need("data", 2, 1)}
    }
    cells = {"planning": [5, 5, 10, 20, 0, 6, 4], "data": [10, 0, 40, 0, 0, 0, 0]}

    first, second = rank_priorities(
        [pool("boss", cells, needs["boss"])], needs, everybody=50
    )

    # Gaps: 5 × 3 + 5 × 2 + 10 × 1 = 35 levels of 20 people; ×3 = 105; ÷ (50 × 9 / 100).
    assert first.competency == "planning"
    assert (first.below, first.gap) == (
        Bounds(low=20, high=20),
        Bounds(low=35, high=35),
    )
    assert (first.mean_gap, first.mean_weight, first.divisor) == (1.75, 3, 4.5)
    assert first.score == pytest.approx(20 * 1.75 * 3 / 4.5)
    # Everybody has shared and nothing is merged: nothing is uncertain.
    assert first.interval.low == pytest.approx(first.score)
    assert first.interval.high == pytest.approx(first.score)
    assert second.score == pytest.approx(20 / 4.5)


def test_merged_levels_widen_the_interval_around_the_truth() -> None:
    needs: Needs = {"boss": {"planning": need("planning", 3, 2)}}
    cells = {"planning": [5, 5, 10, 20, 0, 6, 4]}

    exact, coarse = (
        rank_priorities(
            [pool("boss", cells, needs["boss"], finest=finest)], needs, everybody=50
        )[0]
        for finest in (2, 0)
    )

    assert coarse.below == Bounds(low=0, high=30)
    assert coarse.interval.low <= exact.score <= coarse.interval.high


def test_those_whose_role_asks_for_nothing_count_as_people_without_a_gap() -> None:
    needs: Needs = {
        "boss": {"planning": need("planning", 2, 1)},
        "clerk": {"data": need("data", 2, 1)},
    }
    cells = {key: [10, 0, 0, 0, 0, 0, 0] for key in ("planning", "data")}
    large = {key: [90, 0, 0, 0, 0, 0, 0] for key in ("planning", "data")}

    ranked = rank_priorities(
        [pool("boss", cells, needs["boss"]), pool("clerk", large, needs["clerk"])],
        needs,
        everybody=None,
    )

    assert [each.competency for each in ranked] == ["data", "planning"]
    assert [each.people for each in ranked] == [100, 100]
    assert ranked[0].score == pytest.approx(100)


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(KEYS), CELLS, max_size=3),
            st.dictionaries(
                st.sampled_from(KEYS),
                st.tuples(st.integers(1, 4), st.integers(1, 3)),
                max_size=3,
            ),
            st.integers(0, 2),
        ),
        max_size=4,
    ),
    st.integers(0, 300),
)
def test_scores_stay_on_the_scale_and_inside_their_interval(
    drawn: list[tuple[dict[str, list[int]], dict[str, tuple[int, int]], int]],
    unknown: int,
) -> None:
    needs: dict[str | None, dict[str, Need]] = {}
    pools = []
    for number, (cells, asked, finest) in enumerate(drawn):
        role = f"role-{number}"
        needs[role] = {
            k: need(k, level, weight) for k, (level, weight) in asked.items()
        }
        pools.append(pool(role, cells, needs[role], finest=finest))
    everybody = sum(each.people for each in pools) + unknown

    ranked = rank_priorities(pools, needs, everybody=everybody)

    for each in ranked:
        below = gap = weighted = 0
        for part, (cells, asked, _) in zip(pools, drawn, strict=True):
            if each.competency in asked and each.competency in cells:
                level, weight = asked[each.competency]
                found = gaps_of(cells[each.competency], level)
                below, gap = below + found[0], gap + found[1]
                weighted += found[1] * weight
            assert part.people >= 0
        assert each.below.low <= below <= each.below.high
        assert each.gap.low <= gap <= each.gap.high
        assert each.weighted.low <= weighted <= each.weighted.high
        assert 0 <= each.interval.low <= each.score + 1e-9
        assert each.score <= each.interval.high + 1e-9
        assert each.interval.high <= 100 + 1e-9
    assert [e.score for e in ranked] == sorted((e.score for e in ranked), reverse=True)


def test_courses_start_below_the_target_and_run_now(connection: Connection) -> None:
    courses = get_catalogue(connection).courses
    key = "data-governance"
    cells = {key: [10, 10, 10, 10, 10, 0, 0]}
    needs: Needs = {
        role: {key: need(key, level, 1)} for role, level in (("low", 1), ("high", 3))
    }
    low, high = (
        rank_priorities([pool(role, cells, needs[role] or {})], needs, everybody=None)
        for role in ("low", "high")
    )

    few, many = list_serving(courses, low)[key], list_serving(courses, high)[key]

    assert many
    for found, target in ((few, 1), (many, 3)):
        for course in found:
            assert course.languages(RunState.OPEN)
            assert any(
                s.competency == key and s.from_level < target for s in course.serves
            )
    assert list_serving(courses, []) == {}
    course = many[0]
    spoken = course.languages(RunState.OPEN)[0]
    assert count_reached(course, {spoken: 12, "xx": 9}) == 12
    assert count_reached(course, {spoken: None}) is None
