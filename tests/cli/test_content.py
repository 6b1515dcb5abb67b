import re
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from app import cli
from app.catalogue.models import ReleaseRow
from app.cli import running
from app.frameworks.models import FrameworkRow, InstrumentRow
from app.kernel.database import Database
from app.settings import ROOT
from tests.cli.builders import Run, edit, loaded


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
