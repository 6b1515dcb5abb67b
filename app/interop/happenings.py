"""What stands in a learner's calendar; a room that has dates of hers adds a function."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.catalogue.domain import Course, Run
from app.kernel.text import Language
from app.progress.domain.walk import State, Step, Walk
from app.web.phrases import say

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One entry of a calendar."""

    name: str
    """The same as long as it is the same thing, whenever it comes."""
    start: date | datetime
    """A day, or an aware instant for what has an hour."""
    end: date | datetime
    """After ``start``, and of its kind; not a part of it."""
    title: str
    text: str = ""
    url: str = ""


def happenings_of(
    walk: Walk, *, language: Language, monday: date
) -> Sequence[Happening]:
    """Return everything a calendar shows: steps by weeks, and dates of their courses.

    Args:
        walk: Her steps, laid into weeks.
        language: Of the sentences.
        monday: Of the present week.
    """
    found = [
        *_steps(walk, language, monday),
        *_dates(walk, language),
    ]
    if found:
        return found
    # A calendar without an entry is none (RFC 5545, 3.6).
    nothing = say("calendar-nothing", language)
    return [Happening(name="nothing", start=monday, end=monday + DAY, title=nothing)]


def _steps(walk: Walk, language: Language, monday: date) -> Iterator[Happening]:
    for step in walk.steps:
        title = _title(step, language)
        if step.state is not State.DONE:
            start = monday + (step.first_week - 1) * WEEK
            end = monday + step.last_week * WEEK
        elif step.done_at is not None:
            start = step.done_at.date()
            end = start + DAY
            title = say("calendar-done", language, title=title)
        else:
            continue
        yield Happening(
            name=f"step:{step.key}",
            start=start,
            end=end,
            title=title,
            text=step.url,
            url=step.url,
        )


def _title(step: Step, language: Language) -> str:
    for module in step.course.modules:
        if module.key == step.module_key:
            return f"{step.course.title}: {module.title.in_language(language)}"
    return step.course.title


def _dates(walk: Walk, language: Language) -> Iterator[Happening]:
    """Yield dates of the runs she may take; a month alone is no day to note."""
    coming = {
        step.course.key: step for step in walk.steps if step.state is not State.DONE
    }
    for step in coming.values():
        run = _run_of(step, language)
        if run is None:
            continue
        for what, written in (
            ("apply", run.apply_by),
            ("starts", run.starts_on),
            ("ends", run.ends_on),
        ):
            day = _read_day(written)
            if day is not None:
                yield _date_of(what, day, step.course, run, language)


def _run_of(step: Step, language: Language) -> Run | None:
    runs = step.course.runs
    by_address = (run for run in runs if run.url and run.url == step.url)
    by_language = (run for run in runs if run.language == language)
    return next(by_address, None) or next(by_language, None)


def _read_day(written: str | None) -> date | None:
    whole_day = len("2026-11-23")
    if written is None or len(written) != whole_day:
        return None
    return date.fromisoformat(written)


def _date_of(
    what: str, day: date, course: Course, run: Run, language: Language
) -> Happening:
    url = run.url or course.url
    return Happening(
        name=f"{what}:{course.key}:{run.language}",
        start=day,
        end=day + DAY,
        title=say(f"calendar-{what}", language, title=course.title),
        text=url,
        url=url,
    )
