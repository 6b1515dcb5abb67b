"""The ledger of one pool: what of it is released, and what waits.

Every person who shares is in exactly one pool at a time, and whatever is published is
a sum over whole pools. A pool's tables change by safe steps only (``steps``). A finer
table changes only at moments at which every coarser one is up to date, so that two of
them never differ by a few people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.sharing.domain.cells import (
    APART,
    LEVEL_CELLS,
    Measure,
    Partition,
    Reading,
    change_partitions,
    count_bins,
    level_partitions,
)
from app.sharing.domain.steps import may_follow

Sheet = Mapping[str, Reading]
"""By competency: what one person shares."""
NOTHING_SAID = Reading(level=APART)
_BEFORE: Mapping[Measure, tuple[Measure, ...]] = {
    Measure.LEVEL: (),
    # What changed says who reached the target now: it is finer than that.
    Measure.CHANGE: (Measure.LEVEL,),
    # Looking back is never shown alone, and of no other people (docs/privacy.md).
    Measure.LOOKING_BACK: (Measure.LEVEL, Measure.CHANGE),
}
"""Of which measures the coarsest table must be up to date before one moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody came into a pool or left it; who, nobody knows any more."""

    sign: int
    """1 came, -1 left."""
    sheet: Sheet


@dataclass(slots=True, kw_only=True)
class Track:
    """One table at one resolution: what is shown, and what would have to be added."""

    partition: Partition
    released: list[int]
    pending: list[int]

    @classmethod
    def empty(cls, partition: Partition) -> "Track":
        """Return a table that counts nobody."""
        size = len(partition)
        return cls(partition=partition, released=[0] * size, pending=[0] * size)

    @property
    def is_current(self) -> bool:
        """Whether nothing waits."""
        return not any(self.pending)

    def count(self, cells: Sequence[int]) -> None:
        """Let people wait (or fewer): by how many each cell changes."""
        more = count_bins(cells, self.partition)
        self.pending = [old + new for old, new in zip(self.pending, more, strict=True)]

    def advance(self, smallest: int) -> None:
        """Release what waits, if the step is safe."""
        if may_follow(self.released, self.pending, smallest):
            waiting = zip(self.released, self.pending, strict=True)
            self.released = [old + more for old, more in waiting]
            self.pending = [0] * len(self.released)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Everything counted of one pool."""

    people: int = 0
    """Released."""
    waiting: int = 0
    """More than released, or fewer: then negative."""
    tables: dict[tuple[str, Measure], list[Track]] = field(default_factory=dict)
    """By competency and measure, in the framework's order: from coarse to fine."""

    @classmethod
    def empty(
        cls,
        targets: Mapping[str, int | None],
        *,
        is_paired: bool,
        looks_back: bool = False,
    ) -> "Ledger":
        """Return the ledger of a pool in which nobody is yet.

        Args:
            targets: By competency, in the framework's order: the level the role asks
                for, 1..4, or ``None``.
            is_paired: Whether its people share both rounds.
            looks_back: Whether they also share how they see the first one today.
        """
        ledger = cls()
        for competency, target in targets.items():
            levels = level_partitions(target)
            ledger.tables[competency, Measure.LEVEL] = [Track.empty(p) for p in levels]
            changes = (
                *((Measure.CHANGE,) if is_paired else ()),
                *((Measure.LOOKING_BACK,) if is_paired and looks_back else ()),
            )
            for measure in changes:
                tracks = [Track.empty(p) for p in change_partitions()]
                ledger.tables[competency, measure] = tracks
        return ledger

    def fold(self, changes: Iterable[Change], *, smallest: int) -> None:
        """Take changes in, then release what may be released.

        Args:
            changes: Any order.
            smallest: The fewest people behind a published number.
        """
        cells = {key: [0] * LEVEL_CELLS for key in self.tables}
        for change in changes:
            self.waiting += change.sign
            for competency, measure in self.tables:
                reading = change.sheet.get(competency, NOTHING_SAID)
                cells[competency, measure][reading.cell(measure)] += change.sign
        for key, tracks in self.tables.items():
            for track in tracks:
                track.count(cells[key])
        if (
            0 < abs(self.waiting) < smallest
            or 0 < self.people + self.waiting < smallest
        ):
            return
        self.people += self.waiting
        self.waiting = 0
        for (competency, measure), tracks in self.tables.items():
            coarser = [self.tables[competency, each] for each in _BEFORE[measure]]
            if all(each[0].is_current for each in coarser):
                _advance(tracks, smallest)


def _advance(tracks: Iterable[Track], smallest: int) -> None:
    for track in tracks:
        track.advance(smallest)
        if not track.is_current:
            return
