"""Finding a learner by what she shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from app.identity.domain import Learner, digest
from app.identity.models import LearnerRow, ResumeCodeRow, SessionRow
from app.kernel.statements import Prebuilt

_LEARNER = Prebuilt(
    select(LearnerRow.language, LearnerRow.resume_nonce).where(
        LearnerRow.learner_id == bindparam("learner_id")
    )
)
_SESSION = Prebuilt(
    select(SessionRow.learner_id, SessionRow.expires_at).where(
        SessionRow.token_digest == bindparam("token_digest")
    )
)
_CODE = select(ResumeCodeRow.learner_id).where(
    ResumeCodeRow.code_digest == bindparam("code_digest")
)


def find_learner(connection: Connection, *, learner_id: UUID) -> Learner | None:
    """Return a learner, or ``None`` if she was erased."""
    row = _LEARNER.first(connection, {"learner_id": learner_id})
    if row is None:
        return None
    return Learner(
        learner_id=learner_id,
        language=row.language,
        resume_nonce=row.resume_nonce,
    )


def find_learner_by_session(
    connection: Connection, *, token: str, now: datetime
) -> Learner | None:
    """Return whose browser shows this session token, unless it has expired."""
    found = _SESSION.first(connection, {"token_digest": digest(token)})
    if found is None or found.expires_at <= now:
        return None
    return find_learner(connection, learner_id=found.learner_id)


def find_learner_by_code(connection: Connection, *, code: str) -> Learner | None:
    """Return whose resume code this is (in its standard form)."""
    found = connection.execute(_CODE, {"code_digest": digest(code)}).first()
    return find_learner(connection, learner_id=found.learner_id) if found else None
