"""The command that imports a list of people."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.console import (
    FAILED,
    MISUSED,
    err,
    explained,
    masar,
    out,
    read_settings,
)
from app.cohorts import service
from app.cohorts.domain import INSTALLATION, Campaign, Roster, RosterState
from app.cohorts.queries import get_roster, list_campaigns
from app.identity.access import secret_of
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.intake import Upload
from app.kernel.text import Language

roster = typer.Typer(help="Lists of people to invite.", no_args_is_help=True)
masar.add_typer(roster, name="roster")


@roster.command(
    "import",
    epilog="Example: masar roster import people.csv --cohort 1b9d… --dry-run",
)
@explained
def import_roster(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX.", exists=True, dir_okay=False)
    ],
    cohort: Annotated[UUID, typer.Option(help="Number of the cohort.")],
    language: Annotated[
        Language, typer.Option(help="Of rows that name none.")
    ] = Language.FR,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check only; invite nobody.")
    ] = False,
) -> None:
    """Invite the people of a list to a cohort's newest round, all or none of them."""
    settings = read_settings()
    database = Database(settings.database_url.get_secret_value())
    try:
        with database.read() as connection:
            campaigns = list_campaigns(connection, cohort_id=cohort)
        if not campaigns:
            err.print("This cohort has no round yet: open one on its page.")
            raise typer.Exit(MISUSED)
        upload = Upload(name=file.name, content=file.read_bytes())
        checked = _check(database, campaigns[-1], upload, language)
        _show_problems(checked)
        if checked.state is RosterState.REFUSED:
            raise typer.Exit(FAILED)
        out.print(f"{checked.rows} rows, all right.")
        if not dry_run:
            invited = _take_in(database, checked, secret_of(settings))
            out.print(f"{invited} people are invited; the worker writes to them.")
    finally:
        database.close()


def _check(
    database: Database, campaign: Campaign, upload: Upload, language: Language
) -> Roster:
    """Check a list without leaving it to the worker."""
    with database.write() as connection:
        roster_id = service.upload(
            connection,
            actor_id=INSTALLATION,
            campaign=campaign,
            file=upload,
            language=language,
            now=current_time(),
        )
    payload = {
        "roster_id": str(roster_id),
        "cohort_id": str(campaign.cohort_id),
        "language": language,
    }
    service.check_roster(database, payload)
    with database.read() as connection:
        return get_roster(connection, cohort_id=campaign.cohort_id, roster_id=roster_id)


def _show_problems(checked: Roster) -> None:
    unreadable = checked.report.get("unreadable")
    if unreadable:
        err.print(f"The file cannot be read: {unreadable}", markup=False)
    problems = checked.report.get("problems")
    if isinstance(problems, list):
        for line, column, code in problems:
            err.print(f"line {line}, {column}: {code}", markup=False)
    if checked.state is RosterState.REFUSED:
        err.print(f"{checked.report['wrong']} wrong; nobody was invited.")


def _take_in(database: Database, checked: Roster, key: bytes) -> int:
    """Import part after part; a worker beside us may take some of them."""
    with database.write() as connection:
        service.accept_roster(connection, roster=checked, now=current_time())
    columns = (TextColumn("Inviting"), BarColumn(), MofNCompleteColumn())
    keys = {"cohort_id": checked.cohort_id, "roster_id": checked.roster_id}
    current, part = checked, 1
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=checked.rows)
        while current.state is not RosterState.DONE:
            with database.write() as connection:
                current = get_roster(connection, **keys)
                service.import_one(
                    connection, roster=current, part=part, key=key, now=current_time()
                )
                current = get_roster(connection, **keys)
            part += 1
            progress.update(task, completed=current.rows_done)
    return int(str(current.report["invited"]))
