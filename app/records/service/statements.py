"""Storing statements: each once, in one order, found by all it mentions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection, insert, update

from app.cohorts.domain.keys import Key, Scope
from app.cohorts.errors import KeyScopeError
from app.kernel.database import Upsert, lock_until_commit
from app.kernel.statements import Prebuilt
from app.records.domain import Json, State, Version
from app.records.domain.checks import refuse
from app.records.domain.formats import instant_at, position_of, write_instant
from app.records.domain.mentions import (
    Kind,
    activities_of,
    mention_key,
    mentions_of,
)
from app.records.domain.shapes import (
    is_same,
    list_context_activities,
    merge_definition,
)
from app.records.errors import StatementExistsError
from app.records.models import (
    ActivityRow,
    AttachmentRow,
    StatementRow,
)
from app.records.queries import (
    Attachment,
    Kept,
    find_definitions,
    find_position,
    find_statements,
)
from app.records.service.connecting import MENTION, connect
from app.records.service.matching import queue_matching

_ADD = Prebuilt(insert(StatementRow))
_NAME = Upsert(
    ActivityRow,
    values=(
        *("institution_id", "activity_key", "activity_id", "definition"),
        *("course_key", "module_key", "first_seen_at"),
    ),
    keys=("institution_id", "activity_key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A statement that keeps every rule and waits for its place."""

    statement_id: UUID
    statement: Json
    mentions: frozenset[int]
    body: bytes
    """JSON without what depends on its place."""
    attachments: tuple[Attachment, ...] = ()


def prepare(
    statement: Json,
    *,
    version: Version,
    key: Key,
    authority: Json,
    attachments: Mapping[str, Attachment] | None = None,
) -> Draft:
    """Complete a statement and work out everything that needs no database.

    Args:
        statement: As ``check_statement`` returned it; it is completed in place.
        version: Whose rules it keeps.
        key: With which it is written.
        authority: Who vouches for it: the key, as an account.
        attachments: What was sent with it, by SHA-2 sum.

    Raises:
        StatementRefusedError: An attachment is neither here nor at an address.
        KeyScopeError: The key is for other verbs or activities.
    """
    _check_filter(statement, key)
    number = statement.get("id")
    statement_id = uuid4() if number is None else UUID(number)
    if number is None:
        statement["id"] = str(statement_id)
    statement["authority"] = authority
    statement.setdefault("version", "1.0.0" if version is Version.ONE else version)
    statement.pop("stored", None)
    list_context_activities(statement)
    return Draft(
        statement_id=statement_id,
        statement=statement,
        mentions=frozenset(
            mentions_of(statement, tenant=key.institution_id, key_id=key.key_id)
        ),
        body=orjson.dumps(statement),
        attachments=_match(statement, attachments),
    )


def _check_filter(statement: Json, key: Key) -> None:
    if key.verbs and statement["verb"]["id"] not in key.verbs:
        raise KeyScopeError(needed="verb")
    if key.activities and statement["object"].get("id") not in key.activities:
        raise KeyScopeError(needed="activity")


def _match(
    statement: Json, sent: Mapping[str, Attachment] | None
) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    for part in (statement, statement["object"]):
        for each in part.get("attachments", ()):
            content = (sent or {}).get(each["sha2"].lower())
            if content is not None:
                found[content.sha2] = content._replace(content_type=each["contentType"])
            elif "fileUrl" not in each:
                refuse("attachments.sha2", "neither sent with it nor at a fileUrl")
    return tuple(found.values())


