"""Saying what was done: the one door into the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from app.catalogue.domain import Course
from app.catalogue.errors import CourseNotFoundError
from app.catalogue.queries import get_catalogue
from app.frameworks.queries import get_default_framework, get_framework
from app.kernel.database import Upsert, lock_until_commit
from app.paths.service import settle_steps
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from app.proficiency.queries import find_aim
from app.proficiency.service import record_evidence, withdraw_evidence
from app.progress.domain.ledger import (
    CourseProgress,
    Entry,
    Kind,
    NewEntry,
    Tally,
    fold,
    judge,
    tallies,
)
from app.progress.errors import (
    EntryInvalidError,
    EntryNotFoundError,
    ModuleNotFoundInCourseError,
)
from app.progress.models import EntryRow, TotalRow
from app.progress.queries import find_courses, list_entries

PROVING = frozenset({EvidenceSource.EVIDENCED, EvidenceSource.VERIFIED})
"""A self-declared completion plans, and proves nothing (docs/decisions/0007)."""
_ENTRY = Upsert(
    EntryRow,
    values=[column.name for column in EntryRow.__table__.columns],
    keys=("learner_id", "ref"),
)
_MARK = (
    update(EntryRow)
    .where(
        EntryRow.learner_id == bindparam("whose"), EntryRow.ref == bindparam("which")
    )
    .values(marks=bindparam("words"))
)
_TOTAL = Upsert(
    TotalRow,
    values=("course_key", "what", "source", "count"),
    keys=("course_key", "what", "source"),
)
_COUNT = (
    update(TotalRow)
    .where(
        TotalRow.course_key == bindparam("course"),
        TotalRow.what == bindparam("sort"),
        TotalRow.source == bindparam("by"),
    )
    .values(count=TotalRow.count + bindparam("more"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What follows from a ledger, for everybody who builds on it."""

    progress: Mapping[str, CourseProgress]
    courses: Mapping[str, Course]

    def keys_of(self, course_key: str) -> tuple[str, ...]:
        course = self.courses.get(course_key)
        return tuple(module.key for module in course.modules) if course else ()

    @property
    def tallies(self) -> Counter[Tally]:
        """What is counted of this learner."""
        return Counter(
            tally
            for key, each in self.progress.items()
            for tally in tallies(each, self.keys_of(key))
        )

    @property
    def steps(self) -> set[str]:
        """Units of a path that are done."""
        found = set()
        for key, each in self.progress.items():
            found |= {f"{key}/{module}" for module in each.modules}
            if each.is_done(self.keys_of(key)):
                found |= {key, *(f"{key}/{module}" for module in self.keys_of(key))}
        return found

    @property
    def proofs(self) -> dict[str, Entry]:
        """Entries that are evidence of a level, by ref."""
        return {
            entry.ref: entry
            for each in self.progress.values()
            for entry in each.counted
            if entry.source in PROVING
        }


def record_entries(
    connection: Connection,
    *,
    learner_id: UUID,
    entries: Sequence[NewEntry],
    now: datetime,
) -> list[Entry]:
    """Append what was said about one learner, and all that follows from it.

    Her path moves on, totals are counted, and what is evidenced or verified becomes
    evidence of levels, in the caller's transaction. An entry whose ref is known
    changes nothing, whatever it says.

    Args:
        connection: The caller's transaction. Who has entries of several learners
            calls ``record_many`` once, so that two transactions never wait in a circle.
        learner_id: Who did it; she exists.
        entries: Any number, in any order.
        now: Aware UTC instant.

    Returns:
        The entries as they are kept, with their marks, in the order given.

    Raises:
        CourseNotFoundError, ModuleNotFoundInCourseError: The catalogue has it not.
        EntryInvalidError: A kind lacks what it needs.
        EntryNotFoundError: A correction names nothing that its speaker has said.
    """
    return record_many(connection, entries={learner_id: entries}, now=now)[learner_id]


