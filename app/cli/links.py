"""The command that checks where courses lead."""

from typing import Annotated

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from app.catalogue.domain.links import list_addresses
from app.catalogue.queries import get_catalogue
from app.catalogue.queries.links import list_failing
from app.catalogue.service.links import check_links, forget_links, open_prober
from app.cli.console import FAILED, err, explained, masar, out, read_settings
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.probing import FAILING, Answer


@masar.command(epilog="Example: masar links --json")
@explained
def links(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON for each link.")
    ] = False,
) -> None:
    """Check every link of the courses; fails if one does not answer."""
    settings = read_settings()
    database = Database(settings.database_url.get_secret_value())
    prober = open_prober(
        public_url=str(settings.public_url), is_private=settings.private_links
    )
    try:
        with database.read() as connection:
            addresses = list_addresses(get_catalogue(connection).courses)
        columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("", total=len(addresses))
            found = check_links(
                database,
                prober=prober,
                addresses=addresses,
                now=current_time(),
                tell=lambda _found: progress.advance(task),
            )
        with database.write() as connection:
            forget_links(connection)
        if as_json:
            for each in sorted(found, key=lambda one: one.address):
                typer.echo(orjson.dumps(each).decode())
        else:
            _show(database)
    finally:
        prober.close()
        database.close()
    counts = {answer: sum(one.answer is answer for one in found) for answer in Answer}
    told = ", ".join(f"{n} {answer}" for answer, n in counts.items() if n)
    err.print(f"{len(found)} links: {told or 'none'}.", markup=False)
    if any(one.answer in FAILING for one in found):
        raise typer.Exit(FAILED)


def _show(database: Database) -> None:
    table = Table("course", "address", "answer", "status", "since")
    with database.read() as connection:
        failing = list_failing(connection, get_catalogue(connection).courses)
    for course, link in failing:
        since = f"{link.failing_since:%Y-%m-%d}" if link.failing_since else ""
        status = str(link.status or "")
        table.add_row(course.key, link.address, link.answer, status, since)
    if failing:
        out.print(table, markup=False)
