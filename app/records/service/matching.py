"""From statements to progress: whose they are, and which course they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, update

from app.catalogue.queries import get_catalogue
from app.cohorts.queries.people import is_member_below, list_members_below
from app.identity.queries import find_learner_by_email, list_addresses
from app.kernel.database import Database, Upsert
from app.kernel.jobs import queue
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Kind, NewEntry
from app.progress.service import record_entries
from app.records.domain import Json, State
from app.records.domain.formats import instant_at, is_uuid, read_instant
from app.records.domain.mentions import Kind as Mention
from app.records.domain.mentions import identify, mention_key
from app.records.domain.progress import (
    Unit,
    find_unit,
    is_done,
    list_units,
    minutes_of,
)
from app.records.errors import ActivityNotFoundError
from app.records.models import ActivityRow, MatchRow
from app.records.queries import Kept, list_at
from app.records.queries.matching import find_match, list_mapped, list_positions
from app.records.service.connecting import is_voiding, target_of

MATCH = "records-match"
"""Kind of the job."""
MOST_AT_ONCE = 500
_MATCH = Upsert(
    MatchRow,
    values=("learner_id", "institution_id", "position", "ref"),
    keys=("learner_id", "institution_id", "position"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What tells that somebody or something is of this installation."""

    secret: bytes
    base: str
    """Where browsers reach it, without a slash at the end."""


def queue_matching(
    connection: Connection,
    *,
    tenant: UUID,
    statements: Iterable[tuple[int, Json]],
    now: datetime,
) -> None:
    """Queue the look at statements that may be somebody's progress here."""
    positions = [place for place, each in statements if _is_of_interest(each)]
    if positions:
        payload = {"institution": str(tenant), "positions": positions}
        queue(connection, kind=MATCH, payload=payload, run_at=now, is_bulk=True)


def _is_of_interest(statement: Json) -> bool:
    if is_done(statement) or is_voiding(statement):
        return True
    home = statement["actor"].get("account", {}).get("homePage")
    return bool(home == statement["authority"]["account"]["homePage"])


def match(
    database: Database, payload: Mapping[str, Any], *, site: Site, now: datetime
) -> None:
    """Record what statements say of members of the institution; again changes nothing.

    Args:
        database: Where; one short transaction.
        payload: Of the job: whose statements, at which places.
        site: This installation.
        now: Aware UTC instant.
    """
    tenant = UUID(payload["institution"])
    with database.write() as connection:
        rows = list_at(connection, tenant=tenant, positions=payload["positions"])
        people = _People(connection, tenant, site, rows)
        units = _Units(connection, tenant, site, rows)
        for row in rows:
            if row.state is State.STORED:
                _record(connection, tenant, row, (people, units), now)


class _People:
    """Finds the learner whom an actor stands for, if she is a member here."""

    def __init__(
        self, connection: Connection, tenant: UUID, site: Site, rows: Sequence[Kept]
    ) -> None:
        self._connection, self._tenant, self._site = connection, tenant, site
        self._known: dict[str, UUID | None] = {}
        self._sums: Mapping[str, UUID] = {}
        if any(b'"mbox_sha1sum"' in row.body for row in rows):
            members = list_members_below(connection, institution_id=tenant)
            addresses = list_addresses(connection, learner_ids=members)
            self._sums = {
                sha1(f"mailto:{each}".encode(), usedforsecurity=False).hexdigest(): who
                for who, each in addresses.items()
            }

    def find(self, actor: Json) -> UUID | None:
        """Return whose statement it is; ``None`` for anybody who has not joined."""
        name = identify(actor) or ""
        if name not in self._known:
            found = self._look_up(actor)
            is_member = found is not None and is_member_below(
                self._connection, learner_id=found, institution_id=self._tenant
            )
            self._known[name] = found if is_member else None
        return self._known[name]

    def _look_up(self, actor: Json) -> UUID | None:
        if "mbox" in actor:
            address = actor["mbox"].removeprefix("mailto:")
            learner = find_learner_by_email(
                self._connection, key=self._site.secret, email=address
            )
            return None if learner is None else learner.learner_id
        if "mbox_sha1sum" in actor:
            return self._sums.get(actor["mbox_sha1sum"].lower())
        return _read_account(actor.get("account", {}), self._site.base)


