import socket
from pathlib import Path

import pytest

from app import cli
from app.cli import running
from app.settings import Settings
from tests.cli.builders import Run
from tests.constants import SECRET_KEY


def test_settings_are_listed_without_secrets(run: Run) -> None:
    result = run("settings", url="postgresql://masar:s3cr3t@db/masar")

    assert result.exit_code == 0
    for name in Settings.model_fields:
        assert f"MASAR_{name.upper()} " in result.stdout
    assert SECRET_KEY not in result.output
    assert "s3cr3t" not in result.output
    assert result.stdout.count("(secret)") == 2


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("MASAR_SECRET_KEY", "s3cr3t", "MASAR_SECRET_KEY: "),
        ("MASAR_DATABASE_URL", "mysql://x:s3cr3t@y", "MASAR_DATABASE_URL: "),
        ("MASAR_LOG_LEVEL", "LOUD", "MASAR_LOG_LEVEL: "),
        ("MASAR_ENVIRONMENT", "staging", "MASAR_ENVIRONMENT: "),
    ],
)
def test_wrong_settings_are_named_and_not_repeated(
    run: Run, variable: str, value: str, sentence: str
) -> None:
    for command in (["settings"], ["migrate"], ["load"], ["serve"], ["tidy"]):
        result = run(*command, **{variable: value})

        assert result.exit_code == cli.MISUSED
        assert result.stderr.startswith(sentence)
        assert "s3cr3t" not in result.output


def test_unsafe_production_is_refused(run: Run) -> None:
    variables = {"MASAR_ENVIRONMENT": "production", "MASAR_DEBUG": "true"}

    result = run("serve", **variables)

    assert result.exit_code == cli.MISUSED
    assert "MASAR_DEBUG must be off" in result.stderr
    assert "MASAR_:" not in result.stderr


def test_database_that_cannot_be_used_is_said(run: Run, tmp_path: Path) -> None:
    unmigrated = f"sqlite:///{tmp_path}/new.sqlite"
    away = "postgresql://127.0.0.1:1/masar"

    results = [run("load", url=unmigrated), run("load", url=away), run("migrate")]

    assert [result.exit_code for result in results] == [cli.UNAVAILABLE] * 3
    assert {"masar migrate" in result.stderr for result in results} == {True}
    assert not any("Traceback" in result.output for result in results)


def test_several_workers_need_postgresql(run: Run, tmp_path: Path) -> None:
    result = run("serve", "--workers", "2", url=f"sqlite:///{tmp_path}/x.sqlite")

    assert result.exit_code == cli.MISUSED
    assert "PostgreSQL" in result.stderr


def test_a_port_in_use_is_said_before_anything_is_done(
    run: Run, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setattr(running, "ROOT", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(
            "serve", "--prepare", "--port", port, url=f"sqlite:///{tmp_path}/x.sqlite"
        )

    assert result.exit_code == cli.UNAVAILABLE
    assert f"127.0.0.1 port {port} cannot be used (address already in use)" in (
        result.stderr
    )
    assert "--port" in result.stderr
    assert "Masar is on" not in result.output
    assert not (tmp_path / "x.sqlite").exists()


def test_a_host_that_is_not_this_machine_is_said(run: Run) -> None:
    result = run("serve", "--host", "192.0.2.1")

    assert result.exit_code == cli.UNAVAILABLE
    assert "192.0.2.1 port 8000 cannot be used" in result.stderr
