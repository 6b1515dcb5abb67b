import pytest

from app.paths.domain.choice import choose, schedule, without
from app.paths.domain.values import Budget, Close, Gap, Plan, Requirement, Unit
from tests.paths.builders import gap, unit

PLENTY = Budget(hours=100, megabytes=None)
NOTHING = Plan(steps=(), closed=0, hours=0, megabytes=0)


def keys(plan: Plan) -> list[str]:
    return [step.unit.key for step in plan.steps]


@pytest.mark.parametrize(
    ("gaps", "units", "budget"),
    [
        ((), (unit("a", "x:0-2"),), PLENTY),
        ((gap("x"),), (), PLENTY),
        ((gap("x"),), (unit("a", "x:0-2"),), Budget(hours=0, megabytes=None)),
        ((gap("x"),), (unit("a", "x:0-2"),), Budget(hours=1, megabytes=0)),
        ((gap("x", 2, 2),), (unit("a", "x:0-4"),), PLENTY),
        ((gap("x"),), (unit("a", "y:0-2"),), PLENTY),
        ((gap("x"),), (unit("a", "x:1-2"),), PLENTY),
        ((gap("x"),), (unit("a", "x:0-2", after=("gone",)),), PLENTY),
    ],
)
def test_choose_returns_an_empty_plan_where_nothing_can_close(
    gaps: tuple[Gap, ...], units: tuple[Unit, ...], budget: Budget
) -> None:
    assert choose(gaps, units, budget) == NOTHING


def test_a_chain_is_taken_in_the_order_of_its_levels() -> None:
    units = (unit("b", "x:1-2"), unit("c", "x:2-3"), unit("a", "x:0-1", order=9))

    plan = choose([gap("x", target=3)], units, PLENTY)

    assert keys(plan) == ["a", "b", "c"]
    assert [step.closes for step in plan.steps] == [
        (Close(competency="x", from_level=low, to_level=low + 1),) for low in range(3)
    ]


def test_gains_of_one_unit_that_lead_on_count_together() -> None:
    plan = choose([gap("x", target=2)], [unit("a", "x:1-2", "x:0-1")], PLENTY)

    assert plan.closed == 2


def test_closes_end_at_the_target() -> None:
    plan = choose([gap("x", 0, 1, 3)], [unit("a", "x:0-4")], PLENTY)

    assert plan.closed == 3
    assert plan.steps[0].closes == (Close(competency="x", from_level=0, to_level=1),)


def test_units_that_wait_for_each_other_do_not_count_on_each_other() -> None:
    gaps = [gap("x"), gap("y")]
    units = (unit("a", "x:0-1", "y:1-2"), unit("b", "y:0-1", "x:1-2"))

    plan = choose(gaps, units, PLENTY)

    assert plan.closed == 3


def test_an_outsider_opens_a_circle() -> None:
    gaps = [gap("x"), gap("y")]
    units = (
        unit("a", "x:0-1", "y:1-2"),
        unit("b", "y:0-1", "x:1-2"),
        unit("c", "y:0-1", hours=5),
    )

    plan = choose(gaps, units, PLENTY)

    assert plan.closed == 4
    assert keys(plan) == ["c", "a", "b"]


def test_units_that_need_each_other_are_left_out() -> None:
    units = (
        unit("a", "x:0-2", needs=(Requirement(competency="y", level=1),)),
        unit("b", "y:0-2", needs=(Requirement(competency="x", level=1),)),
        unit("c", "z:0-1", after=("d",)),
        unit("d", "z:0-1", after=("c",)),
    )

    assert choose([gap("x"), gap("y"), gap("z")], units, PLENTY) == NOTHING


def test_a_hard_need_brings_a_unit_that_closes_nothing() -> None:
    gaps = [gap("x"), gap("y", 0, 1)]
    units = (
        unit("a", "x:0-2", needs=(Requirement(competency="y", level=3),)),
        unit("b", "y:0-1"),
        unit("c", "y:1-3"),
    )

    plan = choose(gaps, units, PLENTY)

    assert keys(plan) == ["b", "c", "a"]
    assert plan.steps[1].closes == ()


def test_a_need_without_a_gap_is_met() -> None:
    units = [unit("a", "x:0-2", needs=(Requirement(competency="y", level=4),))]

    assert choose([gap("x")], units, PLENTY).closed == 2


