"""A list of people on its way to invitations: check it all, then import it in parts.

Nobody is invited before the last part is in: until then the invitations of a list do
not count. Each part is one transaction with the job for the next, so that a restart
goes on where it was and nothing is done twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from app.cohorts.domain import (
    About,
    Campaign,
    Cohort,
    Gender,
    Grade,
    Roster,
    RosterState,
)
from app.cohorts.domain.countries import COUNTRIES
from app.cohorts.errors import RosterNotReadyError
from app.cohorts.files import read_roster
from app.cohorts.models import RosterFileRow, RosterRow
from app.cohorts.queries import (
    get_campaign,
    get_cohort,
    get_roster,
    list_institutions_below,
)
from app.cohorts.service.inviting import Invitee, invite, note_invitations
from app.frameworks.queries import get_framework
from app.identity.domain.addresses import read_address, same_address
from app.identity.errors import EmailInvalidError
from app.kernel.database import Database
from app.kernel.intake import LONGEST_NAME, Intake, Upload, cell_problem
from app.kernel.jobs import queue
from app.kernel.sheets import LONGEST_CELL, Line
from app.kernel.text import Language

CHECK, IMPORT = "roster-check", "roster-import"
"""Kinds of the two jobs."""
_INTAKE = Intake(RosterRow, RosterFileRow, key="roster_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the cells of a list may name."""

    units: Mapping[str, UUID]
    """By key: the institution of the cohort and all below it."""
    known: Mapping[str, frozenset[str]]
    """By column: the values it may hold."""
    language: Language
    """Of rows that name none."""


def upload(
    connection: Connection,
    *,
    actor_id: UUID,
    campaign: Campaign,
    file: Upload,
    language: Language,
    now: datetime,
) -> UUID:
    """Keep a file and queue the check of it; return the list's number.

    Args:
        connection: The caller's transaction.
        actor_id: Who sent it.
        campaign: To what its people are to be invited.
        file: The upload.
        language: Of rows that name none.
        now: Aware UTC instant.
    """
    roster_id = uuid4()
    _INTAKE.keep(
        connection,
        roster_id,
        file,
        actor_id=actor_id,
        now=now,
        cohort_id=campaign.cohort_id,
        campaign_id=campaign.campaign_id,
    )
    payload = {
        "roster_id": str(roster_id),
        "cohort_id": str(campaign.cohort_id),
        "language": language,
    }
    key = f"{CHECK}:{roster_id}"
    queue(connection, kind=CHECK, payload=payload, run_at=now, key=key)
    return roster_id


def open_book(connection: Connection, cohort: Cohort, language: Language) -> Book:
    """Gather what the cells of a cohort's list may name."""
    units = list_institutions_below(connection, institution_id=cohort.institution_id)
    framework = get_framework(
        connection, cohort.framework_key, cohort.framework_version
    )
    return Book(
        units={each.key: each.institution_id for each in units},
        known={
            "language": frozenset(Language),
            "role": frozenset(
                cohort.role_keys or (role.key for role in framework.roles)
            ),
            "unit": frozenset(each.key for each in units),
            "grade": frozenset(Grade),
            "gender": frozenset(Gender),
            "country": COUNTRIES,
        },
        language=language,
    )


def judge_row(
    line: Line, *, book: Book, seen: set[str]
) -> tuple[Sequence[tuple[str, str]], Mapping[str, Any]]:
    """Say what is wrong with a row, or what it says.

    Args:
        line: The row.
        book: What cells may name.
        seen: Addresses of the rows before; hers is added.
    """
    problems = list(_problems_of(line.cells, book))
    address = same_address(line.cells["email"]) if not problems else ""
    if address and address in seen:
        problems.append(("email", "twice"))
    seen.add(address)
    return problems, {} if problems else _plain(line.cells, book)


def _problems_of(cells: Mapping[str, str], book: Book) -> Iterable[tuple[str, str]]:
    for column, cell in cells.items():
        longest = LONGEST_NAME if column == "name" else LONGEST_CELL
        problem = cell_problem(cell, longest)
        if problem:
            yield column, problem
        elif not _is_known(column, cell, book):
            yield column, "unknown" if column != "email" else "not-an-address"


