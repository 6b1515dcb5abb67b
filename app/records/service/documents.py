"""Keeping documents: replaced, merged or removed, never by mistake."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, delete

from app.kernel.database import Upsert, lock_until_commit
from app.records.domain import Json
from app.records.domain.documents import Guard, Place, make_etag
from app.records.errors import CallRefusedError
from app.records.models import DocumentRow
from app.records.queries.documents import at, find_document, list_documents

JSON_TYPE = "application/json"
_KEY = ("institution_id", "scope", "registration", "document_id")
_CHANGED = ("content_type", "content", "etag", "updated_at")
_WRITE = Upsert(
    DocumentRow, values=(*_KEY, "agent_key", *_CHANGED), keys=_KEY, updated=_CHANGED
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The bytes of a document and what they are."""

    content_type: str
    content: bytes


def put_document(
    connection: Connection, *, place: Place, sent: Content, guard: Guard, now: datetime
) -> None:
    """Write a document, whatever was there.

    Raises:
        DocumentChangedError, DocumentUnguardedError: The guard does not let it.
    """
    _lock(connection, place)
    found = find_document(connection, place=place)
    guard.check(found.etag if found else None)
    if _is_json(sent.content_type):
        _parse(sent, at="body")
    _write(connection, place, sent, now)


def merge_document(
    connection: Connection, *, place: Place, sent: Content, guard: Guard, now: datetime
) -> None:
    """Set some properties of a JSON document; the others stay.

    Raises:
        DocumentChangedError: The guard does not let it.
        CallRefusedError: One of the two is no JSON object.
    """
    _lock(connection, place)
    found = find_document(connection, place=place)
    guard.check(found.etag if found else None)
    if found is None:
        if _is_json(sent.content_type):
            _parse(sent, at="body")
        _write(connection, place, sent, now)
        return
    kept = Content(content_type=found.content_type, content=found.content)
    merged = {**_object(kept, at="document"), **_object(sent, at="body")}
    content = orjson.dumps(merged)
    _write(connection, place, Content(content_type=JSON_TYPE, content=content), now)


def delete_documents(connection: Connection, *, place: Place, guard: Guard) -> None:
    """Remove a document, or all at a place; without any, nothing happens.

    Raises:
        DocumentChangedError: The guard does not let it.
    """
    _lock(connection, place)
    if place.document_id is not None:
        found = list_documents(connection, place=place)
        guard.check(found[0].etag if found else None)
    connection.execute(delete(DocumentRow).where(*at(place)))


def _lock(connection: Connection, place: Place) -> None:
    lock_until_commit(connection, f"records-document:{place.tenant}:{place.scope}")


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == JSON_TYPE


def _parse(content: Content, *, at: str) -> object:
    try:
        return orjson.loads(content.content)
    except orjson.JSONDecodeError:
        raise CallRefusedError(where=at, why="must be JSON in UTF-8") from None


def _object(content: Content, *, at: str) -> Json:
    if not _is_json(content.content_type):
        raise CallRefusedError(where=at, why="must be application/json to be merged")
    found = _parse(content, at=at)
    if type(found) is not dict:
        raise CallRefusedError(where=at, why="must be a JSON object to be merged")
    return found


def _write(connection: Connection, place: Place, sent: Content, now: datetime) -> None:
    row = {
        "institution_id": place.tenant,
        "scope": place.scope,
        "registration": place.registration or "",
        "document_id": place.document_id or "",
        "agent_key": place.agent_key,
        "content_type": sent.content_type,
        "content": sent.content,
        "etag": make_etag(sent.content),
        "updated_at": now,
    }
    _WRITE.execute(connection, row)
