"""From gaps to the best plan a learner has the hours and the data for, exactly.

The choice is an integer programme: branch and bound over linear relaxations solved by
HiGHS, best bound first. What depends on the order of study is checked on the answers;
rows then forbid what no order can deliver.

Source:
    Huangfu & Hall (2018), "Parallelizing the dual revised simplex method",
    Mathematical Programming Computation 10, 119-142, doi:10.1007/s12532-017-0130-5.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import accumulate, chain, count, pairwise
from math import ceil, fsum, gcd, inf

import highspy
import numpy as np
from numpy.typing import NDArray

ENOUGH = 4
"""The level of a learner in a competency without a gap."""
OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "presolve": "off",
    "random_seed": 0,
    "threads": 1,
}
SETTLED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}
NEARLY = 1e-6
"""HiGHS's tolerance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a learner is in one competency (0..4), and where her role wants her."""

    competency: str
    level: int
    target: int
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
    """A level to have before one may start; met where there is no gap."""

    competency: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A course, or one module of it."""

    key: str
    course: str
    hours: float
    """More than 0; counted to the nearest minute."""
    megabytes: int
    gains: tuple[Gain, ...]
    needs: tuple[Requirement, ...]
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
Terms = dict[int, int]
"""Whole coefficients by column."""
Row = tuple[Terms, int]
"""Terms, and the most their sum may be."""
Levels = dict[str, int]
On = frozenset[int]
"""An answer: the columns that are 1."""
Vector = NDArray[np.float64]
Part = tuple[float, Vector, Vector]
"""What a part of the space costs at least, and its bounds."""
Rank = Callable[[int, Levels], tuple[float, ...]]


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
    case = _Case(gaps, known.values())
    on: On = frozenset()
    if case.units:
        search = _Search(case, budget)
        for goals in case.agenda():
            on = search.settle(goals)
    return _plan(case, _arrange(case, on), known)


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
    ends = list(accumulate((_minutes(step.unit) for step in plan.steps), initial=0))
    return tuple((a // week + 1, (b - 1) // week + 1) for a, b in pairwise(ends))


def _minutes(unit: Unit) -> int:
    return max(1, round(unit.hours * 60))


def _merge(gains: Iterable[Gain]) -> tuple[Gain, ...]:
    """Join gains of one unit that lead on from one another: 0-1 and 1-2 are 0-2."""
    merged: list[Gain] = []
    for gain in sorted(gains, key=lambda one: (one.competency, one.from_level)):
        last = merged[-1] if merged else None
        if (
            last
            and last.competency == gain.competency
            and gain.from_level <= last.to_level
        ):
            merged[-1] = replace(last, to_level=max(last.to_level, gain.to_level))
        else:
            merged.append(gain)
    return tuple(merged)


def _study(unit: Unit, levels: Levels) -> None:
    for gain in unit.gains:
        level = levels.get(gain.competency, ENOUGH)
        if gain.from_level <= level < gain.to_level:
            levels[gain.competency] = gain.to_level


def _start(gain: Gain) -> Atom:
    return gain.competency, gain.from_level


def _crossed(gain: Gain) -> list[Atom]:
    levels = range(gain.from_level + 1, gain.to_level + 1)
    return [(gain.competency, level) for level in levels]


def _open(atoms: Iterable[Atom], levels: Levels) -> list[Atom]:
    """Keep the levels that are not reached."""
    return [atom for atom in atoms if levels.get(atom[0], ENOUGH) < atom[1]]


def _needs(unit: Unit, levels: Levels) -> list[Atom]:
    return _open(((need.competency, need.level) for need in unit.needs), levels)


def _possible(units: Sequence[Unit], levels: Levels) -> list[Unit]:
    """Keep what a learner without a budget could take."""
    levels = dict(levels)
    done: set[str] = set()
    size = -1
    while size != (size := len(done) + sum(levels.values())):
        for unit in units:
            if done.issuperset(unit.after) and not _needs(unit, levels):
                done.add(unit.key)
                _study(unit, levels)
    return [unit for unit in units if unit.key in done]


def _useful(units: Sequence[Unit], atoms: set[Atom], levels: Levels) -> list[Unit]:
    """Keep what closes a gap or leads to what does; add the levels on the way."""
    kept: dict[str, tuple[Gain, ...]] = {}
    asked: set[str] = set()
    size = -1
    while size != (size := len(atoms) + len(asked)):
        for unit in reversed(units):
            gains = tuple(g for g in unit.gains if not atoms.isdisjoint(_crossed(g)))
            if gains or unit.key in asked:
                kept[unit.key] = gains
                asked.update(unit.after)
                atoms.update(_open(map(_start, gains), levels), _needs(unit, levels))
    return [replace(u, gains=kept[u.key]) for u in units if u.key in kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A gain, and the column that says whether a plan counts on it."""

    unit: int
    gain: Gain
    column: int
    """The unit's own where ``from_level`` is met at the start."""


