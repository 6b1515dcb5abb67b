"""Reading statements: one by its id, or those that mention something."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Uuid,
    bindparam,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from app.kernel.statements import Prebuilt, PrebuiltAmong
from app.records.domain import Json, State
from app.records.domain.filters import Wanted
from app.records.domain.mentions import Kind, mention_key
from app.records.models import (
    ActivityRow,
    AttachmentRow,
    MentionRow,
    ReferenceRow,
    StatementRow,
)

_TENANT = bindparam("tenant", type_=Uuid())
_AFTER = bindparam("after", type_=BigInteger())
_BEFORE = bindparam("before", type_=BigInteger())
_LIMIT = bindparam("most", type_=Integer())
_NONE = bindparam("none", type_=Integer())
"""SQLite's dialect writes OFFSET beside every LIMIT that is a parameter."""


class Kept(NamedTuple):
    """A statement that is kept."""

    position: int
    statement_id: UUID
    state: State
    key_id: UUID
    body: bytes


class Attachment(NamedTuple):
    """The bytes of an attachment."""

    sha2: str
    content_type: str
    content: bytes


_KEPT = select(
    StatementRow.position,
    StatementRow.statement_id,
    StatementRow.state,
    StatementRow.key_id,
    StatementRow.body,
)

_OF_TENANT = _KEPT.where(StatementRow.institution_id == _TENANT)
_BY_ID = PrebuiltAmong(_OF_TENANT, StatementRow.statement_id)
_BY_POSITION = PrebuiltAmong(_OF_TENANT, StatementRow.position)
_NEWEST = Prebuilt(
    select(func.max(StatementRow.position).label("position")).where(
        StatementRow.institution_id == _TENANT
    )
)
_REFERENCES = PrebuiltAmong(
    select(ReferenceRow.target_id, ReferenceRow.position).where(
        ReferenceRow.institution_id == _TENANT
    ),
    ReferenceRow.target_id,
)
_DEFINITIONS = PrebuiltAmong(
    select(ActivityRow.activity_id, ActivityRow.definition).where(
        ActivityRow.institution_id == _TENANT
    ),
    ActivityRow.activity_key,
)


def find_statements(
    connection: Connection, *, tenant: UUID, ids: Collection[UUID]
) -> dict[UUID, Kept]:
    """Return those of some statements that an institution has, in whatever state."""
    rows = _BY_ID.all(connection, {"tenant": tenant}, among=ids)
    return {row.statement_id: row for row in (Kept(*values) for values in rows)}


def find_position(connection: Connection, *, tenant: UUID) -> int:
    """Return the place of the newest statement of an institution; 0 without any."""
    newest = _NEWEST.first(connection, {"tenant": tenant})
    return newest.position or 0 if newest else 0


def list_statements(
    connection: Connection, *, tenant: UUID, wanted: Wanted
) -> list[Kept]:
    """Return the statements that are shown and wanted, newest first or last."""
    values: dict[str, Any] = {
        "after": wanted.after,
        "before": wanted.before,
        "most": wanted.limit,
        "none": 0,
    }
    if not wanted.mentions:
        rows = _everything(is_ascending=wanted.is_ascending).all(
            connection, {**values, "tenant": tenant, "state": State.STORED}
        )
        return [Kept(*row) for row in rows]
    for number, alternatives in enumerate(wanted.mentions):
        for other, key in enumerate(alternatives):
            values[f"key_{number}_{other}"] = key
    shape = tuple(len(each) for each in wanted.mentions)
    found = _mentioning(shape, is_ascending=wanted.is_ascending)
    positions = [row[0] for row in found.all(connection, values)]
    return list_at(connection, tenant=tenant, positions=positions)


def list_at(
    connection: Connection, *, tenant: UUID, positions: Sequence[int]
) -> list[Kept]:
    """Return the statements at some places, in their order."""
    rows = _BY_POSITION.all(connection, {"tenant": tenant}, among=positions)
    found = {row.position: row for row in (Kept(*values) for values in rows)}
    return [found[each] for each in positions if each in found]


@cache
def _everything(*, is_ascending: bool) -> Prebuilt:
    place = StatementRow.position
    return Prebuilt(
        _KEPT.where(
            StatementRow.institution_id == _TENANT,
            StatementRow.state == bindparam("state", type_=StatementRow.state.type),
            place > _AFTER,
            place < _BEFORE,
        )
        .order_by(place.asc() if is_ascending else place.desc())
        .limit(_LIMIT)
        .offset(_NONE)
    )


@cache
def _mentioning(shape: tuple[int, ...], *, is_ascending: bool) -> Prebuilt:
    """Build the search for statements that mention several things.

    Args:
        shape: How many alternatives each of them has. The first is walked along its
            index, the others are looked up for each step.
        is_ascending: Oldest first.
    """
    branches = [
        _branch(f"key_0_{other}", shape, is_ascending=is_ascending).subquery()
        for other in range(shape[0])
    ]
    both = union(*(select(each.c.position) for each in branches)).subquery()
    place = both.c.position
    return Prebuilt(
        select(place)
        .order_by(place.asc() if is_ascending else place.desc())
        .limit(_LIMIT)
        .offset(_NONE)
    )


def _branch(first: str, shape: tuple[int, ...], *, is_ascending: bool) -> Select[int]:
    found = select(MentionRow.position).where(
        MentionRow.mention_key == bindparam(first, type_=BigInteger()),
        MentionRow.position > _AFTER,
        MentionRow.position < _BEFORE,
        *(
            or_(*(_also(f"key_{number}_{other}") for other in range(alternatives)))
            for number, alternatives in enumerate(shape)
            if number
        ),
    )
    place = MentionRow.position
    return (
        found.order_by(place.asc() if is_ascending else place.desc())
        .limit(_LIMIT)
        .offset(_NONE)
    )


def _also(name: str) -> ColumnElement[bool]:
    other = aliased(MentionRow)
    return exists(
        select(other.position)
        .where(
            other.mention_key == bindparam(name, type_=BigInteger()),
            other.position == MentionRow.position,
        )
        .correlate(MentionRow)
    )


def list_references(
    connection: Connection, *, tenant: UUID, targets: Collection[UUID]
) -> list[tuple[UUID, int]]:
    """Return who refers to some statements: which one, and from what place."""
    rows = _REFERENCES.all(connection, {"tenant": tenant}, among=targets)
    return [(target, position) for target, position in rows]


def list_attachments(
    connection: Connection, *, tenant: UUID, positions: Collection[int]
) -> list[Attachment]:
    """Return the attachments of some statements, each content once."""
    rows = connection.execute(
        select(
            AttachmentRow.sha2, AttachmentRow.content_type, AttachmentRow.content
        ).where(
            AttachmentRow.institution_id == tenant,
            AttachmentRow.position.in_(positions),
        )
    )
    return list({row.sha2: Attachment(*row) for row in rows}.values())


def find_definitions(
    connection: Connection, *, tenant: UUID, activity_ids: Collection[str]
) -> Mapping[str, Json]:
    """Return what is known of activities, by id; nothing for those never named."""
    keys = [mention_key(tenant, Kind.ACTIVITY, each) for each in activity_ids]
    rows = _DEFINITIONS.all(connection, {"tenant": tenant}, among=keys)
    return dict(rows)
