"""Documents beside statements: where they lie, and who may overwrite them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1, sha256
from uuid import UUID

import orjson

from app.records.domain import Json
from app.records.domain.mentions import Kind, identify, mention_key
from app.records.errors import DocumentChangedError, DocumentUnguardedError

_TAGS = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')


class DocumentKind(StrEnum):
    """What a document is about."""

    STATE = "state"
    ACTIVITY_PROFILE = "activity-profile"
    AGENT_PROFILE = "agent-profile"

    @property
    def parameter(self) -> str:
        """The parameter that names one document."""
        return "stateId" if self is DocumentKind.STATE else "profileId"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one document lies, or all documents about the same."""

    tenant: UUID
    scope: str
    registration: str | None
    document_id: str | None
    agent_key: int | None


def place_of(
    kind: DocumentKind,
    *,
    tenant: UUID,
    activity_id: str | None,
    agent: Json | None,
    registration: str | None,
    document_id: str | None,
) -> Place:
    """Return where a document lies."""
    name = None if agent is None else identify(agent)
    parts = orjson.dumps([kind, activity_id, name])
    return Place(
        tenant=tenant,
        scope=sha256(parts).hexdigest(),
        registration=registration,
        document_id=document_id,
        agent_key=None if name is None else mention_key(tenant, Kind.AGENT, name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What somebody believes of the document she changes (RFC 9110, 13.1)."""

    match: str | None
    none_match: str | None
    is_needed: bool
    """Whether overwriting without any belief is refused."""

    def check(self, etag: str | None) -> None:
        """Compare with the document that is there.

        Args:
            etag: Of the document; ``None`` if there is none.

        Raises:
            DocumentChangedError: It is not the one she believes.
            DocumentUnguardedError: There is one, and she has not said which.
        """
        if self.match is not None and not _names(self.match, etag):
            raise DocumentChangedError
        if self.none_match is not None and _names(self.none_match, etag):
            raise DocumentChangedError
        is_silent = self.match is None and self.none_match is None
        if self.is_needed and is_silent and etag is not None:
            raise DocumentUnguardedError


def _names(header: str, etag: str | None) -> bool:
    if etag is None:
        return False
    if header.strip() == "*":
        return True
    return etag in {quoted or bare for quoted, bare in _TAGS.findall(header)}


def make_etag(content: bytes) -> str:
    """Return the tag of a document: SHA-1 in hexadecimal (1.0.3, part three, 3.1)."""
    return sha1(content, usedforsecurity=False).hexdigest()
