"""Which institution is asking: by the key its system brings (HTTP Basic, RFC 7617)."""

import base64
import binascii
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from app.cohorts.domain.keys import Key
from app.cohorts.errors import KeyRefusedError
from app.cohorts.queries.keys import find_key
from app.cohorts.service import note_key_use
from app.identity.domain import digest
from app.identity.service import count_use, throttle_scope
from app.kernel.database import Database

LONGEST_CREDENTIALS = 400
_NOBODY = digest("")


def open_key(
    database: Database,
    *,
    header: str,
    secret: bytes,
    address: str,
    limit: int,
    now: datetime,
) -> Key:
    """Return the key that opens the door.

    Args:
        database: Where the keys are; wrong ones are counted there.
        header: ``Authorization``, as it was sent.
        secret: The installation's, for counting without keeping addresses.
        address: The caller's network.
        limit: Wrong keys it may try in an hour.
        now: Aware UTC instant.

    Raises:
        KeyRefusedError: There is no such key, or it is over.
        TooManyAttemptsError: Too many wrong ones came from there.
    """
    given = read_basic(header)
    if given is None:
        raise KeyRefusedError
    key_id, password = given
    with database.read() as connection:
        found = None if key_id is None else find_key(connection, key_id=key_id)
    key, known = found or (None, _NOBODY)
    # Compared in constant time, and as long for a key that does not exist.
    is_right = compare_digest(known, digest(password))
    if key is None or not is_right or not key.is_valid(now):
        scope = throttle_scope(secret, purpose="key", address=address, now=now)
        with database.write() as connection:
            count_use(connection, scope=scope, limit=limit, now=now)
        raise KeyRefusedError
    if key.last_used_on != now.date():
        with database.write() as connection:
            note_key_use(connection, key_id=key.key_id, now=now)
    return key


def read_basic(header: str) -> tuple[UUID | None, str] | None:
    """Return number and secret of HTTP Basic; ``None`` if it is nothing of the sort."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_CREDENTIALS:
        return None
    try:
        name, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    try:
        return UUID(name), password
    except ValueError:
        return None, password
