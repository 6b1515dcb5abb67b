"""From gaps to the best plan a learner has the hours and the data for, exactly.

The choice is an integer programme (``case``), solved by branch and cut (``search``) over
linear relaxations that HiGHS solves (``relaxation``). What depends on the order of study
(``order``) is checked on the answers; rows then forbid what no order can deliver.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise

from app.paths.domain.case import Case, On
from app.paths.domain.order import arrange, write_plan
from app.paths.domain.search import Search
from app.paths.domain.values import Budget, Gap, Plan, Unit, minutes_of


def choose(gaps: Iterable[Gap], units: Iterable[Unit], budget: Budget) -> Plan:
    """Find the plan that closes the most weighted levels within the budget.

    Among those: one in which a flagship unit closes a level, then fewer hours, fewer
    megabytes, fewer units, the smallest sum of ``order``. In the plan the flagship
    comes first where it can (behind what it waits for), then, of what is ready, the
    unit that closes the most weighted levels per hour, then catalogue order.

    Args:
        gaps: One per competency, in any order; may be empty.
        units: With unique keys, in any order; may be empty. A unit whose ``after``
            names an absent one is never taken.
        budget: 0 or more hours and megabytes.

    Returns:
        The plan, the same for any order of the input; no steps where nothing closes.
    """
    known = {unit.key: unit for unit in units}
    case = Case(gaps, known.values())
    on: On = frozenset()
    if case.units:
        search = Search(case, budget)
        for goals in case.agenda():
            on = search.settle(goals)
    return write_plan(case, arrange(case, on), known)


def without(
    gaps: Iterable[Gap], units: Iterable[Unit], budget: Budget, key: str
) -> Plan:
    """Find the best plan that does not use one unit: why this one and not another."""
    return choose(gaps, (unit for unit in units if unit.key != key), budget)


def schedule(plan: Plan, hours_per_week: float) -> tuple[tuple[int, int], ...]:
    """Give the first and last week of each step, from 1, studying without a pause.

    A step starts in the week in which the one before ended if time remains in it.

    Raises:
        ValueError: Less than a minute a week.
    """
    week = round(hours_per_week * 60)
    if week < 1:
        raise ValueError("a plan needs at least a minute a week")
    ends = list(accumulate((minutes_of(step.unit) for step in plan.steps), initial=0))
    return tuple((a // week + 1, (b - 1) // week + 1) for a, b in pairwise(ends))
