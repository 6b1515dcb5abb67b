"""Commands about the completions that institutions report in lists."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table
from sqlalchemy import Connection

from app.cli.console import explained, masar, out, read_settings
from app.cli.lists import refuse_wrong, take_in
from app.cohorts.domain import INSTALLATION
from app.cohorts.queries import get_institution_by_key
from app.identity.access import secret_of
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.intake import Upload
from app.records import service
from app.records.queries.completions import Report, get_report, list_waiting

completions = typer.Typer(
    help="Finished courses that institutions report.", no_args_is_help=True
)
masar.add_typer(completions, name="completions")
Of = Annotated[str, typer.Argument(help="Short name of the institution.")]


@completions.command(
    "import",
    epilog="Example: masar completions import done.xlsx --institution health --dry-run",
)
@explained
def import_list(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX.", exists=True, dir_okay=False)
    ],
    institution: Annotated[str, typer.Option(help="Short name of the institution.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check only; record nothing.")
    ] = False,
) -> None:
    """Record the finished courses of a list, all or none of them."""
    settings = read_settings()
    database = Database(settings.database_url.get_secret_value())
    try:
        with database.read() as connection:
            tenant = get_institution_by_key(connection, key=institution).institution_id
        upload = Upload(name=file.name, content=file.read_bytes())
        checked = _check(database, tenant, upload, secret_of(settings))
        refuse_wrong(checked, consequence="nothing was recorded")
        if not dry_run:
            done = _take_in(database, checked).report
            out.print(
                f"{done['new']} new ({done['waiting']} wait for their person), "
                f"{done['withdrawn']} withdrawn, {done['known']} known before."
            )
    finally:
        database.close()


def _check(database: Database, tenant: UUID, upload: Upload, secret: bytes) -> Report:
    """Check a list without leaving it to the worker."""
    now = current_time()
    with database.write() as connection:
        report_id = service.upload_report(
            connection, actor_id=INSTALLATION, tenant=tenant, file=upload, now=now
        )
    payload = {"report_id": str(report_id), "institution": str(tenant)}
    service.check_report(database, payload, secret=secret, now=now)
    with database.read() as connection:
        return get_report(connection, institution_id=tenant, report_id=report_id)


def _take_in(database: Database, checked: Report) -> Report:
    with database.write() as connection:
        service.accept_report(connection, report=checked, now=current_time())
    keys = {"institution_id": checked.institution_id, "report_id": checked.report_id}

    def take(connection: Connection, part: int) -> Report:
        report = get_report(connection, **keys)
        service.import_report_part(
            connection, report=report, part=part, now=current_time()
        )
        return get_report(connection, **keys)

    return take_in(database, checked, take, doing="Recording")


@completions.command("waiting", epilog="Example: masar completions waiting health")
@explained
def show_waiting(
    institution: Of,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 100,
) -> None:
    """List the reported completions whose person nobody has found yet."""
    table = Table("member", "course", "completed on", "reference")
    database = Database(read_settings().database_url.get_secret_value())
    try:
        with database.read() as connection:
            tenant = get_institution_by_key(connection, key=institution).institution_id
            rows = list_waiting(connection, tenant=tenant, after="", limit=limit)
    finally:
        database.close()
    for each in rows:
        table.add_row(
            each.member or "", each.course_key, f"{each.completed_on}", each.reference
        )
    out.print(table, markup=False)
