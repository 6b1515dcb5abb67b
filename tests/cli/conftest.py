"""Commands run as the shell does."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.settings import ROOT, Settings
from tests.cli.builders import Run
from tests.conftest import create_database, with_name
from tests.constants import SECRET_KEY


@pytest.fixture(autouse=True)
def _wide_consoles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every sentence on its line."""
    for console in (cli.out, cli.err):
        monkeypatch.setattr(console, "_width", 400)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set the variables of an installation and read no file."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    return monkeypatch


@pytest.fixture
def folder(tmp_path: Path, environment: pytest.MonkeyPatch) -> Path:
    """Return a copy of the framework files, which the installation loads."""
    copy = tmp_path / "frameworks"
    shutil.copytree(ROOT / "frameworks", copy)
    environment.setenv("MASAR_FRAMEWORKS_DIR", str(copy))
    return copy


@pytest.fixture
def run(environment: pytest.MonkeyPatch) -> Run:
    """Run a command of masar as the shell does."""

    def invoke(*words: str, url: str = "", **variables: str) -> Result:
        if url:
            environment.setenv("MASAR_DATABASE_URL", url)
        for name, value in variables.items():
            environment.setenv(name, value)
        return CliRunner().invoke(cli.masar, words)

    return invoke


@pytest.fixture
def empty_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Return the URL of a database without tables."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite"
    admin = request.getfixturevalue("postgres")
    name = f"empty_{uuid4().hex}"
    create_database(admin, name)
    return with_name(admin, name)
