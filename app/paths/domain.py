"""From gaps to the best plan a learner has the hours and the data for, exactly.

The choice is an integer programme solved by HiGHS. What depends on the order of study
is checked on its answer; an answer that no order can deliver is forbidden by a new row
and the programme is solved again.

Source:
    Huangfu & Hall (2018), "Parallelizing the dual revised simplex method",
    Mathematical Programming Computation 10, 119-142, doi:10.1007/s12532-017-0130-5.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, pairwise
from math import fsum, gcd

import highspy
import numpy as np

ENOUGH = 4
"""The level of a learner in a competency her role does not ask for."""
LARGEST_OBJECTIVE = 2**30
"""Goals share a solve while their joint integer stays below; HiGHS can tell those apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a learner is in one competency, and where her role wants her."""

    competency: str
    level: int
    """0..4."""
    target: int
    """1..4; nothing is left to close when it is not above ``level``."""
    weight: int
    """1 useful, 2 important, 3 decisive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a unit teaches those who have reached ``from_level``."""

    competency: str
    from_level: int
    to_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A level to have before one may start."""

    competency: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A course, or one module of it."""

    key: str
    """Unique among the units of one choice."""
    course: str
    hours: float
    """More than 0; counted to the nearest minute."""
    megabytes: int
    gains: tuple[Gain, ...]
    needs: tuple[Requirement, ...]
    """Met where the learner has no ``Gap``: there she knows enough."""
    after: tuple[str, ...]
    """Keys of units that must come earlier in the same plan."""
    is_flagship: bool
    order: int
    """Place in the catalogue, from 0; the last tie-break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the learner can spend; ``None`` is data without a limit."""

    hours: float
    megabytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The part of one gap that a step closes."""

    competency: str
    from_level: int
    to_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unit in its place; it closes nothing where it only prepares a later one."""

    unit: Unit
    closes: tuple[Close, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Units in the order of study, and what they cost together."""

    steps: tuple[Step, ...]
    closed: int
    """Levels closed, each counted with the weight of its gap."""
    hours: float
    megabytes: int


