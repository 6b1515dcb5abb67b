import pytest
from sqlalchemy import Connection, func, select

from app.frameworks.domain import Framework, Instrument
from app.frameworks.errors import VersionIsPublishedError
from app.frameworks.files import parse_framework, parse_instrument
from app.frameworks.models import FrameworkRow, InstrumentRow
from app.frameworks.queries import get_framework, get_instrument
from app.frameworks.service import encode, publish_framework, publish_instrument
from tests.constants import NOON
from tests.frameworks import builders
from tests.frameworks.builders import Mapping, changed


def publish(connection: Connection, data: Mapping) -> bool:
    value: Framework = parse_framework(encode(data))  # type: ignore[arg-type]  # test data
    return publish_framework(connection, framework=value, data=data, now=NOON)  # type: ignore[arg-type]  # test data


def publish_questions(connection: Connection, data: Mapping) -> bool:
    value: Instrument = parse_instrument(encode(data))  # type: ignore[arg-type]  # test data
    return publish_instrument(connection, instrument=value, data=data, now=NOON)  # type: ignore[arg-type]  # test data


def test_published_framework_is_read_back_as_it_was(connection: Connection) -> None:
    data = builders.framework()

    assert publish(connection, data)

    assert get_framework(connection, "small", "1.0.0") == parse_framework(
        encode(data)  # type: ignore[arg-type]  # test data
    )
    row = connection.execute(
        select(FrameworkRow.__table__).where(FrameworkRow.key == "small")
    ).one()
    assert (row.version, row.published_at, len(row.content_hash)) == ("1.0.0", NOON, 64)


def test_publishing_again_changes_nothing(connection: Connection) -> None:
    publish(connection, builders.framework())
    count = select(func.count()).select_from(FrameworkRow)
    before = connection.scalar(count)

    assert not publish(connection, builders.framework())
    assert connection.scalar(count) == before


def test_published_version_is_immutable(connection: Connection) -> None:
    data = builders.framework()
    publish(connection, data)
    edited = changed(data, "domains.0.official_id", "D9")

    with pytest.raises(VersionIsPublishedError) as refusal:
        publish(connection, edited)

    assert refusal.value.name == "small@1.0.0"
    assert len(refusal.value.differences) == 1
    assert "official_id" in refusal.value.differences[0]
    assert publish(connection, changed(edited, "version", "1.1.0"))


def test_published_questionnaire_is_immutable_like_its_framework(
    connection: Connection,
) -> None:
    publish(connection, builders.framework())
    data = builders.instrument()

    assert publish_questions(connection, data)
    assert not publish_questions(connection, data)
    with pytest.raises(VersionIsPublishedError) as refusal:
        publish_questions(connection, changed(data, "minutes", 10))

    assert "minutes" in refusal.value.differences[0]
    assert get_instrument(
        connection, "small", "1.0.0", "start@1.0.0"
    ) == parse_instrument(encode(data))  # type: ignore[arg-type]  # test data
    keys = connection.scalars(select(InstrumentRow.framework_key)).all()
    assert sorted(keys) == ["small", "unesco-ai-dt"]
