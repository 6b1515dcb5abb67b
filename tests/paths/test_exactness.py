from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.paths.domain.choice import choose, schedule, without
from app.paths.domain.values import Budget, Gain, Gap, Plan, Requirement, Unit
from tests.paths.builders import gap, random_case, unit

PLENTY = Budget(hours=100, megabytes=None)
NOTHING = Plan(steps=(), closed=0, hours=0, megabytes=0)

Case = tuple[tuple[Gap, ...], tuple[Unit, ...], Budget]
Score = tuple[int, bool, float, int, int, int]
State = tuple[frozenset[Unit], tuple[tuple[str, int], ...], bool]

quick = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
thorough = settings(quick, max_examples=150)


# An independent judge: every subset in every order, in the words of the rules.


def study(levels: dict[str, int], one: Unit) -> dict[str, int]:
    after = dict(levels)
    for gain in sorted(one.gains, key=lambda gain: gain.from_level):
        level = after.get(gain.competency)
        if level is not None and gain.from_level <= level < gain.to_level:
            after[gain.competency] = gain.to_level
    return after


def closes(gaps: Sequence[Gap], before: dict[str, int], after: dict[str, int]) -> int:
    return sum(
        gap.weight
        * (
            min(after[gap.competency], max(gap.target, gap.level))
            - min(before[gap.competency], max(gap.target, gap.level))
        )
        for gap in gaps
    )


def may_take(one: Unit, done: frozenset[Unit], levels: dict[str, int]) -> bool:
    return (
        one not in done
        and {unit.key for unit in done}.issuperset(one.after)
        and all(levels.get(need.competency, 4) >= need.level for need in one.needs)
    )


def fits(units: frozenset[Unit], budget: Budget) -> bool:
    return sum(round(unit.hours * 60) for unit in units) <= budget.hours * 60 and (
        budget.megabytes is None
        or sum(unit.megabytes for unit in units) <= budget.megabytes
    )


def rate(closed: int, units: frozenset[Unit], *, has_flagship: bool) -> Score:
    return (
        closed,
        has_flagship,
        -sum(unit.hours for unit in units),
        -sum(unit.megabytes for unit in units),
        -len(units),
        -sum(unit.order for unit in units),
    )


def find_best(gaps: Sequence[Gap], units: Sequence[Unit], budget: Budget) -> Score:
    start = {gap.competency: gap.level for gap in gaps}
    first: State = (frozenset(), tuple(sorted(start.items())), False)
    seen = {first}
    todo = [first]
    best = rate(0, frozenset(), has_flagship=False)
    while todo:
        done, held, has_flagship = todo.pop()
        levels = dict(held)
        closed = closes(gaps, start, levels)
        best = max(best, rate(closed, done, has_flagship=has_flagship))
        for one in units:
            if may_take(one, done, levels) and fits(done | {one}, budget):
                after = study(levels, one)
                shines = one.is_flagship and closes(gaps, levels, after) > 0
                state = (
                    done | {one},
                    tuple(sorted(after.items())),
                    has_flagship | shines,
                )
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
    return best


def rate_plan(plan: Plan) -> Score:
    units = frozenset(step.unit for step in plan.steps)
    shines = any(step.unit.is_flagship and step.closes for step in plan.steps)
    return rate(plan.closed, units, has_flagship=shines)


def keys(plan: Plan) -> list[str]:
    return [step.unit.key for step in plan.steps]


# Small cases, dense enough for chains, cycles and ties.

names = st.sampled_from("abcd")
strangers = st.sampled_from("abcde")