def record_many(
    connection: Connection,
    *,
    entries: Mapping[UUID, Sequence[NewEntry]],
    now: datetime,
) -> dict[UUID, list[Entry]]:
    """Append what was said about several learners; see ``record_entries``."""
    courses = {course.key: course for course in get_catalogue(connection).courses}
    kept: dict[UUID, list[Entry]] = {}
    changed: Counter[Tally] = Counter()
    for learner_id in sorted(entries):
        for entry in entries[learner_id]:
            _check(entry, courses)
        lock_until_commit(connection, f"progress:{learner_id}")
        kept[learner_id], counts = _record(
            connection, learner_id, entries[learner_id], courses, now
        )
        changed.update(counts)
    _count(connection, changed)
    return kept


def _check(entry: NewEntry, courses: Mapping[str, Course]) -> None:
    if entry.kind is Kind.CORRECTION and entry.corrects is not None:
        return  # what it corrects was checked; the course may have gone since
    course = courses.get(entry.course_key)
    if course is None:
        raise CourseNotFoundError(key=entry.course_key[:64])
    keys = {module.key for module in course.modules}
    if entry.module_key is not None and entry.module_key not in keys:
        raise ModuleNotFoundInCourseError(
            course=entry.course_key, module=entry.module_key[:64]
        )
    is_whole = {
        Kind.MODULE_DONE: entry.module_key is not None,
        Kind.COMPLETED: entry.module_key is None,
        Kind.SPENT: bool(entry.minutes),
        Kind.CORRECTION: entry.corrects is not None,
    }
    is_sound = is_whole.get(entry.kind, True) and (entry.minutes or 0) >= 0
    if not is_sound or (entry.corrects and entry.kind is not Kind.CORRECTION):
        raise EntryInvalidError(kind=entry.kind)


def _record(
    connection: Connection,
    learner_id: UUID,
    entries: Sequence[NewEntry],
    courses: Mapping[str, Course],
    now: datetime,
) -> tuple[list[Entry], Counter[Tally]]:
    keys = {entry.course_key for entry in entries}
    keys |= find_courses(
        connection, learner_id=learner_id, refs=[entry.ref for entry in entries]
    )
    before = {
        entry.ref: entry
        for entry in list_entries(connection, learner_id=learner_id, course_keys=keys)
    }
    known = dict(before)
    for entry in entries:
        known.setdefault(entry.ref, Entry(**asdict(entry), recorded_at=now))
    _check_corrections(known, before)
    after = _judged(known, courses)
    fresh = [entry for ref, entry in after.items() if ref not in before]
    if fresh:
        _ENTRY.execute(connection, [_row(learner_id, entry) for entry in fresh])
    _mark(connection, learner_id, before, after)
    old = _State(progress=fold(before.values()), courses=courses)
    new = _State(progress=fold(after.values()), courses=courses)
    _follow(connection, learner_id, old, new, now)
    counts = Counter(new.tallies)
    counts.subtract(old.tallies)
    return [after[entry.ref] for entry in entries], counts


def _check_corrections(known: Mapping[str, Entry], before: Mapping[str, Entry]) -> None:
    for ref, entry in known.items():
        if ref in before or entry.corrects is None:
            continue
        wrong = known.get(entry.corrects)
        if (
            wrong is None
            or wrong.said_by != entry.said_by
            or wrong.course_key != entry.course_key
            or wrong.kind is Kind.CORRECTION
        ):
            raise EntryNotFoundError(ref=entry.corrects[:70])


def _judged(
    known: Mapping[str, Entry], courses: Mapping[str, Course]
) -> dict[str, Entry]:
    judged: dict[str, Entry] = {}
    for key in {entry.course_key for entry in known.values()}:
        ours = [entry for entry in known.values() if entry.course_key == key]
        marks = judge(ours, courses.get(key))
        judged |= {entry.ref: replace(entry, marks=marks[entry.ref]) for entry in ours}
    return judged


def _row(learner_id: UUID, entry: Entry) -> dict[str, object]:
    return {
        **asdict(entry),
        "learner_id": learner_id,
        "marks": ",".join(entry.marks),
    }


def _mark(
    connection: Connection,
    learner_id: UUID,
    before: Mapping[str, Entry],
    after: Mapping[str, Entry],
) -> None:
    rows = [
        {"whose": learner_id, "which": ref, "words": ",".join(after[ref].marks)}
        for ref, entry in before.items()
        if after[ref].marks != entry.marks
    ]
    if rows:
        connection.execute(_MARK, rows)