def _is_known(column: str, cell: str, book: Book) -> bool:
    if column == "email":
        return _is_address(cell)
    return not cell or column == "name" or cell in book.known[column]


def _is_address(cell: str) -> bool:
    try:
        read_address(cell)
    except EmailInvalidError:
        return False
    return True


def _plain(cells: Mapping[str, str], book: Book) -> dict[str, Any]:
    said = {column: cell for column, cell in cells.items() if cell}
    if "unit" in said:
        said["unit"] = str(book.units[said["unit"]])
    said["email"] = read_address(said["email"])
    return {"language": book.language, **said}


def _invitee(said: Mapping[str, str]) -> Invitee:
    return Invitee(
        email=said["email"],
        language=Language(said["language"]),
        name=said.get("name"),
        role_key=said.get("role"),
        about=About(
            country=said.get("country"),
            unit_id=UUID(said["unit"]) if "unit" in said else None,
            grade=Grade(said["grade"]) if "grade" in said else None,
            gender=Gender(said["gender"]) if "gender" in said else None,
        ),
    )


def check_roster(database: Database, payload: Mapping[str, Any]) -> None:
    """Check an upload (a job): every bad row is found before anybody is invited."""
    keys = {
        "roster_id": UUID(payload["roster_id"]),
        "cohort_id": UUID(payload["cohort_id"]),
    }
    with database.read() as connection:
        roster = get_roster(connection, **keys)
        content = _INTAKE.part(connection, roster.roster_id, 0)
        cohort = get_cohort(connection, cohort_id=roster.cohort_id)
        book = open_book(connection, cohort, Language(payload["language"]))
    if roster.state is not RosterState.CHECKING or content is None:
        return
    judge = partial(judge_row, book=book, seen=set())
    found = _INTAKE.check(database, roster.roster_id, read_roster(content), judge)
    with database.write() as connection:
        _INTAKE.settle(connection, roster.roster_id, found)


def accept_roster(connection: Connection, *, roster: Roster, now: datetime) -> None:
    """Begin the import of a list with nothing wrong.

    Raises:
        RosterNotReadyError: It is not checked yet, was refused, or was begun already.
    """
    if not _INTAKE.accept(connection, roster.roster_id):
        raise RosterNotReadyError(state=roster.state)
    _queue_part(connection, roster, 1, now)


def _queue_part(
    connection: Connection, roster: Roster, part: int, now: datetime
) -> None:
    payload = {
        "roster_id": str(roster.roster_id),
        "cohort_id": str(roster.cohort_id),
        "part": part,
    }
    key = f"{IMPORT}:{roster.roster_id}:{part}"
    queue(connection, kind=IMPORT, payload=payload, run_at=now, key=key)


def import_part(
    database: Database, payload: Mapping[str, Any], *, key: bytes, now: datetime
) -> None:
    """Import one part of a list and queue the next (a job); again is harmless."""
    with database.write() as connection:
        roster = get_roster(
            connection,
            cohort_id=UUID(payload["cohort_id"]),
            roster_id=UUID(payload["roster_id"]),
        )
        import_one(connection, roster=roster, part=payload["part"], key=key, now=now)


def import_one(
    connection: Connection, *, roster: Roster, part: int, key: bytes, now: datetime
) -> bool:
    """Import one part in the caller's transaction; return whether there is another."""
    content = _INTAKE.part(connection, roster.roster_id, part)
    if content is None or roster.state is not RosterState.IMPORTING:
        return False
    people = [_invitee(said) for said in orjson.loads(content)]
    campaign = get_campaign(
        connection, cohort_id=roster.cohort_id, campaign_id=roster.campaign_id
    )
    invited = invite(
        connection,
        key=key,
        campaign=campaign,
        people=people,
        now=now,
        roster_id=roster.roster_id,
    )
    totals = _INTAKE.end_part(
        connection,
        roster.roster_id,
        listed=roster,
        part=part,
        rows=len(people),
        counts={"invited": invited},
    )
    if totals is None:
        _queue_part(connection, roster, part + 1, now)
        return True
    note_invitations(
        connection,
        actor_id=roster.actor_id,
        cohort=get_cohort(connection, cohort_id=roster.cohort_id),
        invited=totals["invited"],
        now=now,
    )
    return False
