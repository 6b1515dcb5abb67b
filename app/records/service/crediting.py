"""Completions that institutions reported become members' verified progress."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from app.catalogue.queries import get_catalogue
from app.cohorts.queries.people import is_member_below
from app.identity.queries import find_learners_by_digest, list_address_digests
from app.kernel.database import Database, Upsert, lock_until_commit
from app.kernel.intake import PART, IntakeState
from app.kernel.statements import copy_rows
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Kind, NewEntry
from app.progress.service import record_many
from app.records.domain.completions import Completion, CompletionState, Row
from app.records.models import CompletionRow, CreditRow, ReportRow
from app.records.queries.completions import (
    find_completions,
    list_credited,
    list_reporters,
    list_waiting,
)

ADDRESS_KEPT_DAYS = 365
"""How long the address of somebody who never came stays readable; her completion can
still become hers, by its digest."""
LISTS_KEPT_DAYS = 30
_COMPLETION = Upsert(
    CompletionRow,
    values=[column.name for column in CompletionRow.__table__.columns],
    keys=("institution_id", "completion_key"),
)
_CREDIT = Upsert(
    CreditRow,
    values=("learner_id", "institution_id", "completion_key"),
    keys=("learner_id", "institution_id", "completion_key"),
)
_SETTLE = (
    update(CompletionRow)
    .where(
        CompletionRow.institution_id == bindparam("whose"),
        CompletionRow.completion_key == bindparam("which"),
    )
    .values(state=bindparam("becomes"), member=None)
)


def take_in(
    connection: Connection, *, tenant: UUID, rows: Sequence[Row], now: datetime
) -> dict[str, int]:
    """Record sound rows; what is known already changes nothing.

    Returns:
        How many were ``new``, ``known`` or ``withdrawn``; of the new ones, how many are
        ``waiting`` for their person.
    """
    lock_until_commit(connection, f"completions:{tenant}")
    keys = {row.key for row in rows}
    before = find_completions(connection, tenant=tenant, keys=keys)
    fresh = {
        row.key: row for row in rows if row.key not in before and not row.is_withdrawn
    }
    if fresh:
        _COMPLETION.execute(
            connection, [_values(tenant, row, now) for row in fresh.values()]
        )
    known = find_completions(connection, tenant=tenant, keys=keys)
    credited = credit(
        connection, tenant=tenant, waiting=[known[key] for key in fresh], now=now
    )
    standing = {CompletionState.WAITING, CompletionState.CREDITED}
    gone = [
        known[row.key]
        for row in rows
        if row.is_withdrawn and row.key in known and known[row.key].state in standing
    ]
    _withdraw(connection, tenant, gone, now)
    return {
        "new": len(fresh),
        "known": len(rows) - len(fresh) - len(gone),
        "withdrawn": len(gone),
        "waiting": len(fresh) - credited,
    }


def _values(tenant: UUID, row: Row, now: datetime) -> dict[str, object]:
    return {
        "institution_id": tenant,
        "completion_key": row.key,
        "member": row.member,
        "member_digest": row.member_digest,
        "course_key": row.course_key,
        "language": row.language,
        "completed_on": date.fromisoformat(row.completed_on),
        "minutes": row.minutes,
        "score": row.score,
        "reference": row.reference,
        "state": CompletionState.WAITING,
        "reported_at": now,
    }


def credit(
    connection: Connection,
    *,
    tenant: UUID,
    waiting: Sequence[Completion],
    now: datetime,
) -> int:
    """Give completions to members of the institution; return how many found theirs."""
    courses = {course.key for course in get_catalogue(connection).courses}
    people = find_learners_by_digest(
        connection, digests={each.member_digest for each in waiting}
    )
    members = {
        learner_id
        for learner_id in set(people.values())
        if is_member_below(connection, learner_id=learner_id, institution_id=tenant)
    }
    found: dict[UUID, list[Completion]] = {}
    for each in waiting:
        learner_id = people.get(each.member_digest)
        if learner_id in members and each.course_key in courses:
            found.setdefault(learner_id, []).append(each)
    record_many(
        connection,
        entries={
            learner_id: [_entry(tenant, each) for each in own]
            for learner_id, own in found.items()
        },
        now=now,
    )
    owned = [(each, who) for who, own in found.items() for each in own]
    if owned:
        _CREDIT.execute(
            connection,
            [
                {
                    "learner_id": learner_id,
                    "institution_id": tenant,
                    "completion_key": each.completion_key,
                }
                for each, learner_id in owned
            ],
        )
    _settle(connection, tenant, (each for each, _ in owned), CompletionState.CREDITED)
    return len(owned)


def _entry(tenant: UUID, completion: Completion) -> NewEntry:
    return NewEntry(
        ref=completion.ref,
        course_key=completion.course_key,
        kind=Kind.COMPLETED,
        source=EvidenceSource.VERIFIED,
        said_by=f"institution:{tenant}",
        language=completion.language,
        minutes=completion.minutes,
        occurred_at=datetime.combine(completion.completed_on, time.min, UTC),
    )


def _withdraw(
    connection: Connection, tenant: UUID, gone: Sequence[Completion], now: datetime
) -> None:
    """Take completions back: who has one gets a correction."""
    owners = list_credited(
        connection, tenant=tenant, keys=[each.completion_key for each in gone]
    )
    corrections: dict[UUID, list[NewEntry]] = {}
    for each in gone:
        if each.completion_key in owners:
            entry = NewEntry(
                ref=f"un{each.ref}",
                course_key=each.course_key,
                kind=Kind.CORRECTION,
                source=EvidenceSource.VERIFIED,
                said_by=f"institution:{tenant}",
                occurred_at=now,
                corrects=each.ref,
            )
            corrections.setdefault(owners[each.completion_key], []).append(entry)
    record_many(connection, entries=corrections, now=now)
    _settle(connection, tenant, gone, CompletionState.WITHDRAWN)


def _settle(
    connection: Connection,
    tenant: UUID,
    completions: Iterable[Completion],
    state: CompletionState,
) -> None:
    rows = [
        {"whose": tenant, "which": each.completion_key, "becomes": state}
        for each in completions
    ]
    if rows:
        connection.execute(_SETTLE, rows)


def credit_waiting(database: Database, *, tenant: UUID, now: datetime) -> int:
    """Look again for the people whose completions wait; return how many were found."""
    after, found = "", 0
    while True:
        with database.write() as connection:
            lock_until_commit(connection, f"completions:{tenant}")
            waiting = list_waiting(connection, tenant=tenant, after=after, limit=PART)
            found += credit(connection, tenant=tenant, waiting=waiting, now=now)
        if len(waiting) < PART:
            return found
        after = waiting[-1].completion_key


def look_again(database: Database, *, now: datetime) -> int:
    """Look for everybody whose completions wait, wherever; return how many were found."""
    with database.read() as connection:
        tenants = list_reporters(connection)
    return sum(credit_waiting(database, tenant=each, now=now) for each in tenants)


def adopt_credits(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Let the completions of one learner be another's, who is the same person."""
    copy_rows(
        connection, CreditRow, column="learner_id", old=from_learner, new=to_learner
    )
    connection.execute(delete(CreditRow).where(CreditRow.learner_id == from_learner))


