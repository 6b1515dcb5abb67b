"""Use cases of what institutions report; this is their door."""

from app.records.service.documents import (
    delete_documents,
    merge_document,
    put_document,
)
from app.records.service.statements import Draft, prepare, store

__all__ = [
    "Draft",
    "delete_documents",
    "merge_document",
    "prepare",
    "put_document",
    "store",
]
