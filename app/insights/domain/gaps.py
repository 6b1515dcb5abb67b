"""How far people are from what their role asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.frameworks.domain import Framework, Need
from app.insights.domain.intervals import NOTHING, Bounds
from app.insights.domain.tallies import LEVEL_ORDER, Tally, add_up, list_tallies
from app.sharing.domain.cells import LEVELS, Measure
from app.sharing.domain.pools import Released

CATEGORIES = ("none", "more", "one", "reached")
"""No level; two levels or more below the target; one below; reached."""
REACHED = len(CATEGORIES) - 1
WITHOUT_LEVEL = len(LEVEL_ORDER) - len(LEVELS)
Needs = Mapping[str | None, Mapping[str, Need]]
"""What each role asks for, by competency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One competency: how many reach what their role asks for, and what is missing."""

    competency: str
    tally: Tally | None
    """Over ``CATEGORIES``: those whose role asks for it; ``None``: nobody yet."""
    asked: int
    """Released people whose role asks for it."""

    @property
    def people(self) -> int:
        """How many people are counted."""
        return self.tally.people if self.tally else 0

    @property
    def reached(self) -> Bounds:
        """People at their target or above."""
        return count_in(self.tally, REACHED, REACHED)

    @property
    def share(self) -> Bounds:
        """Of those counted, who reach their target."""
        return self.reached.times(1 / self.people) if self.people else NOTHING


def count_in(tally: Tally | None, first: int, last: int) -> Bounds:
    """Return how many people are between two positions, both included."""
    inside = over = 0
    for span in tally.spans if tally else ():
        if first <= span.first and span.last <= last:
            inside += span.people
        elif span.first <= last and first <= span.last:
            over += span.people
    return Bounds(low=inside, high=inside + over)


def to_gaps(levels: Tally, target: int) -> Tally:
    """Return counts by level as counts by ``CATEGORIES``, as far as they are cut so.

    Args:
        levels: In ``LEVEL_ORDER``.
        target: 1..4.
    """
    # With target 1 nobody is further below: the same edge twice, nobody between.
    starts = (WITHOUT_LEVEL, WITHOUT_LEVEL + target - 1, WITHOUT_LEVEL + target)
    known = [i for i, start in enumerate(starts) if levels.has_edge(start)]
    return Tally(
        size=len(CATEGORIES),
        cuts=sum(1 << i for i in known),
        counts=levels.count_between((0, *(starts[i] for i in known), levels.size)),
    )


def draw_gaps(
    pools: Sequence[Released], framework: Framework, needs: Needs
) -> list[GapRow]:
    """Return every competency that a role asks for, in the framework's order."""
    rows = []
    for competency in framework.competencies:
        key = competency.key
        asking = [
            (pool, need)
            for pool in pools
            if (need := needs.get(pool.role_key, {}).get(key))
        ]
        if asking:
            parts = (
                [to_gaps(tally, need.level) for tally in tallies_of(pool, key)]
                for pool, need in asking
            )
            rows.append(
                GapRow(
                    competency=key,
                    tally=add_up(parts, size=len(CATEGORIES)),
                    asked=sum(pool.people for pool, _ in asking),
                )
            )
    return rows


def tallies_of(pool: Released, competency: str) -> list[Tally]:
    """Return what a pool shows of the levels of one competency."""
    tables = pool.tables.get((competency, Measure.LEVEL), ())
    return list_tallies(tables, LEVEL_ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """A domain: its competencies taken together."""

    domain: str | None
    """``None``: the attitudes."""
    targets: int
    """Targets of people: each person and competency that her role asks for."""
    reached: Bounds

    @property
    def share(self) -> Bounds:
        """Of all targets, those reached."""
        return self.reached.times(1 / self.targets) if self.targets else NOTHING


def sum_domains(rows: Iterable[GapRow], framework: Framework) -> list[DomainRow]:
    """Add the rows up by domain, in the framework's order, attitudes last."""
    of = {each.key: each.domain for each in framework.competencies}
    found = list(rows)
    summed = []
    for domain in (*(each.key for each in framework.domains), None):
        inside = [row for row in found if of[row.competency] == domain]
        reached = NOTHING
        for row in inside:
            reached += row.reached
        targets = sum(row.people for row in inside)
        summed.append(DomainRow(domain=domain, targets=targets, reached=reached))
    return summed
