"""What was said about a learner's doing, and what follows from all of it.

Entries are never changed or removed: what was wrong is corrected by another entry. What
follows is a function of the set of entries alone, whatever the order in which they came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.catalogue.domain import Course
from app.proficiency.domain import EvidenceSource

LEARNER = "learner"
"""Who speaks, when the learner herself does."""
FASTEST = 0.1
"""Least part of the length of a course in which one can finish it (our rule): who
knows a subject skips much, but not nine tenths."""
CLOCKS_DIFFER = timedelta(hours=1)
"""How far another's clock may be ahead of ours."""
_STRENGTH = (
    EvidenceSource.SELF_DECLARED,
    EvidenceSource.CHECKED,
    EvidenceSource.EVIDENCED,
    EvidenceSource.VERIFIED,
)
"""From the weakest on; only to say which of several counts where one must."""


class Kind(StrEnum):
    """What an entry says."""

    ENROLLED = "enrolled"
    """She takes the course, in the language of the entry; again: in another."""
    STARTED = "started"
    SPENT = "spent"
    """Minutes of work, on a module or on the course."""
    MODULE_DONE = "module_done"
    COMPLETED = "completed"
    """The course, to its end."""
    WITHDRAWN = "withdrawn"
    """She takes the course no longer; what is done stays done."""
    CORRECTION = "correction"
    """The entry it names counts no more; only who said that one can say so."""


_WORK = frozenset({Kind.STARTED, Kind.SPENT, Kind.MODULE_DONE, Kind.COMPLETED})