@st.composite
def units_of(draw: st.DrawFn, number: int, total: int) -> Unit:
    gains = draw(
        st.lists(
            st.tuples(
                strangers, st.sampled_from((0, 0, 1, 1, 2, 3)), st.integers(1, 2)
            ),
            max_size=3,
        )
    )
    needs = draw(st.lists(st.tuples(strangers, st.integers(1, 3)), max_size=1))
    earlier = draw(st.sampled_from((*range(total), *[None] * (3 * total))))
    return unit(
        f"u{number}",
        hours=draw(st.sampled_from((0.25, 0.5, 1, 1, 1.5, 2))),
        megabytes=draw(st.sampled_from((0, 10, 10, 30))),
        gains=tuple(
            Gain(competency=name, from_level=low, to_level=min(4, low + more))
            for name, low, more in gains
        ),
        needs=tuple(Requirement(competency=name, level=low) for name, low in needs),
        after=() if earlier is None else (f"u{earlier}",),
        is_flagship=draw(st.sampled_from((False, False, True))),
        order=draw(st.integers(0, 3)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    gaps = tuple(
        gap(
            name,
            draw(st.sampled_from((0, 0, 0, 1, 2))),
            draw(st.integers(1, 4)),
            draw(st.integers(1, 3)),
        )
        for name in sorted(draw(st.sets(names, min_size=1)))
    )
    total = draw(st.integers(1, 7))
    units = tuple(draw(units_of(number, total)) for number in range(total))
    budget = Budget(
        hours=draw(st.sampled_from((0, 0.5, 1, 2, 3, 4, 8))),
        megabytes=draw(st.sampled_from((None, None, 30, 60))),
    )
    return gaps, units, budget


# Exactness


@thorough
@given(cases())
def test_choose_scores_as_well_as_every_subset_in_every_order(case: Case) -> None:
    plan = choose(*case)

    assert rate_plan(plan) == find_best(*case)


@quick
@given(cases())
def test_choose_returns_an_order_that_keeps_every_rule(case: Case) -> None:
    gaps, _, budget = case

    plan = choose(*case)

    levels = {gap.competency: gap.level for gap in gaps}
    done: frozenset[Unit] = frozenset()
    for step in plan.steps:
        assert may_take(step.unit, done, levels)
        after = study(levels, step.unit)
        assert sum(
            one.weight * (close.to_level - close.from_level)
            for close in step.closes
            for one in gaps
            if one.competency == close.competency
        ) == closes(gaps, levels, after)
        levels, done = after, done | {step.unit}
    assert fits(done, budget)
    assert plan.hours == sum(one.hours for one in done)
    assert plan.megabytes == sum(one.megabytes for one in done)


@quick
@given(cases())
def test_without_is_the_best_of_the_others(case: Case) -> None:
    gaps, units, budget = case
    others = units[1:]

    plan = without(gaps, units, budget, "u0")

    assert rate_plan(plan) == find_best(gaps, others, budget)


@quick
@given(cases(), st.randoms(use_true_random=False))
def test_choose_does_not_depend_on_the_order_of_the_input(
    case: Case, random: Random
) -> None:
    gaps, units, budget = case
    shuffled = random.sample(gaps, len(gaps)), random.sample(units, len(units))

    assert choose(*shuffled, budget) == choose(gaps, units, budget)


@quick
@given(cases(), st.sampled_from((0.25, 1, 3)), st.sampled_from((0, 10, 40)))
def test_more_budget_never_closes_less(
    case: Case, hours: float, megabytes: int
) -> None:
    gaps, units, budget = case
    more = Budget(
        hours=budget.hours + hours,
        megabytes=None if budget.megabytes is None else budget.megabytes + megabytes,
    )

    assert choose(gaps, units, more).closed >= choose(gaps, units, budget).closed


@quick
@given(cases())
def test_choosing_from_the_chosen_gives_the_same_plan(case: Case) -> None:
    gaps, _, budget = case
    plan = choose(*case)

    assert choose(gaps, [step.unit for step in plan.steps], budget) == plan


@pytest.mark.parametrize("seed", range(3))
def test_choose_on_a_whole_catalogue_is_feasible_and_repeatable(seed: int) -> None:
    gaps, units, budget = random_case(seed)

    plan = choose(gaps, units, budget)

    assert plan == choose(gaps, units[::-1], budget)
    assert 0 < plan.hours <= budget.hours
    assert plan.megabytes <= (budget.megabytes or plan.megabytes)


# Single rules


@quick
@given(cases(), st.sampled_from((0.1, 0.5, 1, 2.5, 40)))
def test_schedule_is_gapless_and_ends_in_time(case: Case, week: float) -> None:
    gaps, units, budget = case
    plan = choose(gaps, units, replace(budget, hours=8))

    weeks = schedule(plan, week)

    assert len(weeks) == len(plan.steps)
    assert [first for first, _ in weeks[:1]] in ([], [1])
    for (first, last), (following, _) in pairwise(weeks):
        assert first <= last <= following <= last + 1
    assert max([0, *(last for _, last in weeks)]) == -(
        -round(plan.hours * 60) // round(week * 60)
    )
