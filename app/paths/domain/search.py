"""Branch and cut, best bound first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf

import numpy as np

from app.paths.domain.case import Case, On, Row, Terms, span_of
from app.paths.domain.order import against_claims, against_loops
from app.paths.domain.relaxation import NEARLY, Optimum, Relaxation, Vector, fractions
from app.paths.domain.values import Budget

ROUNDS = 5
"""How often a new relaxation is cut."""


SHARE = 0.75
"""A part of the space with fewer free columns gets a relaxation of its own."""


STUCK = 0.02
"""Cuts that raise the value by less end the rounds."""


HOPE = 0.03
"""How far above its bound the optimum of a goal is looked for first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the space: bounds for the free columns of a relaxation."""

    relaxation: Relaxation
    low: Vector
    high: Vector
    is_new: bool = False
    """The relaxation has not been cut yet."""


Bounded = tuple[int | float, Part]
"""A part, and what it costs at least."""


def whole_of(relaxation: Relaxation) -> Part:
    """Return all that a new relaxation covers."""
    low, high = relaxation.box()
    return Part(relaxation=relaxation, low=low, high=high, is_new=True)


class Search:
    """Branch and cut over HiGHS's linear relaxations, goal after goal.

    HiGHS's own MIP solver needs 20 to 100 ms for each goal; here most need a few
    relaxations of 1 ms. An optimum is looked for near its bound first, where few
    columns are free; where there is none, further away.
    """

    def __init__(self, case: Case, budget: Budget) -> None:
        self._case = case
        size = case.flag + 1
        self._box = np.zeros(size), np.ones(size)
        self._rows, self._most = np.zeros((0, size)), np.zeros(0)
        self._add([*case.limits(budget), *case.rows()])
        self._heavy = np.full(size, 1e-4)
        for terms, most in case.limits(budget):
            self._heavy[list(terms)] += [one / max(1, most) for one in terms.values()]
        self._best: On = frozenset()
        self._price = np.zeros(size)
        self._limit, self._is_found = 0, True
        self._ties: list[tuple[int, Vector, Vector]] = []

    def settle(self, goals: Sequence[Terms]) -> On:
        """Make goals as small as can be, one after the other, and keep them so."""
        self._price = np.zeros(len(self._price))
        for goal in goals:
            self._price *= span_of(goal)
            self._price[list(goal)] += list(goal.values())
        known = self._cost(self._best)
        self._limit, self._is_found = known, True
        root = Relaxation(self._rows, self._most, self._price, self._box)
        top = self._relax(whole_of(root))
        self._limit = known if top is None else top.bound
        hope = max(1, ceil(HOPE * abs(self._limit)))
        self._is_found = False
        while not self._is_found:
            self._limit = min(known, self._limit + hope)
            self._is_found = self._limit == known
            self._explore(replace(whole_of(root), is_new=False))
            hope *= 2
        self._keep(goals)
        return self._best

    def _keep(self, goals: Sequence[Terms]) -> None:
        """Leave only answers as good as the best."""
        best = np.zeros(len(self._price))
        best[list(self._best)] = 1
        ties = [(low, high) for cost, low, high in self._ties if cost == self._limit]
        lows, highs = zip((best, best), *ties, strict=True)
        self._box = np.min(lows, axis=0), np.max(highs, axis=0)
        self._add(
            [(goal, sum(goal.get(one, 0) for one in self._best)) for goal in goals]
        )

    def _add(self, rows: Sequence[Row]) -> tuple[Vector, Vector]:
        matrix = np.zeros((len(rows), self._rows.shape[1]))
        for place, (terms, _) in enumerate(rows):
            matrix[place, list(terms)] = list(terms.values())
        most = np.array([most for _, most in rows], dtype=np.float64)
        self._rows = np.vstack([self._rows, matrix])
        self._most = np.append(self._most, most)
        return matrix, most

    def _cost(self, on: On) -> int:
        return int(np.rint(self._price[list(on)].sum()))

    def _is_tie(self, bound: float) -> bool:
        return self._is_found and bound == self._limit

    def _explore(self, root: Part) -> None:
        """Find the best answer within the limit, and where its equals can be."""
        self._ties = []
        ticks = count()
        heap: list[tuple[int | float, int, Part]] = [(-inf, next(ticks), root)]
        while heap and heap[0][0] <= self._limit:
            bound, _, part = heappop(heap)
            if self._is_tie(bound):
                self._tie(part)
                continue
            for least, smaller in self._split(part):
                heappush(heap, (least, -next(ticks), smaller))

    def _tie(self, part: Part) -> None:
        lift = part.relaxation.lift
        self._ties.append((self._limit, lift(part.low), lift(part.high)))

    def _split(self, part: Part) -> Iterator[Bounded]:
        """Bound a part of the space; yield what of it may hold a better answer."""
        if (top := self._relax(part)) is None:
            return
        gap = self._limit - top.value + 0.01
        low = np.where(top.slopes < -gap, part.high, part.low)
        high = np.where(top.slopes > gap, part.low, part.high)
        relaxation = part.relaxation
        free = low < high
        if self._is_tie(top.bound):
            self._tie(Part(relaxation=relaxation, low=low, high=high))
        elif free.sum() < SHARE * len(free):
            yield top.bound, whole_of(relaxation.within(low, high))
        else:
            shares = fractions(top.point) * self._heavy[relaxation.columns]
            middle = np.arange(len(free)) == np.where(free, shares, 0).argmax()
            down, up = np.where(middle, 0, high), np.where(middle, 1, low)
            yield top.bound, Part(relaxation=relaxation, low=low, high=down)
            yield top.bound, Part(relaxation=relaxation, low=up, high=high)

    def _relax(self, part: Part) -> Optimum | None:
        """Solve a part without wholeness; cut off what no answer can be.

        Returns:
            Nothing where all answers are above the limit.
        """
        last, rounds = -inf, 0
        while True:
            top = part.relaxation.solve(part.low, part.high)
            if top is None or top.bound > self._limit:
                return None
            if self._is_tie(top.bound):
                return top
            is_whole = bool(fractions(top.point).max(initial=0) < NEARLY)
            if (is_whole or part.is_new) and self._forbid(part, top, is_whole=is_whole):
                continue
            if is_whole:
                self._best = self._on(part, top)
                self._limit, self._is_found = self._cost(self._best), True
            is_stuck = rounds > 1 and top.value - last < STUCK
            is_done = is_whole or is_stuck or not part.is_new or rounds == ROUNDS
            if is_done or not part.relaxation.cut(top.point):
                return top
            last, rounds = top.value, rounds + 1

    def _on(self, part: Part, top: Optimum) -> On:
        full = part.relaxation.lift(np.round(top.point))
        return frozenset(np.flatnonzero(full).tolist())

    def _forbid(self, part: Part, top: Optimum, *, is_whole: bool) -> bool:
        """Add rows that every deliverable answer obeys and this optimum does not."""
        on = self._on(part, top)
        rows = against_loops(self._case, on)
        if is_whole and not rows:
            rows = against_claims(self._case, on)
        point = part.relaxation.lift(top.point)
        broken = [
            (terms, most)
            for terms, most in rows
            if sum(one * point[column] for column, one in terms.items()) > most + 0.05
        ]
        if broken:
            part.relaxation.add(*self._add(broken))
        return bool(broken)