def _follow(
    connection: Connection, learner_id: UUID, old: _State, new: _State, now: datetime
) -> None:
    """Tell the rooms below what has become true, and what is true no longer."""
    if old.steps != new.steps:
        settle_steps(
            connection,
            learner_id=learner_id,
            done=new.steps - old.steps,
            undone=old.steps - new.steps,
            now=now,
        )
    for ref in sorted(old.proofs.keys() - new.proofs.keys()):
        withdraw_evidence(
            connection, learner_id=learner_id, source_ref=f"progress:{ref}"
        )
    gained = [new.proofs[ref] for ref in sorted(new.proofs.keys() - old.proofs.keys())]
    if gained:
        _prove(connection, learner_id, gained, new.courses)


def _prove(
    connection: Connection,
    learner_id: UUID,
    entries: Iterable[Entry],
    courses: Mapping[str, Course],
) -> None:
    """Record the levels that what was done leads to, as observations."""
    aim = find_aim(connection, learner_id=learner_id)
    framework = (
        get_framework(connection, aim.framework_key, aim.framework_version)
        if aim
        else get_default_framework(connection)
    )
    known = {competency.key for competency in framework.competencies}
    observations = [
        Observation(
            competency=competency,
            outcome=Outcome.LEVEL,
            level=level,
            source=entry.source,
            source_ref=f"progress:{entry.ref}",
            observed_at=entry.occurred_at,
            subject="/".join(filter(None, (entry.course_key, entry.module_key))),
        )
        for entry in entries
        for competency, level in levels_given(entry, courses).items()
        if competency in known
    ]
    record_evidence(
        connection,
        learner_id=learner_id,
        framework_key=framework.key,
        observations=observations,
    )


def levels_given(entry: Entry, courses: Mapping[str, Course]) -> dict[str, int]:
    """Return the levels a finished course or module leads to, after the catalogue."""
    course = courses.get(entry.course_key)
    if course is None:
        return {}
    serves = course.serves
    if entry.module_key is not None:
        modules = {module.key: module for module in course.modules}
        found = modules.get(entry.module_key)
        serves = found.serves if found else ()
    levels: dict[str, int] = {}
    for serve in serves:
        known = levels.get(serve.competency, 0)
        levels[serve.competency] = max(known, serve.to_level)
    return levels


def _count(connection: Connection, changed: Counter[Tally]) -> None:
    # In one order for all, so that nobody waits in a circle.
    tallied = sorted((tally, more) for tally, more in changed.items() if more)
    if not tallied:
        return
    _TOTAL.execute(
        connection,
        [
            {"course_key": course, "what": what, "source": source, "count": 0}
            for (course, what, source), _ in tallied
        ],
    )
    connection.execute(
        _COUNT,
        [
            {"course": course, "sort": what, "by": source, "more": more}
            for (course, what, source), more in tallied
        ],
    )


def adopt_ledger(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Give a learner the ledger of another who is the same person.

    She was counted as two, and is one now. The caller's transaction then erases
    ``from_learner``.
    """
    for each in sorted((from_learner, to_learner)):
        lock_until_commit(connection, f"progress:{each}")
    moved = list_entries(connection, learner_id=from_learner)
    own = list_entries(connection, learner_id=to_learner)
    courses = {course.key: course for course in get_catalogue(connection).courses}
    taken = {entry.ref for entry in own}
    both = {e.ref: e for e in (*moved, *own)}
    after = _judged(both, courses)
    rows = [_row(to_learner, e) for ref, e in after.items() if ref not in taken]
    if rows:
        _ENTRY.execute(connection, rows)
    _mark(connection, to_learner, {entry.ref: entry for entry in own}, after)
    old, former, new = (
        _State(progress=fold(each), courses=courses)
        for each in (own, moved, after.values())
    )
    counts = Counter(new.tallies)
    for state in (old, former):
        counts.subtract(state.tallies)
    _count(connection, counts)
    # Her choices and the evidence have been adopted below; here what the whole changes.
    if moved:
        now = max(entry.recorded_at for entry in (*own, *moved))
        for ref in sorted(former.proofs.keys() - new.proofs.keys()):
            withdraw_evidence(
                connection, learner_id=to_learner, source_ref=f"progress:{ref}"
            )
        _follow(connection, to_learner, old, new, now)
