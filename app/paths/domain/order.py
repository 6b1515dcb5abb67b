"""The order of study: which answers can be studied at all, and in which order best.

An answer that no order can deliver is forbidden by a row; the search goes on without it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from math import fsum

from app.paths.domain.case import Case, On, Row, Teaching
from app.paths.domain.values import (
    Atom,
    Close,
    Levels,
    Plan,
    Step,
    Unit,
    still_open,
    study,
)

Rank = Callable[[int, Levels], tuple[float, ...]]


def reachable(start: int, arcs: Mapping[int, AbstractSet[int]]) -> On:
    """Return what can be reached along the arcs, the start included."""
    seen = {start}
    todo = [start]
    while todo:
        new = arcs[todo.pop()] - seen
        seen |= new
        todo += new
    return frozenset(seen)


def walk(
    case: Case, on: On, units: On, rank: Rank, taken: Sequence[int] = ()
) -> list[int]:
    """Take units as they become ready, lowest rank first, until none is."""
    order = list(taken)
    levels = case.levels(order)
    while ready := case.ready(on, units.difference(order), levels):
        order.append(min(ready, key=lambda one: (*rank(one, levels), one)))
        study(case.units[order[-1]], levels)
    return order


def against_loops(case: Case, on: On) -> list[Row]:
    """Of units that wait for each other one must go, or an outsider must help.

    True in every order: the first of them to be taken has what it waits for, which is
    a level, and only units outside have come before.
    """
    units = case.chosen(on)
    stuck, levels = units, case.levels(())
    while ready := case.ready(on, stuck, levels):
        for unit in ready:
            study(case.units[unit], levels)
        stuck = stuck.difference(ready)
    waits: dict[int, tuple[int, list[Atom]]] = {}
    arcs: dict[int, AbstractSet[int]] = {}
    for unit in stuck:
        waits[unit], arcs[unit] = (unit, []), stuck.intersection(case.after[unit])
        for column, atom in case.awaits(unit, on):
            if not arcs[unit] and still_open([atom], levels):
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
        for loop in sorted({reachable(unit, arcs) for unit in stuck}, key=sorted)
    ]


def cone(case: Case, on: On, unit: int) -> On:
    """List a unit and all it may wait for."""
    arcs = {
        one: set(case.after[one]).union(
            *(case.helpers(atom, on) for _, atom in case.awaits(one, on))
        )
        for one in case.chosen(on)
    }
    return reachable(unit, arcs)


def lead(case: Case, on: On, claim: Teaching) -> list[int]:
    """Find an order at whose end a unit closes what it claims, or nothing.

    What leaves the claimed competency as it is goes first, what raises it least next:
    nobody then comes to the claim with a lower level.
    """
    competency = claim.gain.competency

    def rank(unit: int, levels: Levels) -> tuple[float, ...]:
        after = dict(levels)
        study(case.units[unit], after)
        return unit != claim.unit, after[competency]

    order = walk(case, on, cone(case, on, claim.unit), rank)
    order = order[: order.index(claim.unit) + 1]
    level = case.levels(order[:-1])[competency]
    return order if level < case.top(claim) else []


def against_claims(case: Case, on: On) -> list[Row]:
    """A claim no order can keep asks for another way to what its unit waits for."""
    rows = []
    for column, claim in case.claims.items():
        if column in on:
            if lead(case, on, claim):
                return []
            before = cone(case, on, claim.unit)
            waits = [wait for unit in before for wait in case.awaits(unit, on)]
            kept = before.union(one for one, _ in waits)
            others = {
                offer.column: -1
                for _, atom in waits
                for offer in case.suppliers.get(atom, ())
                if offer.column not in on
            }
            rows.append((others | dict.fromkeys(kept, 1) | {column: 1}, len(kept)))
    return rows


def arrange(case: Case, on: On) -> list[int]:
    """Order the units of an answer: the flagship as early as can be, then by worth."""

    def rank(unit: int, levels: Levels) -> tuple[float, ...]:
        worth = worth_of(case, closed_by(case, unit, levels))
        return not case.units[unit].is_flagship, -worth / case.minutes[unit]

    leads = (lead(case, on, claim) for one, claim in case.claims.items() if one in on)
    return walk(case, on, case.chosen(on), rank, next(filter(None, leads), []))


def closed_by(case: Case, unit: int, levels: Levels) -> tuple[Close, ...]:
    """Return what a unit closes when it is studied at these levels."""
    after = dict(levels)
    study(case.units[unit], after)
    tops = {key: min(after[key], gap.target) for key, gap in case.gaps.items()}
    return tuple(
        Close(competency=key, from_level=levels[key], to_level=top)
        for key, top in sorted(tops.items())
        if levels[key] < top
    )


def worth_of(case: Case, closes: Iterable[Close]) -> int:
    """Count levels, each with the weight of its gap."""
    return sum(
        case.gaps[close.competency].weight * (close.to_level - close.from_level)
        for close in closes
    )


def write_plan(case: Case, order: Sequence[int], known: Mapping[str, Unit]) -> Plan:
    """Write the units in their order as a plan."""
    closes = [
        closed_by(case, unit, case.levels(order[:place]))
        for place, unit in enumerate(order)
    ]
    units = [known[case.units[unit].key] for unit in order]
    return Plan(
        steps=tuple(Step(unit=u, closes=c) for u, c in zip(units, closes, strict=True)),
        closed=worth_of(case, chain.from_iterable(closes)),
        hours=fsum(unit.hours for unit in units),
        megabytes=sum(unit.megabytes for unit in units),
    )