def store(
    connection: Connection, *, key: Key, drafts: Sequence[Draft], now: datetime
) -> list[Kept]:
    """Store statements in their order; one that is there already stays as it is.

    Args:
        connection: The caller's transaction.
        key: With which they are written.
        drafts: At least one, each with another id.
        now: Aware UTC instant.

    Returns:
        Those that were new.

    Raises:
        StatementExistsError: Another statement has the id of one of them.
        StatementRefusedError: One takes back what cannot be taken back.
    """
    tenant = key.institution_id
    # One after the other in each institution: places grow as they become visible.
    lock_until_commit(connection, f"records:{tenant}")
    new = _leave_out_known(connection, tenant, drafts)
    if not new:
        return []
    first = max(position_of(now), find_position(connection, tenant=tenant) + 1)
    kept = [
        Kept(
            first + number,
            draft.statement_id,
            State.STORED,
            key.key_id,
            _place(draft, first + number),
        )
        for number, draft in enumerate(new)
    ]
    _ADD.run_many(connection, [{"institution_id": tenant, **k._asdict()} for k in kept])
    MENTION.execute(
        connection,
        [
            {"mention_key": mention, "position": row.position}
            for row, draft in zip(kept, new, strict=True)
            for mention in draft.mentions
        ],
    )
    _add_attachments(connection, tenant, kept, new)
    _name_activities(connection, key, new, now)
    connect(connection, tenant, kept, [draft.statement for draft in new])
    queue_matching(
        connection,
        tenant=tenant,
        statements=[
            (row.position, each.statement) for row, each in zip(kept, new, strict=True)
        ],
        now=now,
    )
    return kept


def _leave_out_known(
    connection: Connection, tenant: UUID, drafts: Sequence[Draft]
) -> list[Draft]:
    known = find_statements(
        connection, tenant=tenant, ids=[each.statement_id for each in drafts]
    )
    for draft in drafts:
        old = known.get(draft.statement_id)
        if old is None or old.state is State.ERASED:
            continue
        if not is_same(draft.statement, orjson.loads(old.body)):
            raise StatementExistsError(statement_id=str(draft.statement_id))
    return [each for each in drafts if each.statement_id not in known]


def _place(draft: Draft, position: int) -> bytes:
    """Return the whole body of a statement that has found its place."""
    stored = write_instant(instant_at(position)).encode()
    body = b'%s,"stored":"%s"' % (draft.body[:-1], stored)
    if "timestamp" in draft.statement:
        return body + b"}"
    return b'%s,"timestamp":"%s"}' % (body, stored)


def _add_attachments(
    connection: Connection, tenant: UUID, kept: Sequence[Kept], new: Sequence[Draft]
) -> None:
    rows = [
        {"institution_id": tenant, "position": row.position, **each._asdict()}
        for row, draft in zip(kept, new, strict=True)
        for each in draft.attachments
    ]
    if rows:
        connection.execute(insert(AttachmentRow), rows)


def _name_activities(
    connection: Connection, key: Key, new: Sequence[Draft], now: datetime
) -> None:
    """Keep every activity that is named, with what it is called now."""
    said: dict[str, Json] = {}
    for draft in new:
        for each in activities_of(draft.statement):
            definition = each.get("definition", {})
            said[each["id"]] = merge_definition(said.get(each["id"], {}), definition)
    tenant = key.institution_id
    known = find_definitions(connection, tenant=tenant, activity_ids=said)
    may_define = key.may_write(Scope.DEFINE)
    rows: list[dict[str, Any]] = [
        {
            "institution_id": tenant,
            "activity_key": mention_key(tenant, Kind.ACTIVITY, name),
            "activity_id": name,
            "definition": definition if may_define else {},
            "course_key": None,
            "module_key": None,
            "first_seen_at": now,
        }
        for name, definition in said.items()
        if name not in known
    ]
    if rows:
        _NAME.execute(connection, rows)
    for name in known if may_define else ():
        merged = merge_definition(known[name], said[name])
        if merged != known[name]:
            connection.execute(
                update(ActivityRow)
                .where(
                    ActivityRow.institution_id == tenant,
                    ActivityRow.activity_key
                    == mention_key(tenant, Kind.ACTIVITY, name),
                )
                .values(definition=merged)
            )
