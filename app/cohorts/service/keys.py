"""Giving an institution's systems keys, and taking them back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, update

from app.cohorts.domain.keys import (
    LONGEST_IRI,
    LONGEST_KEY_NAME,
    MOST_FILTERED,
    Key,
    Scope,
    order_scopes,
)
from app.cohorts.errors import UnknownChoiceError
from app.cohorts.models import KeyRow
from app.cohorts.queries.keys import get_key
from app.identity.domain import digest, new_secret
from app.journal.service import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDraft:
    """What somebody says about a key that is not there yet."""

    name: str
    scopes: Collection[Scope]
    verbs: Sequence[str] = ()
    activities: Sequence[str] = ()
    expires_at: datetime | None = None


def issue_key(
    connection: Connection,
    *,
    actor_id: UUID,
    institution_id: UUID,
    draft: KeyDraft,
    now: datetime,
) -> tuple[Key, str]:
    """Make a key of an institution.

    Returns:
        The key, and its secret: the only time that anybody can see it.

    Raises:
        UnknownChoiceError: Name, scopes, filters or last day cannot be.
    """
    _check(draft, now)
    key = Key(
        key_id=uuid4(),
        institution_id=institution_id,
        name=draft.name.strip(),
        scopes=frozenset(draft.scopes),
        verbs=tuple(draft.verbs),
        activities=tuple(draft.activities),
        created_at=now,
        expires_at=draft.expires_at,
        revoked_at=None,
        last_used_on=None,
    )
    secret = new_secret()
    connection.execute(
        insert(KeyRow),
        {
            "key_id": key.key_id,
            "institution_id": institution_id,
            "name": key.name,
            "scopes": list(order_scopes(key.scopes)),
            "verbs": list(key.verbs),
            "activities": list(key.activities),
            "secret_digest": digest(secret),
            "created_by": actor_id,
            "created_at": now,
            "expires_at": key.expires_at,
            "revoked_at": None,
            "last_used_on": None,
        },
    )
    _note(connection, actor_id, key, "key-issued", now)
    return key, secret


def _check(draft: KeyDraft, now: datetime) -> None:
    name = draft.name.strip()
    if not 0 < len(name) <= LONGEST_KEY_NAME or not name.isprintable():
        raise UnknownChoiceError(field="name", allowed=f"1 – {LONGEST_KEY_NAME}")
    if not draft.scopes:
        raise UnknownChoiceError(field="scopes", allowed=", ".join(Scope))
    for field, iris in (("verbs", draft.verbs), ("activities", draft.activities)):
        if len(iris) > MOST_FILTERED or not all(map(_is_iri, iris)):
            raise UnknownChoiceError(field=field, allowed=f"IRI, 0 – {MOST_FILTERED}")
    if draft.expires_at is not None and draft.expires_at <= now:
        raise UnknownChoiceError(field="expires_on", allowed="YYYY-MM-DD")


def _is_iri(text: str) -> bool:
    is_short = len(text) <= LONGEST_IRI
    return is_short and text.isprintable() and bool(urlsplit(text).scheme)


def revoke_key(
    connection: Connection,
    *,
    actor_id: UUID,
    institution_id: UUID,
    key_id: UUID,
    now: datetime,
) -> None:
    """End a key at once and for ever; again, nothing happens.

    Raises:
        KeyNotFoundError: The institution has none of that number.
    """
    key = get_key(connection, institution_id=institution_id, key_id=key_id)
    ended = connection.execute(
        update(KeyRow)
        .where(KeyRow.key_id == key_id, KeyRow.revoked_at.is_(None))
        .values(revoked_at=now)
    ).rowcount
    if ended:
        _note(connection, actor_id, key, "key-revoked", now)


def note_key_use(connection: Connection, *, key_id: UUID, now: datetime) -> None:
    """Remember the day on which a key was used last."""
    connection.execute(
        update(KeyRow).where(KeyRow.key_id == key_id).values(last_used_on=now.date())
    )


def _note(
    connection: Connection, actor_id: UUID, key: Key, verb: str, now: datetime
) -> None:
    audit(
        connection,
        actor_id=actor_id,
        scope_id=key.institution_id,
        verb=verb,
        object_ref=f"key:{key.key_id}",
        occurred_at=now,
    )