class _Case:
    """What matters, as numbers.

    Columns are units in catalogue order, then offers that depend on the order of study,
    claims ("a flagship unit closes a level by this offer"), levels ("is reached") and
    one flag ("a claim holds").
    """

    def __init__(self, gaps: Iterable[Gap], units: Iterable[Unit]) -> None:
        self.gaps = {gap.competency: gap for gap in gaps}
        start = self.levels(())
        ordered = sorted(units, key=lambda unit: (unit.order, unit.key))
        merged = [replace(unit, gains=_merge(unit.gains)) for unit in ordered]
        atoms = {
            (gap.competency, level)
            for gap in self.gaps.values()
            for level in range(gap.level + 1, gap.target + 1)
        }
        self.units = _useful(_possible(merged, start), atoms, start)
        places = {unit.key: place for place, unit in enumerate(self.units)}
        self.after = [[places[key] for key in unit.after] for unit in self.units]
        self.needs = [_needs(unit, start) for unit in self.units]
        columns = count(len(places))
        self.offers = [
            [
                _Offer(
                    unit=place,
                    gain=gain,
                    column=next(columns) if _open([_start(gain)], start) else place,
                )
                for gain in unit.gains
            ]
            for place, unit in enumerate(self.units)
        ]
        self.suppliers: dict[Atom, list[_Offer]] = {atom: [] for atom in sorted(atoms)}
        for offer in chain.from_iterable(self.offers):
            for atom in atoms.intersection(_crossed(offer.gain)):
                self.suppliers[atom].append(offer)
        self.claims = {
            next(columns): offer
            for offer in chain.from_iterable(self.offers)
            if self.units[offer.unit].is_flagship
            and self.top(offer)
            > max(start[offer.gain.competency], offer.gain.from_level)
        }
        self.reached = {atom: next(columns) for atom in self.suppliers}
        self.flag = next(columns)
        self.minutes = {u: _minutes(unit) for u, unit in enumerate(self.units)}
        self.megabytes = {u: unit.megabytes for u, unit in enumerate(self.units)}

    def levels(self, order: Iterable[int]) -> Levels:
        """Study some units, in their order, from the start."""
        levels = {key: gap.level for key, gap in self.gaps.items()}
        for unit in order:
            _study(self.units[unit], levels)
        return levels

    def top(self, offer: _Offer) -> int:
        """Say to which level an offer closes its gap."""
        return min(offer.gain.to_level, self.gaps[offer.gain.competency].target)

    def awaits(self, unit: int, on: On) -> Iterator[tuple[int, Atom]]:
        """Yield the levels a unit waits for, with the column that makes it wait."""
        yield from ((unit, need) for need in self.needs[unit])
        for offer in self.offers[unit]:
            if offer.column in on:
                yield offer.column, _start(offer.gain)

    def ready(self, on: On, units: On, levels: Levels) -> list[int]:
        """List the units that wait for no other and for no level."""
        return [
            unit
            for unit in sorted(units)
            if units.isdisjoint(self.after[unit])
            and all(levels[key] >= level for _, (key, level) in self.awaits(unit, on))
        ]

    def helpers(self, atom: Atom, on: On) -> set[int]:
        """List the units that an answer counts on for a level."""
        offers = self.suppliers.get(atom, ())
        return {offer.unit for offer in offers if offer.column in on}

    def chosen(self, on: On) -> On:
        """Keep the units of an answer."""
        return frozenset(column for column in on if column < len(self.units))

    def limits(self, budget: Budget) -> Iterator[Row]:
        """Yield what the budget asks."""
        yield _shorten(self.minutes, round(budget.hours * 60))
        if budget.megabytes is not None:
            yield _shorten(self.megabytes, budget.megabytes)

    def rows(self) -> Iterator[Row]:
        """Yield what every answer must obey, whatever its order."""
        for unit, offers in enumerate(self.offers):
            behind = [
                *self.after[unit],
                *(self.reached[need] for need in self.needs[unit]),
            ]
            yield from (({unit: 1, column: -1}, 0) for column in behind)
            for offer in offers:
                if offer.column != unit:
                    yield {offer.column: 1, unit: -1}, 0
                    yield {offer.column: 1, self.reached[_start(offer.gain)]: -1}, 0
        for atom, offers in self.suppliers.items():
            yield {self.reached[atom]: 1} | {offer.column: -1 for offer in offers}, 0
        for low, high in pairwise(self.reached):
            if low[0] == high[0]:
                yield {self.reached[high]: 1, self.reached[low]: -1}, 0
        yield from (
            ({claim: 1, offer.column: -1}, 0) for claim, offer in self.claims.items()
        )
        yield {self.flag: 1} | dict.fromkeys(self.claims, -1), 0

    def agenda(self) -> list[list[Terms]]:
        """List what to make small, first things first, in pairs that share a search.

        Larger groups would exceed what HiGHS's doubles tell apart.
        """
        goals = [
            {
                column: -self.gaps[key].weight
                for (key, level), column in self.reached.items()
                if level <= self.gaps[key].target
            },
            {self.flag: -1},
            _shorten(self.minutes, 0)[0],
            _shorten(self.megabytes, 0)[0],
            dict.fromkeys(self.minutes, 1),
            {place: unit.order for place, unit in enumerate(self.units)},
        ]
        return [goals[:2], goals[2:4], goals[4:]]


