"""The stored form of a ledger and of a sheet."""

from collections.abc import Mapping, Sequence

import orjson

from app.sharing.domain.cells import Measure, Reading
from app.sharing.domain.ledger import Ledger, Sheet, Track


def write_ledger(ledger: Ledger) -> bytes:
    """Return a ledger as JSON."""
    return orjson.dumps(
        {
            "people": ledger.people,
            "waiting": ledger.waiting,
            "tables": [
                [
                    competency,
                    measure,
                    [[t.partition, t.released, t.pending] for t in tracks],
                ]
                for (competency, measure), tracks in ledger.tables.items()
            ],
        }
    )


def read_ledger(content: bytes) -> Ledger:
    """Return the ledger that ``write_ledger`` wrote."""
    read = orjson.loads(content)
    return Ledger(
        people=read["people"],
        waiting=read["waiting"],
        tables={
            (competency, Measure(measure)): [
                Track(
                    partition=tuple(tuple(each) for each in partition),
                    released=released,
                    pending=pending,
                )
                for partition, released, pending in tracks
            ]
            for competency, measure, tracks in read["tables"]
        },
    )


def write_sheet(sheet: Sheet) -> dict[str, list[int]]:
    """Return a sheet as numbers."""
    return {key: [reading.level, reading.change] for key, reading in sheet.items()}


def read_sheet(written: Mapping[str, Sequence[int]]) -> Sheet:
    """Return the sheet that ``write_sheet`` wrote."""
    return {
        key: Reading(level=level, change=change)
        for key, (level, change) in written.items()
    }
