"""Publishing frameworks and questionnaires."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import Connection, insert, select

from app.frameworks.domain import Framework, Instrument
from app.frameworks.errors import VersionIsPublishedError
from app.frameworks.models import FrameworkRow, InstrumentRow
from app.kernel.yaml import Data, content_hash, difference

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement


def publish_framework(
    connection: Connection, *, framework: Framework, data: Data, now: datetime
) -> bool:
    """Publish one version; the same content again changes nothing.

    Args:
        connection: The caller's transaction.
        framework: Read and checked.
        data: What the file said, to be stored.
        now: Aware UTC instant.

    Returns:
        Whether it was new.

    Raises:
        VersionIsPublishedError: The version is published with other content.
    """
    keys = {"key": framework.key, "version": framework.version}
    return _publish(connection, FrameworkRow, keys, data=data, now=now)


def publish_instrument(
    connection: Connection, *, instrument: Instrument, data: Data, now: datetime
) -> bool:
    """Publish one questionnaire; the same content again changes nothing.

    Returns:
        Whether it was new.

    Raises:
        VersionIsPublishedError: The version is published with other content.
    """
    keys = {
        "framework_key": instrument.framework_key,
        "framework_version": instrument.framework_version,
        "version_ref": instrument.version_ref,
    }
    return _publish(connection, InstrumentRow, keys, data=data, now=now)


def _publish(
    connection: Connection,
    table: type[FrameworkRow | InstrumentRow],
    keys: Mapping[str, str],
    *,
    data: Data,
    now: datetime,
) -> bool:
    same: list[ColumnElement[bool]] = [
        getattr(table, column) == value for column, value in keys.items()
    ]
    digest = content_hash(data)
    known = connection.execute(
        select(table.content_hash, table.content).where(*same)
    ).first()
    if known is None:
        row = {**keys, "content_hash": digest, "content": encode(data)}
        connection.execute(insert(table), {**row, "published_at": now})
        return True
    if known.content_hash != digest:
        old = orjson.loads(known.content)
        new = orjson.loads(encode(data))
        raise VersionIsPublishedError("@".join(keys.values()), difference(old, new))
    return False


def encode(data: Data) -> bytes:
    """Write a file's data as JSON; level ranks become text keys."""
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)
