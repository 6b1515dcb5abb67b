"""Keys and activities on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.cohorts.queries.keys import list_keys
from app.kernel.database import Database
from app.records.domain import Version
from app.records.domain.validation import check_statement
from app.records.queries.matching import list_activities
from app.records.service import prepare, store
from app.settings import Settings
from tests.cohorts.builders import add_key, add_ministry
from tests.constants import NOON, SECRET_KEY
from tests.records.builders import COURSE, mailbox, statement

Run = Callable[..., Result]
MOOC = "unesco-oxford-ai-dt-gov"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Callable[..., Result]:
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_DATABASE_URL", database_url)
    for console in (cli.out, cli.err):
        monkeypatch.setattr(console, "_width", 400)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(cli.masar, words)

    return invoke


def test_an_operator_issues_a_key_and_ends_it(run: Run, database: Database) -> None:
    with database.write() as connection:
        health = add_ministry(connection)

    issued = run("key", "issue", "health", "Moodle", "--scope", "all")
    with database.read() as connection:
        (key,) = list_keys(connection, institution_id=health.institution_id)
    listed = run("key", "list", "health")
    ended = run("key", "revoke", "health", str(key.key_id))

    assert f"User name: {key.key_id}" in issued.output
    assert str(key.key_id) in listed.output
    assert ended.output == "Ended.\n"
    assert "ended" in run("key", "list", "health").output


def test_an_operator_lists_and_maps_activities(run: Run, database: Database) -> None:
    with database.write() as connection:
        health = add_ministry(connection)
        key, _ = add_key(connection, health)
        draft = prepare(
            check_statement(statement(), Version.ONE),
            version=Version.ONE,
            key=key,
            authority={"account": {"homePage": "x:y", "name": "key"}, **mailbox()},
        )
        store(connection, key=key, drafts=[draft], now=NOON)

    assert COURSE in run("activity", "list", "health").output
    assert run("activity", "map", "health", COURSE, MOOC).output == "Mapped.\n"
    assert run("activity", "map", "health", COURSE, "nothing").exit_code == 2
    assert run("activity", "map", "health", "x:unknown", MOOC).exit_code == 1

    with database.read() as connection:
        (found,) = list_activities(
            connection, tenant=health.institution_id, after=None, limit=9
        )
    assert (found.activity_id, found.course_key) == (COURSE, MOOC)


def test_an_operator_imports_finished_courses(
    run: Run, database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        add_ministry(connection)
    head = "member,course,completed_on\n"
    sound, wrong = tmp_path / "done.csv", tmp_path / "wrong.csv"
    rows = "".join(f"a{n}@health.example,{MOOC},2026-10-15\n" for n in range(3))
    sound.write_text(head + rows)
    wrong.write_text(f"{head}a@health.example,none,2026-10-15\n")

    def bring(path: Path, *options: str) -> Result:
        return run(
            "completions", "import", str(path), "--institution", "health", *options
        )

    refused = bring(wrong)
    trial = bring(sound, "--dry-run")
    first = bring(sound)
    again = bring(sound)
    waiting = run("completions", "waiting", "health").output

    assert refused.exit_code == 1
    assert "line 2, course: unknown" in refused.output
    assert trial.output == "3 rows, all right.\n"
    assert "3 new (3 wait for their person), 0 withdrawn, 0 known" in first.output
    assert "0 new (0 wait for their person), 0 withdrawn, 3 known" in again.output
    assert waiting.count("@health.example") == 3