Atom = tuple[str, int]
"""A level of a competency that somebody may have to reach."""
Row = tuple[dict[int, int], int]
"""Coefficients by column, and the most their sum may be."""
Levels = dict[str, int]
Goal = dict[int, int]
Rank = Callable[[int, Levels], tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A gain, and the column that says whether a plan counts on it."""

    unit: int
    gain: Gain
    column: int
    """The unit's own where the start meets ``from_level``, else one for the offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What matters, as numbers; a unit is its index in catalogue order.

    An answer is the set of columns that are "on": units, offers, claims.
    """

    gaps: dict[str, Gap]
    units: list[Unit]
    """Their gains are merged, rising, and without those that cannot matter."""
    offers: list[list[_Offer]]
    needs: list[list[Atom]]
    after: list[list[int]]
    suppliers: dict[Atom, list[_Offer]]
    """Offers that take a learner from below a level to it or beyond."""
    claims: dict[int, _Offer]
    """By column: "with this offer a flagship unit closes a level"."""

    def levels(self, order: Iterable[int] = ()) -> Levels:
        """Study some units in their order, from the start."""
        levels = {gap.competency: gap.level for gap in self.gaps.values()}
        for unit in order:
            _study(self.units[unit], levels)
        return levels

    def awaits(self, unit: int, on: frozenset[int]) -> Iterator[tuple[int, Atom]]:
        """Yield the levels a unit waits for, each with the column that makes it wait."""
        for need in self.needs[unit]:
            yield unit, need
        for offer in self.offers[unit]:
            if offer.column in on:
                yield offer.column, (offer.gain.competency, offer.gain.from_level)

    def chosen(self, on: frozenset[int]) -> frozenset[int]:
        """List the units among the columns."""
        return frozenset(column for column in on if column < len(self.units))


def choose(gaps: Iterable[Gap], units: Iterable[Unit], budget: Budget) -> Plan:
    """Find the plan that closes the most weighted levels within the budget.

    Among those: one in which a flagship unit closes a level, then fewer hours, fewer
    megabytes, fewer units, the smallest sum of ``order``.

    Args:
        gaps: One per competency, any order; may be empty.
        units: Unique keys, any order; may be empty. A unit whose ``after`` names an
            absent one is never taken.
        budget: Hours and megabytes, 0 or more.

    Returns:
        The plan in its order of study (see ``_arrange``); without steps where nothing
        can be closed. The same for the same input in any order.

    Source:
        Lexicographic order of goals: Ehrgott (2005), "Multicriteria Optimization",
        ch. 5, doi:10.1007/3-540-27659-9. Rows against loops: the loop formulas of Lin
        & Zhao (2004), doi:10.1016/j.artint.2004.04.004.
    """
    known = list(units)
    case = _case(list(gaps), known, budget)
    on = frozenset[int]()
    if case.units:
        programme = _Programme(case, budget)
        for goals in programme.agenda():
            on = programme.settle(goals)
    return _plan(case, _arrange(case, on), {unit.key: unit for unit in known})


def without(
    gaps: Iterable[Gap], units: Iterable[Unit], budget: Budget, key: str
) -> Plan:
    """Find the best plan that does not use one unit: why this one and not another."""
    return choose(gaps, (unit for unit in units if unit.key != key), budget)


def schedule(plan: Plan, hours_per_week: float) -> tuple[tuple[int, int], ...]:
    """Spread a plan over weeks, without a pause.

    Args:
        plan: Any plan.
        hours_per_week: More than 0, counted to the nearest minute.

    Returns:
        First and last week of each step, from 1. A step starts in the week in which
        the one before ended if time remains in it.

    Raises:
        ValueError: Less than a minute a week.
    """
    week = round(hours_per_week * 60)
    if week < 1:
        raise ValueError("a plan needs at least one minute a week")
    weeks: list[tuple[int, int]] = []
    start = 0
    for step in plan.steps:
        end = start + _minutes(step.unit)
        weeks.append((start // week + 1, (end - 1) // week + 1))
        start = end
    return tuple(weeks)


def _minutes(unit: Unit) -> int:
    return max(1, round(unit.hours * 60))


def _atoms(competency: str, level: int, top: int) -> set[Atom]:
    """List the levels above one, up to another."""
    return {(competency, above) for above in range(level + 1, top + 1)}


def _is_open(atom: Atom, levels: Levels) -> bool:
    return levels.get(atom[0], ENOUGH) < atom[1]


def _merge(gains: Iterable[Gain]) -> tuple[Gain, ...]:
    """Join gains of one unit that lead on from one another: 0-1 and 1-2 are 0-2."""
    merged: list[Gain] = []
    for gain in sorted(gains, key=lambda one: (one.competency, one.from_level)):
        last = merged[-1] if merged else gain
        if last.competency == gain.competency and gain.from_level <= last.to_level:
            top = max(last.to_level, gain.to_level)
            merged[max(0, len(merged) - 1) :] = [replace(last, to_level=top)]
        else:
            merged.append(gain)
    return tuple(merged)


def _study(unit: Unit, levels: Levels) -> None:
    for gain in unit.gains:
        level = levels.get(gain.competency, ENOUGH)
        if gain.from_level <= level < gain.to_level:
            levels[gain.competency] = gain.to_level


def _waits(unit: Unit, levels: Levels) -> list[Atom]:
    needs = ((need.competency, need.level) for need in unit.needs)
    return [need for need in needs if _is_open(need, levels)]


def _possible(units: Sequence[Unit], levels: Levels) -> list[Unit]:
    """Keep what a learner without a budget could take."""
    levels = dict(levels)
    done: set[str] = set()
    size = -1
    while size != (size := len(done) + sum(levels.values())):
        for unit in units:
            if done.issuperset(unit.after) and not _waits(unit, levels):
                done.add(unit.key)
                _study(unit, levels)
    return [unit for unit in units if unit.key in done]


def _useful(units: Sequence[Unit], atoms: set[Atom], levels: Levels) -> list[Unit]:
    """Keep what closes a gap or leads to what does; add the levels on the way."""
    kept: dict[str, Unit] = {}
    asked: set[str] = set()
    size = -1
    while size != (size := len(atoms) + len(asked)):
        for unit in reversed(units):
            gains = tuple(gain for gain in unit.gains if _atoms(*_fields(gain)) & atoms)
            if gains or unit.key in asked:
                kept[unit.key] = replace(unit, gains=gains)
                asked.update(unit.after)
                starts = ((gain.competency, gain.from_level) for gain in gains)
                atoms.update(atom for atom in starts if _is_open(atom, levels))
                atoms.update(_waits(unit, levels))
    return [kept[unit.key] for unit in units if unit.key in kept]


def _fields(gain: Gain) -> tuple[str, int, int]:
    return gain.competency, gain.from_level, gain.to_level


def _case(gaps: Iterable[Gap], units: Iterable[Unit], budget: Budget) -> _Case:
    """Leave out what cannot matter, whatever else is taken, and number the rest."""
    wanted = {gap.competency: gap for gap in gaps}
    levels = {key: gap.level for key, gap in wanted.items()}
    atoms = {
        atom
        for gap in wanted.values()
        for atom in _atoms(gap.competency, gap.level, gap.target)
    }
    merged = [
        replace(unit, gains=_merge(unit.gains))
        for unit in sorted(units, key=lambda unit: (unit.order, unit.key))
    ]
    useful = _useful(_possible(merged, levels), atoms, levels)
    places = {unit.key: place for place, unit in enumerate(useful)}
    columns = count(len(useful))
    offers = [
        [
            _Offer(
                unit=place,
                gain=gain,
                column=place
                if gain.from_level <= levels[gain.competency]
                else next(columns),
            )
            for gain in unit.gains
        ]
        for place, unit in enumerate(useful)
    ]
    suppliers: dict[Atom, list[_Offer]] = {atom: [] for atom in sorted(atoms)}
    for offer in chain.from_iterable(offers):
        for atom in _atoms(*_fields(offer.gain)) & atoms:
            suppliers[atom].append(offer)
    return _Case(
        gaps=wanted,
        units=useful,
        offers=offers,
        needs=[_waits(unit, levels) for unit in useful],
        after=[[places[key] for key in unit.after] for unit in useful],
        suppliers=suppliers,
        claims={
            next(columns): offer
            for offer in chain.from_iterable(offers)
            if useful[offer.unit].is_flagship
            and _top(offer, wanted)
            > max(levels[offer.gain.competency], offer.gain.from_level)
        },
    )


def _top(offer: _Offer, gaps: dict[str, Gap]) -> int:
    """Where an offer's use for its gap ends."""
    return min(offer.gain.to_level, gaps[offer.gain.competency].target)


class _Programme:
    """The choice as an integer programme: no column is above 1, no row above its most.

    Columns: those of the case, then one per level ("is reached"), then the flagship.
    """

    def __init__(self, case: _Case, budget: Budget) -> None:
        self._case = case
        first = (
            max(
                [*range(len(case.units)), *case.claims]
                + [offer.column for offer in chain.from_iterable(case.offers)]
            )
            + 1
        )
        self._reached = {atom: first + i for i, atom in enumerate(case.suppliers)}
        self._flag = first + len(self._reached)
        self._minutes = {u: _minutes(unit) for u, unit in enumerate(case.units)}
        self._megabytes = {u: unit.megabytes for u, unit in enumerate(case.units)}
        self._solver = _solver(self._flag + 1)
        self._bounds = np.zeros(self._flag + 1), np.ones(self._flag + 1)
        self._add([*self._limits(budget), *self._rows()])

    def _limits(self, budget: Budget) -> Iterator[Row]:
        yield _shortened(self._minutes, round(budget.hours * 60))
        if budget.megabytes is not None:
            yield _shortened(self._megabytes, budget.megabytes)

    def _rows(self) -> Iterator[Row]:
        case = self._case
        for unit, offers in enumerate(case.offers):
            yield from (({unit: 1, one: -1}, 0) for one in case.after[unit])
            yield from (
                ({unit: 1, self._reached[atom]: -1}, 0) for atom in case.needs[unit]
            )
            for offer in offers:
                if offer.column != unit:
                    atom = offer.gain.competency, offer.gain.from_level
                    yield {offer.column: 1, unit: -1}, 0
                    yield {offer.column: 1, self._reached[atom]: -1}, 0
        for atom, suppliers in case.suppliers.items():
            yield {self._reached[atom]: 1} | {one.column: -1 for one in suppliers}, 0
        for (low, first), (high, second) in pairwise(self._reached.items()):
            if low[0] == high[0]:
                yield {second: 1, first: -1}, 0
        yield from (
            ({claim: 1, one.column: -1}, 0) for claim, one in case.claims.items()
        )
        yield {self._flag: 1} | dict.fromkeys(case.claims, -1), 0

    def _add(self, rows: Collection[Row]) -> None:
        sizes = [len(row) for row, _ in rows]
        self._solver.addRows(
            len(rows),
            np.full(len(rows), -highspy.kHighsInf),
            np.array([most for _, most in rows], dtype=np.float64),
            sum(sizes),
            np.cumsum([0, *sizes[:-1]], dtype=np.int32),
            np.array([column for row, _ in rows for column in row], dtype=np.int32),
            np.array(
                [one for row, _ in rows for one in row.values()], dtype=np.float64
            ),
        )

    def agenda(self) -> list[list[Goal]]:
        """List what to make small, first things first; what shares a solve together."""
        case = self._case
        units = range(len(case.units))
        closing = {
            column: -case.gaps[atom[0]].weight
            for atom, column in self._reached.items()
            if atom[1] <= case.gaps[atom[0]].target
        }
        goals = [
            closing,
            {self._flag: -1} if case.claims else {},
            _shortened(self._minutes, 0)[0],
            _shortened(self._megabytes, 0)[0],
            dict.fromkeys(units, 1),
            {unit: case.units[unit].order for unit in units},
        ]
        agenda: list[list[Goal]] = [[]]
        size = 1
        for goal in goals:
            span = 1 + sum(map(abs, goal.values()))
            if size * span > LARGEST_OBJECTIVE:
                agenda.append([])
                size = 1
            agenda[-1].append(goal)
            size *= span
        return agenda

    def settle(self, goals: list[Goal]) -> frozenset[int]:
        """Make the goals as small as can be, one after the other, and keep them so."""
        price = np.zeros(self._flag + 1)
        size = 1
        for goal in reversed(goals):
            price[list(goal)] += size * np.array(list(goal.values()))
            first, size = size, size * (1 + sum(map(abs, goal.values())))
        self._solver.changeColsCost(
            len(price), np.arange(len(price), dtype=np.int32), price
        )
        while broken := _broken(self._case, on := self._solve()):
            self._add(broken)
        self._add(
            [
                (goal, sum(goal[one] for one in goal if one in on))
                for goal in goals
                if goal
            ]
        )
        return on

    def _solve(self) -> frozenset[int]:
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError("HiGHS found no optimum of a programme that has one")
        values = self._solver.getSolution().col_value
        return frozenset(column for column, value in enumerate(values) if value > 0.5)


OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
}


