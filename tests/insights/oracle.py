"""All worlds that agree with what an adversary has read: an exact integer programme."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from app.sharing.domain.cells import LEVEL_CELLS


@dataclass(frozen=True)
class Equation:
    """A sum over people, each times how often she counts, and what was shown for it."""

    people: tuple[tuple[int, int], ...]
    """Person and how often she is in the number."""
    weights: tuple[float, ...]
    """What a person adds, by her level cell."""
    total: float

    def holds(self, levels: Mapping[int, int]) -> bool:
        """Whether it is true of what people really answered."""
        found = sum(times * self.weights[levels[p]] for p, times in self.people)
        return abs(found - self.total) < 1e-6


class Oracle:
    """Answers whether something can be, for all that is known of one competency."""

    def __init__(self, people: Collection[int], known: Iterable[Equation]) -> None:
        self._place = {person: i for i, person in enumerate(sorted(people))}
        self._model = highspy.Highs()  # type: ignore[no-untyped-call]  # no hints
        self._model.setOptionValue("output_flag", False)  # noqa: FBT003 -- HiGHS's own
        # As the site sets it: HiGHS has one number of threads for the whole process.
        self._model.setOptionValue("threads", 1)
        size = len(self._place) * LEVEL_CELLS
        for _ in range(size):
            self._model.addVar(0, 1)
        integer = np.full(size, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        self._model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), integer
        )
        for person in self._place:
            self._note([(person, 1)], (1.0,) * LEVEL_CELLS, 1, 1)
        for each in known:
            self._note(each.people, each.weights, each.total, each.total)

    def _note(
        self,
        people: Iterable[tuple[int, int]],
        weights: Iterable[float],
        least: float,
        most: float,
    ) -> None:
        row = [
            (self._place[person] * LEVEL_CELLS + cell, times * weight)
            for person, times in people
            for cell, weight in enumerate(weights)
            if weight
        ]
        columns, values = [c for c, _ in row], [v for _, v in row]
        self._model.addRow(least, most, len(row), columns, values)

    def can_be(
        self, people: Collection[int], level: int, least: int, most: int
    ) -> bool:
        """Whether between so many of some people may have a level."""
        if least > most:
            return False
        weights = [float(cell == level) for cell in range(LEVEL_CELLS)]
        self._note([(person, 1) for person in people], weights, least, most)
        self._model.run()
        status = self._model.getModelStatus()
        self._model.deleteRows(1, [self._model.getNumRow() - 1])
        return bool(status == highspy.HighsModelStatus.kOptimal)