def forget_completions(connection: Connection, *, learner_id: UUID) -> None:
    """Erase what was reported of a person; the keys stay, and say nothing."""
    rows = connection.execute(
        select(CreditRow.institution_id, CreditRow.completion_key).where(
            CreditRow.learner_id == learner_id
        )
    ).all()
    for tenant in {row.institution_id for row in rows}:
        keys = [row.completion_key for row in rows if row.institution_id == tenant]
        for first in range(0, len(keys), PART):
            _erase(
                connection,
                (CompletionRow.institution_id == tenant)
                & CompletionRow.completion_key.in_(keys[first : first + PART]),
            )
    digests: Collection[str] = list_address_digests(connection, learner_id=learner_id)
    if digests:
        _erase(connection, CompletionRow.member_digest.in_(digests))


def _erase(connection: Connection, which: ColumnElement[bool]) -> None:
    nothing: Mapping[str, object] = {
        "state": CompletionState.ERASED,
        "member": None,
        "member_digest": "",
        "language": None,
        "completed_on": date.min,
        "minutes": None,
        "score": None,
        "reference": "",
    }
    connection.execute(update(CompletionRow).where(which).values(nothing))


def forget_old(connection: Connection, *, now: datetime) -> int:
    """Forget addresses that nobody came for, and lists that nobody said yes to."""
    unused = delete(ReportRow).where(
        ReportRow.state.not_in((IntakeState.IMPORTING, IntakeState.DONE)),
        ReportRow.uploaded_at < now - timedelta(days=LISTS_KEPT_DAYS),
    )
    old = (
        update(CompletionRow)
        .where(
            CompletionRow.member.is_not(None),
            CompletionRow.reported_at < now - timedelta(days=ADDRESS_KEPT_DAYS),
        )
        .values(member=None)
    )
    return sum(connection.execute(each).rowcount for each in (unused, old))
