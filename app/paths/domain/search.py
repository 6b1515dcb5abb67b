"""Branch and bound over linear relaxations, best bound first.

Source:
    Huangfu & Hall (2018), "Parallelizing the dual revised simplex method",
    Mathematical Programming Computation 10, 119-142, doi:10.1007/s12532-017-0130-5.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from math import ceil, inf

import highspy
import numpy as np
from numpy.typing import NDArray

from app.paths.domain.case import Case, On, Row, Terms, span_of
from app.paths.domain.order import against_claims, against_loops
from app.paths.domain.values import Budget

OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "presolve": "off",
    "random_seed": 0,
    "threads": 1,
}


SETTLED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}


NEARLY = 1e-6
"""HiGHS's tolerance."""


Vector = NDArray[np.float64]


Part = tuple[float, Vector, Vector]
"""What a part of the space costs at least, and its bounds."""


class Search:
    """Branch and bound over HiGHS's linear relaxations, goal after goal.

    Parts of the space that can still hold an answer as good as the best stay open for
    the next goals, so that these search little. HiGHS's own MIP solver needs 20 to
    100 ms for each goal; its relaxation needs one, and is nearly whole.
    """

    def __init__(self, case: Case, budget: Budget) -> None:
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
            self._price *= span_of(goal)
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
        is_whole = bool(fractions(point).max() < NEARLY)
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
            shares = np.where(low < high, fractions(point) * self._heavy, 0)
            middle = np.arange(len(shares)) == shares.argmax()
            yield bound, low, np.where(middle, 0, high)
            yield bound, np.where(middle, 1, low), high

    def _broken(self, point: Vector, on: On, *, is_whole: bool) -> list[Row]:
        """Find rows that every deliverable answer obeys and this point does not."""
        rows = against_loops(self._case, on)
        if is_whole and not rows:
            rows = against_claims(self._case, on)
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


def fractions(point: Vector) -> Vector:
    """Return how far each coordinate is from a whole number."""
    return np.abs(point - np.round(point))
