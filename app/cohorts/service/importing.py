"""A list of people on its way to invitations: check it all, then import it in parts.

Nobody is invited before the last part is in: until then the invitations of a list do
not count. Each part is one transaction with the job for the next, so that a restart
goes on where it was and nothing is done twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection, delete, insert, select, update

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
from app.cohorts.errors import RosterNotReadyError, UnreadableRosterError
from app.cohorts.files import FORMULA, LONGEST_CELL, Line, read_roster
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
from app.kernel.jobs import queue
from app.kernel.text import Language

CHECK, IMPORT = "roster-check", "roster-import"
"""Kinds of the two jobs."""
PART = 1000  # people; other writers wait for one part
MOST_PROBLEMS = 200
TOLD_EVERY = 5000
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Upload:
    """A file as it came."""

    name: str
    content: bytes
    language: Language
    """Of rows that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the cells of a list may name."""

    units: Mapping[str, UUID]
    """By key: the institution of the cohort and all below it."""
    known: Mapping[str, frozenset[str]]
    """By column: the values it may hold."""
    language: Language
    """Of rows that name none."""


@dataclass(slots=True, kw_only=True)
class DryRun:
    """What checking a list has found."""

    parts: list[bytes] = field(default_factory=list)
    """The people as JSON, ``PART`` in each; of no use once a row is wrong."""
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, column, code; the first ``MOST_PROBLEMS``."""
    rows: int = 0
    wrong: int = 0
    """Rows with at least one problem."""

    def note(self, line: int, problems: Sequence[tuple[str, str]]) -> None:
        """Count a wrong row and list it, if there is room."""
        self.wrong += 1
        room = MOST_PROBLEMS - len(self.problems)
        self.problems += [(line, *each) for each in problems[:room]]

    @property
    def report(self) -> dict[str, object]:
        """For the page: no cell of the file stands in it."""
        return {"wrong": self.wrong, "problems": self.problems}


def upload(
    connection: Connection,
    *,
    actor_id: UUID,
    campaign: Campaign,
    file: Upload,
    now: datetime,
) -> UUID:
    """Keep a file and queue the check of it; return the list's number."""
    roster_id = uuid4()
    connection.execute(
        insert(RosterRow),
        {
            "roster_id": roster_id,
            "cohort_id": campaign.cohort_id,
            "campaign_id": campaign.campaign_id,
            "file_name": file.name[:LONGEST_NAME],
            "state": RosterState.CHECKING,
            "actor_id": actor_id,
            "rows": 0,
            "rows_done": 0,
            "report": {},
            "uploaded_at": now,
        },
    )
    connection.execute(
        insert(RosterFileRow),
        {"roster_id": roster_id, "part": 0, "content": file.content},
    )
    payload = {
        "roster_id": str(roster_id),
        "cohort_id": str(campaign.cohort_id),
        "language": file.language,
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


def dry_run(
    lines: Iterable[Line],
    book: Book,
    tell: Callable[[int], object] = lambda _rows: None,
) -> DryRun:
    """Check every row; nothing is written.

    Args:
        lines: As ``read_roster`` yields them.
        book: What cells may name.
        tell: Told every 5 000 rows how many there were.
    """
    found = DryRun()
    seen: set[str] = set()
    people: list[dict[str, Any]] = []
    for line in lines:
        found.rows += 1
        problems = list(_problems_of(line.cells, book))
        address = same_address(line.cells["email"]) if not problems else ""
        if address and address in seen:
            problems.append(("email", "twice"))
        seen.add(address)
        if problems:
            found.note(line.number, problems)
        elif not found.wrong:
            people.append(_plain(line.cells, book))
        if len(people) == PART:
            found.parts.append(orjson.dumps(people))
            people.clear()
        if found.rows % TOLD_EVERY == 0:
            tell(found.rows)
    if people:
        found.parts.append(orjson.dumps(people))
    return found


def _problems_of(cells: Mapping[str, str], book: Book) -> Iterable[tuple[str, str]]:
    for column, cell in cells.items():
        if len(cell) > LONGEST_CELL or (column == "name" and len(cell) > LONGEST_NAME):
            yield column, "too-long"
        elif cell.startswith(FORMULA):
            yield column, "formula"
        elif not cell.isprintable():
            yield column, "not-printable"
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
        content = _part(connection, roster.roster_id, 0)
        cohort = get_cohort(connection, cohort_id=roster.cohort_id)
        book = open_book(connection, cohort, Language(payload["language"]))
    if roster.state is not RosterState.CHECKING or content is None:
        return

    def tell(rows: int) -> None:
        with database.write() as connection:
            _change(connection, roster.roster_id, rows_done=rows)

    try:
        found = dry_run(read_roster(content), book, tell)
        report = found.report
    except UnreadableRosterError as error:
        found = DryRun(wrong=1)
        report = {"wrong": 1, "problems": [], "unreadable": dict(error.facts)}
    if not found.rows and not found.wrong:
        found, report = DryRun(wrong=1), {"wrong": 1, "unreadable": {"reason": "empty"}}
    with database.write() as connection:
        _keep(connection, roster, found, report)


def _keep(
    connection: Connection, roster: Roster, found: DryRun, report: Mapping[str, object]
) -> None:
    """Write down what was found; of a sound list, its people in parts."""
    connection.execute(
        delete(RosterFileRow).where(RosterFileRow.roster_id == roster.roster_id)
    )
    parts = [] if found.wrong else found.parts
    for part, people in enumerate(parts, start=1):
        connection.execute(
            insert(RosterFileRow),
            {"roster_id": roster.roster_id, "part": part, "content": people},
        )
    _change(
        connection,
        roster.roster_id,
        state=RosterState.REFUSED if found.wrong else RosterState.CHECKED,
        rows=found.rows,
        rows_done=0,
        report=report,
    )


def accept_roster(connection: Connection, *, roster: Roster, now: datetime) -> None:
    """Begin the import of a list with nothing wrong.

    Raises:
        RosterNotReadyError: It is not checked yet, was refused, or was begun already.
    """
    begun = connection.execute(
        update(RosterRow)
        .where(
            RosterRow.roster_id == roster.roster_id,
            RosterRow.state == RosterState.CHECKED,
        )
        .values(state=RosterState.IMPORTING)
    ).rowcount
    if not begun:
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
    content = _part(connection, roster.roster_id, part)
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
    connection.execute(
        delete(RosterFileRow).where(
            RosterFileRow.roster_id == roster.roster_id, RosterFileRow.part == part
        )
    )
    done = roster.rows_done + len(people)
    so_far = int(str(roster.report.get("invited", 0))) + invited
    report = {**roster.report, "invited": so_far}
    is_last = done >= roster.rows
    _change(
        connection,
        roster.roster_id,
        rows_done=done,
        report=report,
        state=RosterState.DONE if is_last else RosterState.IMPORTING,
    )
    if is_last:
        note_invitations(
            connection,
            actor_id=roster.actor_id,
            cohort=get_cohort(connection, cohort_id=roster.cohort_id),
            invited=so_far,
            now=now,
        )
    else:
        _queue_part(connection, roster, part + 1, now)
    return not is_last


def _part(connection: Connection, roster_id: UUID, part: int) -> bytes | None:
    return connection.scalar(
        select(RosterFileRow.content).where(
            RosterFileRow.roster_id == roster_id, RosterFileRow.part == part
        )
    )


def _change(connection: Connection, roster_id: UUID, **values: object) -> None:
    connection.execute(
        update(RosterRow).where(RosterRow.roster_id == roster_id).values(values)
    )
