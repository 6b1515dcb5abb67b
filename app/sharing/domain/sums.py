"""A ledger's tables as one row of numbers, so that thousands of pools are added at once.

Pools of one layout (the same competencies, measures and partitions) are added place by
place. At each resolution a pool counts with the table that has most people among those
that are at least as fine, merged to that resolution: what a reader who needs this
resolution would take of it.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise

from app.sharing.domain.cells import Measure, Partition
from app.sharing.domain.ledger import Ledger, Track
from app.sharing.domain.pools import Table

Layout = tuple[tuple[tuple[str, Measure], tuple[Partition, ...]], ...]
"""By competency and measure: the partitions, from coarse to fine."""
HEAD = 2
"""First come the people released and the changes that wait."""


def layout_of(ledger: Ledger) -> Layout:
    """Return how a ledger's tables are cut."""
    return tuple(
        (key, tuple(track.partition for track in tracks))
        for key, tracks in ledger.tables.items()
    )


def name_layout(layout: Layout) -> str:
    """Return a name that equal layouts share: 32 hexadecimal digits."""
    return hashlib.sha256(json.dumps(layout).encode()).hexdigest()[:32]


def draw_row(ledger: Ledger) -> list[int]:
    """Return what a ledger shows: people, changes that wait, then every table."""
    row = [ledger.people, abs(ledger.waiting)]
    for tracks in ledger.tables.values():
        for counts in _by_resolution(tracks):
            row += counts
    return row


def read_row(
    layout: Layout, row: Sequence[int]
) -> dict[tuple[str, Measure], tuple[Table, ...]]:
    """Return the tables of a row, or of a sum of rows; those without people left out.

    Raises:
        ValueError: The row is of another layout.
    """
    sizes = [len(each) for _, partitions in layout for each in partitions]
    edges = list(accumulate(sizes, initial=HEAD))
    if edges[-1] != len(row):
        raise ValueError("a row of another layout", edges[-1], len(row))
    parts = (tuple(row[start:stop]) for start, stop in pairwise(edges))
    return {
        key: tuple(
            Table(partition=partition, counts=counts)
            for partition, counts in zip(partitions, parts, strict=False)
            if any(counts)
        )
        for key, partitions in layout
    }


def _by_resolution(tracks: Sequence[Track]) -> list[Sequence[int]]:
    """Return per resolution the table with most people that is at least as fine."""
    found: list[Sequence[int]] = []
    best = tracks[-1]
    for track in reversed(tracks):
        if sum(track.released) >= sum(best.released):
            best = track
        found.append(_merge(best, track.partition))
    return found[::-1]


def _merge(track: Track, partition: Partition) -> Sequence[int]:
    if track.partition == partition:
        return track.released
    merged = [0] * len(partition)
    for place, people in zip(
        _places(track.partition, partition), track.released, strict=True
    ):
        merged[place] += people
    return merged


@cache
def _places(fine: Partition, coarse: Partition) -> tuple[int, ...]:
    """Return for each bin in which coarser one it lies."""
    of_cell = {cell: place for place, each in enumerate(coarse) for cell in each}
    return tuple(of_cell[each[0]] for each in fine)
