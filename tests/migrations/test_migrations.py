import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from app.kernel.database import Database, find_revision
from app.main import newest_revision
from tests.conftest import alembic_config, create_database, with_name


@pytest.fixture
def empty_url(
    backend: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    if backend == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.sqlite'}"
    admin = request.getfixturevalue("postgres")
    name = tmp_path_factory.mktemp("empty").name
    create_database(admin, name)
    return with_name(admin, name).replace("postgresql:", "postgresql+psycopg:")


def tables_of(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_migrations_build_the_models_and_undo_themselves(empty_url: str) -> None:
    config = alembic_config(empty_url)

    command.upgrade(config, "head")
    command.check(config)  # raises when models and migrations differ
    built = tables_of(empty_url)
    command.downgrade(config, "base")

    assert "assessment_answer" in built
    assert tables_of(empty_url) == ["alembic_version"]


def test_migrating_again_changes_nothing(empty_url: str) -> None:
    config = alembic_config(empty_url)
    command.upgrade(config, "head")

    command.upgrade(config, "head")

    database = Database(empty_url)
    with database.read() as connection:
        assert find_revision(connection) == newest_revision()
    database.close()


def test_there_is_one_line_of_migrations_and_each_says_why() -> None:
    scripts = ScriptDirectory.from_config(alembic_config("sqlite://"))
    revisions = list(scripts.walk_revisions())

    assert len(scripts.get_heads()) == 1
    assert [r.revision for r in revisions if "Why: " not in r.longdoc] == []
    assert [r.revision for r in revisions if "Undo: " not in r.longdoc] == []


def test_an_empty_database_has_no_revision(empty_url: str) -> None:
    database = Database(empty_url)
    with database.read() as connection:
        revision = find_revision(connection)
    database.close()

    assert revision is None
