"""Use cases of identity: arrive, be known again, leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, update

from app.identity.domain import (
    Learner,
    digest,
    make_resume_code,
    new_nonce,
    new_secret,
    read_resume_code,
    sign,
)
from app.identity.errors import (
    ResumeCodeMistypedError,
    ResumeCodeUnknownError,
    TooManyAttemptsError,
)
from app.identity.models import LearnerRow, ResumeCodeRow, SessionRow, ThrottleRow
from app.identity.queries import find_learner_by_code
from app.journal.service import record
from app.kernel.database import Database, Upsert
from app.kernel.text import Language

HOUR = timedelta(hours=1)
_TOUCH = Upsert(
    ThrottleRow,
    values=("scope_digest", "expires_at", "uses"),
    keys=("scope_digest",),
)
_COUNT = (
    update(ThrottleRow)
    .where(ThrottleRow.scope_digest == bindparam("scope"))
    .values(uses=ThrottleRow.uses + 1)
    .returning(ThrottleRow.uses)
)
_GIVE_BACK = (
    update(ThrottleRow)
    .where(ThrottleRow.scope_digest == bindparam("scope"))
    .values(uses=ThrottleRow.uses - 1)
)


def welcome(
    connection: Connection, *, key: bytes, language: Language, now: datetime
) -> Learner:
    """Create a learner who has told us nothing but a language.

    Args:
        connection: The caller's transaction.
        key: The installation's secret, for the resume code.
        language: The language she reads.
        now: Aware UTC instant.
    """
    learner = Learner(learner_id=uuid4(), language=language, resume_nonce=new_nonce())
    connection.execute(
        insert(LearnerRow),
        {
            "learner_id": learner.learner_id,
            "language": language,
            "resume_nonce": learner.resume_nonce,
            "created_at": now,
        },
    )
    code = make_resume_code(key, learner.resume_nonce)
    connection.execute(
        insert(ResumeCodeRow),
        {"code_digest": digest(code), "learner_id": learner.learner_id},
    )
    return learner


def open_session(
    connection: Connection, *, learner_id: UUID, now: datetime, lifetime: timedelta
) -> str:
    """Make a browser known; return the token its cookie holds (stored as a digest)."""
    token = new_secret()
    connection.execute(
        insert(SessionRow),
        {
            "token_digest": digest(token),
            "learner_id": learner_id,
            "created_at": now,
            "expires_at": now + lifetime,
        },
    )
    return token


def close_session(connection: Connection, *, token: str) -> None:
    """Forget a browser; the learner's answers stay."""
    connection.execute(
        delete(SessionRow).where(SessionRow.token_digest == digest(token))
    )


def choose_language(
    connection: Connection, *, learner: Learner, language: Language
) -> Learner:
    """Remember the language a learner reads now; return her with it."""
    connection.execute(
        update(LearnerRow)
        .where(LearnerRow.learner_id == learner.learner_id)
        .values(language=language)
    )
    return replace(learner, language=language)


def resume(
    database: Database,
    *,
    key: bytes,
    typed: str,
    address: str,
    limit: int,
    now: datetime,
) -> Learner:
    """Find a learner by the code she wrote down.

    A wrong code counts against the address in a transaction of its own, so that
    the refusal cannot undo the count. A right one does not: a class may share an
    address.

    Raises:
        ResumeCodeMistypedError: It cannot be a code; costs no attempt.
        TooManyAttemptsError: The address has tried too often this hour.
        ResumeCodeUnknownError: Nobody has it.
    """
    code = read_resume_code(typed)
    if code is None:
        raise ResumeCodeMistypedError
    scope = throttle_scope(key, purpose="resume", address=address, now=now)
    with database.write() as connection:
        count_use(connection, scope=scope, limit=limit, now=now)
        learner = find_learner_by_code(connection, code=code)
        if learner is not None:
            connection.execute(_GIVE_BACK, {"scope": scope})
            record(
                connection,
                learner_id=learner.learner_id,
                verb="resumed",
                object_ref=f"learner:{learner.learner_id}",
                occurred_at=now,
            )
    if learner is None:
        raise ResumeCodeUnknownError
    return learner


def throttle_scope(key: bytes, *, purpose: str, address: str, now: datetime) -> str:
    """Name what is counted: one purpose, one address, one hour; not reversible."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    return sign(key, f"throttle:{purpose}", f"{address}:{hour}")


def count_use(connection: Connection, *, scope: str, limit: int, now: datetime) -> None:
    """Count one use in this hour.

    Raises:
        TooManyAttemptsError: It was the ``limit``-th already.
    """
    _TOUCH.execute(
        connection, {"scope_digest": scope, "expires_at": now + HOUR, "uses": 0}
    )
    # Counted first, compared then: of many at once, each sees a number of its own.
    uses = connection.scalar(_COUNT, {"scope": scope}) or 0
    if uses > limit:
        seconds_gone = now.minute * 60 + now.second
        raise TooManyAttemptsError(retry_after_s=3600 - seconds_gone)


def forget_expired(connection: Connection, *, now: datetime) -> int:
    """Delete sessions and counters that have ended; return how many rows went."""
    gone = 0
    for table in (SessionRow, ThrottleRow):
        gone += connection.execute(
            delete(table).where(table.expires_at <= now)
        ).rowcount
    return gone


def erase(connection: Connection, *, learner_id: UUID) -> None:
    """Remove a person and everything that is hers, at once.

    Every table of a learner hangs on ``identity_learner`` and goes with it; the
    two look-up tables are keyed otherwise and go by hand.
    """
    for table in (SessionRow, ResumeCodeRow):
        connection.execute(delete(table).where(table.learner_id == learner_id))
    connection.execute(delete(LearnerRow).where(LearnerRow.learner_id == learner_id))
