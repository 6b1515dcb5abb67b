"""Sessions: a browser or a program becomes known, and is forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from app.identity.domain import Strength, digest, new_secret
from app.identity.models import SessionRow, TicketRow


def open_session(
    connection: Connection,
    *,
    learner_id: UUID,
    now: datetime,
    lifetime: timedelta,
    strength: Strength = Strength.ANONYMOUS,
    device: str = "",
) -> str:
    """Make a browser known; return the token its cookie holds (stored as a digest).

    Args:
        connection: The caller's transaction.
        learner_id: As whom.
        now: Aware UTC instant.
        lifetime: How long.
        strength: What she has proved just now.
        device: Two words, for her list of sessions.
    """
    token = new_secret()
    is_proved = strength is not Strength.ANONYMOUS
    connection.execute(
        insert(SessionRow),
        {
            "token_digest": digest(token),
            "learner_id": learner_id,
            "created_at": now,
            "expires_at": now + lifetime,
            "strength": strength,
            "device": device if is_proved else "",
            "proved_at": now if is_proved else None,
            "last_seen_on": now.date() if is_proved else None,
        },
    )
    return token


def close_session(connection: Connection, *, token: str) -> None:
    """Forget a browser; the learner's answers stay."""
    connection.execute(
        delete(SessionRow).where(SessionRow.token_digest == digest(token))
    )


def revoke_session(
    connection: Connection, *, learner_id: UUID, session_ref: str
) -> None:
    """End one of a learner's sessions; another person's stays as it is."""
    connection.execute(
        delete(SessionRow).where(
            SessionRow.token_digest == session_ref, SessionRow.learner_id == learner_id
        )
    )


def revoke_other_sessions(
    connection: Connection, *, learner_id: UUID, kept_ref: str | None
) -> int:
    """End all sessions of a learner but one; return how many ended.

    Links and codes under way end too: one may have gone to a mailbox, or have been got
    by a password, that is hers no more.
    """
    connection.execute(delete(TicketRow).where(TicketRow.learner_id == learner_id))
    return connection.execute(
        delete(SessionRow).where(
            SessionRow.learner_id == learner_id,
            SessionRow.token_digest != (kept_ref or ""),
        )
    ).rowcount


def mark_seen(connection: Connection, *, session_ref: str, now: datetime) -> None:
    """Remember the day on which a session was used."""
    connection.execute(
        update(SessionRow)
        .where(SessionRow.token_digest == session_ref)
        .values(last_seen_on=now.date())
    )
