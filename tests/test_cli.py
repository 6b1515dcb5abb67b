import re
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from app import cli
from app.catalogue.models import ReleaseRow
from app.cli import running
from app.demo.domain import Size
from app.frameworks.models import FrameworkRow, InstrumentRow
from app.identity.models import LearnerRow
from app.identity.service import count_use
from app.kernel.database import Base, Database
from app.proficiency.models import EvidenceRow
from app.settings import ROOT, Settings
from tests.conftest import create_database, with_name
from tests.constants import NOON, SECRET_KEY
from tests.identity.builders import add_learner, add_session

Run = Callable[..., Result]


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


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def count(url: str, *tables: type[Base]) -> list[int | None]:
    """Count the rows of tables."""
    database = Database(url)
    try:
        with database.read() as connection:
            counts = [select(func.count()).select_from(table) for table in tables]
            return [connection.scalar(each) for each in counts]
    finally:
        database.close()


def loaded(url: str) -> list[int | None]:
    """Count what is published."""
    return count(url, FrameworkRow, InstrumentRow, ReleaseRow)


def test_init_makes_secrets_that_nobody_else_reads(
    run: Run, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setattr(running, "ROOT", tmp_path)

    first = run("init")
    path = tmp_path / "var" / "secrets.env"
    text = path.read_text()
    second = run("init")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert re.fullmatch(r"MASAR_SECRET_KEY=[0-9a-f]{64}\n", text)
    assert path.read_text() == text
    assert text.partition("=")[2].strip() not in first.output


def test_migrate_and_load_prepare_an_empty_database(run: Run, empty_url: str) -> None:
    results = [run("migrate", url=empty_url) for _ in range(2)]
    results += [run("load") for _ in range(2)]

    assert [result.exit_code for result in results] == [0] * 4
    assert results[2].stdout == "3 new or changed.\n"
    assert results[3].stdout == "All was loaded already.\n"
    assert loaded(empty_url) == [1, 1, 1]


def test_load_refuses_a_changed_version_with_the_difference(
    run: Run, folder: Path, database_url: str
) -> None:
    edit(folder / "unesco-ai-dt/1.0.0.yaml", "official_id: D1", "official_id: D7")
    edit(folder / "courses/open-courses.yaml", "hours: 12\n", "hours: 13\n")
    before = snapshot(database_url)

    result = run("load", url=database_url)

    assert result.exit_code == cli.FAILED
    assert "unesco-ai-dt@1.0.0 is published and never changes" in result.stderr
    assert "D7" in result.stderr
    assert snapshot(database_url) == before


def snapshot(url: str) -> list[tuple[object, ...]]:
    """Return the content hashes of everything published."""
    database = Database(url)
    try:
        with database.read() as connection:
            return [
                tuple(row)
                for table in (FrameworkRow, InstrumentRow, ReleaseRow)
                for row in connection.execute(select(table.content_hash))
            ]
    finally:
        database.close()


def test_load_of_a_broken_file_loads_nothing(
    run: Run, folder: Path, empty_url: str
) -> None:
    run("migrate", url=empty_url)
    edit(folder / "courses/open-courses.yaml", "hours: 12\n", "hours: twelve\n")

    result = run("load")

    assert result.exit_code == cli.FAILED
    assert "open-courses.yaml" in result.stderr
    assert loaded(empty_url) == [0, 0, 0]


def test_new_version_is_loaded_beside_the_old(
    run: Run, folder: Path, database_url: str
) -> None:
    new = folder / "unesco-ai-dt/1.1.0.yaml"
    shutil.copy(folder / "unesco-ai-dt/1.0.0.yaml", new)
    edit(new, "version: 1.0.0", "version: 1.1.0")

    asked = folder / "unesco-ai-dt/instruments/start.yaml"

    assert run("load", url=database_url).exit_code == cli.FAILED  # nobody asks about it
    edit(asked, "framework: unesco-ai-dt@1.0.0", "framework: unesco-ai-dt@1.1.0")

    assert run("load", url=database_url).stdout == "2 new or changed.\n"
    assert loaded(database_url) == [2, 2, 1]


def test_course_files_stand_beside_one_another_and_go_with_their_file(
    run: Run, folder: Path, database_url: str
) -> None:
    ours, copy = folder / "courses/open-courses.yaml", folder / "courses/two.yaml"
    shutil.copy(ours, copy)
    edit(copy, "key: open-courses", "key: two")

    twice = run("load", url=database_url)
    assert twice.exit_code == cli.FAILED
    assert "two.yaml" in twice.stderr
    assert "of open-courses.yaml" in twice.stderr
    assert run("check", str(folder)).exit_code == cli.FAILED

    ours.unlink()
    assert run("load").stdout == "2 new or changed.\n"
    assert loaded(database_url) == [1, 1, 1]
    assert run("load").stdout == "All was loaded already.\n"


def test_check_of_what_ships_is_content(run: Run) -> None:
    result = run("check")

    assert result.exit_code == 0
    assert "3 files are valid." in result.stdout
    for language in ("ar", "en", "es", "fr", "pt"):
        row = next(
            line for line in result.stdout.splitlines() if f" {language} " in line
        )
        _current, stale, missing = re.findall(r"\d+", row)
        assert (stale, missing) == ("0", "0")


def test_check_names_every_broken_file_and_line(run: Run, folder: Path) -> None:
    edit(folder / "courses/open-courses.yaml", "hours: 12\n", "hours: twelve\n")
    edit(folder / "unesco-ai-dt/instruments/start.yaml", "minutes:", "minuts:")
    lines = (folder / "courses/open-courses.yaml").read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "hours: twelve" in line)

    result = run("check", str(folder))

    assert result.exit_code == cli.FAILED
    assert f"open-courses.yaml:{number}" in result.stderr
    assert "start.yaml" in result.stderr
    assert "minuts" in result.stderr
    assert "Traceback" not in result.output


def test_check_finds_stale_schemas_and_writes_them(run: Run, folder: Path) -> None:
    (folder / "framework.schema.json").write_text("{}")
    (folder / "catalogue.schema.json").unlink()

    before = run("check", str(folder))
    writing = run("check", "--write-schemas", str(folder))
    after = run("check", str(folder))

    assert [r.exit_code for r in (before, writing, after)] == [cli.FAILED, 0, 0]
    assert before.stderr.count("is out of date") == 2
    assert (folder / "framework.schema.json").read_bytes() == (
        ROOT / "frameworks/framework.schema.json"
    ).read_bytes()


def test_check_of_no_folder_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("check", str(tmp_path / "nothing")).exit_code == cli.MISUSED


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
    assert results[1].stdout == "0 rows deleted.\n"


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
