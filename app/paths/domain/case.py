"""A choice as numbers: columns, rows and goals; what cannot matter is left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, pairwise
from math import gcd

from app.paths.domain.values import (
    Atom,
    Budget,
    Gain,
    Gap,
    Levels,
    Unit,
    crossed,
    minutes_of,
    needs_of,
    start_of,
    still_open,
    study,
)

Terms = dict[int, int]
"""Whole coefficients by column."""


Row = tuple[Terms, int]
"""Terms, and the most their sum may be."""


On = frozenset[int]
"""An answer: the columns that are 1."""


def merge_gains(gains: Iterable[Gain]) -> tuple[Gain, ...]:
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


def possible(units: Sequence[Unit], levels: Levels) -> list[Unit]:
    """Keep what a learner without a budget could take."""
    levels = dict(levels)
    done: set[str] = set()
    size = -1
    while size != (size := len(done) + sum(levels.values())):
        for unit in units:
            if done.issuperset(unit.after) and not needs_of(unit, levels):
                done.add(unit.key)
                study(unit, levels)
    return [unit for unit in units if unit.key in done]


def useful(units: Sequence[Unit], atoms: set[Atom], levels: Levels) -> list[Unit]:
    """Keep what closes a gap or leads to what does; add the levels on the way."""
    kept: dict[str, tuple[Gain, ...]] = {}
    asked: set[str] = set()
    size = -1
    while size != (size := len(atoms) + len(asked)):
        for unit in reversed(units):
            gains = tuple(g for g in unit.gains if not atoms.isdisjoint(crossed(g)))
            if gains or unit.key in asked:
                kept[unit.key] = gains
                asked.update(unit.after)
                atoms.update(
                    still_open(map(start_of, gains), levels), needs_of(unit, levels)
                )
    return [replace(u, gains=kept[u.key]) for u in units if u.key in kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """A gain, and the column that says whether a plan counts on it."""

    unit: int
    gain: Gain
    column: int
    """The unit's own where ``from_level`` is met at the start."""


class Case:
    """What matters, as numbers.

    Columns are units in catalogue order, then offers that depend on the order of study,
    claims ("a flagship unit closes a level by this offer"), levels ("is reached") and
    one flag ("a claim holds").
    """

    def __init__(self, gaps: Iterable[Gap], units: Iterable[Unit]) -> None:
        self.gaps = {gap.competency: gap for gap in gaps}
        start = self.levels(())
        ordered = sorted(units, key=lambda unit: (unit.order, unit.key))
        merged = [replace(unit, gains=merge_gains(unit.gains)) for unit in ordered]
        atoms = {
            (gap.competency, level)
            for gap in self.gaps.values()
            for level in range(gap.level + 1, gap.target + 1)
        }
        self.units = useful(possible(merged, start), atoms, start)
        places = {unit.key: place for place, unit in enumerate(self.units)}
        self.after = [[places[key] for key in unit.after] for unit in self.units]
        self.needs = [needs_of(unit, start) for unit in self.units]
        columns = count(len(places))
        self.offers = [
            [
                Teaching(
                    unit=place,
                    gain=gain,
                    column=next(columns)
                    if still_open([start_of(gain)], start)
                    else place,
                )
                for gain in unit.gains
            ]
            for place, unit in enumerate(self.units)
        ]
        self.suppliers: dict[Atom, list[Teaching]] = {
            atom: [] for atom in sorted(atoms)
        }
        for offer in chain.from_iterable(self.offers):
            for atom in atoms.intersection(crossed(offer.gain)):
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
        self.minutes = {u: minutes_of(unit) for u, unit in enumerate(self.units)}
        self.megabytes = {u: unit.megabytes for u, unit in enumerate(self.units)}

    def levels(self, order: Iterable[int]) -> Levels:
        """Study some units, in their order, from the start."""
        levels = {key: gap.level for key, gap in self.gaps.items()}
        for unit in order:
            study(self.units[unit], levels)
        return levels

    def top(self, offer: Teaching) -> int:
        """Say to which level an offer closes its gap."""
        return min(offer.gain.to_level, self.gaps[offer.gain.competency].target)

    def awaits(self, unit: int, on: On) -> Iterator[tuple[int, Atom]]:
        """Yield the levels a unit waits for, with the column that makes it wait."""
        yield from ((unit, need) for need in self.needs[unit])
        for offer in self.offers[unit]:
            if offer.column in on:
                yield offer.column, start_of(offer.gain)

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
        yield shorten(self.minutes, round(budget.hours * 60))
        if budget.megabytes is not None:
            yield shorten(self.megabytes, budget.megabytes)

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
                    yield {offer.column: 1, self.reached[start_of(offer.gain)]: -1}, 0
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
            shorten(self.minutes, 0)[0],
            shorten(self.megabytes, 0)[0],
            dict.fromkeys(self.minutes, 1),
            {place: unit.order for place, unit in enumerate(self.units)},
        ]
        return [goals[:2], goals[2:4], goals[4:]]


def span_of(goal: Terms) -> int:
    """Return how many values a goal can take at most."""
    return 1 + sum(map(abs, goal.values()))


def shorten(terms: Terms, most: int) -> Row:
    """Divide by what all coefficients share."""
    share = gcd(*terms.values()) or 1
    return {column: one // share for column, one in terms.items()}, most // share
