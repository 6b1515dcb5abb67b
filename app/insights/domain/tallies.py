"""Counts on a scale whose cells may be merged, and how several of them are added up.

Pools release their tables merged, each as finely as it can. A sum can only be as fine
as its coarsest part, so what enters a sum is a choice: ``add_up`` makes it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from app.sharing.domain.cells import (
    APART,
    BOTH,
    FELL,
    LEVELS,
    NEITHER,
    ROSE,
    UNKNOWN,
    Partition,
)
from app.sharing.domain.pools import Table

Order = tuple[int, ...]
"""Cells in the order in which they are drawn."""
LEVEL_ORDER: Order = (UNKNOWN, APART, *LEVELS)
"""What is no level first: in this order every partition of ``sharing`` merges
neighbours only."""
CHANGE_ORDER: Order = (ROSE, NEITHER, BOTH, FELL)
"""Whoever rose to the target, those who stayed on one side of it, whoever fell."""
MARKS = ("?", "—", *map(str, LEVELS))
"""How the columns of ``LEVEL_ORDER`` are headed; the same in every language."""
TONES = (0.06, 0.18, 0.30, 0.42)
"""Shares of a row, per cell, from which the tone gets stronger."""
KEPT_OF_FIVE = 4
"""A finer sum may leave out at most one person in five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Neighbouring cells that are counted together."""

    first: int
    """Position in the order."""
    last: int
    people: int

    share: float
    """Of all people of the row, 0..1."""

    @property
    def width(self) -> int:
        """How many cells it covers."""
        return self.last - self.first + 1

    @property
    def tone(self) -> int:
        """1 (little) to 5 (much): its share, spread over its cells."""
        return 1 + sum(self.share / self.width >= tone for tone in TONES)

    @property
    def mark(self) -> str:
        """Its cells of ``LEVEL_ORDER``, e.g. ``3–4``, or ``?, —, 0–2``."""
        apart = len(MARKS) - len(LEVELS)
        marks = list(MARKS[self.first : min(self.last + 1, apart)])
        levels = MARKS[max(self.first, apart) : self.last + 1]
        if levels:
            marks.append("–".join(dict.fromkeys((levels[0], levels[-1]))))
        return ", ".join(marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts on a scale, cut where they are known apart."""

    size: int
    """Cells of the scale."""
    cuts: int
    """Bit i is set: cells at positions i and i + 1 are counted apart."""
    counts: tuple[int, ...]
    """From the first span to the last."""

    @property
    def people(self) -> int:
        """How many people are counted."""
        return sum(self.counts)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The counts with the cells they cover."""
        edges = _edges(self.cuts, self.size)
        everybody = self.people or 1
        return tuple(
            Span(first=start, last=stop - 1, people=people, share=people / everybody)
            for (start, stop), people in zip(pairwise(edges), self.counts, strict=True)
        )

    def has_edge(self, position: int) -> bool:
        """Whether what lies before a position is known apart from what follows."""
        return position in {0, self.size} or bool(self.cuts >> (position - 1) & 1)

    def count_between(self, edges: Sequence[int]) -> tuple[int, ...]:
        """Return the people from each edge to the next; equal edges have none between.

        Args:
            edges: Positions at which it is cut, ascending.
        """
        sums = (0, *accumulate(self.counts))
        place = dict(zip(_edges(self.cuts, self.size), sums, strict=True))
        return tuple(place[stop] - place[start] for start, stop in pairwise(edges))

    def merge(self, cuts: int) -> "Tally":
        """Return it with fewer cuts.

        Args:
            cuts: Some of its own.
        """
        if cuts == self.cuts:
            return self
        counts = self.count_between(_edges(cuts, self.size))
        return Tally(size=self.size, cuts=cuts, counts=counts)


@cache
def _edges(cuts: int, size: int) -> tuple[int, ...]:
    return (0, *(i + 1 for i in range(size - 1) if cuts >> i & 1), size)


@cache
def _layout(partition: Partition, order: Order) -> tuple[int, tuple[int, ...]]:
    """Return the cuts of a partition, and its bins in the order of the scale.

    Raises:
        ValueError: A bin's cells are no neighbours in this order.
    """
    of_cell = {cell: number for number, bin_ in enumerate(partition) for cell in bin_}
    bins = [of_cell[cell] for cell in order]
    cuts = sum(1 << i for i, (a, b) in enumerate(pairwise(bins)) if a != b)
    ordered = tuple(b for i, b in enumerate(bins) if not i or bins[i - 1] != b)
    if len(ordered) != len(partition):
        raise ValueError("a bin of cells that are no neighbours", partition, order)
    return cuts, ordered


def read_table(table: Table, order: Order) -> Tally:
    """Return a released table as counts in the order of a scale."""
    cuts, bins = _layout(table.partition, order)
    return Tally(
        size=len(order), cuts=cuts, counts=tuple(table.counts[b] for b in bins)
    )


@cache
def _meets(cuts: frozenset[int]) -> tuple[int, ...]:
    """Return every set of cuts that some of these have in common, the finest first."""
    found = set(cuts)
    while more := {a & b for a in found for b in found} - found:
        found |= more
    return tuple(sorted(found, key=lambda each: (-each.bit_count(), each)))


def add_up(parts: Iterable[Collection[Tally]], *, size: int) -> Tally | None:
    """Add up what several pools show, so that a small coarse one blurs no large fine one.

    Of all ways to cut the sum, the finest is taken that still counts four fifths of
    the people whom the best way counts; a pool that is coarser than this stays out. To
    count everybody in one cell says nothing, so any cut is better.

    Args:
        parts: Per pool: its tallies at different fineness, of one scale.
        size: Cells of the scale.

    Returns:
        The sum, or ``None`` if nobody is counted.

    Complexity:
        O(pools × cuts), with at most a few dozen different cuts.
    """
    pools = [tallies for part in parts if (tallies := [t for t in part if t.people])]
    if not pools:
        return None
    met = _meets(frozenset(t.cuts for tallies in pools for t in tallies))
    all_cuts = [cuts for cuts in met if cuts] or [0]
    chosen = {cuts: _fitting(pools, cuts) for cuts in all_cuts}
    people = {cuts: sum(t.people for t in fit) for cuts, fit in chosen.items()}
    most = max(people.values())
    best = next(c for c in all_cuts if 5 * people[c] >= KEPT_OF_FIVE * most)
    counts = zip(*(t.merge(best).counts for t in chosen[best]), strict=True)
    return Tally(size=size, cuts=best, counts=tuple(map(sum, counts)))


def _fitting(pools: Sequence[Sequence[Tally]], cuts: int) -> list[Tally]:
    """Return of each pool the tally with most people that has these cuts."""
    found = []
    for tallies in pools:
        fit = [t for t in tallies if t.cuts & cuts == cuts]
        if fit:
            found.append(max(fit, key=lambda t: t.people))
    return found


def list_tallies(tables: Iterable[Table], order: Order) -> list[Tally]:
    """Return what a pool shows of one competency, at every fineness."""
    return [read_table(table, order) for table in tables]
