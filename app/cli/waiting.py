"""Commands about what waits to be done: mail, jobs that were given up."""

from typing import Annotated

import typer
from rich.table import Table

from app.cli.console import FAILED, err, explained, masar, out, read_settings
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.jobs import GiveUpError, list_backlog, retry_failed
from app.kernel.postbox import read_mailbox
from app.kernel.text import Language
from app.web.mail import send_now


@masar.command("jobs", epilog="Example: masar jobs --retry")
@explained
def show_jobs(
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Let what was given up begin anew.")
    ] = False,
) -> None:
    """List what waits to be done, and what was given up and why."""
    database = Database(read_settings().database_url.get_secret_value())
    if retry:
        with database.write() as connection:
            again = retry_failed(connection, now=current_time())
        out.print(f"{again} jobs begin anew.")
    with database.read() as connection:
        backlog = list_backlog(connection)
    database.close()
    table = Table("kind", "waiting", "given up", "the reason of one")
    for each in backlog:
        reason = each.last_error or ""
        table.add_row(each.kind, str(each.waiting), str(each.failed), reason)
    out.print(table)


@masar.command("mail", epilog="Example: masar mail you@example.org")
@explained
def try_mail(
    address: Annotated[str, typer.Argument(help="Where to.")],
    language: Annotated[Language, typer.Option(help="Of the message.")] = Language.FR,
) -> None:
    """Send a message now, to see whether the settings for mail are right."""
    settings = read_settings()
    try:
        read_mailbox(address)
        where = send_now(settings, to=address, language=language, now=current_time())
    except (OSError, ValueError, GiveUpError) as error:
        err.print(f"It was not sent: {error}", markup=False)
        raise typer.Exit(FAILED) from None
    out.print(where, soft_wrap=True, markup=False)
