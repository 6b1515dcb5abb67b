"""Commands that prepare, run and tidy an installation."""

import secrets
import signal
import socket
from typing import Annotated

import typer
import uvicorn
from pydantic import SecretStr
from rich.table import Table

from app.cli.console import (
    MISUSED,
    UNAVAILABLE,
    err,
    explained,
    masar,
    out,
    read_settings,
)
from app.cli.content import load_into
from app.home.service import apply_retention
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.progress.files.documents import Folder
from app.progress.service import sweep_documents
from app.settings import ROOT, Settings
from app.web.logs import set_up_logs
from app.worker import Worker


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
    # Here, for a worker that only serves would carry its 12 MB.
    from alembic import command  # noqa: PLC0415 -- heavy, loaded where it is used
    from alembic.config import Config  # noqa: PLC0415 -- heavy, loaded where it is used

    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = settings.database_url.get_secret_value()
    command.upgrade(config, "head")


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
    """Delete what has ended, and answers that nobody has used for long."""
    settings = read_settings()
    database = Database(settings.database_url.get_secret_value())
    now = current_time()
    gone = apply_retention(database, unused=settings.unused_lifetime, now=now)
    folder = Folder(settings.documents_folder)
    files = sweep_documents(database, folder=folder, now=now)
    database.close()
    out.print(f"{gone} rows and {files} files deleted.")
