"""HTTP shapes of progress."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import (
    LEARNER,
    CourseProgress,
    Entry,
    Mark,
)
from app.progress.domain.reminders import Reminder, calendar_address
from app.progress.domain.walk import State, Step, Walk

MOST_MINUTES = 24 * 60
LONGEST_NOTE = 2000


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class WordIn(Shape):
    """What a learner says about a course or a module of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "module_done",
                    "module": "ethics",
                    "language": None,
                    "minutes": None,
                }
            ]
        }
    )

    kind: Literal[
        "enrolled", "started", "spent", "module_done", "completed", "withdrawn"
    ]
    module: Annotated[str, Field(max_length=64)] | None = None
    """Key of a module; for `module_done`, and for `spent` on a module."""
    language: Annotated[str, Field(max_length=8)] | None = None
    """ISO 639-1, of the run she takes; with `enrolled` it can change, and nothing else does."""
    minutes: Annotated[int, Strict(), Field(ge=1, le=MOST_MINUTES)] | None = None
    """Time it took; needed for `spent`."""


class CourseNoteIn(Shape):
    """A note to oneself; an empty one is removed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Read part 2 again", "module": None}]}
    )

    text: str = Field(max_length=LONGEST_NOTE)
    module: Annotated[str, Field(max_length=64)] | None = None
    """Key of a module; null: about the course."""


class ProgressEntryOut(Shape):
    """One entry of the ledger, as it was said."""

    ref: str
    """Names it; of her own entries as they were sent."""
    kind: str
    """As in what is sent; also `correction`."""
    module: str | None
    source: EvidenceSource
    said_by: str
    """`learner`, or who reported it."""
    language: str | None
    minutes: int | None
    occurred_at: datetime
    recorded_at: datetime
    corrects: str | None
    """The entry that counts no more."""
    marks: list[Mark]
    """Why it is implausible, kept, and not counted; empty: it counts."""


class ModuleProgressOut(Shape):
    """One module, and where the learner is in it."""

    key: str
    done_by: EvidenceSource | None
    """Strongest source that says that it is done."""
    minutes: int
    note: str | None


class CourseProgressOut(Shape):
    """Where a learner is in one course, and everything that was said about it."""

    course: str
    enrolled_by: EvidenceSource | None
    started_by: EvidenceSource | None
    completed_by: EvidenceSource | None
    """Strongest source; self-declared is not checked, and no evidence of a level."""
    is_withdrawn: bool
    language: str | None
    minutes_spent: int
    minutes_left: int | None
    """Null where the length is unknown."""
    note: str | None
    modules: list[ModuleProgressOut]
    entries: list[ProgressEntryOut]
    """Oldest first."""


class WalkStepOut(Shape):
    """One step of the walk."""

    key: str
    course: str
    title: str
    title_lang: str
    module: str | None
    url: str
    state: State
    minutes_left: int | None
    done_by: EvidenceSource | None
    done_at: datetime | None
    modules_done: int
    modules: int
    week: int
    """1 is the present week; 0 when done."""
    week_end: int


class WeekPartOut(Shape):
    """What of a step comes this week."""

    key: str
    minutes: int | None


class ProgressOut(Shape):
    """The whole walk: done, under way, ahead; laid from the present week on."""

    steps: list[WalkStepOut]
    this_week: list[WeekPartOut]
    current: str | None
    """Key of today's step."""
    weeks: int
    minutes_spent: int
    minutes_left: int


def write_walk(walk: Walk) -> ProgressOut:
    """Return a walk as it is sent."""
    return ProgressOut(
        steps=[_step(step) for step in walk.steps],
        this_week=[
            WeekPartOut(key=step.key, minutes=minutes)
            for step, minutes in walk.this_week
        ],
        current=walk.current.key if walk.current else None,
        weeks=walk.weeks,
        minutes_spent=walk.minutes_spent,
        minutes_left=walk.minutes_left,
    )