class Mark(StrEnum):
    """Why an entry is implausible: it is kept and shown, and counts for nothing."""

    TOO_FAST = "too_fast"
    """In less than ``FASTEST`` of the known length."""
    BEFORE_START = "before_start"
    """Finished before the same speaker says it was started."""
    IN_FUTURE = "in_future"
    """After the moment it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something to be said about one course."""

    ref: str
    """Names it for ever, at most 70 characters, unique for the learner: who says the
    same thing again uses the same name, and nothing changes."""
    course_key: str
    module_key: str | None = None
    kind: Kind
    source: EvidenceSource
    said_by: str = LEARNER
    """``learner``, ``institution:<uuid>``, …; at most 60 characters, no name."""
    language: str | None = None
    """ISO 639-1, of the run."""
    minutes: int | None = None
    """Time it took, 0 or more."""
    occurred_at: datetime
    corrects: str | None = None
    """Ref of the entry that counts no more; for corrections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(NewEntry):
    """Something that was said."""

    recorded_at: datetime
    marks: tuple[Mark, ...] = ()

    @property
    def is_plausible(self) -> bool:
        """Whether it may count."""
        return not self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """Where a learner is in one course."""

    course_key: str
    enrolled: EvidenceSource | None
    """Strongest source that says so; starting implies it. ``None`` after she withdrew
    without having started."""
    started: EvidenceSource | None
    """Strongest source; finishing anything implies it."""
    completed: EvidenceSource | None
    """Strongest source that says that she finished the whole."""
    modules: Mapping[str, EvidenceSource]
    """Modules done, and the strongest source of each."""
    is_withdrawn: bool
    """Her last word was that she does not take it any longer."""
    language: str | None
    """Of the run she takes now; changing it changes nothing else."""
    minutes: int
    """Time she has spent on it, by her entries of minutes."""
    module_minutes: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    """Of what counts."""
    counted: tuple[Entry, ...]
    """What is done, and by which entries: the first of each thing first."""
    doubtful: tuple[Entry, ...]
    """Kept and not counted: implausible."""

    def is_done(self, module_keys: Iterable[str] = ()) -> bool:
        """Whether the course is finished: somebody says so, or every module is done."""
        keys = list(module_keys)
        return self.completed is not None or (
            bool(keys) and self.modules.keys() >= set(keys)
        )

    def finished_by(self, module_keys: Iterable[str]) -> EvidenceSource | None:
        """Return by which source the course is finished.

        Without a word about the whole, all modules make it: then the weakest counts.
        """
        keys = list(module_keys)
        by_modules = (
            min((self.modules[key] for key in keys), key=_STRENGTH.index)
            if keys and self.modules.keys() >= set(keys)
            else None
        )
        return strongest(each for each in (self.completed, by_modules) if each)


def strongest(sources: Iterable[EvidenceSource]) -> EvidenceSource | None:
    """Return the strongest of some sources; ``None`` of none."""
    return max(sources, key=_STRENGTH.index, default=None)


def fold(entries: Iterable[Entry]) -> dict[str, CourseProgress]:
    """Work out where a learner is, course by course.

    Args:
        entries: Of one learner, in any order; the same one again changes nothing.
    """
    by_course: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_course.setdefault(entry.course_key, {})[entry.ref] = entry
    return {
        key: _progress(key, in_order(standing(found.values())))
        for key, found in sorted(by_course.items())
    }


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by when it happened, then by when we heard of it."""
    return sorted(entries, key=lambda e: (e.occurred_at, e.recorded_at, e.ref))


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out corrections, and what they take back.

    A correction counts only if it comes from whoever said what it corrects; it cannot
    itself be corrected: say the thing again.
    """
    known = {entry.ref: entry for entry in entries}
    taken_back = {
        entry.corrects
        for entry in known.values()
        if entry.kind is Kind.CORRECTION
        and entry.corrects in known
        and known[entry.corrects].said_by == entry.said_by
    }
    return [
        entry
        for entry in known.values()
        if entry.kind is not Kind.CORRECTION and entry.ref not in taken_back
    ]


def find_last_work(
    entries: Iterable[Entry], *, since: datetime, until: datetime
) -> Entry | None:
    """Return the last plausible entry of work in a time, of a course she still takes."""
    left: set[str] = set()
    for entry in reversed(in_order(standing(entries))):
        if entry.kind is Kind.WITHDRAWN:
            left.add(entry.course_key)
        is_work = entry.kind in _WORK and entry.is_plausible
        is_then = since <= entry.occurred_at <= until
        if is_work and is_then and entry.course_key not in left:
            return entry
    return None


def _progress(key: str, ordered: Sequence[Entry]) -> CourseProgress:
    good = [entry for entry in ordered if entry.is_plausible]
    done = [e for e in good if e.kind in {Kind.MODULE_DONE, Kind.COMPLETED}]
    begun = [e for e in good if e.kind in {Kind.STARTED, Kind.SPENT}]
    joined = [e for e in good if e.kind is Kind.ENROLLED]
    words = [e for e in good if e.kind is not Kind.SPENT]
    is_withdrawn = bool(words) and words[-1].kind is Kind.WITHDRAWN
    modules: dict[str, EvidenceSource] = {}
    for entry in done:
        if entry.kind is Kind.MODULE_DONE and entry.module_key is not None:
            known = modules.get(entry.module_key, entry.source)
            modules[entry.module_key] = strongest((known, entry.source)) or known
    spent = [e for e in good if e.kind is Kind.SPENT]
    by_module: dict[str, int] = {}
    for entry in spent:
        if entry.module_key is not None:
            by_module[entry.module_key] = by_module.get(entry.module_key, 0) + (
                entry.minutes or 0
            )
    started = strongest(e.source for e in (*begun, *done))
    enrolled = strongest(e.source for e in (*joined, *begun, *done))
    return CourseProgress(
        course_key=key,
        enrolled=None if is_withdrawn and started is None else enrolled,
        started=started,
        completed=strongest(e.source for e in done if e.kind is Kind.COMPLETED),
        modules=modules,
        is_withdrawn=is_withdrawn,
        language=next((e.language for e in reversed(good) if e.language), None),
        minutes=sum(e.minutes or 0 for e in spent),
        module_minutes=by_module,
        first_at=good[0].occurred_at if good else None,
        last_at=good[-1].occurred_at if good else None,
        counted=tuple(done),
        doubtful=tuple(e for e in ordered if not e.is_plausible),
    )


def judge(
    entries: Iterable[Entry], course: Course | None
) -> dict[str, tuple[Mark, ...]]:
    """Say of each entry of one course why it is implausible; nothing if it is not.

    Args:
        entries: Everything of one learner about the course, in any order. Her own
            ticks say only *that* she has done something, so their moment proves
            nothing; a start and an end told by the same speaker, or minutes, do.
        course: Gives the lengths; ``None`` or unknown lengths: no judgement on speed.
    """
    known = {entry.ref: entry for entry in entries}
    starts: dict[str, datetime] = {}
    for entry in standing(known.values()):
        is_start = entry.kind is Kind.STARTED and entry.module_key is None
        if is_start and not _is_ahead(entry):
            first = starts.get(entry.said_by, entry.occurred_at)
            starts[entry.said_by] = min(first, entry.occurred_at)
    return {
        ref: tuple(_marks(entry, starts.get(entry.said_by), course))
        for ref, entry in known.items()
    }


def _marks(entry: Entry, start: datetime | None, course: Course | None) -> list[Mark]:
    found = []
    if entry.kind in {Kind.MODULE_DONE, Kind.COMPLETED}:
        length = _length(entry, course)
        is_before = start is not None and entry.occurred_at < start
        took = [timedelta(minutes=entry.minutes)] if entry.minutes is not None else []
        if start is not None and not is_before:
            took.append(entry.occurred_at - start)
        if length is not None and any(each < length * FASTEST for each in took):
            found.append(Mark.TOO_FAST)
        if is_before:
            found.append(Mark.BEFORE_START)
    if entry.kind is not Kind.CORRECTION and _is_ahead(entry):
        found.append(Mark.IN_FUTURE)
    return found


def _is_ahead(entry: Entry) -> bool:
    return entry.occurred_at > entry.recorded_at + CLOCKS_DIFFER


def _length(entry: Entry, course: Course | None) -> timedelta | None:
    if course is None:
        return None
    hours = course.hours
    if entry.module_key is not None:
        hours = next(
            (m.hours for m in course.modules if m.key == entry.module_key), None
        )
    return timedelta(hours=hours) if hours else None


class What(StrEnum):
    """What is counted of all learners, without any of them."""

    ENROLLED = "enrolled"
    STARTED = "started"
    COMPLETED = "completed"


Tally = tuple[str, What, EvidenceSource]
"""Course, what, and the strongest source that says so: one learner counts once."""


def tallies(progress: CourseProgress, module_keys: Iterable[str]) -> set[Tally]:
    """Say under what a learner is counted for one course."""
    said = {
        What.ENROLLED: progress.enrolled,
        What.STARTED: progress.started,
        What.COMPLETED: progress.finished_by(module_keys),
    }
    return {(progress.course_key, what, by) for what, by in said.items() if by}


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCount:
    """How many people here took a course, those since erased included."""

    enrolled: int
    started: int
    completed: Mapping[EvidenceSource, int]
    """By the strongest source: what is only self-declared stands apart."""
