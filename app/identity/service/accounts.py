"""Accounts: made, changed, found again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from app.identity.domain.addresses import digest_of_address
from app.identity.errors import EmailTakenError
from app.identity.models import (
    AccountRow,
    EmailRow,
    LearnerRow,
    ResumeCodeRow,
    SessionRow,
)
from app.journal.service import record
from app.kernel.database import Upsert

_EMAIL = Upsert(
    EmailRow, values=("address_digest", "learner_id"), keys=("address_digest",)
)


def create_account(
    connection: Connection, *, key: bytes, learner_id: UUID, email: str, now: datetime
) -> None:
    """Let a learner sign in from now on; nothing of hers changes.

    What opened her answers before ends here: her resume code, tokens and sessions.
    Whoever else knew them (a shared phone, a slip of paper) must not be inside the
    account.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        learner_id: A learner without an account.
        email: A proved address, as ``read_address`` returns it.
        now: Aware UTC instant.

    Raises:
        EmailTakenError: Another account has this address.
    """
    _take_address(connection, key, learner_id, email)
    for table in (ResumeCodeRow, SessionRow):
        connection.execute(delete(table).where(table.learner_id == learner_id))
    connection.execute(
        update(LearnerRow)
        .where(LearnerRow.learner_id == learner_id)
        .values(has_account=True)
    )
    connection.execute(
        insert(AccountRow),
        {
            "learner_id": learner_id,
            "email": email,
            "display_name": None,
            "password_hash": None,
            "totp_secret": None,
            "totp_last_step": None,
            "recovery_digests": None,
            "created_at": now,
            "changed_at": now,
        },
    )
    _note(connection, learner_id, "registered", now)


def change_email(
    connection: Connection, *, key: bytes, learner_id: UUID, email: str, now: datetime
) -> None:
    """Give an account another address, which was proved.

    Raises:
        EmailTakenError: Another account has this address.
    """
    connection.execute(delete(EmailRow).where(EmailRow.learner_id == learner_id))
    _take_address(connection, key, learner_id, email)
    _change(connection, learner_id, now, email=email)
    _note(connection, learner_id, "changed-address", now)


def set_password(
    connection: Connection, *, learner_id: UUID, password_hash: str, now: datetime
) -> None:
    """Store a password's hash."""
    _change(connection, learner_id, now, password_hash=password_hash)
    _note(connection, learner_id, "changed-password", now)


def set_display_name(
    connection: Connection, *, learner_id: UUID, name: str | None
) -> None:
    """Remember how a person wants to be called; empty forgets it."""
    connection.execute(
        update(AccountRow)
        .where(AccountRow.learner_id == learner_id)
        .values(display_name=name or None)
    )


def _take_address(
    connection: Connection, key: bytes, learner_id: UUID, email: str
) -> None:
    row = {"address_digest": digest_of_address(key, email), "learner_id": learner_id}
    if _EMAIL.execute(connection, row) == 0:
        raise EmailTakenError


def _change(
    connection: Connection, learner_id: UUID, now: datetime, **values: object
) -> None:
    connection.execute(
        update(AccountRow)
        .where(AccountRow.learner_id == learner_id)
        .values(changed_at=now, **values)
    )


def _note(connection: Connection, learner_id: UUID, verb: str, now: datetime) -> None:
    record(
        connection,
        learner_id=learner_id,
        verb=verb,
        object_ref=f"learner:{learner_id}",
        occurred_at=now,
    )
