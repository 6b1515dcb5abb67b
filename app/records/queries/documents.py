"""Reading documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from app.records.domain.documents import Place
from app.records.models import DocumentRow


class Document(NamedTuple):
    """A document with its bytes."""

    content_type: str
    content: bytes
    etag: str
    updated_at: datetime


class Listed(NamedTuple):
    """A document without its bytes."""

    registration: str
    document_id: str
    etag: str
    updated_at: datetime


def at(place: Place) -> list[ColumnElement[bool]]:
    """Return the conditions under which documents lie at a place."""
    found: list[ColumnElement[bool]] = [
        DocumentRow.institution_id == place.tenant,
        DocumentRow.scope == place.scope,
    ]
    if place.document_id is not None:
        found += [
            DocumentRow.document_id == place.document_id,
            DocumentRow.registration == (place.registration or ""),
        ]
    elif place.registration is not None:
        found.append(DocumentRow.registration == place.registration)
    return found


def find_document(connection: Connection, *, place: Place) -> Document | None:
    """Return the document at a place."""
    row = connection.execute(
        select(
            DocumentRow.content_type,
            DocumentRow.content,
            DocumentRow.etag,
            DocumentRow.updated_at,
        ).where(*at(place))
    ).first()
    return None if row is None else Document(*row)


def list_documents(
    connection: Connection, *, place: Place, since: datetime | None = None
) -> Sequence[Listed]:
    """List the documents at a place, changed after an instant if one is given."""
    found = select(
        DocumentRow.registration,
        DocumentRow.document_id,
        DocumentRow.etag,
        DocumentRow.updated_at,
    ).where(*at(place))
    if since is not None:
        found = found.where(DocumentRow.updated_at > since)
    rows = connection.execute(found.order_by(DocumentRow.document_id))
    return [Listed(*row) for row in rows]
