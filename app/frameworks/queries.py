"""Reading frameworks. A published version never changes, so each process reads it once."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Select, bindparam, select

from app.frameworks.domain import Framework, Instrument
from app.frameworks.errors import FrameworkNotFoundError
from app.frameworks.files import parse_framework, parse_instrument
from app.frameworks.models import FrameworkRow, InstrumentRow

START = "start"
"""Key of the questionnaire a framework is measured with."""
Value = TypeVar("Value", Framework, Instrument)
_known: WeakKeyDictionary[Engine, dict[tuple[str, ...], Any]] = WeakKeyDictionary()
"""Immutable content by engine and name; forgotten with the engine."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.@-]*")
"""What a key or version looks like; anything else is not worth asking for, and
PostgreSQL takes no text with a NUL in it."""
_FRAMEWORK = select(FrameworkRow.content).where(
    FrameworkRow.key == bindparam("key"), FrameworkRow.version == bindparam("version")
)
_INSTRUMENT = select(InstrumentRow.content).where(
    InstrumentRow.framework_key == bindparam("framework_key"),
    InstrumentRow.framework_version == bindparam("framework_version"),
    InstrumentRow.version_ref == bindparam("version_ref"),
)


def get_framework(connection: Connection, key: str, version: str) -> Framework:
    """Return one published version.

    Raises:
        FrameworkNotFoundError: There is none.
    """
    keys = {"key": key, "version": version}
    return _get(connection, _FRAMEWORK, keys, parse_framework)


def get_instrument(
    connection: Connection, framework_key: str, framework_version: str, version_ref: str
) -> Instrument:
    """Return one published questionnaire.

    Raises:
        FrameworkNotFoundError: There is none.
    """
    keys = {
        "framework_key": framework_key,
        "framework_version": framework_version,
        "version_ref": version_ref,
    }
    return _get(connection, _INSTRUMENT, keys, parse_instrument)


def _get(
    connection: Connection,
    statement: Select[bytes],
    keys: dict[str, str],
    parse: Callable[[bytes], Value],
) -> Value:
    known = _known.setdefault(connection.engine, {})
    name = (parse.__name__, *keys.values())
    if name not in known:
        is_possible = all(map(_NAME.fullmatch, keys.values()))
        content = connection.scalar(statement, keys) if is_possible else None
        if content is None:
            raise FrameworkNotFoundError(**{k: v[:64] for k, v in keys.items()})
        known[name] = parse(content)
    value: Value = known[name]
    return value


def list_frameworks(connection: Connection) -> list[Framework]:
    """Return every published version: by key, newest version first."""
    rows = connection.execute(select(FrameworkRow.key, FrameworkRow.version)).all()
    newest_first = sorted(rows, key=lambda row: version_number(row[1]), reverse=True)
    ordered = sorted(newest_first, key=lambda row: str(row[0]))
    return [get_framework(connection, key, version) for key, version in ordered]


def list_published(connection: Connection) -> list[tuple[str, str, datetime]]:
    """Return key, version and time of publication of every version, the oldest first."""
    columns = (FrameworkRow.key, FrameworkRow.version, FrameworkRow.published_at)
    rows = [(row[0], row[1], row[2]) for row in connection.execute(select(*columns))]
    return sorted(rows, key=lambda row: (row[0], version_number(row[1])))


def get_current_framework(connection: Connection, key: str) -> Framework:
    """Return the newest version of a framework.

    Raises:
        FrameworkNotFoundError: No version is published.
    """
    found = select(FrameworkRow.version).where(FrameworkRow.key == key)
    versions = connection.scalars(found).all() if _NAME.fullmatch(key) else ()
    if not versions:
        raise FrameworkNotFoundError(key=key[:64])
    return get_framework(connection, key, max(versions, key=version_number))


def get_default_framework(connection: Connection) -> Framework:
    """Return the framework of visitors who have not chosen one: the first by key.

    Raises:
        FrameworkNotFoundError: Nothing is loaded; run ``masar load``.
    """
    keys = connection.scalars(select(FrameworkRow.key).distinct()).all()
    if not keys:
        raise FrameworkNotFoundError
    return get_current_framework(connection, min(keys))


def get_current_instrument(
    connection: Connection, framework: Framework, key: str = START
) -> Instrument:
    """Return the newest questionnaire of that key for a framework version.

    Raises:
        FrameworkNotFoundError: There is none.
    """
    refs = connection.scalars(
        select(InstrumentRow.version_ref).where(
            InstrumentRow.framework_key == framework.key,
            InstrumentRow.framework_version == framework.version,
        )
    ).all()
    named = [ref for ref in refs if ref.partition("@")[0] == key]
    if not named:
        raise FrameworkNotFoundError(key=framework.key, instrument=key)
    newest = max(named, key=lambda ref: version_number(ref.partition("@")[2]))
    return get_instrument(connection, framework.key, framework.version, newest)


def version_number(version: str) -> tuple[int, ...]:
    """Turn ``1.10.0`` into numbers, so that it comes after ``1.9.0``."""
    return tuple(int(part) for part in version.split("."))
