"""Reading the keys of institutions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from app.cohorts.domain.keys import Key, Scope
from app.cohorts.errors import KeyNotFoundError
from app.cohorts.models import KeyRow
from app.kernel.statements import Prebuilt

_KEY = select(
    KeyRow.key_id,
    KeyRow.institution_id,
    KeyRow.name,
    KeyRow.scopes,
    KeyRow.verbs,
    KeyRow.activities,
    KeyRow.created_at,
    KeyRow.expires_at,
    KeyRow.revoked_at,
    KeyRow.last_used_on,
)
_WITH_SECRET = Prebuilt(
    _KEY.add_columns(KeyRow.secret_digest).where(KeyRow.key_id == bindparam("key_id"))
)


def find_key(connection: Connection, *, key_id: UUID) -> tuple[Key, str] | None:
    """Return a key, valid or not, with the digest of its secret."""
    row = _WITH_SECRET.first(connection, {"key_id": key_id})
    return None if row is None else (_key(row), row.secret_digest)


def get_key(connection: Connection, *, institution_id: UUID, key_id: UUID) -> Key:
    """Return a key of an institution.

    Raises:
        KeyNotFoundError: The institution has none of that number.
    """
    row = connection.execute(
        _KEY.where(KeyRow.institution_id == institution_id, KeyRow.key_id == key_id)
    ).first()
    if row is None:
        raise KeyNotFoundError(key_id=str(key_id))
    return _key(row)


def list_keys(connection: Connection, *, institution_id: UUID) -> list[Key]:
    """Return the keys of an institution itself, newest first, revoked ones too."""
    rows = connection.execute(
        _KEY.where(KeyRow.institution_id == institution_id).order_by(
            KeyRow.created_at.desc(), KeyRow.key_id
        )
    )
    return [_key(row) for row in rows]


def list_key_holders(connection: Connection) -> list[UUID]:
    """Return every institution that has, or had, a key."""
    return list(connection.scalars(select(KeyRow.institution_id).distinct()))


def _key(row: Any) -> Key:  # noqa: ANN401 -- a row of _KEY, however it was read
    return Key(
        key_id=row.key_id,
        institution_id=row.institution_id,
        name=row.name,
        scopes=frozenset(Scope(each) for each in row.scopes),
        verbs=tuple(row.verbs),
        activities=tuple(row.activities),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_on=row.last_used_on,
    )
