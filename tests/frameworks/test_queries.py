from dataclasses import replace

import pytest
from sqlalchemy import Connection, delete

from app.frameworks import queries
from app.frameworks.domain import Framework, Instrument
from app.frameworks.errors import FrameworkNotFoundError
from app.frameworks.models import FrameworkRow, InstrumentRow
from tests.frameworks import builders
from tests.frameworks.builders import changed
from tests.frameworks.test_service import publish, publish_questions


def publish_versions(connection: Connection, *versions: str) -> None:
    for version in versions:
        publish(connection, changed(builders.framework(), "version", version))


def test_what_ships_is_the_default(
    connection: Connection, framework: Framework, instrument: Instrument
) -> None:
    assert framework.ref == "unesco-ai-dt@1.0.0"
    assert instrument.version_ref == "start@1.0.0"
    assert queries.get_current_framework(connection, framework.key) == framework


def test_versions_are_numbers(connection: Connection) -> None:
    publish_versions(connection, "1.9.0", "1.10.0", "1.2.0")

    assert queries.get_current_framework(connection, "small").version == "1.10.0"
    assert [framework.ref for framework in queries.list_frameworks(connection)] == [
        "small@1.10.0",
        "small@1.9.0",
        "small@1.2.0",
        "unesco-ai-dt@1.0.0",
    ]


def test_questions_are_of_their_framework_version(connection: Connection) -> None:
    publish_versions(connection, "1.0.0")
    small = queries.get_current_framework(connection, "small")
    for version in ("1.9.0", "1.10.0"):
        publish_questions(
            connection, changed(builders.instrument(), "version", version)
        )

    newest = queries.get_current_instrument(connection, small)

    assert newest.version_ref == "start@1.10.0"
    with pytest.raises(FrameworkNotFoundError):
        queries.get_current_instrument(connection, replace(small, version="2.0.0"))
    with pytest.raises(FrameworkNotFoundError):
        queries.get_current_instrument(connection, small, "another")


@pytest.mark.parametrize(
    ("key", "version"),
    [("nothing", "1.0.0"), ("unesco-ai-dt", "9.0.0"), ("a\x00b", "1.0.0"), ("", "")],
)
def test_version_that_is_not_published_is_an_error(
    connection: Connection, key: str, version: str
) -> None:
    with pytest.raises(FrameworkNotFoundError):
        queries.get_framework(connection, key, version)
    with pytest.raises(FrameworkNotFoundError):
        queries.get_instrument(connection, key, version, "start@1.0.0")


def test_nothing_loaded_is_an_error(connection: Connection) -> None:
    connection.execute(delete(InstrumentRow))
    connection.execute(delete(FrameworkRow))

    with pytest.raises(FrameworkNotFoundError):
        queries.get_default_framework(connection)
    with pytest.raises(FrameworkNotFoundError):
        queries.get_current_framework(connection, "unesco-ai-dt")
