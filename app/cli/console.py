"""What every command needs: how it speaks, how it fails, what it works on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.assessment.errors import UnknownRoleError
from app.cohorts.errors import InstitutionNotFoundError
from app.frameworks.errors import FrameworkNotFoundError, VersionIsPublishedError
from app.kernel.database import Database
from app.kernel.errors import DomainError, InvalidError
from app.kernel.text import Language
from app.kernel.yaml import DocumentError
from app.settings import Settings
from app.web.sentences import describe

P = ParamSpec("P")
R = TypeVar("R")
FAILED = 1
MISUSED = 2
UNAVAILABLE = 3
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
masar = typer.Typer(
    help="From a self-assessment to a learning path, for civil servants.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 something is wrong with what was checked, "
    "2 wrong use or settings, 3 the database or the port cannot be used.",
)
user = typer.Typer(
    help="People with an account, and their offices.", no_args_is_help=True
)
"""Commands of several kinds stand in it."""
masar.add_typer(user, name="user")


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Turn the failures an operator can act on into a sentence and an exit code."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ValidationError as error:
            explain_settings(error)
            raise typer.Exit(MISUSED) from None
        except DocumentError as error:
            err.print(str(error), markup=False)
            raise typer.Exit(FAILED) from None
        except DomainError as error:
            err.print(*explain(error), sep="\n", markup=False)
            is_misuse = isinstance(error, InvalidError)
            raise typer.Exit(MISUSED if is_misuse else FAILED) from None
        except SQLAlchemyError as error:
            err.print(
                f"The database cannot be used ({type(error).__name__}). Is it running, "
                "and has `masar migrate` run?"
            )
            raise typer.Exit(UNAVAILABLE) from None

    return run


def explain(error: DomainError) -> list[str]:
    """Say in English which rule was broken and what to do."""
    match error:
        case VersionIsPublishedError():
            lines = [
                f"{error.name} is published and never changes, but its file differs:",
                *(f"  {line}" for line in error.differences),
                "Copy the file to a new version instead.",
            ]
        case FrameworkNotFoundError():
            lines = ["Nothing is loaded yet: masar load"]
        case UnknownRoleError():
            lines = [f"No such role. Roles: {error.facts['allowed']}"]
        case InstitutionNotFoundError():
            lines = ["No such institution. See: masar institution list"]
        case _:
            title, sentence = describe(error.code, Language.EN)
            facts = [f"{name}: {value}" for name, value in error.facts.items()]
            lines = [f"{title}. {sentence}", *facts]
    return lines


def explain_settings(error: ValidationError) -> None:
    """Name each wrong variable; its value may be a secret and is not shown."""
    for each in error.errors():
        names = [f"MASAR_{part}: ".upper() for part in each["loc"]]
        err.print("".join(names) + each["msg"], markup=False)
    err.print("Settings are wrong or missing: see `masar settings --help`.")


def read_settings() -> Settings:
    """Read the settings from the environment."""
    return Settings()


@contextmanager
def write_to_database(settings: Settings) -> Iterator[Connection]:
    """Open one transaction on the installation's database."""
    database = Database(settings.database_url.get_secret_value())
    try:
        with database.write() as connection:
            yield connection
    finally:
        database.close()
