import re

import pytest

from app import cli
from app.demo.domain import Size
from app.identity.models import LearnerRow
from app.identity.service import count_use
from app.kernel.database import Database
from app.proficiency.models import EvidenceRow
from tests.cli.builders import Run, count
from tests.constants import NOON
from tests.identity.builders import add_learner, add_session


def test_demo_adds_a_ministry_and_prints_how_to_get_in(
    run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = Size(invited=12, members=10, returning=2, group=3, walking=1)
    monkeypatch.setattr("app.cli.demo.FULL", tiny)

    first = run("demo", "--language", "en", url=database_url)
    second = run("demo", "--language", "en", url=database_url)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert re.findall(r"(director|trainer)-\w{6}@example.org", first.stdout) == [
        "director",
        "trainer",
    ]
    assert len(re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}\b", first.stdout)) == 10
    assert re.search(r"/en/cohorts/[0-9a-f-]{36}\n", first.stdout)
    assert re.search(r"Letters to join: [A-Z]{6}\n", first.stdout)
    assert "already" not in first.stdout
    assert "already" in second.stdout
    assert count(database_url, LearnerRow) == [2 * (10 + 2)]


def test_demo_makes_a_learner_with_a_result(run: Run, database_url: str) -> None:
    result = run(
        *("demo", "--learner", "--role", "trainer", "--language", "ar"),
        url=database_url,
    )

    assert result.exit_code == 0
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", result.stdout)
    assert "/ar/resume" in result.stdout
    assert count(database_url, LearnerRow, EvidenceRow) == [1, 19]


def test_demo_with_a_wrong_role_makes_nobody(run: Run, database_url: str) -> None:
    result = run("demo", "--learner", "--role", "king", url=database_url)

    assert result.exit_code == cli.MISUSED
    assert "trainer" in result.stderr
    assert count(database_url, LearnerRow, EvidenceRow) == [0, 0]


def test_demo_before_loading_says_what_to_do(run: Run, empty_url: str) -> None:
    run("migrate", url=empty_url)

    result = run("demo")

    assert result.exit_code == cli.FAILED
    assert "masar load" in result.stderr


def test_tidy_deletes_what_has_ended(run: Run, database_url: str) -> None:
    database = Database(database_url)
    with database.write() as connection:
        learner = add_learner(connection)
        add_session(connection, learner)
        long_ago = NOON.replace(year=2020)
        count_use(connection, scope="x" * 64, limit=9, now=long_ago)
    database.close()

    results = [run("tidy", url=database_url), run("tidy")]

    assert [result.exit_code for result in results] == [0, 0]
    assert results[1].stdout == "0 rows and 0 files deleted.\n"


@pytest.mark.parametrize(
    "command",
    ["init", "serve", "migrate", "load", "check", "demo", "settings", "tidy", "worker"],
)
def test_every_command_has_help_and_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")

    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"masar {command}" in result.stdout.replace("\n", " ")


def test_wrong_use_is_told_from_failure(run: Run) -> None:
    assert run("nothing").exit_code == cli.MISUSED
    assert run("serve", "--port", "x").exit_code == cli.MISUSED
    assert run("load", "--more").exit_code == cli.MISUSED
