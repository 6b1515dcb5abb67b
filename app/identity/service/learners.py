"""Use cases of identity: arrive, be known again, leave."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, update

from app.identity.domain import (
    Learner,
    digest,
    make_resume_code,
    new_nonce,
    read_resume_code,
)
from app.identity.errors import (
    ResumeCodeMistypedError,
    ResumeCodeUnknownError,
)
from app.identity.models import (
    EmailRow,
    LearnerRow,
    ResumeCodeRow,
    SessionRow,
    SubjectRow,
    ThrottleRow,
    TicketRow,
)
from app.identity.queries import find_learner_by_code
from app.identity.service.throttle import count_use, give_back, throttle_scope
from app.journal.service import record
from app.kernel.database import Database
from app.kernel.text import Language


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


def lock_learner(connection: Connection, *, learner_id: UUID) -> bool:
    """Make others wait who change this learner; return whether she is still there."""
    touched = connection.execute(
        update(LearnerRow)
        .where(LearnerRow.learner_id == learner_id)
        .values(language=LearnerRow.language)
    )
    return touched.rowcount == 1


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
            give_back(connection, scope=scope)
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


def forget_expired(connection: Connection, *, now: datetime) -> int:
    """Delete sessions, tickets and counters that have ended; return how many rows."""
    gone = 0
    for table in (SessionRow, TicketRow, ThrottleRow):
        gone += connection.execute(
            delete(table).where(table.expires_at <= now)
        ).rowcount
    return gone


def erase(connection: Connection, *, learner_id: UUID) -> None:
    """Remove a person and everything that is hers, at once.

    Every table of a learner hangs on ``identity_learner`` and goes with it; the
    look-up tables are keyed otherwise and go by hand.
    """
    for table in (SessionRow, ResumeCodeRow, EmailRow, SubjectRow, TicketRow):
        connection.execute(delete(table).where(table.learner_id == learner_id))
    connection.execute(delete(LearnerRow).where(LearnerRow.learner_id == learner_id))
