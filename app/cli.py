"""The command line: run, prepare and check an installation."""

import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import cycle
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
import uvicorn
from alembic import command
from alembic.config import Config
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.assessment.errors import UnknownRoleError
from app.assessment.service import save_answers, start_attempt, submit_attempt
from app.frameworks.errors import FrameworkNotFoundError, VersionIsPublishedError
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.identity.domain import make_resume_code
from app.identity.service import forget_expired, welcome
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.text import Language, TranslationState, iter_texts, translation_counts
from app.kernel.yaml import DocumentError
from app.loading import (
    SCHEMAS,
    load_files,
    outdated_schemas,
    read_everything,
    schema_text,
)
from app.settings import ROOT, Settings
from app.web.logs import set_up_logs
from app.worker import Worker

P = ParamSpec("P")
R = TypeVar("R")
FAILED = 1
MISUSED = 2
UNAVAILABLE = 3
DEMO_ANSWERS = (
    *("2", "not_applicable", "2", "3", "1", "3", "2", "unknown", "2", "1"),
    *("3", "1", "3", "1", "3", "2", "2", "3", "1"),
)
"""A believable mixture, in the order of the questions."""
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
        except VersionIsPublishedError as error:
            err.print(
                f"{error.name} is published and never changes, but its file differs:",
                *(f"  {line}" for line in error.differences),
                "Copy the file to a new version instead.",
                sep="\n",
                markup=False,
            )
            raise typer.Exit(FAILED) from None
        except FrameworkNotFoundError:
            err.print("Nothing is loaded yet: masar load")
            raise typer.Exit(FAILED) from None
        except UnknownRoleError as error:
            err.print(f"No such role. Roles: {error.facts['allowed']}")
            raise typer.Exit(MISUSED) from None
        except SQLAlchemyError as error:
            err.print(
                f"The database cannot be used ({type(error).__name__}). Is it running, "
                "and has `masar migrate` run?"
            )
            raise typer.Exit(UNAVAILABLE) from None

    return run


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


@masar.command(epilog="Example: masar init")
def init() -> None:
    """Make the folder var/ with random secrets, readable by you alone."""
    make_secrets()


def make_secrets() -> None:
    """Write random secrets once; what is there stays."""
    folder = ROOT / "var"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "secrets.env"
    if path.exists():
        return
    path.touch(mode=0o600)
    path.write_text(f"MASAR_SECRET_KEY={secrets.token_hex(32)}\n")
    out.print(f"New secrets in {path.relative_to(ROOT)} (mode 0600). Keep them.")


@masar.command(epilog="Example: masar serve --port 9000")
@explained
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on.", min=0, max=65535)
    ] = 8000,
    workers: Annotated[
        int, typer.Option(help="Processes; more than one needs PostgreSQL.", min=1)
    ] = 1,
    *,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Do init, migrate and load before.")
    ] = False,
) -> None:
    """Run the site. Stop it with Ctrl+C; requests in progress are finished."""
    if prepare:
        make_secrets()
    settings = read_settings()
    if workers > 1 and settings.is_sqlite:
        err.print("Several workers gain nothing on SQLite: use PostgreSQL.")
        raise typer.Exit(MISUSED)
    check_port(host, port)
    if prepare:
        migrate_database(settings)
        load_into(settings)
    out.print(f"Masar is on http://{host}:{port} (stop it with Ctrl+C)")
    uvicorn.run(
        "app.asgi:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32 * 1024,
        reload=settings.debug,
    )


def check_port(host: str, port: int) -> None:
    """Stop before anything is done or promised if nobody can listen there.

    Raises:
        Exit: The port is taken or not allowed, or the host is not this machine.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn
            probe.bind(address)
    except OSError as error:
        reason = (error.strerror or "it cannot be used").lower()
        err.print(
            f"Nothing was started: {host} port {port} cannot be used ({reason}).\n"
            "Perhaps Masar is running there already. Choose another port, e.g. "
            "masar serve --port 9000",
            markup=False,
        )
        raise typer.Exit(UNAVAILABLE) from None


@masar.command(epilog="Example: MASAR_DATABASE_URL=postgresql://… masar migrate")
@explained
def migrate() -> None:
    """Bring the database to the newest schema; without change, do nothing."""
    migrate_database(read_settings())
    out.print("The database is up to date.")


def migrate_database(settings: Settings) -> None:
    """Run the pending migrations."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = settings.database_url.get_secret_value()
    command.upgrade(config, "head")


