"""Before and after, of the same people: as they rated at the time, and looking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.frameworks.domain import Framework
from app.insights.domain.intervals import Bounds, bound_average
from app.insights.domain.tallies import CHANGE_ORDER, Span, Tally, add_up, list_tallies
from app.sharing.domain.cells import BOTH, FELL, NEITHER, ROSE, Measure
from app.sharing.domain.pools import Released

POINTS = {ROSE: 100.0, NEITHER: 0.0, BOTH: 0.0, FELL: -100.0}
"""What one person adds to a hundred people at the target."""
FEWEST = 4


class Wait(StrEnum):
    """Why nothing is shown of what changed, though people came again."""

    NOTHING_KEPT = "nothing-kept"
    """Their first results were shown among the levels: a change would count them twice."""
    MORE_PEOPLE = "more-people"
    """First results were kept; more of their people are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One competency: how many more of a hundred reach the target than before."""

    competency: str
    tally: Tally | None
    """In ``CHANGE_ORDER``."""
    mean: Bounds | None
    """In people of a hundred, -100..100; ``None``: too few."""
    interval: Bounds | None

    @property
    def people(self) -> int:
        """How many people are counted."""
        return self.tally.people if self.tally else 0

    @property
    def is_clear(self) -> bool:
        """Whether it is a change: the interval does not contain none."""
        if self.interval is None:
            return False
        return self.interval.low > 0 or self.interval.high < 0


def draw_changes(pools: Sequence[Released], framework: Framework) -> list[ChangeRow]:
    """Return the change on every competency, of those who shared both rounds."""
    paired = [pool for pool in pools if pool.is_paired]
    if not any(pool.people for pool in paired):
        return []
    return [_draw(paired, each.key, Measure.CHANGE) for each in framework.competencies]


def find_wait(pools: Sequence[Released], rows: Sequence[ChangeRow]) -> Wait | None:
    """Return why nothing is shown of what changed.

    Args:
        pools: Those that ``rows`` was drawn of.
        rows: The change on every competency.

    Returns:
        ``None``: something is shown, or nobody came again.
    """
    if any(row.tally for row in rows):
        return None
    if any(pool.is_paired for pool in pools):
        return Wait.MORE_PEOPLE
    if not any(pool.came_again for pool in pools):
        return None
    is_kept = any(pool.is_aside for pool in pools)
    return Wait.MORE_PEOPLE if is_kept else Wait.NOTHING_KEPT


def draw_looking_back(
    pools: Sequence[Released], ordinary: Sequence[ChangeRow]
) -> list[ChangeRow]:
    """Return the change as people see it who looked back at their first round.

    Never alone: a competency whose ordinary change is not shown has none here either.

    Args:
        pools: Those that ``ordinary`` was drawn of.
        ordinary: The change as it was rated at its time.
    """
    looking = [pool for pool in pools if pool.is_paired and pool.looks_back]
    if not any(pool.people for pool in looking):
        return []
    return [
        _draw(looking if row.people else (), row.competency, Measure.LOOKING_BACK)
        for row in ordinary
    ]


def _draw(pools: Sequence[Released], competency: str, measure: Measure) -> ChangeRow:
    parts = (
        list_tallies(pool.tables.get((competency, measure), ()), CHANGE_ORDER)
        for pool in pools
    )
    tally = add_up(parts, size=len(CHANGE_ORDER))
    groups = [(s.people, _bounds(s)) for s in tally.spans] if tally else []
    mean = interval = None
    if sum(people for people, _ in groups) >= FEWEST:
        mean, interval = bound_average(groups)
    return ChangeRow(competency=competency, tally=tally, mean=mean, interval=interval)


def _bounds(span: Span) -> Bounds:
    points = [POINTS[cell] for cell in CHANGE_ORDER[span.first : span.last + 1]]
    return Bounds(low=min(points), high=max(points))
