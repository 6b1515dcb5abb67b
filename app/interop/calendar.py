"""A path as a calendar: one entry a week (RFC 5545)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter
from icalendar import Calendar, Event
from starlette.responses import Response

from app.identity.access import LearnerDep, PageDep
from app.identity.domain import digest
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep
from app.kernel.text import Language
from app.paths.schemas import write_path
from app.paths.service import propose_path
from app.web.phrases import say
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/path", route_class=Route)
WEEK = timedelta(days=7)


@router.get("/plan.ics", name="interop:calendar")
def download_calendar(
    page: PageDep, learner: LearnerDep, database: DatabaseDep, now: Now
) -> Response:
    """Send the learner's path as an iCalendar file, from next Monday on."""
    body = propose_path(
        database,
        learner=learner,
        language=page.language,
        write=partial(write_path, language=page.language),
        now=now,
    )
    steps = orjson.loads(body)["steps"]
    if not steps:  # a calendar without an entry is none (RFC 5545, 3.6)
        return page.redirect("paths:path")
    calendar = write_calendar(
        steps,
        language=page.language,
        owner=digest(str(learner.learner_id))[:16],
        now=now,
    )
    return Response(
        calendar,
        media_type="text/calendar; charset=utf-8",
        headers={
            "content-disposition": 'attachment; filename="masar.ics"',
            "cache-control": "private, no-store",
        },
    )


def write_calendar(
    steps: Sequence[Mapping[str, Any]], *, language: Language, owner: str, now: datetime
) -> bytes:
    """Write steps as all-day entries, each a week long.

    Args:
        steps: As in the path document: ``title``, ``url``, ``week``, ``week_end``.
        language: Of the summaries.
        owner: Makes the entries' names unique, and the same at the next download.
        now: Aware UTC instant; the first week begins on the Monday after it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Masar//Learning path//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("calendar-name", language))
    monday = next_monday(now.date())
    weeks = max((int(step["week_end"]) for step in steps), default=0)
    for week in range(1, weeks + 1):
        current = [s for s in steps if s["week"] <= week <= s["week_end"]]
        entry = _entry(week, current, monday, language)
        entry.add("uid", f"{owner}-week-{week}@masar")
        entry.add("dtstamp", now)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def next_monday(day: date) -> date:
    """Return the first Monday after a day."""
    return day + timedelta(days=7 - day.weekday())


def _entry(
    week: int,
    steps: Sequence[Mapping[str, Any]],
    monday: date,
    language: Language,
) -> Event:
    start = monday + WEEK * (week - 1)
    titles = " · ".join(str(step["title"]) for step in steps)
    entry = Event()
    entry.add("dtstart", start)
    entry.add("dtend", start + WEEK)
    entry.add("summary", say("calendar-week", language, week=week, titles=titles))
    entry.add("description", "\n".join(f"{s['title']}\n{s['url']}" for s in steps))
    entry.add("transp", "TRANSPARENT")
    return entry
