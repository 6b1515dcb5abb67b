"""Use cases over all rooms: sign in with what was done before, erase, keep no longer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.assessment import service as assessment
from app.cohorts import service as cohorts
from app.home.queries import list_unused_learners
from app.identity import service as identity
from app.identity.domain import Learner, Strength, Visitor
from app.identity.queries import find_account
from app.identity.service import (
    create_account,
    forget_expired,
    lock_learner,
    open_session,
    revoke_session,
    welcome,
)
from app.journal import service as journal
from app.kernel.database import Database
from app.kernel.text import Language
from app.paths import service as paths
from app.proficiency import service as proficiency
from app.progress import service as progress
from app.records import service as records
from app.sharing import service as sharing
from app.study import service as study

BATCH = 200
"""Learners erased in one transaction, so that nobody waits long for the others."""
ROOMS = (
    *(
        journal,
        proficiency,
        assessment,
        paths,
        progress,
        cohorts,
        study,
        sharing,
        records,
    ),
)
"""Those that keep something of people, upwards through the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How somebody comes in: from which browser, proved how, for how long."""

    visitor: Visitor
    """Whom the browser was before."""
    strength: Strength
    device: str
    lifetime: timedelta
    now: datetime


def register(
    connection: Connection, *, key: bytes, email: str, language: Language, by: Arrival
) -> str:
    """Make an account for whoever proved this address, and sign her in.

    A learner without an account in this browser becomes it: same number, all her
    answers. Otherwise a new learner does.

    Returns:
        The new session's token.

    Raises:
        EmailTakenError: Another account has this address.
    """
    learner = _claimable(connection, by.visitor)
    if learner is None:
        learner = welcome(connection, key=key, language=language, now=by.now)
    create_account(
        connection, key=key, learner_id=learner.learner_id, email=email, now=by.now
    )
    return _open(connection, learner.learner_id, by)


def enter(connection: Connection, *, learner_id: UUID, by: Arrival) -> str:
    """Sign somebody in who has proved an account, with a new session.

    What a learner without an account did in this browser joins the account, once.

    Returns:
        The new session's token; the browser's former one has ended.
    """
    guest = _claimable(connection, by.visitor)
    if guest is not None and guest.learner_id != learner_id:
        merge(
            connection,
            from_learner=guest.learner_id,
            to_learner=learner_id,
            now=by.now,
        )
    return _open(connection, learner_id, by)


def merge(
    connection: Connection, *, from_learner: UUID, to_learner: UUID, now: datetime
) -> None:
    """Join what two learners did who are one person; the first one ends.

    Her resume code and tokens end with her. Again, or twice at once, changes nothing.
    """
    # One order for all: two merges at once wait for each other, and not in a circle.
    present = [
        lock_learner(connection, learner_id=each)
        for each in sorted((from_learner, to_learner))
    ]
    if not all(present):
        return
    # Upwards through the house: what is shared refers to what was answered.
    for room in ROOMS:
        room.adopt(connection, from_learner=from_learner, to_learner=to_learner)
    progress.adopt_certificates(
        connection, from_learner=from_learner, to_learner=to_learner
    )
    erase(connection, learner_id=from_learner)
    journal.record(
        connection,
        learner_id=to_learner,
        verb="merged",
        object_ref=f"learner:{from_learner}",
        occurred_at=now,
    )


def erase(connection: Connection, *, learner_id: UUID) -> None:
    """Remove a person and everything that is hers, at once.

    Totals that were published stay; what was waiting to be counted into the next ones
    is taken out (docs/privacy.md).
    """
    sharing.leave_totals(connection, learner_id=learner_id)
    records.forget(connection, learner_id=learner_id)
    study.forget(connection, learner_id=learner_id)
    progress.leave(connection, learner_id=learner_id)
    identity.erase(connection, learner_id=learner_id)


def apply_retention(database: Database, *, unused: timedelta, now: datetime) -> int:
    """Delete what is kept no longer (``home.domain.KEPT``); return how many rows.

    Args:
        database: Where; each batch is a short transaction of its own.
        unused: How long answers without an account stay after their last use.
        now: Aware UTC instant.
    """
    with database.write() as connection:
        gone = forget_expired(connection, now=now)
        gone += study.forget_closed(connection, now=now)
    while True:
        with database.write() as connection:
            found = list_unused_learners(
                connection, before=now - unused, now=now, limit=BATCH
            )
            for learner_id in found:
                erase(connection, learner_id=learner_id)
        gone += len(found)
        if len(found) < BATCH:
            return gone


def _claimable(connection: Connection, visitor: Visitor) -> Learner | None:
    """Return the learner of a browser who has no account, if she is still there."""
    learner = visitor.learner
    if learner is None or learner.has_account:
        return None
    # Read again under its lock: another tab may have signed in meanwhile.
    is_there = lock_learner(connection, learner_id=learner.learner_id)
    if not is_there or find_account(connection, learner_id=learner.learner_id):
        return None
    return learner


def _open(connection: Connection, learner_id: UUID, by: Arrival) -> str:
    former = by.visitor.session
    if former is not None:
        revoke_session(
            connection, learner_id=former.learner_id, session_ref=former.session_ref
        )
    return open_session(
        connection,
        learner_id=learner_id,
        now=by.now,
        lifetime=by.lifetime,
        strength=by.strength,
        device=by.device,
    )
