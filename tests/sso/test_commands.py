import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app import cli
from app.cli import console
from app.cohorts.domain import INSTALLATION, InstitutionKind
from app.cohorts.service import InstitutionDraft, add_institution
from app.kernel.text import Language
from app.settings import Settings
from tests.constants import NOON, SECRET_KEY
from tests.identity.builders import database_of
from tests.sso.builders import CLIENT_SECRET, RETURN, enter


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Set the variables of an installation and read no file."""
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_DATABASE_URL", database_url)
    monkeypatch.setenv("MASAR_CLIENT_SECRET", CLIENT_SECRET)
    for each in (console.out, console.err):
        monkeypatch.setattr(each, "_width", 300)


def sso(*words: str) -> Result:
    return CliRunner().invoke(cli.masar, ["sso", *words])


def add(issuer: str, *others: str) -> Result:
    words = ["--institution", "ministry", "--issuer", issuer, "--client-id", "masar"]
    return sso("add", *words, *others)


@pytest.fixture
def _institution(client: TestClient) -> None:
    with database_of(client).write() as connection:
        add_institution(
            connection,
            actor_id=INSTALLATION,
            parent=None,
            draft=InstitutionDraft(
                key="ministry",
                kind=InstitutionKind.MINISTRY,
                names={Language.FR: "Ministère des Postes"},
                country="SN",
                smallest_cell=None,
            ),
            now=NOON,
        )


@pytest.mark.usefixtures("_institution")
def test_an_operator_lets_an_institution_in_and_out(
    client: TestClient, ministry: str
) -> None:
    added = add(ministry, "--domain", "MINISTRY.example")
    listed = sso("list")
    came = enter(client, "ada")
    removed = [sso("remove", "--institution", "ministry") for _ in range(2)]

    assert added.exit_code == 0, added.output
    assert RETURN in added.stdout
    assert "ministry.example" in listed.stdout
    assert CLIENT_SECRET not in added.output + listed.output
    assert came.headers["location"] == "/fr/continue"
    assert [r.exit_code for r in removed] == [0, 1]
    assert client.get("/fr/sign-in/institution/ministry").status_code == 404


@pytest.mark.usefixtures("_institution")
def test_what_cannot_work_is_said_before_people_depend_on_it(
    client: TestClient, ministry: str
) -> None:
    away, open_line = add("http://127.0.0.1:1"), add("http://login.example")
    other_name, wrong_domain = add(f"{ministry}/"), add(ministry, "--domain", "@")

    codes = [r.exit_code for r in (away, open_line, other_name, wrong_domain)]
    assert codes == [1, 2, 1, 2]
    assert "https://" in open_line.stderr
    assert "masar" not in sso("list").stdout
    assert client.get("/fr/sign-in/institution/ministry").status_code == 404


def test_only_an_institution_we_know_can_be_added(ministry: str) -> None:
    assert add(ministry).exit_code == 1
