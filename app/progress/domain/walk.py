"""Where a learner is on her path, and what comes in which week.

The plan is laid again from the present week on each time it is looked at: who was ill for
a month finds the same steps, a month later, and no reproach.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.catalogue.domain import Course
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import CourseProgress, Entry, Kind, fold, standing

LEAST_LEFT = 15
"""Minutes that an unfinished step has left, however long she has worked on it."""


class State(StrEnum):
    """Where a step is."""

    DONE = "done"
    DOING = "doing"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something still to do."""

    key: str
    minutes: int | None
    """More than 0; ``None`` where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a task comes in one week."""

    week: int
    """1 is the present one."""
    key: str
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A step as the path has it."""

    key: str
    course_key: str
    module_key: str | None
    url: str
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step in its place."""

    key: str
    course: Course
    module_key: str | None
    url: str
    state: State
    minutes: int | None
    """Left to do; 0 when done, ``None`` where nobody knows."""
    done_by: EvidenceSource | None
    """Source that says that it is done, once it is."""
    done_at: datetime | None
    modules_done: int
    modules: int
    first_week: int = 0
    """1 is the present one; 0 when done."""
    last_week: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """All steps: the done ones first, as they were finished, then in the plan's order."""

    steps: tuple[Step, ...]
    this_week: tuple[tuple[Step, int | None], ...]
    """What comes this week, and how many minutes of it."""
    minutes_spent: int
    """In all, as far as she has noted it."""

    @property
    def current(self) -> Step | None:
        """Today's step; ``None`` when nothing is left."""
        return next((s for s in self.steps if s.state is not State.DONE), None)

    @property
    def minutes_left(self) -> int:
        """Of the steps whose length is known."""
        return sum(step.minutes or 0 for step in self.steps)

    @property
    def weeks(self) -> int:
        """Weeks that what is left takes, this one included."""
        return max((step.last_week for step in self.steps), default=0)

    def count(self, state: str) -> int:
        """Count the steps in a state."""
        return sum(step.state == state for step in self.steps)


def lay_out(
    tasks: Iterable[Task], *, minutes_per_week: int, spent: int = 0
) -> tuple[Part, ...]:
    """Lay tasks into weeks in their order, none over the hours she has.

    Args:
        tasks: In the order of study: what another waits for comes first.
        minutes_per_week: At least 1.
        spent: Minutes of the present week that are used already.

    Raises:
        ValueError: Less than a minute a week.
    """
    if minutes_per_week < 1:
        raise ValueError("a plan needs at least a minute a week")
    parts: list[Part] = []
    week, room = 1, max(0, minutes_per_week - spent)
    for task in tasks:
        if task.minutes is None:
            parts.append(Part(week=week, key=task.key, minutes=None))
            continue
        left = task.minutes
        while left > 0:
            if room == 0:
                week, room = week + 1, minutes_per_week
            taken = min(left, room)
            parts.append(Part(week=week, key=task.key, minutes=taken))
            left, room = left - taken, room - taken
    return tuple(parts)


def minutes_left(course: Course, progress: CourseProgress | None) -> int | None:
    """Return how much of a course is left; ``None`` where its length is unknown.

    Modules without hours of their own share the course's hours equally (our estimate).
    Time spent on what is not done yet counts, but never makes it done.
    """
    if course.hours is None:
        return None
    total = round(course.hours * 60)
    if progress is None:
        return max(LEAST_LEFT, total)
    keys = [module.key for module in course.modules]
    if progress.is_done(keys):
        return 0
    undone = [module for module in course.modules if module.key not in progress.modules]
    if keys and all(module.hours for module in course.modules):
        left = sum(round((module.hours or 0) * 60) for module in undone)
    else:
        left = total * len(undone) // len(keys) if keys else total
    on_modules = sum(progress.module_minutes.values())
    on_done = sum(progress.module_minutes.get(key, 0) for key in progress.modules)
    used = on_modules - on_done if keys else progress.minutes
    return max(LEAST_LEFT, left - used)