def test_modules_come_in_their_order_or_not_at_all() -> None:
    units = (unit("b", "x:0-2", after=("a",)), unit("a"), unit("c", after=("b",)))

    assert keys(choose([gap("x")], units, PLENTY)) == ["a", "b"]
    assert choose([gap("x")], units, Budget(hours=1.75, megabytes=None)) == NOTHING


def test_equal_gain_prefers_the_flagship_even_if_longer() -> None:
    units = (unit("a", "x:0-2"), unit("f", "x:0-2", hours=2, is_flagship=True))

    assert keys(choose([gap("x")], units, PLENTY)) == ["f"]


def test_the_flagship_never_costs_a_level() -> None:
    units = (unit("a", "x:0-2"), unit("f", "x:0-1", is_flagship=True))

    plan = choose([gap("x")], units, Budget(hours=1, megabytes=None))

    assert keys(plan) == ["a"]


def test_a_flagship_that_would_come_too_late_is_left_out() -> None:
    needs = (Requirement(competency="x", level=1),)
    units = (unit("a", "x:0-2"), unit("f", "x:1-2", needs=needs, is_flagship=True))

    assert keys(choose([gap("x")], units, PLENTY)) == ["a"]


def test_the_flagship_comes_behind_what_it_waits_for_only() -> None:
    gaps = [gap("x", weight=3), gap("y"), gap("z", weight=3)]
    units = (
        unit("a", "x:0-2", hours=0.5),
        unit("f", "y:1-2", is_flagship=True),
        unit("b", "y:0-1", hours=3),
        unit("c", "z:0-2"),
    )

    assert keys(choose(gaps, units, PLENTY)) == ["b", "f", "a", "c"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"hours": 0.75, "megabytes": 900}, {"hours": 1}),
        ({"megabytes": 99, "order": 9}, {"megabytes": 100}),
        ({"order": 3}, {"order": 4}),
    ],
)
def test_ties_are_broken_by_hours_then_megabytes_then_order(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    units = (unit("a", "x:0-2", **worse), unit("b", "x:0-2", **better))

    assert keys(choose([gap("x")], units, PLENTY)) == ["b"]


def test_fewer_units_are_preferred_before_order() -> None:
    units = (
        unit("a", "x:0-1", hours=0.5, megabytes=50),
        unit("b", "y:0-1", hours=0.5, megabytes=50),
        unit("c", "x:0-1", "y:0-1", order=50),
    )

    assert keys(choose([gap("x", 0, 1), gap("y", 0, 1)], units, PLENTY)) == ["c"]


@pytest.mark.parametrize(("hours", "closed"), [(0.2, 2), (0.3, 3), (0.29, 2)])
def test_a_budget_of_hours_is_spent_to_the_minute(hours: float, closed: int) -> None:
    gaps = [gap(name, 0, 1) for name in "xyz"]
    units = [unit(name, f"{name}:0-1", hours=0.1) for name in "xyz"]

    assert choose(gaps, units, Budget(hours=hours, megabytes=None)).closed == closed


@pytest.mark.parametrize(("megabytes", "closed"), [(199, 1), (200, 2)])
def test_a_budget_of_megabytes_is_spent_to_the_last(
    megabytes: int, closed: int
) -> None:
    gaps = [gap(name, 0, 1) for name in "xyz"]
    units = [unit(name, f"{name}:0-1") for name in "xyz"]

    assert choose(gaps, units, Budget(hours=9, megabytes=megabytes)).closed == closed


def test_without_leaves_out_what_comes_after_too() -> None:
    units = (unit("a", "x:0-1"), unit("b", "x:1-2", after=("a",)), unit("c", "x:0-1"))

    assert keys(without([gap("x")], units, PLENTY, "a")) == ["c"]


# Weeks


def test_schedule_starts_in_the_week_of_the_step_before_if_time_remains() -> None:
    gaps = [gap(name) for name in "xyz"]
    hours = {"x": 1.5, "y": 1.5, "z": 3}
    units = [unit(name, f"{name}:0-2", hours=hours[name]) for name in "xyz"]
    plan = choose(gaps, units, PLENTY)

    assert schedule(plan, 2) == ((1, 1), (1, 2), (2, 3))
    assert schedule(plan, 1.5) == ((1, 1), (2, 2), (3, 4))


@pytest.mark.parametrize("hours", [0, -1, 0.001])
def test_schedule_refuses_a_week_without_time(hours: float) -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        schedule(NOTHING, hours)
