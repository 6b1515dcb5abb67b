"""What would change a path: the nearest change of one wish by which a step leaves.

Every change named was solved. Wishes are made smaller rung by rung; between two plans
nothing is solved, since a plan that still can be had stays the best (``Draft.holds``).
One plan answers for all steps.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from math import ceil

from app.kernel.text import Language
from app.paths.domain.draft import Draft, keys_of
from app.paths.domain.plan import Change, Preferences, Setting
from app.paths.domain.values import Plan

MOST_PLANS = 5
"""Solved at most for less time, and as many for less data."""
LEAST_PLANS = 2
MOST_UNITS = 300
"""In the plans solved for each of the two: a plan takes longer where it has more choice."""
MEGABYTES_STEP = 100
HALF_HOUR = 0.5

Found = Mapping[str, tuple[Preferences, Plan]]
"""The nearest preferences without a step, and their plan, by unit key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What would make the steps of a plan leave, by unit key."""

    changes: Mapping[str, tuple[Change, ...]]
    """First time, then data, then languages; at most one of each."""
    stays_until: Mapping[str, Preferences]
    """The least time tried, for steps that every plan down to there holds."""


def find_changes(draft: Draft, preferences: Preferences, plan: Plan) -> Changes:
    """Find for every step of a plan the nearest change by which it would leave.

    Less time goes before more time, and accepting fewer languages before accepting more.
    More of something is looked up only where ``draft`` has solved it already.

    Complexity:
        At most ``2 * MOST_PLANS`` plans (fewer of them where there are many units), and
        one for each accepted language without which a step cannot be had.
    """
    less_time, followed = _follow(draft, plan, _less_time(preferences))
    less_data, _ = _follow(draft, plan, _less_data(draft, preferences))
    fewer = [_follow(draft, plan, [w])[0] for w in _fewer_languages(preferences)]
    more = _solved(draft, plan, [more_time(preferences)])
    wider = _solved(draft, plan, more_languages(preferences))
    groups = [_nearest([less_time, more]), less_data, _nearest([*fewer, wider])]
    return Changes(
        changes={
            key: tuple(
                _change(draft, preferences, plan, *group[key])
                for group in groups
                if key in group
            )
            for key in keys_of(plan)
        },
        stays_until=dict.fromkeys(keys_of(plan) - less_time.keys(), followed)
        if followed
        else {},
    )


def _follow(
    draft: Draft, plan: Plan, rungs: Iterable[Preferences]
) -> tuple[Found, Preferences | None]:
    """Go down until every step has left, or enough was solved; return the last rung."""
    found: dict[str, tuple[Preferences, Plan]] = {}
    now, left, last, solved = plan, keys_of(plan), None, 0
    for rung in rungs:
        if not left:
            break
        if not draft.holds(now, rung):
            if solved == _most_plans(draft, rung):
                break
            now, solved = draft.plan(rung), solved + 1
        gone = left - keys_of(now)
        found |= dict.fromkeys(gone, (rung, now))
        left -= gone
        last = rung
    return found, last


def _most_plans(draft: Draft, wanted: Preferences) -> int:
    fitting = MOST_UNITS // max(1, len(draft.offers(wanted)))
    return max(LEAST_PLANS, min(MOST_PLANS, fitting))


def _less_time(wanted: Preferences) -> list[Preferences]:
    """Take away whole hours a week or whole weeks: what costs least in all first."""
    hours = [*range(ceil(wanted.hours_per_week) - 1, 0, -1), HALF_HOUR]
    rungs = chain(
        (
            replace(wanted, hours_per_week=each)
            for each in hours
            if each < wanted.hours_per_week
        ),
        (replace(wanted, weeks=each) for each in range(wanted.weeks - 1, 0, -1)),
    )
    return sorted(rungs, key=lambda rung: -rung.budget.hours)


def _less_data(draft: Draft, wanted: Preferences) -> Iterator[Preferences]:
    """Limit the data in hundreds of megabytes, from what all offers take together."""
    everything = sum(unit.megabytes for unit in draft.units(wanted))
    most = everything + MEGABYTES_STEP
    if wanted.max_mb is not None:
        most = min(wanted.max_mb, most)
    top = (most - 1) // MEGABYTES_STEP * MEGABYTES_STEP
    for limit in range(top, -1, -MEGABYTES_STEP):
        yield replace(wanted, max_mb=limit)


def _fewer_languages(wanted: Preferences) -> Iterator[Preferences]:
    if len(wanted.languages) > 1:
        for language in wanted.languages:
            rest = tuple(one for one in wanted.languages if one != language)
            yield replace(wanted, languages=rest)


def more_time(wanted: Preferences) -> Preferences:
    """Return the wish for one more hour a week."""
    return replace(wanted, hours_per_week=wanted.hours_per_week + 1)


def more_languages(wanted: Preferences) -> list[Preferences]:
    """Return the wishes for one more language, after those accepted."""
    return [
        replace(wanted, languages=(*wanted.languages, language))
        for language in Language
        if language not in wanted.languages
    ]


def _solved(draft: Draft, plan: Plan, wishes: Iterable[Preferences]) -> Found:
    """Look up which steps leave for a wish that is solved: what closes most first."""
    plans = [(wish, draft.plans[wish]) for wish in wishes if wish in draft.plans]
    plans.sort(key=lambda one: -one[1].closed)
    return _nearest(
        dict.fromkeys(keys_of(plan) - keys_of(other), (wish, other))
        for wish, other in plans
    )


def _nearest(found: Iterable[Found]) -> Found:
    """Join, the first of each key."""
    nearest: dict[str, tuple[Preferences, Plan]] = {}
    for one in found:
        nearest = {**one, **nearest}
    return nearest


def _change(
    draft: Draft, before: Preferences, plan: Plan, wish: Preferences, other: Plan
) -> Change:
    return Change(
        setting=next(one for one in Setting if _differ(one, before, wish)),
        preferences=wish,
        offers=draft.new_offers(other, wish, plan),
    )


def _differ(setting: Setting, before: Preferences, after: Preferences) -> bool:
    return bool(getattr(before, setting) != getattr(after, setting))
