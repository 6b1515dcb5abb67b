"""Commands that fill an installation with people who do not exist."""

from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli.console import (
    err,
    explained,
    masar,
    out,
    read_settings,
    write_to_database,
)
from app.demo.domain import FULL, Ministry
from app.demo.service import add_learner, build_ministry
from app.identity.access import secret_of
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.text import Language
from app.settings import Settings

REST_S = 0.12


@masar.command(epilog="Example: masar demo --language en")
@explained
def demo(
    language: Annotated[
        Language, typer.Option(help="Language of the pages to open, or of the learner.")
    ] = Language.FR,
    role: Annotated[
        str, typer.Option(help="With --learner: a role of the framework.")
    ] = "service-manager",
    *,
    learner: Annotated[
        bool, typer.Option("--learner", help="Only one learner with a result.")
    ] = False,
) -> None:
    """Add a fictitious ministry with hundreds of people, and print how to look at it.

    Every name says that it is an example. No mail is written. Not for an installation
    that real people use: what is added stays, and its passwords have been printed.
    """
    settings = read_settings()
    if learner:
        show_learner(settings, role, language)
        return
    database = Database(settings.database_url.get_secret_value())
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("Inventing people", total=FULL.steps)
            ministry, resume_code = build_ministry(
                database,
                key=secret_of(settings),
                now=current_time(),
                size=FULL,
                rest_s=REST_S if settings.is_sqlite else 0,
                tell=lambda: progress.advance(task),
            )
    finally:
        database.close()
    if ministry.number > 1:
        out.print(
            f"There were {ministry.number - 1} fictitious ministries already; "
            "this is another."
        )
    out.print(list_logins(ministry, resume_code))
    for what, path in addresses(ministry).items():
        out.print(f"{what}: {settings.public_url}{language}/{path}", soft_wrap=True)
    out.print(f"Letters to join: {ministry.letters}")


def list_logins(ministry: Ministry, resume_code: str) -> Table:
    """Return through whose eyes one can look, narrow enough for 80 columns."""
    table = Table(
        *("who", "what", "value"),
        title="A fictitious ministry is there: look at it as …",
    )
    for login in (ministry.director, ministry.trainer):
        table.add_row(login.who, "e-mail", login.email)
        table.add_row("", "password", login.password)
        for code in login.codes:
            table.add_row("", "second step, once", code)
        table.add_row("", "or in an app (TOTP)", login.app_key, end_section=True)
    table.add_row("learner", "resume code", resume_code)
    return table


def addresses(ministry: Ministry) -> dict[str, str]:
    """Return what to open, and where."""
    return {
        "Sign in": "sign-in",
        "Dashboard (director)": f"cohorts/{ministry.cohort.cohort_id}",
        "Group (trainer)": f"cohorts/{ministry.group.cohort_id}",
        "Continue as the learner": "resume",
        "Join": f"join/{ministry.links[1]}",
    }


def show_learner(settings: Settings, role: str, language: Language) -> None:
    """Make one learner with answers, and print how to look through her eyes."""
    with write_to_database(settings) as connection:
        code = add_learner(
            connection,
            key=secret_of(settings),
            language=language,
            role_key=role,
            now=current_time(),
        )
    out.print(f"A fictitious learner is there. Her resume code: {code}")
    out.print(f"Enter it on {settings.public_url}{language}/resume")
