"""A choice without wholeness: linear relaxations that HiGHS solves, and their cuts.

Sources:
    Huangfu & Hall (2018), "Parallelizing the dual revised simplex method",
    Mathematical Programming Computation 10, 119-142, doi:10.1007/s12532-017-0130-5.
    Cornuéjols (2008), "Valid inequalities for mixed integer linear programs",
    Mathematical Programming 112, 3-44, doi:10.1007/s10107-006-0086-0 (Gomory's mixed
    integer cuts, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

OPTIONS: dict[str, bool | int | str] = {
    "output_flag": False,
    "presolve": "off",
    "random_seed": 0,
    "threads": 1,
}


SETTLED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}


NEARLY = 1e-6
"""HiGHS's tolerance."""


TRIES, CUTS = 16, 8
"""How many cuts are looked at and kept at a time."""


SHALLOW = 0.01
"""A cut or a fraction below this is not worth its row."""


ALIKE = 0.8
"""The cosine between two cuts from which one of them is enough."""


HALF = 0.5


STEEPEST = 0.98
"""Cuts divide by what this leaves to 1: beyond it they would magnify rounding."""


Vector = NDArray[np.float64]


class Quiet(highspy.Highs):
    """HiGHS without its banner on standard output, which callbacks would print."""

    @override
    def enableCallbacks(self) -> None:
        """Set the options instead: this is called before anything is printed."""
        for option, value in OPTIONS.items():
            self.setOptionValue(option, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """Where a relaxation is cheapest."""

    value: float
    point: Vector
    slopes: Vector
    """Reduced costs: how fast the value grows as a column leaves its bound."""

    @property
    def bound(self) -> int:
        """The least that a whole answer can cost."""
        return ceil(self.value - 1000 * NEARLY)


class Relaxation:
    """The columns that are still free and the rows that still bind them.

    All coefficients are whole, so that whole answers leave whole slacks.
    """

    def __init__(
        self, rows: Vector, most: Vector, price: Vector, box: tuple[Vector, Vector]
    ) -> None:
        low, high, live = tighten(rows, most, *box)
        free = low < high
        self.columns = np.flatnonzero(free)
        self.base = np.where(free, 0, low)
        self._rows = rows[np.ix_(live, free)]
        self._most = most[live] - rows[live] @ self.base
        self._price = price[free]
        self._offset = float(price @ self.base)
        self._every = np.arange(len(self.columns), dtype=np.int32)
        self._solver = Quiet()  # type: ignore[no-untyped-call]  # no hints
        self._solver.passModel(self._model())

    def _model(self) -> highspy.HighsLp:
        places, columns = np.nonzero(self._rows)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = self._rows.shape
        model.col_cost_ = self._price
        model.col_lower_, model.col_upper_ = self.box()
        model.row_lower_ = np.full(len(self._most), -inf)
        model.row_upper_ = self._most
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        starts = np.searchsorted(places, np.arange(len(self._most) + 1))
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = columns.astype(np.int32)
        model.a_matrix_.value_ = self._rows[places, columns]
        return model

    def box(self) -> tuple[Vector, Vector]:
        """Return the bounds of the free columns."""
        return np.zeros(len(self.columns)), np.ones(len(self.columns))

    def within(self, low: Vector, high: Vector) -> Relaxation:
        """Keep only what is free within tighter bounds."""
        part = Relaxation(self._rows, self._most, self._price, (low, high))
        part.base = self.lift(part.base)
        part.columns = self.columns[part.columns]
        part._offset += self._offset
        return part

    def lift(self, part: Vector) -> Vector:
        """Complete values of the free columns by those of the others."""
        full = self.base.copy()
        full[self.columns] = part
        return full

    def add(self, rows: Vector, most: Vector) -> None:
        """Add rows over all columns of the case."""
        self._add(rows[:, self.columns], most - rows @ self.base)

    def _add(self, rows: Vector, most: Vector) -> None:
        self._rows = np.vstack([self._rows, rows])
        self._most = np.append(self._most, most)
        for row, limit in zip(rows, most, strict=True):
            columns = np.flatnonzero(row).astype(np.int32)
            self._solver.addRow(-inf, limit, len(columns), columns, row[columns])

    def solve(self, low: Vector, high: Vector) -> Optimum | None:
        """Find the optimum within bounds; ``None`` where there is no answer at all."""
        if not len(low):  # HiGHS calls such a model empty, whatever its rows say
            is_possible = bool((self._most >= 0).all())
            only = Optimum(value=self._offset, point=low, slopes=low)
            return only if is_possible else None
        solver = self._solver
        solver.changeColsBounds(len(low), self._every, low, high)
        solver.run()
        if solver.getModelStatus() not in SETTLED:  # pragma: no cover  # never seen
            solver.clearSolver()
            solver.run()
        if solver.getModelStatus() not in SETTLED:  # pragma: no cover
            raise RuntimeError(f"HiGHS: {solver.getModelStatus().name}")
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        solution = solver.getSolution()
        return Optimum(
            value=solver.getInfo().objective_function_value + self._offset,
            point=np.array(solution.col_value),
            slopes=np.array(solution.col_dual),
        )

    def cut(self, point: Vector) -> bool:
        """Add rows that every whole answer obeys and the last optimum does not.

        True wherever the free columns are 0 or 1, not only in the bounds last solved.
        """
        solver: Any = self._solver  # highspy's hints lack these two functions
        basic = np.asarray(solver.getBasicVariables()[1])
        loose = np.where(basic >= 0, fractions(point)[np.maximum(basic, 0)], 0)
        tried = [one for one in np.argsort(-loose)[:TRIES] if loose[one] > SHALLOW]
        if not tried:
            return False
        inverse = np.array([solver.getBasisInverseRow(int(one))[1] for one in tried])
        cuts, limits = round_up(*gomory(inverse, self._rows, self._most, point), point)
        if len(cuts):
            self._add(cuts, limits)
        return len(cuts) > 0


def tighten(
    rows: Vector, most: Vector, low: Vector, high: Vector
) -> tuple[Vector, Vector, NDArray[np.bool_]]:
    """Fix what the rows leave no choice; say which rows still ask something."""
    plus, minus = np.maximum(rows, 0), np.minimum(rows, 0)
    while True:
        slack = (most - plus @ low - minus @ high)[:, None] + NEARLY
        down = ((plus > slack).any(axis=0)) & (low < high)
        up = ((-minus > slack).any(axis=0)) & (low < high) & ~down
        if not (up | down).any():
            live = plus @ high + minus @ low > most + NEARLY
            return low, high, live
        low, high = np.where(up, high, low), np.where(down, low, high)


def gomory(
    inverse: Vector, rows: Vector, most: Vector, point: Vector
) -> tuple[Vector, Vector]:
    """Derive one mixed integer cut from each row of the inverse of the basis.

    The weights may be inexact: any weights between 0 and 1 give a true row.
    """
    shares = inverse % 1
    shares[(shares < NEARLY / 1000) | (shares > 1 - NEARLY / 1000)] = 0
    used = shares.any(axis=0)
    shares, rows, most = shares[:, used], rows[used], most[used]
    at_one = point > HALF  # these count from their upper bound
    signs = np.where(at_one, -1.0, 1.0)
    sums = shares @ rows * signs
    total = shares @ most + sums[:, at_one].sum(axis=1)
    over = total % 1
    fit = (over > 1 - STEEPEST) & (over < STEEPEST)
    shares, sums, total, over = shares[fit], sums[fit], total[fit], over[fit]
    steep, over = 1 / (1 - over)[:, None], over[:, None]
    floors = np.floor(sums + NEARLY / 1000)
    terms = floors + np.maximum(0, sums - floors - over) * steep
    slack = np.maximum(0, shares - over) * steep
    limits = np.floor(total) - terms[:, at_one].sum(axis=1) - slack @ most
    return terms * signs - slack @ rows, limits


def round_up(terms: Vector, limits: Vector, point: Vector) -> tuple[Vector, Vector]:
    """Choose cuts that cut deep and are unlike each other; make them whole."""
    terms = np.where(np.abs(terms) < NEARLY / 1000, 0, terms)
    lengths = np.sqrt((terms * terms).sum(axis=1))
    depths = np.where(lengths > 0, (terms @ point - limits) / (lengths + NEARLY), 0)
    kept: list[int] = []
    for one in np.argsort(-depths):
        if len(kept) < CUTS and depths[one] > SHALLOW:
            alike = terms[kept] @ terms[one] / (lengths[kept] * lengths[one])
            if (np.abs(alike) < ALIKE).all():
                kept.append(int(one))
    pairs = [whole(terms[one], limits[one]) for one in kept]
    return np.array([row for row, _ in pairs]), np.array([most for _, most in pairs])


def whole(terms: Vector, most: float) -> tuple[Vector, float]:
    """Give a row whole coefficients, without forbidding a whole answer."""
    sizes = np.abs(terms)
    scaled = terms[None, :] * (np.arange(1, 13) / sizes[sizes > 0].min())[:, None]
    exact = np.abs(scaled - np.round(scaled)).max(axis=1) < NEARLY
    if exact.any():
        factor = (int(exact.argmax()) + 1) / sizes[sizes > 0].min()
        return np.round(terms * factor), floor(most * factor + 1000 * NEARLY)
    scale = 1000 / sizes.max()
    return np.floor(terms * scale), ceil(most * scale + NEARLY)


def fractions(point: Vector) -> Vector:
    """Return how far each coordinate is from a whole number."""
    return np.abs(point - np.round(point))
