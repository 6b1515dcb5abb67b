"""Things that learners did."""

from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Entry, Kind, Mark, NewEntry
from tests.constants import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCHOOL = "institution:0b7c0000-0000-4000-8000-000000000001"
_numbers = count(1)


def said(kind: Kind, course: str = "course", **changes: Any) -> NewEntry:  # noqa: ANN401 -- any field
    """Say something new, by default by the learner herself."""
    values: dict[str, Any] = {
        "ref": f"entry-{next(_numbers)}",
        "course_key": course,
        "kind": kind,
        "source": EvidenceSource.SELF_DECLARED,
        "occurred_at": NOON,
    }
    return NewEntry(**{**values, **changes})


def entry(
    kind: Kind,
    course: str = "course",
    *,
    recorded_at: datetime = NOON,
    marks: tuple[Mark, ...] = (),
    **changes: Any,  # noqa: ANN401 -- any field
) -> Entry:
    """Build an entry as it is kept."""
    new = said(kind, course, **changes)
    return Entry(**asdict(new), recorded_at=recorded_at, marks=marks)