def _span(goal: Terms) -> int:
    return 1 + sum(map(abs, goal.values()))


def _shorten(terms: Terms, most: int) -> Row:
    """Divide by what all coefficients share."""
    share = gcd(*terms.values()) or 1
    return {column: one // share for column, one in terms.items()}, most // share


class _Search:
    """Branch and bound over HiGHS's linear relaxations, goal after goal.

    Parts of the space that can still hold an answer as good as the best stay open for
    the next goals, so that these search little. HiGHS's own MIP solver needs 20 to
    100 ms for each goal; its relaxation needs one, and is nearly whole.
    """

    def __init__(self, case: _Case, budget: Budget) -> None:
        self._case = case
        size = case.flag + 1
        self._columns = np.arange(size, dtype=np.int32)
        self._open = [(np.zeros(size), np.ones(size))]
        self._best: On = frozenset()
        self._price, self._worth = np.zeros(size), 0
        self._heavy = np.full(size, 1e-4)
        for terms, most in case.limits(budget):
            self._heavy[list(terms)] += [one / max(1, most) for one in terms.values()]
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # no hints
        for option, value in OPTIONS.items():
            self._solver.setOptionValue(option, value)
        self._solver.addVars(size, *self._open[0])
        self._add([*case.limits(budget), *case.rows()])

    def settle(self, goals: Sequence[Terms]) -> On:
        """Make goals as small as can be, one after the other, and keep them so."""
        self._price[:] = 0
        for goal in goals:
            self._price *= _span(goal)
            self._price[list(goal)] += list(goal.values())
        self._solver.changeColsCost(len(self._columns), self._columns, self._price)
        self._worth = self._cost(self._best)
        ticks = count()
        heap = [(-inf, next(ticks), *part) for part in self._open]
        self._open = []
        while heap and heap[0][0] <= self._worth:
            bound, _, low, high = heappop(heap)
            if bound == self._worth:
                self._open.append((low, high))
                continue
            for part in self._split(low, high):
                heappush(heap, (part[0], -next(ticks), *part[1:]))
        kept = [(goal, sum(goal.get(one, 0) for one in self._best)) for goal in goals]
        self._add(kept)
        return self._best

    def _cost(self, on: On) -> int:
        return int(np.rint(self._price[list(on)].sum()))

    def _split(self, low: Vector, high: Vector) -> Iterator[Part]:
        """Bound one part of the space; yield what of it may hold a better answer."""
        if (relaxed := self._relax(low, high)) is None:
            return
        value, point, slopes = relaxed
        is_whole = bool(_fractions(point).max() < NEARLY)
        bound = ceil(value - 1000 * NEARLY)
        if bound < self._worth:
            on = frozenset(np.flatnonzero(np.round(point)).tolist())
            if rows := self._broken(point, on, is_whole=is_whole):
                self._add(rows)
                yield bound, low, high
                return
            if is_whole:
                self._best, bound = on, self._cost(on)
                self._worth = bound
        gap = self._worth - value + 0.5
        low = np.where(slopes < -gap, high, low)
        high = np.where(slopes > gap, low, high)
        if bound == self._worth:
            self._open.append((low, high))
        if bound < self._worth:
            shares = np.where(low < high, _fractions(point) * self._heavy, 0)
            middle = np.arange(len(shares)) == shares.argmax()
            yield bound, low, np.where(middle, 0, high)
            yield bound, np.where(middle, 1, low), high

    def _broken(self, point: Vector, on: On, *, is_whole: bool) -> list[Row]:
        """Find rows that every deliverable answer obeys and this point does not."""
        rows = _against_loops(self._case, on)
        if is_whole and not rows:
            rows = _against_claims(self._case, on)
        return [
            (terms, most)
            for terms, most in rows
            if sum(one * point[column] for column, one in terms.items()) > most + 0.05
        ]

    def _relax(self, low: Vector, high: Vector) -> tuple[float, Vector, Vector] | None:
        """Solve without wholeness: the optimum, where it is, its reduced costs."""
        solver = self._solver
        solver.changeColsBounds(len(low), self._columns, low, high)
        solver.run()
        if solver.getModelStatus() not in SETTLED:  # pragma: no cover  # never seen
            solver.clearSolver()
            solver.run()
        if solver.getModelStatus() not in SETTLED:  # pragma: no cover
            raise RuntimeError(f"HiGHS: {solver.getModelStatus().name}")
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        solution = solver.getSolution()
        value = solver.getInfo().objective_function_value
        return value, np.array(solution.col_value), np.array(solution.col_dual)

    def _add(self, rows: Collection[Row]) -> None:
        for terms, most in rows:
            columns = np.array(list(terms), dtype=np.int32)
            values = np.array(list(terms.values()), dtype=np.float64)
            self._solver.addRow(-inf, most, len(terms), columns, values)


def _fractions(point: Vector) -> Vector:
    return np.abs(point - np.round(point))


def _reachable(start: int, arcs: Mapping[int, AbstractSet[int]]) -> On:
    seen = {start}
    todo = [start]
    while todo:
        new = arcs[todo.pop()] - seen
        seen |= new
        todo += new
    return frozenset(seen)


def _walk(
    case: _Case, on: On, units: On, rank: Rank, taken: Sequence[int] = ()
) -> list[int]:
    """Take units as they become ready, lowest rank first, until none is."""
    order = list(taken)
    levels = case.levels(order)
    while ready := case.ready(on, units.difference(order), levels):
        order.append(min(ready, key=lambda one: (*rank(one, levels), one)))
        _study(case.units[order[-1]], levels)
    return order


def _against_loops(case: _Case, on: On) -> list[Row]:
    """Of units that wait for each other one must go, or an outsider must help.

    True in every order: the first of them to be taken has what it waits for, which is
    a level, and only units outside have come before.
    """
    units = case.chosen(on)
    stuck, levels = units, case.levels(())
    while ready := case.ready(on, stuck, levels):
        for unit in ready:
            _study(case.units[unit], levels)
        stuck = stuck.difference(ready)
    waits: dict[int, tuple[int, list[Atom]]] = {}
    arcs: dict[int, AbstractSet[int]] = {}
    for unit in stuck:
        waits[unit], arcs[unit] = (unit, []), stuck.intersection(case.after[unit])
        for column, atom in case.awaits(unit, on):
            if not arcs[unit] and _open([atom], levels):
                waits[unit] = column, [atom]
                arcs[unit] = stuck & case.helpers(atom, on)
    return [
        (
            {
                offer.column: -1
                for unit in loop
                for atom in waits[unit][1]
                for offer in case.suppliers[atom]
                if offer.unit not in loop
            }
            | {waits[unit][0]: 1 for unit in loop},
            len(loop) - 1,
        )
        for loop in sorted({_reachable(unit, arcs) for unit in stuck}, key=sorted)
    ]


def _cone(case: _Case, on: On, unit: int) -> On:
    """List a unit and all it may wait for."""
    arcs = {
        one: set(case.after[one]).union(
            *(case.helpers(atom, on) for _, atom in case.awaits(one, on))
        )
        for one in case.chosen(on)
    }
    return _reachable(unit, arcs)


def _lead(case: _Case, on: On, claim: _Offer) -> list[int]:
    """Find an order at whose end a unit closes what it claims, or nothing.

    What leaves the claimed competency as it is goes first, what raises it least next:
    nobody then comes to the claim with a lower level.
    """
    competency = claim.gain.competency

    def rank(unit: int, levels: Levels) -> tuple[float, ...]:
        after = dict(levels)
        _study(case.units[unit], after)
        return unit != claim.unit, after[competency]

    order = _walk(case, on, _cone(case, on, claim.unit), rank)
    order = order[: order.index(claim.unit) + 1]
    level = case.levels(order[:-1])[competency]
    return order if level < case.top(claim) else []


def _against_claims(case: _Case, on: On) -> list[Row]:
    """A claim no order can keep asks for another way to what its unit waits for."""
    rows = []
    for column, claim in case.claims.items():
        if column in on:
            if _lead(case, on, claim):
                return []
            cone = _cone(case, on, claim.unit)
            waits = [wait for unit in cone for wait in case.awaits(unit, on)]
            kept = cone.union(one for one, _ in waits)
            others = {
                offer.column: -1
                for _, atom in waits
                for offer in case.suppliers.get(atom, ())
                if offer.column not in on
            }
            rows.append((others | dict.fromkeys(kept, 1) | {column: 1}, len(kept)))
    return rows


def _arrange(case: _Case, on: On) -> list[int]:
    def rank(unit: int, levels: Levels) -> tuple[float, ...]:
        worth = _worth(case, _closes(case, unit, levels))
        return not case.units[unit].is_flagship, -worth / case.minutes[unit]

    leads = (_lead(case, on, claim) for one, claim in case.claims.items() if one in on)
    return _walk(case, on, case.chosen(on), rank, next(filter(None, leads), []))


def _closes(case: _Case, unit: int, levels: Levels) -> tuple[Close, ...]:
    after = dict(levels)
    _study(case.units[unit], after)
    tops = {key: min(after[key], gap.target) for key, gap in case.gaps.items()}
    return tuple(
        Close(competency=key, from_level=levels[key], to_level=top)
        for key, top in sorted(tops.items())
        if levels[key] < top
    )


def _worth(case: _Case, closes: Iterable[Close]) -> int:
    return sum(
        case.gaps[close.competency].weight * (close.to_level - close.from_level)
        for close in closes
    )


def _plan(case: _Case, order: Sequence[int], known: Mapping[str, Unit]) -> Plan:
    closes = [
        _closes(case, unit, case.levels(order[:place]))
        for place, unit in enumerate(order)
    ]
    units = [known[case.units[unit].key] for unit in order]
    return Plan(
        steps=tuple(Step(unit=u, closes=c) for u, c in zip(units, closes, strict=True)),
        closed=_worth(case, chain.from_iterable(closes)),
        hours=fsum(unit.hours for unit in units),
        megabytes=sum(unit.megabytes for unit in units),
    )
