"""Statements about statements: found by what those mention, and taking them back."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, update

from app.kernel.database import Upsert
from app.records.domain import VOIDED, Json, State
from app.records.domain.checks import refuse
from app.records.domain.mentions import Kind, mention_key, mentions_of, people_of
from app.records.models import MentionRow, ReferenceRow, StatementRow
from app.records.queries import Kept, find_statements, list_at, list_references

DEEPEST = 16
"""Statements about statements about …: further ones are not followed."""
MENTION = Upsert(
    MentionRow,
    values=("mention_key", "position"),
    keys=("mention_key", "position"),
)
_REFER = Upsert(
    ReferenceRow,
    values=("institution_id", "target_id", "position"),
    keys=("institution_id", "target_id", "position"),
)


def is_voiding(statement: Json) -> bool:
    """Whether a statement takes another one back."""
    return bool(statement["verb"]["id"] == VOIDED)


def connect(
    connection: Connection, tenant: UUID, kept: Sequence[Kept], new: Sequence[Json]
) -> None:
    """Let statements about statements be found by what these mention; void."""
    referring = [
        {"institution_id": tenant, "target_id": target, "position": row.position}
        for row, statement in zip(kept, new, strict=True)
        if (target := target_of(statement)) is not None
    ]
    if referring:
        _REFER.execute(connection, referring)
    ids = {row.statement_id for row in kept}
    waiting = list_references(connection, tenant=tenant, targets=ids)
    own = {row.position for row, each in zip(kept, new, strict=True) if target_of(each)}
    for position in own | {place for _, place in waiting}:
        _inherit(connection, tenant, position)
    targets = (target_of(each) for each in new if is_voiding(each))
    voided = {target for target in targets if target is not None}
    for row in list_at(
        connection, tenant=tenant, positions=sorted({p for _, p in waiting})
    ):
        statement = orjson.loads(row.body)
        if is_voiding(statement):
            voided.add(UUID(statement["object"]["id"]))
    if voided:
        _void(connection, tenant, voided)


def own_mentions(tenant: UUID, row: Kept) -> set[int]:
    """Return what a kept statement mentions itself, its key included."""
    statement = orjson.loads(row.body)
    return mentions_of(statement, tenant=tenant, key_id=row.key_id)


def _inherit(connection: Connection, tenant: UUID, position: int) -> None:
    """Let a statement, and all about it, be found by what its target mentions."""
    chain = list_at(connection, tenant=tenant, positions=[position])
    inherited: set[int] = set()
    while chain and len(chain) <= DEEPEST:
        target = _target_of(chain[-1])
        if target is None:
            break
        found = find_statements(connection, tenant=tenant, ids=[target]).get(target)
        if found is None or found.state is State.ERASED:
            break
        chain.append(found)
        key = mention_key(tenant, Kind.KEY, str(found.key_id))
        inherited |= own_mentions(tenant, found) - {key}
    if chain and inherited:
        shown = [chain[0], *_referrers(connection, tenant, chain[0])]
        MENTION.execute(
            connection,
            [
                {"mention_key": mention, "position": each.position}
                for each in shown
                if each.state is State.STORED
                for mention in inherited
            ],
        )


def target_of(statement: Json) -> UUID | None:
    """Return which statement a statement is about."""
    about = statement["object"]
    is_reference = about.get("objectType") == "StatementRef"
    return UUID(about["id"]) if is_reference else None


def _target_of(row: Kept) -> UUID | None:
    return None if row.state is State.ERASED else target_of(orjson.loads(row.body))


def _referrers(connection: Connection, tenant: UUID, row: Kept) -> list[Kept]:
    """Return the statements about a statement, and those about these."""
    found: dict[int, Kept] = {row.position: row}
    targets = {row.statement_id}
    for _ in range(DEEPEST):
        about = list_references(connection, tenant=tenant, targets=targets)
        positions = {position for _, position in about} - found.keys()
        if not positions:
            break
        above = list_at(connection, tenant=tenant, positions=sorted(positions))
        found |= {each.position: each for each in above}
        targets = {each.statement_id for each in above}
    return list(found.values())[1:]


def _void(connection: Connection, tenant: UUID, targets: Iterable[UUID]) -> None:
    """Take statements back: they are found by their id only.

    Raises:
        StatementRefusedError: One of them takes another back itself.
    """
    rows = find_statements(connection, tenant=tenant, ids=list(targets)).values()
    for row in rows:
        if row.state is not State.STORED:
            continue
        if is_voiding(orjson.loads(row.body)):
            refuse("object.id", "a voiding statement cannot be voided")
        hide(connection, tenant, row, State.VOIDED)


def hide(connection: Connection, tenant: UUID, row: Kept, state: State) -> None:
    """Let a statement be found no more by what it mentions."""
    target = _target_of(row)
    mentions = own_mentions(tenant, row)
    for _ in range(DEEPEST):
        if target is None:
            break
        found = find_statements(connection, tenant=tenant, ids=[target]).get(target)
        if found is None or found.state is State.ERASED:
            break
        mentions |= own_mentions(tenant, found)
        target = _target_of(found)
    connection.execute(
        delete(MentionRow).where(
            MentionRow.mention_key.in_(mentions), MentionRow.position == row.position
        )
    )
    if state is State.VOIDED:
        people = people_of(orjson.loads(row.body))
        hidden = [mention_key(tenant, Kind.HIDDEN, each) for each in people]
        rows = [{"mention_key": each, "position": row.position} for each in hidden]
        if rows:
            MENTION.execute(connection, rows)
    connection.execute(
        update(StatementRow)
        .where(
            StatementRow.institution_id == tenant,
            StatementRow.position == row.position,
        )
        .values(state=state)
    )
