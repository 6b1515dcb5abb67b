"""The stored form of a ledger and of a sheet."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import orjson

from app.sharing.domain.cells import Measure, Partition, Reading
from app.sharing.domain.ledger import Ledger, Sheet, Track

ROW = "<i4"


def write_ledger(ledger: Ledger) -> bytes:
    """Return a ledger as JSON; each partition is written once."""
    numbers: dict[Partition, int] = {}
    tables = [
        [
            competency,
            measure,
            [
                [numbers.setdefault(t.partition, len(numbers)), t.released, t.pending]
                for t in tracks
            ],
        ]
        for (competency, measure), tracks in ledger.tables.items()
    ]
    return orjson.dumps(
        {
            "people": ledger.people,
            "waiting": ledger.waiting,
            "partitions": list(numbers),
            "tables": tables,
        }
    )


def read_ledger(content: bytes) -> Ledger:
    """Return the ledger that ``write_ledger`` wrote."""
    read = orjson.loads(content)
    partitions = [tuple(map(tuple, each)) for each in read["partitions"]]
    return Ledger(
        people=read["people"],
        waiting=read["waiting"],
        tables={
            (competency, Measure(measure)): [
                Track(partition=partitions[number], released=released, pending=pending)
                for number, released, pending in tracks
            ]
            for competency, measure, tracks in read["tables"]
        },
    )


def write_row(row: Sequence[int]) -> bytes:
    """Return a row of counts as 32-bit numbers, the lowest byte first."""
    return np.array(row, dtype=ROW).tobytes()


def add_rows(rows: Iterable[bytes]) -> list[int]:
    """Return the sum, place by place, of at least one row; all of one layout."""
    found = list(rows)
    read = np.frombuffer(b"".join(found), dtype=ROW).reshape(len(found), -1)
    summed: list[int] = read.sum(axis=0, dtype=np.int64).tolist()
    return summed


def write_sheet(sheet: Sheet) -> dict[str, list[int]]:
    """Return a sheet as numbers."""
    return {
        key: [reading.level, reading.change]
        if reading.looking_back is None
        else [reading.level, reading.change, reading.looking_back]
        for key, reading in sheet.items()
    }


def read_sheet(written: Mapping[str, Sequence[int]]) -> Sheet:
    """Return the sheet that ``write_sheet`` wrote."""
    return {
        key: Reading(level=level, change=change, looking_back=next(iter(more), None))
        for key, (level, change, *more) in written.items()
    }