@masar.command(epilog="Example: masar load")
@explained
def load() -> None:
    """Publish every framework and course file; all or nothing, and again is harmless."""
    changed = load_into(read_settings())
    out.print(f"{changed} new or changed." if changed else "All was loaded already.")


def load_into(settings: Settings) -> int:
    """Publish the files of an installation in one transaction."""
    folder = settings.frameworks_dir
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Reading files")
        with write_to_database(settings) as connection:
            return load_files(
                connection,
                folder,
                now=current_time(),
                tell=lambda text: progress.update(task, description=text),
            )


@masar.command(epilog="Example: masar check")
@explained
def check(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of the files.",
            envvar="MASAR_FRAMEWORKS_DIR",
            exists=True,
            file_okay=False,
        ),
    ] = ROOT / "frameworks",
    *,
    write_schemas: Annotated[
        bool, typer.Option("--write-schemas", help="Write the JSON schemas anew.")
    ] = False,
) -> None:
    """Validate every YAML file and its schema, and count translations."""
    values, wrong = read_everything(folder)
    for error in wrong:
        err.print(str(error), markup=False)
    stale_schemas = [] if write_schemas else outdated_schemas(folder)
    if write_schemas:
        for name in SCHEMAS:
            (folder / name).write_bytes(schema_text(name))
    for name in stale_schemas:
        err.print(f"{name} is out of date: masar check --write-schemas")
    print_translations(values)
    if wrong or stale_schemas:
        raise typer.Exit(FAILED)
    out.print(f"{len(values)} files are valid.")


def print_translations(values: list[object]) -> None:
    """Show how many texts are current, stale and missing in each language."""
    counts = translation_counts(text for value in values for text in iter_texts(value))
    table = Table("language", *TranslationState, title="Texts by translation state")
    for language in Language:
        row = counts[language]
        table.add_row(language, *(str(row[state]) for state in TranslationState))
    out.print(table)


@masar.command(epilog="Example: masar demo --role trainer")
@explained
def demo(
    role: Annotated[
        str, typer.Option(help="A role of the framework.")
    ] = "service-manager",
    language: Annotated[
        Language, typer.Option(help="Language of the learner.")
    ] = Language.FR,
) -> None:
    """Make a fictitious learner with answers, and print how to look through her eyes."""
    settings = read_settings()
    secret = bytes.fromhex(settings.secret_key.get_secret_value())
    now = current_time()
    with write_to_database(settings) as connection:
        framework = get_default_framework(connection)
        instrument = get_current_instrument(connection, framework)
        learner = welcome(connection, key=secret, language=language, now=now)
        attempt = start_attempt(
            connection,
            learner=learner,
            framework=framework,
            instrument=instrument,
            role_key=role,
            now=now,
        )
        keys = {"attempt_id": attempt.attempt_id, "learner_id": learner.learner_id}
        values = zip(
            (i.key for i in instrument.items), cycle(DEMO_ANSWERS), strict=False
        )
        save_answers(connection, **keys, values=dict(values), now=now)
        submit_attempt(connection, **keys, now=now)
    code = make_resume_code(secret, learner.resume_nonce)
    out.print(f"A fictitious learner is there. Her resume code: {code}")
    out.print(f"Enter it on {settings.public_url}{language}/resume")


@masar.command("settings", epilog="Example: MASAR_DEBUG=true masar settings")
@explained
def show_settings() -> None:
    """List the settings in force, their variables and meaning; secrets stay hidden."""
    settings = read_settings()
    table = Table("variable", "value", "meaning")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "(secret)" if isinstance(value, SecretStr) else str(value)
        table.add_row(f"MASAR_{name.upper()}", shown, field.description or "")
    out.print(table)


@masar.command(epilog="Example: masar worker")
@explained
def worker() -> None:
    """Send mail and do other waiting work, in a process beside the site."""
    settings = read_settings()
    database = Database(settings.database_url.get_secret_value())
    working = Worker(database, settings)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, working.ask_to_stop)
    set_up_logs(settings.log_level)
    out.print("Waiting for work (stop it with Ctrl+C).")
    working.run()
    database.close()
    out.print("Stopped; nothing was left half done.")


@masar.command(epilog="Example (every hour, from cron): masar tidy")
@explained
def tidy() -> None:
    """Delete sessions and counters that have ended."""
    with write_to_database(read_settings()) as connection:
        gone = forget_expired(connection, now=current_time())
    out.print(f"{gone} rows deleted.")


def main() -> None:
    """Run the command line."""
    masar(prog_name="masar")


if __name__ == "__main__":
    main()
