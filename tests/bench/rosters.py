"""How long does a list of 100 000 people take? (docs/benchmarks.md, “Rosters”).

Ours checks every cell, writes nothing until all are sound, and imports in parts; beside
it, in the same run: reading the same bytes with the bare reader and writing the same
rows with ``executemany`` (SQLite) or COPY (PostgreSQL), in one transaction.

Example::

    python -m tests.bench.rosters --rows 100000
"""

import argparse
import csv
import io
import logging
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import python_calamine
import xlsxwriter
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, func, select

from app.cohorts import queries
from app.cohorts.domain import Roster, RosterState
from app.cohorts.models import InvitationRow
from app.cohorts.service import accept_roster, check_roster, import_part
from app.kernel.database import Database
from app.kernel.text import Language
from tests.bench.__main__ import database as make_database
from tests.bench.population import load
from tests.cohorts.builders import World, add_roster, add_world
from tests.constants import NOON, SECRET

HEADER = ["email", "name", "language", "role", "unit", "grade", "gender", "country"]
COLUMNS = (
    "invitation_id cohort_id campaign_id email_digest email name language role_key "
    "country unit_id grade gender roster_id invited_at due_at mails"
)
MOST_TIMES = 3
MOST_MB = 300
out = Console(highlight=False, width=150)


def main() -> None:
    """Run the bench and print its table."""
    options = read_options()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    table = Table(
        *("list", "check s", "import s", "longest part ms", "ours s (processor)"),
        *("bare s (processor)", "times (processor)", "memory MB"),
        title=f"{options.rows:,} people",
    )
    for name in options.databases:
        with (
            tempfile.TemporaryDirectory(prefix="masar-rosters-") as folder,
            make_database(name, Path(folder)) as url,
        ):
            database = Database(url)
            with database.write() as connection:
                world = add_world(connection)
            for kind, write in {"CSV": write_csv, "XLSX": write_xlsx}.items():
                content = write(people(options.rows))
                table.add_row(f"{name}, {kind}", *measure(database, world, content))
            database.close()
    out.print(table)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.bench.rosters", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--databases", type=lambda t: t.split(","), default=["sqlite", "postgresql"]
    )
    return parser.parse_args()


def people(rows: int) -> Iterator[Sequence[str]]:
    """Yield people as a ministry lists them: every column filled in."""
    yield HEADER
    for n in range(rows):
        yield (
            f"agent.{n:06d}@finances.example.sn",
            f"Agent Numéro {n}",
            *("fr", "trainer", "hospital", "manager"),
            *("woman" if n % 2 else "man", "SN"),
        )


def write_csv(rows: Iterator[Sequence[str]]) -> bytes:
    """Return a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def write_xlsx(rows: Iterator[Sequence[str]]) -> bytes:
    """Return a workbook."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def measure(database: Database, world: World, content: bytes) -> list[str]:
    """Take a list in, in our way and the bare one; return the cells of a row."""
    with database.write() as connection:
        roster_id = add_roster(connection, world.campaign, content)
    part_s: list[float] = []
    checked_s, checked_cpu = timed(lambda: check(database, world, roster_id))
    imported_s, imported_cpu = timed(
        lambda: take_in(database, world, roster_id, part_s)
    )
    rows = count_and_forget(database)
    memory = max(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    bare_s, bare_cpu = timed(lambda: take_in_bare(database, world, content))
    if rows != count_and_forget(database):
        raise AssertionError("the two did not write the same people")
    ours_s, ours_cpu = checked_s + imported_s, checked_cpu + imported_cpu
    times = ours_s / bare_s
    verdict = "[green]ok[/]" if times <= MOST_TIMES else "[red]MISSED[/]"
    small = "[green]ok[/]" if memory < MOST_MB else "[red]MISSED[/]"
    return [
        f"{checked_s:.2f}",
        f"{imported_s:.2f}",
        f"{max(part_s) * 1e3:.0f}",
        f"{ours_s:.2f} ({ours_cpu:.2f})",
        f"{bare_s:.2f} ({bare_cpu:.2f})",
        f"{times:.1f} ({ours_cpu / bare_cpu:.1f}) {verdict}",
        f"{memory:.0f} {small}",
    ]


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """Return seconds and seconds of processor, of processes that ended meanwhile too."""
    began, cpu = time.perf_counter(), _processor()
    do()
    return time.perf_counter() - began, _processor() - cpu


def _processor() -> float:
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(each.ru_utime + each.ru_stime for each in used)


def check(database: Database, world: World, roster_id: UUID) -> None:
    """Do the first job of a list."""
    payload = {
        "roster_id": str(roster_id),
        "cohort_id": str(world.cohort.cohort_id),
        "language": Language.FR,
    }
    check_roster(database, payload)


def take_in(
    database: Database, world: World, roster_id: UUID, part_s: list[float]
) -> None:
    """Do the second job as often as the list has parts."""
    with database.write() as connection:
        accept_roster(connection, roster=find(database, world, roster_id), now=NOON)
    payload: dict[str, Any] = {
        "roster_id": str(roster_id),
        "cohort_id": str(world.cohort.cohort_id),
        "part": 0,
    }
    while find(database, world, roster_id).state is RosterState.IMPORTING:
        payload["part"] += 1
        began = time.perf_counter()
        import_part(database, payload, key=SECRET, now=NOON)
        part_s.append(time.perf_counter() - began)


def find(database: Database, world: World, roster_id: UUID) -> Roster:
    """Return the list as it is now."""
    with database.read() as connection:
        return queries.get_roster(
            connection, cohort_id=world.cohort.cohort_id, roster_id=roster_id
        )


def take_in_bare(database: Database, world: World, content: bytes) -> None:
    """Read and write the same, and nothing else; even the digests are none."""
    rows: Iterator[Sequence[Any]]
    if content.startswith(b"PK"):
        book = python_calamine.load_workbook(io.BytesIO(content))
        rows = iter(book.get_sheet_by_index(0).to_python())
    else:
        rows = csv.reader(io.StringIO(content.decode(), newline=""))
    next(rows)
    unit_id, roster_id = uuid4(), uuid4()
    with database.write() as connection:
        load(
            connection,
            InvitationRow,
            COLUMNS,
            (
                (
                    *(uuid4(), world.cohort.cohort_id, world.campaign.campaign_id),
                    *(f"{email:0>64}", email, name, language, role, country, unit_id),
                    *(grade, gender, roster_id, NOON, NOON, 0),
                )
                for email, name, language, role, _, grade, gender, country in rows
            ),
        )


def count_and_forget(database: Database) -> int:
    """Return how many were invited, and make room for the other way."""
    with database.write() as connection:
        rows = connection.scalar(select(func.count()).select_from(InvitationRow)) or 0
        connection.execute(delete(InvitationRow))
    return rows


if __name__ == "__main__":
    main()
