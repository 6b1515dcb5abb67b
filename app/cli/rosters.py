"""The command that imports a list of people."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import Connection

from app.cli.console import (
    MISUSED,
    err,
    explained,
    masar,
    out,
    read_settings,
)
from app.cli.lists import refuse_wrong, take_in
from app.cohorts import service
from app.cohorts.domain import INSTALLATION, Campaign, Roster
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
        refuse_wrong(checked, consequence="nobody was invited")
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


def _take_in(database: Database, checked: Roster, key: bytes) -> int:
    with database.write() as connection:
        service.accept_roster(connection, roster=checked, now=current_time())
    keys = {"cohort_id": checked.cohort_id, "roster_id": checked.roster_id}

    def take(connection: Connection, part: int) -> Roster:
        roster = get_roster(connection, **keys)
        service.import_one(
            connection, roster=roster, part=part, key=key, now=current_time()
        )
        return get_roster(connection, **keys)

    done = take_in(database, checked, take, doing="Inviting")
    return int(str(done.report["invited"]))