def _step(step: Step) -> WalkStepOut:
    return WalkStepOut(
        key=step.key,
        course=step.course.key,
        title=step.course.title,
        title_lang=step.course.title_language,
        module=step.module_key,
        url=step.url,
        state=step.state,
        minutes_left=step.minutes,
        done_by=step.done_by,
        done_at=step.done_at,
        modules_done=step.modules_done,
        modules=step.modules,
        week=step.first_week,
        week_end=step.last_week,
    )


def write_course(
    progress: CourseProgress | None,
    *,
    course_key: str,
    module_keys: list[str],
    minutes_left: int | None,
    notes: dict[str, str],
    entries: list[Entry],
) -> CourseProgressOut:
    """Return one course as it is sent; without any entry everything is open."""
    return CourseProgressOut(
        course=course_key,
        enrolled_by=progress.enrolled if progress else None,
        started_by=progress.started if progress else None,
        completed_by=progress.finished_by(module_keys) if progress else None,
        is_withdrawn=progress.is_withdrawn if progress else False,
        language=progress.language if progress else None,
        minutes_spent=progress.minutes if progress else 0,
        minutes_left=minutes_left,
        note=notes.get(""),
        modules=[
            ModuleProgressOut(
                key=key,
                done_by=progress.modules.get(key) if progress else None,
                minutes=progress.module_minutes.get(key, 0) if progress else 0,
                note=notes.get(key),
            )
            for key in module_keys
        ],
        entries=[write_entry(entry) for entry in entries],
    )


def write_entry(entry: Entry) -> ProgressEntryOut:
    """Return an entry as it is sent."""
    is_own = entry.said_by == LEARNER
    corrects = entry.corrects.removeprefix("me:") if entry.corrects else None
    return ProgressEntryOut(
        ref=entry.ref.removeprefix("me:") if is_own else entry.ref,
        kind=entry.kind,
        module=entry.module_key,
        source=entry.source,
        said_by=entry.said_by,
        language=entry.language,
        minutes=entry.minutes,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        corrects=corrects,
        marks=list(entry.marks),
    )


class CalendarOut(Shape):
    """The private address of a calendar; whoever has it can read the plan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": "https://masar.example.org/calendar/3f9a5c0e7b1d2648a0c4e8f6b7d9135724680ace.ics"
                }
            ]
        }
    )

    address: str | None
    """iCalendar (RFC 5545), read without signing in; `null`: it has none."""


def write_calendar_address(secret: str | None, public_url: str) -> CalendarOut:
    """Write the address of a calendar."""
    return CalendarOut(address=secret and calendar_address(public_url, secret))


class RemindersIn(Shape):
    """When somebody wants to be reminded, once a week."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"weekday": 0, "hour": 8, "time_zone": "Africa/Ndjamena"}]
        }
    )

    weekday: Annotated[int, Strict(), Field(ge=0, le=6)]
    """0 is Monday, 6 is Sunday."""
    hour: Annotated[int, Strict(), Field(ge=0, le=23)]
    """Of the clock on her wall."""
    time_zone: Annotated[str, Field(max_length=64)]
    """IANA name."""


class RemindersOut(Shape):
    """When somebody is reminded; all `null` until she has chosen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "is_on": True,
                    "weekday": 0,
                    "hour": 8,
                    "time_zone": "Africa/Ndjamena",
                    "next_at": "2026-11-30T07:00:00Z",
                }
            ]
        }
    )

    is_on: bool
    weekday: int | None
    """0 is Monday, 6 is Sunday."""
    hour: int | None
    time_zone: str | None
    """IANA name."""
    next_at: datetime | None
    """UTC; `null`: she gets none."""


def write_reminders(reminder: Reminder | None) -> RemindersOut:
    """Write when somebody is reminded."""
    rhythm = reminder.rhythm if reminder else None
    next_at = reminder.next_at if reminder else None
    return RemindersOut(
        is_on=next_at is not None,
        weekday=rhythm.weekday if rhythm else None,
        hour=rhythm.hour if rhythm else None,
        time_zone=rhythm.zone if rhythm else None,
        next_at=next_at,
    )
