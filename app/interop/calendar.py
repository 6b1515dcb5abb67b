"""A path as a calendar (RFC 5545): a file to take along, and an address that follows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Header
from starlette.responses import Response

from app.identity.access import LearnerDep, PageDep
from app.identity.domain import digest
from app.identity.queries import find_learner
from app.interop.happenings import Happening, happenings_of
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep
from app.kernel.text import Language
from app.paths.schemas import write_path
from app.paths.service import propose_path
from app.progress.domain.walk import monday_of
from app.progress.errors import CalendarNotFoundError
from app.progress.queries import find_calendar_owner
from app.progress.service import find_walk
from app.web.phrases import say
from app.web.routes import Route

if TYPE_CHECKING:  # 5 MB that most workers never need
    from icalendar import Calendar, Event

router = APIRouter(route_class=Route)
WEEK = timedelta(days=7)


@router.get("/{lang:lang}/path/plan.ics", name="interop:calendar")
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
    calendar = _empty(language)
    monday = next_monday(now.date())
    weeks = max((int(step["week_end"]) for step in steps), default=0)
    for week in range(1, weeks + 1):
        current = [s for s in steps if s["week"] <= week <= s["week_end"]]
        entry = _entry(week, current, monday, language)
        entry.add("uid", f"{owner}-week-{week}@masar")
        entry.add("dtstamp", now)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _empty(language: Language) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 -- see above

    calendar = Calendar()
    calendar.add("prodid", "-//Masar//Learning path//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("calendar-name", language))
    return calendar


def next_monday(day: date) -> date:
    """Return the first Monday after a day."""
    return day + timedelta(days=7 - day.weekday())


def _entry(
    week: int,
    steps: Sequence[Mapping[str, Any]],
    monday: date,
    language: Language,
) -> "Event":
    from icalendar import Event  # noqa: PLC0415 -- see above

    start = monday + WEEK * (week - 1)
    titles = " · ".join(str(step["title"]) for step in steps)
    entry = Event()
    entry.add("dtstart", start)
    entry.add("dtend", start + WEEK)
    entry.add("summary", say("calendar-week", language, week=week, titles=titles))
    entry.add("description", "\n".join(f"{s['title']}\n{s['url']}" for s in steps))
    entry.add("transp", "TRANSPARENT")
    return entry


@router.api_route(
    "/calendar/{secret}.ics", methods=["GET", "HEAD"], name="interop:feed"
)
def read_feed(
    secret: str,
    database: DatabaseDep,
    now: Now,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Send a learner's plan to whoever has its private address; without a session.

    The entity tag is weak and names what is planned: the time stamps within
    (RFC 5545, 3.8.7.2) are of the moment and do not count.

    Raises:
        CalendarNotFoundError: The address is none, or has ended.
    """
    with database.read() as connection:
        owner = find_calendar_owner(connection, secret=secret)
        learner = find_learner(connection, learner_id=owner) if owner else None
    if learner is None:
        raise CalendarNotFoundError
    language = learner.language
    walk = find_walk(
        database,
        learner=learner,
        language=language,
        write=partial(write_path, language=language),
        now=now,
    )
    happenings = happenings_of(walk, language=language, monday=monday_of(now.date()))
    tag = f'W/"{digest(repr((language, happenings)))[:32]}"'
    headers = {
        "etag": tag,
        "cache-control": "private, no-cache",
        "x-robots-tag": "noindex",
    }
    if tag in {each.strip() for each in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    owner_name = digest(str(learner.learner_id))[:16]
    return Response(
        write_feed(happenings, language=language, owner=owner_name, now=now),
        media_type="text/calendar; charset=utf-8",
        headers=headers,
    )


def write_feed(
    happenings: Sequence[Happening], *, language: Language, owner: str, now: datetime
) -> bytes:
    """Write what is planned as all-day entries under names that stay when they move.

    Args:
        happenings: At least one (RFC 5545, 3.6).
        language: Of the calendar's name.
        owner: Makes the entries' names unique.
        now: Aware UTC instant.
    """
    from icalendar import Event  # noqa: PLC0415 -- see above

    calendar = _empty(language)
    calendar.add("refresh-interval", timedelta(hours=12), {"value": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for each in happenings:
        entry = Event()
        entry.add("uid", f"{owner}-{digest(each.name)[:16]}@masar")
        entry.add("dtstamp", now)
        entry.add("dtstart", each.start)
        entry.add("dtend", each.end)
        entry.add("summary", each.title)
        if each.text:
            entry.add("description", each.text)
        if each.url:
            entry.add("url", each.url)
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