def _read_account(account: Json, base: str) -> UUID | None:
    """Return the number of a learner whom an account of this site names."""
    name = str(account.get("name", ""))
    is_ours = str(account.get("homePage", "")).rstrip("/") == base
    return UUID(name) if is_ours and is_uuid(name) else None


class _Units:
    """Finds the course or module that an activity is."""

    def __init__(
        self, connection: Connection, tenant: UUID, site: Site, rows: Sequence[Kept]
    ) -> None:
        courses = get_catalogue(connection).courses
        self._base = site.base
        self._units = list_units(courses)
        named = {
            orjson.loads(row.body)["object"].get("id", "") for row in rows if row.body
        }
        keys = [mention_key(tenant, Mention.ACTIVITY, each) for each in named]
        self._mapped = list_mapped(connection, tenant=tenant, activity_keys=keys)

    def find(self, activity: Json) -> Unit | None:
        """Return what the activity is; a unit the catalogue no longer has is none."""
        return find_unit(
            activity["id"], base=self._base, known=self._units, mapped=self._mapped
        )


def _record(
    connection: Connection,
    tenant: UUID,
    row: Kept,
    finders: tuple[_People, _Units],
    now: datetime,
) -> None:
    statement = orjson.loads(row.body)
    if is_voiding(statement):
        _correct(connection, tenant, row, statement, now)
        return
    people, units = finders
    learner_id = people.find(statement["actor"])
    if learner_id is None:
        return
    unit = units.find(statement["object"]) if is_done(statement) else None
    ref = f"xapi:{row.statement_id}" if unit else None
    _MATCH.execute(
        connection,
        {
            "learner_id": learner_id,
            "institution_id": tenant,
            "position": row.position,
            "ref": ref,
        },
    )
    if unit is None or ref is None:
        return
    entry = NewEntry(
        ref=ref,
        course_key=unit.course_key,
        module_key=unit.module_key,
        kind=Kind.COMPLETED if unit.module_key is None else Kind.MODULE_DONE,
        source=EvidenceSource.VERIFIED,
        said_by=f"institution:{tenant}",
        minutes=minutes_of(statement),
        occurred_at=_occurred_at(row, statement),
    )
    record_entries(connection, learner_id=learner_id, entries=[entry], now=now)


def _occurred_at(row: Kept, statement: Json) -> datetime:
    return read_instant(statement["timestamp"]) or instant_at(row.position)


def _correct(
    connection: Connection, tenant: UUID, row: Kept, statement: Json, now: datetime
) -> None:
    """Take back what a voided statement has said of somebody."""
    target = target_of(statement)
    found = target and find_match(connection, tenant=tenant, statement_id=target)
    if not found:
        return
    entry = NewEntry(
        ref=f"xapi:{row.statement_id}",
        course_key=found.course_key,
        module_key=found.module_key,
        kind=Kind.CORRECTION,
        source=EvidenceSource.VERIFIED,
        said_by=f"institution:{tenant}",
        occurred_at=_occurred_at(row, statement),
        corrects=found.ref,
    )
    record_entries(connection, learner_id=found.learner_id, entries=[entry], now=now)


def map_activity(
    connection: Connection,
    *,
    tenant: UUID,
    activity_key: int,
    unit: Unit | None,
    now: datetime,
) -> None:
    """Say which course or module an activity is, and look again at its statements.

    What was recorded by an earlier mapping stays recorded.

    Raises:
        ActivityNotFoundError: The institution's statements have named none such.
    """
    changed = connection.execute(
        update(ActivityRow)
        .where(
            ActivityRow.institution_id == tenant,
            ActivityRow.activity_key == activity_key,
        )
        .values(
            course_key=unit.course_key if unit else None,
            module_key=unit.module_key if unit else None,
        )
    ).rowcount
    if not changed:
        raise ActivityNotFoundError
    positions = list_positions(connection, activity_key=activity_key)
    for first in range(0, len(positions), MOST_AT_ONCE):
        part = positions[first : first + MOST_AT_ONCE]
        payload = {"institution": str(tenant), "positions": part}
        queue(connection, kind=MATCH, payload=payload, run_at=now, is_bulk=True)
