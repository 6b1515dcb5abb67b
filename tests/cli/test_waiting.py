from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.cli import console
from app.kernel.database import Database
from app.kernel.jobs import MOST_ATTEMPTS, GiveUpError, Job, run_due
from app.settings import Settings
from tests.constants import NOON, SECRET_KEY
from tests.kernel.builders import add_job, job_rows
from tests.web.mailserver import UNKNOWN, mail_server


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set the variables of an installation and read no file."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_MAIL_DIR", str(tmp_path / "mail"))
    for each in (console.out, console.err):
        monkeypatch.setattr(each, "_width", 300)


def run(*words: str, **variables: str) -> Result:
    return CliRunner(env=variables).invoke(cli.masar, words)


def test_jobs_are_listed_and_begin_anew(database: Database, database_url: str) -> None:
    def refuse(_job: Job) -> None:
        raise GiveUpError("refused-550")

    add_job(database, kind="mail", who="ada.lovelace")
    run_due(database, {"mail": refuse}, now=NOON, limit=1)
    add_job(database, kind="mail")

    listed = run("jobs", MASAR_DATABASE_URL=database_url)
    again = run("jobs", "--retry", MASAR_DATABASE_URL=database_url)

    assert (listed.exit_code, again.exit_code) == (0, 0)
    assert "refused-550" in listed.stdout
    assert "lovelace" not in listed.stdout
    assert "1 jobs begin anew." in again.stdout
    assert [row.failed_at for row in job_rows(database)] == [None, None]
    assert max(row.attempts for row in job_rows(database)) < MOST_ATTEMPTS


def test_mail_can_be_tried_out(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        server = {
            "MASAR_SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
            "MASAR_MAIL_FROM": "Masar <masar@example.org>",
        }
        sent = run("mail", "ada@example.org", "--language", "ar", **server)
        refused = run("mail", UNKNOWN, **server)
    down = run("mail", "ada@example.org", **server)
    filed = run("mail", "ada@example.org")
    wrong = run("mail", "ada")

    assert [r.exit_code for r in (sent, refused, down, filed, wrong)] == [0, 1, 1, 0, 1]
    assert mailbox.recipients == ["ada@example.org"]
    assert "refused-550" in refused.stderr
    assert str(tmp_path / "mail") in filed.stdout
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.mark.parametrize(
    "words", [["jobs"], ["mail"], ["sso", "add"], ["sso", "list"], ["sso", "remove"]]
)
def test_every_command_has_help_and_an_example(words: list[str]) -> None:
    result = run(*words, "--help")

    assert result.exit_code == 0
    assert f"masar {' '.join(words)}" in " ".join(result.stdout.split())