def _solver(columns: int) -> highspy.Highs:
    """Open a quiet, exact, repeatable solver of binary columns."""
    solver = highspy.Highs()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.addVars(columns, np.zeros(columns), np.ones(columns))
    solver.changeColsIntegrality(
        columns, np.arange(columns, dtype=np.int32), np.ones(columns, dtype=np.uint8)
    )
    return solver


def _shortened(row: dict[int, int], most: int) -> Row:
    """Divide by what all coefficients share."""
    share = gcd(*row.values()) or 1
    return {column: one // share for column, one in row.items()}, most // share


def _is_ready(case, on, unit, done, levels) -> bool:
    return done.issuperset(case.after[unit]) and not any(
        _is_open(atom, levels) for _, atom in case.awaits(unit, on)
    )


def _walk(case: _Case, on, units, rank: Rank, taken=()) -> list[int]:
    """Take units as they become ready, lowest rank first, until none is."""
    order = list(taken)
    levels = case.levels(order)
    left = units.difference(order)
    while ready := [
        unit for unit in left if _is_ready(case, on, unit, set(order), levels)
    ]:
        unit = min(ready, key=lambda one: (*rank(one, levels), one))
        order.append(unit)
        left -= {unit}
        _study(case.units[unit], levels)
    return order


def _broken(case: _Case, on: frozenset[int]) -> list[Row]:
    """Forbid what no order can deliver."""
    units = case.chosen(on)
    stuck = units.difference(order := _walk(case, on, units, lambda *_: ()))
    if stuck:
        return [_against_loop(case, on, stuck, case.levels(order))]
    claims = [claim for claim in case.claims if claim in on]
    if any(_lead(case, on, case.claims[claim]) for claim in claims):
        return []
    return [_against_claim(case, on, claim) for claim in claims]


def _against_loop(case, on, stuck, levels) -> Row:
    """One of those who wait for each other must go, or be helped from outside."""
    waits = {}
    asked = {}
    for unit in sorted(stuck):
        column, atom = next(
            (
                (column, atom)
                for column, atom in case.awaits(unit, on)
                if _is_open(atom, levels)
            ),
            (unit, None),
        )
        if atom:
            waits[unit] = {
                o.unit
                for o in case.suppliers[atom]
                if o.column in on and o.unit in stuck
            }
        else:
            waits[unit] = stuck.intersection(case.after[unit])
        asked[unit] = column, atom
    loop = min((_closure(unit, waits) for unit in sorted(stuck)), key=len)
    row = {asked[unit][0]: 1 for unit in loop}
    most = len(loop) - 1
    for unit in loop:
        if atom := asked[unit][1]:
            row |= {o.column: -1 for o in case.suppliers[atom] if o.unit not in loop}
    return row, most


def _closure(start, arcs):
    seen = {start}
    todo = [start]
    while todo:
        new = set(arcs[todo.pop()]) - seen
        seen |= new
        todo += new
    return seen


def _cone(case, on, unit):
    """A unit and everything it might wait for."""
    arcs = {
        one: {
            o.unit
            for _, atom in case.awaits(one, on)
            for o in case.suppliers.get(atom, ())
            if o.column in on
        }.union(case.after[one])
        for one in case.chosen(on)
    }
    return frozenset(_closure(unit, arcs))


def _lead(case, on, claim) -> list[int]:
    """Find an order that ends with the claim's unit closing what it claims, or none."""
    competency = claim.gain.competency

    def rank(unit: int, levels: Levels) -> tuple[int, ...]:
        after = dict(levels)
        _study(case.units[unit], after)
        return (unit != claim.unit, after[competency])

    order = _walk(case, on, _cone(case, on, claim.unit), rank)
    lead = order[: order.index(claim.unit)]
    return (
        [*lead, claim.unit]
        if case.levels(lead)[competency] < _top(claim, case.gaps)
        else []
    )


def _against_claim(case, on, column) -> Row:
    cone = _cone(case, on, case.claims[column].unit)
    row = {
        c: 1
        for unit in cone
        for c in [unit, *(o.column for o in case.offers[unit] if o.column in on)]
    }
    most = len(row)
    for unit in cone:
        for _, atom in case.awaits(unit, on):
            row |= {
                o.column: -1 for o in case.suppliers.get(atom, ()) if o.column not in on
            }
    return row | {column: 1}, most


def _arrange(case, on) -> list[int]:
    def rank(unit: int, levels: Levels) -> tuple[float, ...]:
        closes = _closes(case, unit, levels)
        worth = sum(
            case.gaps[close.competency].weight * (close.to_level - close.from_level)
            for close in closes
        )
        return (not case.units[unit].is_flagship, -worth / case.units[unit].hours)

    leads = (
        _lead(case, on, claim) for column, claim in case.claims.items() if column in on
    )
    return _walk(case, on, case.chosen(on), rank, next(filter(None, leads), []))


def _closes(case, unit, levels) -> tuple[Close, ...]:
    after = dict(levels)
    _study(case.units[unit], after)
    return tuple(
        Close(
            competency=key, from_level=levels[key], to_level=min(after[key], gap.target)
        )
        for key, gap in case.gaps.items()
        if levels[key] < min(after[key], gap.target)
    )


def _plan(case, order, originals) -> Plan:
    steps = []
    closed = 0
    levels = case.levels()
    for place in order:
        closes = _closes(case, place, levels)
        _study(case.units[place], levels)
        closed += sum(
            case.gaps[close.competency].weight * (close.to_level - close.from_level)
            for close in closes
        )
        steps.append(Step(unit=originals[case.units[place].key], closes=closes))
    return Plan(
        steps=tuple(steps),
        closed=closed,
        hours=fsum(step.unit.hours for step in steps),
        megabytes=sum(step.unit.megabytes for step in steps),
    )
