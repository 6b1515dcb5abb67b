"""Reading the ledger and its totals."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from app.progress.domain.ledger import (
    CourseCount,
    CourseProgress,
    Entry,
    Mark,
    What,
    fold,
)
from app.progress.models import EntryRow, NoteRow, TotalRow

_ENTRY = EntryRow.__table__


def list_entries(
    connection: Connection,
    *,
    learner_id: UUID,
    course_keys: Iterable[str] | None = None,
) -> list[Entry]:
    """Return a learner's ledger, or what it says about some courses, oldest first."""
    wanted = _ENTRY.c.learner_id == learner_id
    if course_keys is not None:
        wanted &= _ENTRY.c.course_key.in_(sorted(set(course_keys)))
    ordered = (_ENTRY.c.occurred_at, _ENTRY.c.recorded_at, _ENTRY.c.ref)
    rows = connection.execute(select(_ENTRY).where(wanted).order_by(*ordered))
    return [_entry(row) for row in rows]


def find_courses(
    connection: Connection, *, learner_id: UUID, refs: Iterable[str]
) -> set[str]:
    """Return the courses that a learner's entries of these names speak of."""
    rows = connection.scalars(
        select(_ENTRY.c.course_key).where(
            _ENTRY.c.learner_id == learner_id, _ENTRY.c.ref.in_(sorted(set(refs)))
        )
    )
    return set(rows)


def _entry(row: Any) -> Entry:  # noqa: ANN401 -- a row of the table
    return Entry(
        ref=row.ref,
        course_key=row.course_key,
        module_key=row.module_key,
        kind=row.kind,
        source=row.source,
        said_by=row.said_by,
        language=row.language,
        minutes=row.minutes,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        corrects=row.corrects,
        marks=tuple(Mark(word) for word in row.marks.split(",") if word),
    )


def get_progress(
    connection: Connection, *, learner_id: UUID
) -> dict[str, CourseProgress]:
    """Return where a learner is, by course, for the courses she has to do with."""
    return fold(list_entries(connection, learner_id=learner_id))


def get_course_progress(
    connection: Connection, *, learner_id: UUID, course_key: str
) -> CourseProgress | None:
    """Return where a learner is in one course; ``None``: nothing was said about it."""
    entries = list_entries(connection, learner_id=learner_id, course_keys=[course_key])
    return fold(entries).get(course_key)


def list_notes(
    connection: Connection, *, learner_id: UUID, course_key: str
) -> dict[str, str]:
    """Return a learner's notes on a course, by module; under ``""`` on the whole."""
    rows = connection.execute(
        select(NoteRow.module_key, NoteRow.text).where(
            NoteRow.learner_id == learner_id, NoteRow.course_key == course_key
        )
    )
    return {row[0]: row[1] for row in rows}


def count_course(connection: Connection, course_key: str) -> CourseCount:
    """Return how many people took a course, started it, and finished it."""
    rows = connection.execute(
        select(TotalRow.what, TotalRow.source, TotalRow.count).where(
            TotalRow.course_key == course_key, TotalRow.count > 0
        )
    ).all()
    return CourseCount(
        enrolled=sum(row[2] for row in rows if row[0] is What.ENROLLED),
        started=sum(row[2] for row in rows if row[0] is What.STARTED),
        completed={row[1]: row[2] for row in rows if row[0] is What.COMPLETED},
    )
