"""A learner's calendar under an address of its own, which she can change and close."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from app.identity.domain import digest, new_nonce
from app.journal.service import record
from app.kernel.database import Upsert
from app.progress.domain.reminders import make_calendar_secret
from app.progress.models import CalendarRow, FeedRow
from app.progress.queries import find_calendar_nonce

_CALENDAR = Upsert(
    CalendarRow,
    values=("learner_id", "calendar_nonce", "issued_at"),
    keys=("learner_id",),
)


def open_calendar(
    connection: Connection, *, key: bytes, learner_id: UUID, now: datetime
) -> str:
    """Give a learner's calendar an address, if it has none; return its secret part.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        learner_id: Whose; she needs no account.
        now: Aware UTC instant.
    """
    nonce = new_nonce()
    values = {"learner_id": learner_id, "calendar_nonce": nonce, "issued_at": now}
    if _CALENDAR.execute(connection, values) == 0:  # twice at once: the first stays
        stored = find_calendar_nonce(connection, learner_id=learner_id)
        return make_calendar_secret(key, stored or nonce)
    secret = make_calendar_secret(key, nonce)
    connection.execute(
        insert(FeedRow), {"feed_digest": digest(secret), "learner_id": learner_id}
    )
    _note(connection, learner_id, "opened-calendar", now)
    return secret


def renew_calendar(
    connection: Connection, *, key: bytes, learner_id: UUID, now: datetime
) -> str:
    """Give a learner's calendar another address; the former ones end at once."""
    _forget(connection, learner_id)
    return open_calendar(connection, key=key, learner_id=learner_id, now=now)


def close_calendar(connection: Connection, *, learner_id: UUID, now: datetime) -> None:
    """End every address of a learner's calendar; twice is once."""
    if _forget(connection, learner_id):
        _note(connection, learner_id, "closed-calendar", now)


def _forget(connection: Connection, learner_id: UUID) -> bool:
    connection.execute(delete(FeedRow).where(FeedRow.learner_id == learner_id))
    gone = connection.execute(
        delete(CalendarRow).where(CalendarRow.learner_id == learner_id)
    )
    return gone.rowcount > 0


def _note(connection: Connection, learner_id: UUID, verb: str, now: datetime) -> None:
    record(
        connection,
        learner_id=learner_id,
        verb=verb,
        object_ref="calendar:plan",
        occurred_at=now,
    )


def adopt_calendar(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Let calendars that are subscribed go on when two learners are one person.

    Where both have an address, both go on until she changes it.
    """
    nonce = find_calendar_nonce(connection, learner_id=from_learner)
    own = find_calendar_nonce(connection, learner_id=to_learner)
    if nonce is not None and own is None:
        connection.execute(
            update(CalendarRow)
            .where(CalendarRow.learner_id == from_learner)
            .values(learner_id=to_learner)
        )
    connection.execute(
        update(FeedRow)
        .where(FeedRow.learner_id == from_learner)
        .values(learner_id=to_learner)
    )
