"""Loading the catalogue."""

from datetime import datetime

import orjson
from sqlalchemy import Connection

from app.catalogue.models import ReleaseRow
from app.catalogue.queries import find_release
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

    Returns:
        Whether anything changed.
    """
    digest = content_hash(data)
    if find_release(connection, key) == digest:
        return False
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    _LOAD.execute(
        connection,
        {"key": key, "content_hash": digest, "content": content, "loaded_at": now},
    )
    return True
