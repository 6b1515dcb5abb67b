"""Rules of the house that import-linter cannot say."""

import ast
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from sqlalchemy import Table

from app.home.queries import PERSONAL_TABLES
from app.kernel.database import Base

APP = Path("app")
READERS = {"home", "insights", "interop"}
"""Rooms whose queries may SELECT across rooms; they own dashboards, not facts."""
LOOK_UPS = {
    "identity_email",
    "identity_resume_code",
    "identity_session",
    "identity_subject",
    "identity_ticket",
    "progress_claim",
    "progress_feed",
    "progress_look",
    "progress_review",
}
"""Find a learner by something else than her number (DESIGN 3, two sizes)."""
NO_BUSINESS = {"web", "kernel", "cli"}
ROOM_FILES = {
    "access",
    "api",
    "domain",
    "errors",
    "files",
    "models",
    "pages",
    "queries",
    "schemas",
    "service",
}

for models in sorted(APP.glob("*/models.py")):
    import_module(f"app.{models.parent.name}.models")
import_module("app.kernel.jobs")
TABLES = Base.metadata.sorted_tables
PERSONAL = [table for table in TABLES if "learner_id" in table.c]


def room_of(module: str) -> str:
    return module.split(".")[1]


def rooms() -> list[Path]:
    found = [init.parent for init in sorted(APP.glob("*/__init__.py"))]
    return [room for room in found if room.name not in NO_BUSINESS | READERS]


def calls_of(path: Path) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


@pytest.mark.parametrize("room", rooms(), ids=str)
def test_a_room_has_ten_possible_files_and_no_other(room: Path) -> None:
    names = {path.stem for path in room.iterdir() if not path.name.startswith("__")}

    assert names <= ROOM_FILES


def test_tables_are_imported_by_their_room_and_the_readers_only() -> None:
    graph = grimp.build_graph("app")
    strangers = {
        (importer, module)
        for module in graph.modules
        if module.endswith(".models")
        for importer in graph.find_modules_that_directly_import(module)
        if room_of(importer) != room_of(module)
        and importer not in {f"app.{reader}.queries" for reader in READERS}
    }

    assert strangers == set()


@pytest.mark.parametrize(
    "path", [*sorted(APP.glob("*/models.py")), APP / "kernel/jobs.py"], ids=str
)
def test_tables_are_named_after_their_room(path: Path) -> None:
    names = [
        node.value.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "__tablename__"
        and isinstance(node.value, ast.Constant)
    ]

    assert [n for n in names if not str(n).startswith(f"{path.parent.name}_")] == []


@pytest.mark.parametrize("table", PERSONAL, ids=str)
def test_the_learner_comes_first_in_every_key(table: Table) -> None:
    keys = [column.name for column in table.primary_key]
    references = table.foreign_key_constraints

    assert (keys[0] == "learner_id") == (table.name not in LOOK_UPS)
    assert {key.column_keys[0] for key in references} <= {"learner_id"}


@pytest.mark.parametrize("table", PERSONAL, ids=str)
def test_erasing_a_person_erases_her_rows(table: Table) -> None:
    targets = {
        (key.referred_table.name, key.ondelete) for key in table.foreign_key_constraints
    }
    roots = {"identity_learner", *LOOK_UPS}

    assert table.name in roots or targets
    assert {ondelete for _, ondelete in targets} <= {"CASCADE"}


def test_the_download_forgets_no_table_of_a_person() -> None:
    # A digest of her code or address is of use to a thief only, and says nothing else.
    downloaded = {row.__tablename__ for row in PERSONAL_TABLES}

    assert downloaded == {t.name for t in PERSONAL} - {
        "identity_email",
        "identity_resume_code",
    }


@pytest.mark.parametrize("path", sorted(APP.rglob("queries.py")), ids=str)
def test_queries_do_not_write(path: Path) -> None:
    writes = {"add", "add_all", "delete", "flush", "merge", "commit", "rollback"}
    tree = ast.walk(ast.parse(path.read_text()))
    imported = {
        alias.name
        for node in tree
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert calls_of(path) & (writes | {"write"}) == set()
    assert imported & {"insert", "update", "delete", "Upsert"} == set()


def test_only_the_database_module_opens_transactions() -> None:
    openers = {
        str(path)
        for path in APP.rglob("*.py")
        if calls_of(path) & {"begin", "begin_nested", "commit"}
    }

    assert openers == {"app/kernel/database.py"}


@pytest.mark.parametrize(
    "path", sorted(Path("migrations/versions").glob("*.py")), ids=str
)
def test_migrations_stand_alone(path: Path) -> None:
    text = path.read_text()

    assert "import app" not in text
    assert "from app" not in text
    assert "auto generated by Alembic" not in text
    assert "TODO" not in text


def test_templates_load_nothing_from_elsewhere() -> None:
    loading = ('src="http', 'href="http', "url(http", "@import", "<style", " style=")
    found = {
        (str(path), word)
        for path in APP.glob("web/templates/**/*.html")
        for word in loading
        if word in path.read_text()
    }

    assert found == set()
