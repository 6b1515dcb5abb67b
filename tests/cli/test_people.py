"""``masar user``: people with an account, without mail."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from app import cli
from app.kernel.clock import current_time
from app.settings import Settings
from tests.conftest import Clock
from tests.constants import SECRET_KEY
from tests.home.second_factor import set_up
from tests.identity.builders import ADA_MAIL, send, show, sign_in, sign_out, sign_up

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, clock: Clock) -> Run:
    """Run a command on the database that the client shows, at the same time."""
    clock.now = current_time()
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(cli.masar, ["user", *words])


def enter(client: TestClient, printed: str) -> int:
    """Press the button behind the printed link; return what the account page says."""
    url = urlsplit(printed.rsplit(maxsplit=1)[-1])
    page = f"{url.path}?{url.query}"
    ticket = show(client, page).controls["ticket"][0]
    send(client, "/fr/sign-in/link", {"ticket": ticket}, shown_at=page)
    return int(client.get("/fr/account").status_code)


def test_added_person_signs_in_by_the_printed_link(
    run: Run, client: TestClient
) -> None:
    result = run("add", ADA_MAIL)

    assert result.exit_code == 0, result.output
    assert enter(client, result.stdout) == 200
    assert ADA_MAIL in client.get("/fr/account").text
    assert ADA_MAIL in run("list").stdout


def test_address_is_added_once(run: Run) -> None:
    first, second = run("add", ADA_MAIL), run("add", "ADA@example.org")

    assert (first.exit_code, second.exit_code) == (0, cli.FAILED)
    assert "another account" in second.stderr


def test_link_for_a_person_whose_mail_fails(run: Run, client: TestClient) -> None:
    sign_up(client)
    sign_out(client)

    result = run("link", ADA_MAIL)

    assert enter(client, result.stdout) == 200


@pytest.mark.parametrize("command", ["link", "reset-second-factor"])
def test_unknown_people_are_said(run: Run, command: str) -> None:
    assert run(command, "nobody@example.org").exit_code == cli.FAILED
    assert run(command, "nobody").exit_code == cli.MISUSED


def test_reset_turns_the_second_factor_off_and_signs_out(
    run: Run, client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    set_up(client, clock)

    result = run("reset-second-factor", ADA_MAIL)

    assert "1 sessions ended" in result.stdout
    assert client.get("/fr/account").status_code == 401
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize("command", ["add", "link", "list", "reset-second-factor"])
def test_every_command_has_help_and_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")

    assert "Example" in result.stdout
    assert f"masar user {command}" in result.stdout.replace("\n", " ")
