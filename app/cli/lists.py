"""What the commands that take in lists have in common."""

from collections.abc import Callable
from typing import TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import Connection

from app.cli.console import FAILED, err, out
from app.kernel.database import Database
from app.kernel.intake import IntakeState, Listed

List = TypeVar("List", bound=Listed)


def refuse_wrong(checked: Listed, *, consequence: str) -> None:
    """Say what is wrong with a checked list, and stop if anything is.

    Args:
        checked: The list, with what checking found.
        consequence: What did not happen, as ``nobody was invited``.

    Raises:
        typer.Exit: It was refused; everything wrong stands on standard error.
    """
    unreadable = checked.report.get("unreadable")
    if unreadable:
        err.print(f"The file cannot be read: {unreadable}", markup=False)
    problems = checked.report.get("problems")
    if isinstance(problems, list):
        for line, column, code in problems:
            err.print(f"line {line}, {column}: {code}", markup=False)
    if checked.state is IntakeState.REFUSED:
        err.print(f"{checked.report['wrong']} wrong; {consequence}.")
        raise typer.Exit(FAILED)
    out.print(f"{checked.rows} rows, all right.")


def take_in(
    database: Database,
    checked: List,
    take: Callable[[Connection, int], List],
    *,
    doing: str,
) -> List:
    """Import part after part, with a bar; a worker beside us may take some of them.

    Args:
        database: Each part is a transaction of its own.
        checked: An accepted list.
        take: Imports one part, from 1, and returns how far the list is then.
        doing: Said before the bar.

    Returns:
        The list when it is done.
    """
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn())
    current, part = checked, 1
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=checked.rows)
        while current.state is not IntakeState.DONE:
            with database.write() as connection:
                current = take(connection, part)
            part += 1
            progress.update(task, completed=current.rows_done)
    return current
