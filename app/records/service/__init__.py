"""Use cases of what institutions report; this is their door."""

from app.records.service.documents import (
    delete_documents,
    merge_document,
    put_document,
)
from app.records.service.forgetting import adopt, forget
from app.records.service.matching import MATCH, Site, map_activity, match
from app.records.service.statements import Draft, prepare, store

__all__ = [
    "MATCH",
    "Draft",
    "Site",
    "adopt",
    "delete_documents",
    "forget",
    "map_activity",
    "match",
    "merge_document",
    "prepare",
    "put_document",
    "store",
]
