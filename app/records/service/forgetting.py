"""Erasing a person from what institutions have reported (docs/decisions/0013)."""

from collections.abc import Collection, Iterable
from hashlib import sha1
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, select, update

from app.cohorts.queries.keys import list_key_holders
from app.identity.queries import find_account
from app.kernel.statements import copy_rows
from app.records.domain import State
from app.records.domain.mentions import Kind, identify, mention_key
from app.records.models import (
    AttachmentRow,
    DocumentRow,
    MatchRow,
    MentionRow,
    ReferenceRow,
    StatementRow,
)
from app.records.queries import Kept, list_at
from app.records.service.connecting import hide, own_mentions
from app.records.service.crediting import adopt_credits, forget_completions

NOBODY = {"objectType": "Agent", "account": {"homePage": "urn:masar", "name": "erased"}}


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Let what was matched to one learner be another's; the first one keeps nothing.

    Her number ends, and what was reported is not erased with it.
    """
    copy_rows(
        connection, MatchRow, column="learner_id", old=from_learner, new=to_learner
    )
    connection.execute(delete(MatchRow).where(MatchRow.learner_id == from_learner))
    adopt_credits(connection, from_learner=from_learner, to_learner=to_learner)


def forget(connection: Connection, *, learner_id: UUID) -> None:
    """Erase the statements about a person and the documents about her.

    Of a statement its id stays, so that a platform's retry does not bring it back.
    Where she is only named in somebody else's statement, her name goes.
    """
    forget_completions(connection, learner_id=learner_id)
    rows = connection.execute(
        select(MatchRow.institution_id, MatchRow.position).where(
            MatchRow.learner_id == learner_id
        )
    ).all()
    for tenant in {row.institution_id for row in rows}:
        places = [row.position for row in rows if row.institution_id == tenant]
        _erase(connection, tenant, places)
    account = find_account(connection, learner_id=learner_id)
    if account is not None:
        names = _names_of(account.email)
        for tenant in list_key_holders(connection):
            _forget_at(connection, tenant, names)


def _names_of(email: str) -> frozenset[str]:
    mailboxes = {f"mailto:{email}", f"mailto:{email.lower()}"}
    sums = {sha1(m.encode(), usedforsecurity=False).hexdigest() for m in mailboxes}
    summed = {f"mbox_sha1sum:{each}" for each in sums}
    return frozenset({f"mbox:mailto:{email.lower()}", *summed})


def _forget_at(connection: Connection, tenant: UUID, names: Collection[str]) -> None:
    own = [mention_key(tenant, Kind.AGENT, each) for each in names]
    connection.execute(delete(DocumentRow).where(DocumentRow.agent_key.in_(own)))
    hidden = [mention_key(tenant, Kind.HIDDEN, each) for each in names]
    _erase(connection, tenant, _mentioning(connection, own + hidden), only=names)
    related = [mention_key(tenant, Kind.RELATED_AGENT, each) for each in names]
    places = _mentioning(connection, related + hidden)
    for row in list_at(connection, tenant=tenant, positions=places):
        _unname(connection, tenant, row, names)
    connection.execute(
        delete(MentionRow).where(MentionRow.mention_key.in_([*own, *hidden, *related]))
    )


def _mentioning(connection: Connection, keys: Collection[int]) -> list[int]:
    found = select(MentionRow.position).where(MentionRow.mention_key.in_(keys))
    return list(connection.scalars(found.distinct()))


def _erase(
    connection: Connection,
    tenant: UUID,
    positions: Iterable[int],
    *,
    only: Collection[str] | None = None,
) -> None:
    """Erase statements; with ``only``, those that name one of these themselves.

    Others are found because they are about such a statement.
    """
    for row in list_at(connection, tenant=tenant, positions=sorted(set(positions))):
        if row.state is State.ERASED:
            continue
        keys = {mention_key(tenant, Kind.AGENT, each) for each in only or ()}
        if only is not None and keys.isdisjoint(own_mentions(tenant, row)):
            continue
        hide(connection, tenant, row, State.ERASED)
        at = (
            (AttachmentRow, AttachmentRow.position),
            (ReferenceRow, ReferenceRow.position),
        )
        for table, place in at:
            connection.execute(
                delete(table).where(
                    table.institution_id == tenant, place == row.position
                )
            )
        _write(connection, tenant, row.position, b"")


def _unname(
    connection: Connection, tenant: UUID, row: Kept, names: Collection[str]
) -> None:
    if row.state is State.ERASED:
        return
    body = orjson.dumps(_without(orjson.loads(row.body), names))
    _write(connection, tenant, row.position, body)


def _without(value: Any, names: Collection[str]) -> Any:  # noqa: ANN401 -- JSON
    if type(value) is list:
        return [_without(each, names) for each in value]
    if type(value) is not dict:
        return value
    try:
        is_hers = identify(value) in names
    except (LookupError, TypeError):
        is_hers = False  # an extension that looks like an account and is none
    return NOBODY if is_hers else {k: _without(v, names) for k, v in value.items()}


def _write(connection: Connection, tenant: UUID, position: int, body: bytes) -> None:
    connection.execute(
        update(StatementRow)
        .where(StatementRow.institution_id == tenant, StatementRow.position == position)
        .values(body=body)
    )
