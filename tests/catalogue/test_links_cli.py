"""Checking links on the command line, and by the worker."""

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app import cli, worker
from app.catalogue.queries import get_catalogue
from app.catalogue.queries.links import find_links, list_due
from app.cli import links
from app.kernel.database import Database
from app.kernel.probing import Answer
from app.settings import Settings
from tests.constants import NOON, SECRET_KEY
from tests.identity.builders import application, database_of
from tests.kernel.test_probing import site

__all__ = ["site"]
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Run:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_DATABASE_URL", database_url)

    def invoke(*words: str, private: bool) -> Result:
        monkeypatch.setenv("MASAR_PRIVATE_LINKS", str(private))
        return CliRunner().invoke(cli.masar, words)

    return invoke


def test_an_operator_checks_links(
    run: Run,
    database: Database,
    site: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.read() as connection:
        course = get_catalogue(connection).courses[0]
    addresses = [f"{site}/fine"]
    monkeypatch.setattr(links, "list_addresses", lambda _courses: addresses)

    fine = run("links", "--json", private=True)
    inside = run("links", private=False)
    addresses.append(f"{site}/gone")
    gone = run("links", "--json", private=True)

    assert (fine.exit_code, inside.exit_code, gone.exit_code) == (0, 1, 1)
    lines = [orjson.loads(x) for x in gone.stdout.splitlines() if x.startswith("{")]
    assert [(each["answer"], each["status"]) for each in lines] == [
        ("fine", 200),
        ("gone", 404),
    ]
    assert course.url not in gone.output


def test_the_worker_checks_a_few_if_it_is_to(
    client: TestClient,
    site: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = database_of(client)
    settings = application(client).state.settings
    wanting = settings.model_copy(update={"check_links": True, "private_links": True})
    address = f"{site}/gone"
    monkeypatch.setattr(worker, "list_due", lambda *_, **__: [address])

    off = worker._check_links(database, settings, NOON)  # noqa: SLF001 -- a task
    on = worker._check_links(database, wanting, NOON)  # noqa: SLF001 -- a task

    assert (off, on) == (0, 1)
    with database.read() as connection:
        link = find_links(connection, [address])[address]
        due = list_due(connection, now=NOON + timedelta(days=1), limit=9)
    assert (link.answer, link.failing_since) == (Answer.GONE, NOON)
    assert address not in due
