"""The calendar's private address, and weekly reminders by mail."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import get_day_names
from fastapi import APIRouter, Path
from sqlalchemy import Connection
from starlette.responses import Response

from app.home.queries import find_country
from app.identity.access import (
    FormDep,
    LearnerDep,
    PageDep,
    PageFrame,
    SettingsDep,
    secret_of,
)
from app.identity.domain import Learner
from app.identity.queries import find_account
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.text import Language
from app.progress.domain.reminders import (
    QUIET,
    Rhythm,
    calendar_address,
    make_calendar_secret,
)
from app.progress.errors import ReminderTimeInvalidError
from app.progress.queries import find_calendar_nonce, find_reminder
from app.progress.service import (
    choose_reminders,
    close_calendar,
    open_calendar,
    renew_calendar,
    stop_by_link,
    stop_reminders,
)
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/reminders", route_class=Route)
MORNING = 8
"""Hour that is proposed, on a Monday."""
NEAR = ("Africa/", "Atlantic/Cape_Verde", "Indian/")
"""Zones on the list: the continent and its islands; a program may choose any."""
ABROAD = ("Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "UTC")
FAR_ISLANDS = frozenset(
    {"Indian/Chagos", "Indian/Christmas", "Indian/Cocos", "Indian/Kerguelen"}
    | {"Indian/Maldives", "Africa/Ceuta"}
)
RENAMED = {"Africa/Asmera": "Africa/Asmara"}
"""CLDR keeps some names that the IANA database has given up."""
StopToken = Annotated[str, Path(max_length=64)]


@router.get("", name="home:reminders")
def show_reminders(
    page: PageDep, learner: LearnerDep, connection: ReadDep, settings: SettingsDep
) -> Response:
    """Show the calendar's address and when reminders come."""
    return _show(page, connection, learner, str(settings.public_url))


def _show(
    page: PageFrame,
    connection: Connection,
    learner: Learner,
    public_url: str,
    error: ReminderTimeInvalidError | None = None,
) -> Response:
    keys = {"learner_id": learner.learner_id}
    nonce = find_calendar_nonce(connection, **keys)
    secret = make_calendar_secret(secret_of(page.settings), nonce) if nonce else None
    address = calendar_address(public_url, secret) if secret else None
    reminder = find_reminder(connection, **keys)
    account = find_account(connection, **keys)
    country = find_country(connection, **keys) or _region(page)
    chosen = (
        reminder.rhythm
        if reminder
        else Rhythm(weekday=0, hour=MORNING, zone=guess_zone(country))
    )
    next_at = reminder.next_at if reminder else None
    return page.render(
        "home/reminders.html",
        nav="progress",
        status=422 if error else 200,
        calendar=address,
        webcal=address and "webcal:" + address.partition(":")[2],
        email=account.email if account else None,
        next_at=next_at and next_at.astimezone(ZoneInfo(chosen.zone)),
        chosen=chosen,
        weekdays=list(get_day_names("wide", "stand-alone", str(page.language)).items()),
        zones=_with_own(list_zones(page.language), chosen.zone),
        quiet_weeks=QUIET.days // 7,
        error=describe(error.code, page.language) if error else None,
    )


def _region(page: PageFrame) -> str | None:
    """Return the country of the language her browser asks for first, e.g. ``fr-TD``."""
    first = page.request.headers.get("accept-language", "")[:35].partition(",")[0]
    _, _, region = first.partition("-")
    return region[:2].upper() if region[:2].isalpha() else None


def guess_zone(country: str | None) -> str:
    """Return the time zone of a country on the list; ``UTC`` if we cannot tell."""
    return next((name for name, of in _near_zones() if of == country), "UTC")


@cache
def _near_zones() -> Sequence[tuple[str, str]]:
    """Return zones of the continent with their countries; a capital's comes first."""
    found = [
        (RENAMED.get(name, name), str(country))
        for name, country in get_global("zone_territories").items()
        if str(name).startswith(NEAR) and name not in FAR_ISLANDS
    ]
    return sorted(found)


@cache
def list_zones(language: Language) -> Sequence[tuple[str, str]]:
    """Return the time zones that a page offers, by the names of their countries."""
    names = Locale(str(language)).territories
    countries = [country for _, country in _near_zones()]
    found = []
    for zone, country in _near_zones():
        label = names.get(country, country)
        if countries.count(country) > 1:
            label += f" ({zone.partition('/')[2].replace('_', ' ')})"
        found.append((zone, label))
    return [*sorted(found, key=lambda each: each[1]), *((z, z) for z in ABROAD)]


def _with_own(zones: Sequence[tuple[str, str]], own: str) -> Sequence[tuple[str, str]]:
    """Add the zone that a program has chosen to those on the list."""
    return zones if any(name == own for name, _ in zones) else [*zones, (own, own)]


@router.post("", name="home:change-reminders")
def change_reminders(
    page: PageDep, learner: LearnerDep, form: FormDep, connection: WriteDep, now: Now
) -> Response:
    """Open, renew or close the calendar's address; choose or stop reminders."""
    action = form.get("action", [""])[0]
    who, key = learner.learner_id, secret_of(page.settings)
    if action == "open":
        open_calendar(connection, key=key, learner_id=who, now=now)
    elif action == "renew":
        renew_calendar(connection, key=key, learner_id=who, now=now)
    elif action == "close":
        close_calendar(connection, learner_id=who, now=now)
    elif action == "stop":
        stop_reminders(connection, learner_id=who, now=now)
    elif action == "choose":
        try:
            rhythm = _read_rhythm(form)
            choose_reminders(connection, learner_id=who, rhythm=rhythm, now=now)
        except ReminderTimeInvalidError as error:
            base = str(page.settings.public_url)
            return _show(page, connection, learner, base, error)
    return page.redirect("home:reminders")


def _read_rhythm(form: dict[str, list[str]]) -> Rhythm:
    return Rhythm(
        weekday=_read_number(form, "weekday"),
        hour=_read_number(form, "hour"),
        zone=form.get("zone", [""])[0],
    )


def _read_number(form: dict[str, list[str]], name: str) -> int:
    text = form.get(name, [""])[0]
    most_digits = 2
    if not (text.isascii() and text.isdigit() and len(text) <= most_digits):
        raise ReminderTimeInvalidError(field=name)
    return int(text)


@router.get("/stop/{stop_token}", name="home:ask-stop-reminders")
def ask_stop(page: PageDep, stop_token: StopToken) -> Response:
    """Ask whether reminders are to end; a mail scanner that looks ends nothing."""
    return page.render("home/reminders_stop.html", stop_token=stop_token, is_done=False)


@router.post("/stop/{stop_token}", name="home:stop-reminders")
def stop(
    page: PageDep,
    stop_token: StopToken,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """End reminders; the link itself is the proof (RFC 8058)."""
    stop_by_link(connection, key=secret_of(settings), token=stop_token, now=now)
    return page.render("home/reminders_stop.html", stop_token=stop_token, is_done=True)
