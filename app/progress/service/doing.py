"""What a learner says of herself: she takes a course, has done a part, notes time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, select

from app.catalogue.queries import get_course
from app.kernel.database import Upsert
from app.paths.domain.plan import Choice
from app.paths.service import choose_step, settle_steps
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import (
    LEARNER,
    Entry,
    Kind,
    NewEntry,
    standing,
)
from app.progress.errors import EntryInvalidError, ModuleNotFoundInCourseError
from app.progress.models import NoteRow
from app.progress.queries import list_entries
from app.progress.service.ledger import record_entries

MOST_MINUTES = 24 * 60
"""Of one note of time: more than a day is a slip."""
LONGEST_NOTE = 2000
_NOTE = Upsert(
    NoteRow,
    values=("learner_id", "course_key", "module_key", "text", "updated_at"),
    keys=("learner_id", "course_key", "module_key"),
    updated=("text", "updated_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing she says about a course or a module of it."""

    kind: Kind
    ref: str
    """Chosen by the form or program that sends it, at most 40 characters: sent again,
    it changes nothing. Hers alone: another's entry cannot have it."""
    module_key: str | None = None
    language: str | None = None
    minutes: int | None = None


def say(
    connection: Connection,
    *,
    learner_id: UUID,
    course_key: str,
    word: Word,
    now: datetime,
) -> Entry:
    """Record what a learner says; her word is self-declared, and proves nothing.

    Raises:
        CourseNotFoundError, ModuleNotFoundInCourseError: The catalogue has it not.
        EntryInvalidError: The course does not run in that language, or more minutes
            than a day has.
    """
    course = get_course(connection, course_key)
    is_known = word.language is None or word.language in course.languages()
    if not is_known or (word.minutes or 0) > MOST_MINUTES:
        raise EntryInvalidError(kind=word.kind)
    entry = NewEntry(
        ref=f"me:{word.ref}",
        course_key=course_key,
        module_key=word.module_key,
        kind=word.kind,
        source=EvidenceSource.SELF_DECLARED,
        language=word.language,
        minutes=word.minutes,
        occurred_at=now,
    )
    found = record_entries(connection, learner_id=learner_id, entries=[entry], now=now)
    return found[0]


def take_back(
    connection: Connection,
    *,
    learner_id: UUID,
    course_key: str,
    module_key: str | None,
    now: datetime,
) -> None:
    """Let her own word that a module, or the course, is done count no more.

    What others reported stays: only they can correct it. Again, it changes nothing.
    """
    kind = Kind.COMPLETED if module_key is None else Kind.MODULE_DONE
    known = list_entries(connection, learner_id=learner_id, course_keys=[course_key])
    corrections = [
        NewEntry(
            ref=f"undo:{entry.ref}",
            course_key=course_key,
            module_key=module_key,
            kind=Kind.CORRECTION,
            source=EvidenceSource.SELF_DECLARED,
            occurred_at=now,
            corrects=entry.ref,
        )
        for entry in standing(known)
        if (entry.kind, entry.module_key, entry.said_by) == (kind, module_key, LEARNER)
    ]
    if corrections:
        record_entries(connection, learner_id=learner_id, entries=corrections, now=now)


def correct(
    connection: Connection,
    *,
    learner_id: UUID,
    course_key: str,
    ref: str,
    now: datetime,
) -> None:
    """Let one entry of hers count no more; again, it changes nothing.

    Args:
        connection: The caller's transaction.
        learner_id: Who said it.
        course_key: What it is about.
        ref: As in her ``Word``.
        now: Aware UTC instant.

    Raises:
        CourseNotFoundError: The catalogue has no such course.
        EntryNotFoundError: She has said nothing of that name about it.
    """
    correction = NewEntry(
        ref=f"undo:me:{ref}",
        course_key=course_key,
        kind=Kind.CORRECTION,
        source=EvidenceSource.SELF_DECLARED,
        occurred_at=now,
        corrects=f"me:{ref}",
    )
    record_entries(connection, learner_id=learner_id, entries=[correction], now=now)


def write_note(
    connection: Connection,
    *,
    learner_id: UUID,
    course_key: str,
    module_key: str | None,
    text: str,
    now: datetime,
) -> None:
    """Keep a note of hers about a module or the course; an empty one removes it.

    Nobody else ever reads it.

    Raises:
        CourseNotFoundError, ModuleNotFoundInCourseError: The catalogue has it not.
    """
    course = get_course(connection, course_key)
    if module_key is not None and module_key not in {m.key for m in course.modules}:
        raise ModuleNotFoundInCourseError(course=course_key, module=module_key[:64])
    note = text.replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    if not note:
        connection.execute(
            delete(NoteRow).where(
                NoteRow.learner_id == learner_id,
                NoteRow.course_key == course_key,
                NoteRow.module_key == (module_key or ""),
            )
        )
        return
    _NOTE.execute(
        connection,
        {
            "learner_id": learner_id,
            "course_key": course_key,
            "module_key": module_key or "",
            "text": note,
            "updated_at": now,
        },
    )


def adopt_notes(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Give a learner the notes of another who is the same person; the newer stays."""
    rows = connection.execute(
        select(NoteRow.__table__)
        .where(NoteRow.learner_id.in_((from_learner, to_learner)))
        .order_by(NoteRow.updated_at)
    ).all()
    for row in rows:
        _NOTE.execute(connection, {**row._mapping, "learner_id": to_learner})  # noqa: SLF001 -- SQLAlchemy's public name


def choose(
    connection: Connection,
    *,
    learner_id: UUID,
    unit_key: str,
    choice: Choice | None,
    now: datetime,
) -> None:
    """Mark a step of the path as done, put it aside, or (``None``) take that back.

    The ledger hears what she says of herself; what others reported stays done, whatever
    she takes back.

    Args:
        connection: The caller's transaction.
        learner_id: Whose path.
        unit_key: ``course`` or ``course/module``.
        choice: What she says.
        now: Aware UTC instant.

    Raises:
        StepNotFoundError: The catalogue has no such course or module.
    """
    choose_step(
        connection, learner_id=learner_id, unit_key=unit_key, choice=choice, now=now
    )
    course_key, _, module = unit_key.partition("/")
    kind = Kind.MODULE_DONE if module else Kind.COMPLETED
    known = list_entries(connection, learner_id=learner_id, course_keys=[course_key])
    said = [
        entry
        for entry in standing(known)
        if (entry.kind, entry.module_key) == (kind, module or None)
    ]
    if choice is Choice.DONE:
        if not said:
            word = Word(kind=kind, ref=str(uuid4()), module_key=module or None)
            say(
                connection,
                learner_id=learner_id,
                course_key=course_key,
                word=word,
                now=now,
            )
        return
    take_back(
        connection,
        learner_id=learner_id,
        course_key=course_key,
        module_key=module or None,
        now=now,
    )
    if choice is None and any(entry.said_by != LEARNER for entry in said):
        settle_steps(
            connection, learner_id=learner_id, done={unit_key}, undone=(), now=now
        )
