"""Loading the catalogue."""

from collections.abc import Collection
from datetime import datetime

import orjson
from sqlalchemy import Connection, delete

from app.catalogue.errors import CourseKeyTakenError
from app.catalogue.models import ReleaseRow
from app.catalogue.queries import find_hash
from app.catalogue.queries.own import find_owners
from app.kernel.database import Upsert
from app.kernel.yaml import Data, content_hash

_LOAD = Upsert(
    ReleaseRow,
    values=("key", "content_hash", "content", "loaded_at"),
    keys=("key",),
    updated=("content_hash", "content", "loaded_at"),
)


def load_catalogue(
    connection: Connection, *, key: str, data: Data, now: datetime
) -> bool:
    """Replace the courses of one file; the same content again changes nothing.

    Raises:
        CourseKeyTakenError: An institution has a course of that key.

    Returns:
        Whether anything changed.
    """
    digest = content_hash(data)
    if find_hash(connection, key) == digest:
        return False
    if taken := find_owners(connection, _keys(data)):
        raise CourseKeyTakenError(key=min(taken))
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    _LOAD.execute(
        connection,
        {"key": key, "content_hash": digest, "content": content, "loaded_at": now},
    )
    return True


def _keys(data: Data) -> list[str]:
    courses = data.get("courses") if isinstance(data, dict) else None
    parts = courses if isinstance(courses, list) else []
    return [str(part["key"]) for part in parts if isinstance(part, dict)]


def forget_catalogues(connection: Connection, *, keep: Collection[str]) -> int:
    """Take out the courses of files that are gone; return how many files."""
    gone = delete(ReleaseRow).where(ReleaseRow.key.not_in(sorted(keep)))
    return connection.execute(gone).rowcount