def draw_walk(
    planned: Sequence[Planned],
    entries: Sequence[Entry],
    courses: Mapping[str, Course],
    *,
    said_done: Iterable[str] = (),
    minutes_per_week: int,
    today: date,
) -> Walk:
    """Set what was done beside what is planned, and lay the rest into weeks.

    Args:
        planned: The path's steps in the order of study, without what is done.
        entries: Her ledger.
        courses: The catalogue, by key; what it has no longer is left out.
        said_done: Courses that she has marked as done on her path only.
        minutes_per_week: What she can spend.
        today: Weeks begin on Monday.
    """
    progress = fold(entries)
    done = _finished(progress, courses, said_done)
    gone = {step.course.key for step in done}
    coming = [*_own_choice(progress, courses, planned, gone)]
    for each in planned:
        course = courses.get(each.course_key)
        if course is None or each.course_key in gone:
            continue
        found = progress.get(each.course_key)
        if (
            each.module_key is None
            or found is None
            or each.module_key not in found.modules
        ):
            coming.append(_coming(each, course, found))
    parts = lay_out(
        (Task(key=step.key, minutes=step.minutes) for step in coming),
        minutes_per_week=minutes_per_week,
        spent=_spent_this_week(entries, today),
    )
    placed = {step.key: _place(step, parts) for step in coming}
    return Walk(
        steps=(*done, *placed.values()),
        this_week=tuple(
            (placed[part.key], part.minutes) for part in parts if part.week == 1
        ),
        minutes_spent=sum(each.minutes for each in progress.values()),
    )


def _finished(
    progress: Mapping[str, CourseProgress],
    courses: Mapping[str, Course],
    said_done: Iterable[str],
) -> list[Step]:
    found = []
    for key, each in progress.items():
        course = courses.get(key)
        keys = [module.key for module in course.modules] if course else []
        if course is not None and each.is_done(keys):
            found.append(_done(course, each.finished_by(keys), each.last_at))
    known = {step.key for step in found}
    only_said = [
        _done(courses[key], EvidenceSource.SELF_DECLARED, None)
        for key in dict.fromkeys(said_done)
        if key in courses and key not in known
    ]
    in_time = sorted(found, key=lambda s: (s.done_at is not None, s.done_at, s.key))
    return [*only_said, *in_time]


def _done(course: Course, source: EvidenceSource | None, at: datetime | None) -> Step:
    count = len(course.modules)
    return Step(
        key=course.key,
        course=course,
        module_key=None,
        url=course.url,
        state=State.DONE,
        minutes=0,
        done_by=source,
        done_at=at,
        modules_done=count,
        modules=count,
    )


def _own_choice(
    progress: Mapping[str, CourseProgress],
    courses: Mapping[str, Course],
    planned: Sequence[Planned],
    gone: Iterable[str],
) -> list[Step]:
    """Courses that she takes and the path does not propose: what is begun comes first."""
    left_out = {each.course_key for each in planned} | set(gone)
    return [
        _coming(
            Planned(
                key=key,
                course_key=key,
                module_key=None,
                url=url_of(courses[key], each.language),
                hours=courses[key].hours or 0,
            ),
            courses[key],
            each,
        )
        for key, each in progress.items()
        if key in courses
        and key not in left_out
        and each.enrolled is not None
        and not each.is_withdrawn
    ]


def _coming(each: Planned, course: Course, found: CourseProgress | None) -> Step:
    is_begun = found is not None and found.enrolled is not None
    is_taken = is_begun and found is not None and not found.is_withdrawn
    if each.module_key is None:
        minutes = minutes_left(course, found)
    else:
        spent = found.module_minutes.get(each.module_key, 0) if found else 0
        minutes = max(LEAST_LEFT, round(each.hours * 60) - spent)
    keys = {module.key for module in course.modules}
    return Step(
        key=each.key,
        course=course,
        module_key=each.module_key,
        url=url_of(course, found.language) if found and found.language else each.url,
        state=State.DOING if is_taken else State.NEXT,
        minutes=minutes,
        done_by=None,
        done_at=None,
        modules_done=len(keys & found.modules.keys()) if found else 0,
        modules=len(keys),
    )


def url_of(course: Course, language: str | None) -> str:
    """Return where one goes on with a course in a language."""
    urls = (run.url for run in course.runs if run.language == language and run.url)
    return next(urls, None) or course.registration_url or course.url


def _place(step: Step, parts: Iterable[Part]) -> Step:
    weeks = [part.week for part in parts if part.key == step.key]
    return replace(step, first_week=min(weeks), last_week=max(weeks))


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _spent_this_week(entries: Iterable[Entry], today: date) -> int:
    monday = monday_of(today)
    return sum(
        entry.minutes or 0
        for entry in standing(entries)
        if entry.kind is Kind.SPENT
        and entry.is_plausible
        and monday <= entry.occurred_at.date() <= today
    )
