"""Institutions and offices on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.cohorts import queries
from app.cohorts.domain import INSTALLATION, Office
from app.identity.service import create_account
from app.kernel.database import Database
from app.settings import Settings
from tests.cohorts.builders import add_world
from tests.constants import NOON, SECRET, SECRET_KEY
from tests.identity.builders import add_learner

Run = Callable[..., Result]


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


def test_operator_builds_a_tree_and_lists_it(run: Run) -> None:
    country = run(
        "institution",
        "add",
        "senegal",
        "country",
        "--name",
        "fr=Sénégal",
        "--country",
        "SN",
    )
    ministry = run(
        "institution",
        "add",
        "health",
        "ministry",
        "--name",
        "fr=Santé",
        "--name",
        "ar=الصحة",
        "--below",
        "senegal",
    )
    listed = run("institution", "list", "--language", "ar")

    assert (country.exit_code, ministry.exit_code) == (0, 0), ministry.output
    assert listed.output.index("senegal") < listed.output.index("health")
    assert "الصحة" in listed.output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "A B", "country", "--name", "fr=x"), cli.MISUSED),
        (("add", "a", "country", "--name", "x"), cli.MISUSED),
        (("add", "a", "country", "--name", "fr=x", "--below", "none"), cli.FAILED),
        (("list", "--below", "none"), cli.FAILED),
    ],
)
def test_what_cannot_be_is_explained(
    run: Run, words: tuple[str, ...], code: int
) -> None:
    result = run("institution", *words)

    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_operator_grants_and_revokes_offices(run: Run, database: Database) -> None:
    with database.write() as connection:
        learner = add_learner(connection)
        create_account(
            connection,
            key=SECRET,
            learner_id=learner.learner_id,
            email="amina@example.org",
            now=NOON,
        )
    run("institution", "add", "health", "ministry", "--name", "fr=Santé")

    results = [
        run("user", "grant", "amina@example.org", "operator"),
        run("user", "grant", "Amina@example.org", "trainer", "health"),
        run("user", "revoke", "amina@example.org", "operator"),
    ]
    unknown = run("user", "grant", "nobody@example.org", "operator")
    wrong = run("user", "grant", "amina@example.org", "administrator")

    assert [each.exit_code for each in results] == [0, 0, 0]
    assert (unknown.exit_code, wrong.exit_code) == (cli.FAILED, cli.MISUSED)
    with database.read() as connection:
        held = queries.list_offices(connection, learner_id=learner.learner_id)
    assert [office for _, office in held] == [Office.TRAINER]
    assert INSTALLATION not in [where for where, _ in held]


def test_operator_imports_a_list_and_sees_what_is_wrong(
    run: Run, database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        world = add_world(connection)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("email,name\na@example.org,Ada\nb@example.org,Bob\n")
    bad.write_text("email,name\na@example.org,Ada\nnobody,Bob\n")
    cohort = ("--cohort", str(world.cohort.cohort_id))

    refused = run("roster", "import", str(bad), *cohort)
    tried = run("roster", "import", str(good), *cohort, "--dry-run")
    done = run("roster", "import", str(good), *cohort)

    assert (refused.exit_code, tried.exit_code, done.exit_code) == (cli.FAILED, 0, 0)
    assert "line 3, email: not-an-address" in refused.output
    assert "2 people are invited" in done.output
    with database.read() as connection:
        people = queries.count_people(
            connection, campaign_id=world.campaign.campaign_id
        )
    assert people.invited == 2
