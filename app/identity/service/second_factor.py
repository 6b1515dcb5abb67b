"""The second factor: set up, asked for, taken away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Update, or_, update

from app.identity.domain.accounts import Account, Guard
from app.identity.domain.second_factor import (
    digest_of_recovery,
    find_step,
    new_recovery_codes,
    unseal,
)
from app.identity.domain.tickets import Purpose
from app.identity.errors import CodeRefusedError, TicketExpiredError
from app.identity.models import AccountRow
from app.identity.queries import find_account
from app.identity.service.throttle import count_use, give_back, throttle_scope
from app.identity.service.tickets import count_try, take_ticket
from app.journal.service import record
from app.kernel.database import Database


def set_second_factor(
    connection: Connection,
    *,
    key: bytes,
    learner_id: UUID,
    sealed: str,
    typed: str,
    now: datetime,
) -> list[str]:
    """Ask for a code of this secret at every sign-in from now on.

    Args:
        connection: The caller's transaction.
        key: The installation's secret.
        learner_id: Whose account.
        sealed: Her secret, as ``seal`` returned it.
        typed: The code her app shows: proves that it has the secret.
        now: Aware UTC instant.

    Returns:
        New recovery codes, shown once.

    Raises:
        CodeRefusedError: It is another code, or the secret is not hers.
    """
    secret = unseal(key, learner_id, sealed)
    step = find_step(secret, typed, now=now) if secret else None
    if step is None:
        raise CodeRefusedError
    connection.execute(
        update(AccountRow)
        .where(AccountRow.learner_id == learner_id)
        .values(totp_secret=sealed, totp_last_step=step, changed_at=now)
    )
    _note(connection, learner_id, "set-second-factor", now)
    return renew_recovery_codes(connection, key=key, learner_id=learner_id)


def renew_recovery_codes(
    connection: Connection, *, key: bytes, learner_id: UUID
) -> list[str]:
    """Return ten new recovery codes; the former ones end."""
    codes = new_recovery_codes()
    digests = [digest_of_recovery(key, learner_id, code) for code in codes]
    connection.execute(
        update(AccountRow)
        .where(AccountRow.learner_id == learner_id)
        .values(recovery_digests=",".join(digests))
    )
    return codes


def drop_second_factor(
    connection: Connection, *, learner_id: UUID, now: datetime
) -> None:
    """Ask for no second factor any more."""
    connection.execute(
        update(AccountRow)
        .where(AccountRow.learner_id == learner_id)
        .values(
            totp_secret=None,
            totp_last_step=None,
            recovery_digests=None,
            changed_at=now,
        )
    )
    _note(connection, learner_id, "dropped-second-factor", now)


def prove_second_factor(
    database: Database, *, guard: Guard, handle: str, typed: str
) -> UUID:
    """Return who passed the first step with this ticket and has the second factor.

    Raises:
        TicketExpiredError: The first step is too long ago, or five codes were wrong.
        TooManyAttemptsError: Too many wrong codes for this account in this hour.
        CodeRefusedError: Not the code, or one that was used before.
    """
    ticket = count_try(database, handle=handle, now=guard.now)
    if ticket.purpose is not Purpose.SECOND_FACTOR or ticket.learner_id is None:
        raise TicketExpiredError
    learner_id = ticket.learner_id
    scope = throttle_scope(
        guard.key, purpose="second-factor", address=str(learner_id), now=guard.now
    )
    with database.write() as connection:
        count_use(connection, scope=scope, limit=guard.account_limit, now=guard.now)
    with database.write() as connection:
        account = find_account(connection, learner_id=learner_id)
        if account is None or not _use_code(connection, guard, account, typed):
            raise CodeRefusedError
        take_ticket(connection, handle=handle, now=guard.now)
        give_back(connection, scope=scope)
    return learner_id


def check_second_factor(
    database: Database, *, guard: Guard, account: Account, typed: str
) -> None:
    """Use up a code of an account's second factor, for a program that signs in.

    Raises:
        TooManyAttemptsError: Too many wrong codes for this account in this hour.
        CodeRefusedError: Not the code, or one that was used before.
    """
    scope = throttle_scope(
        guard.key,
        purpose="second-factor",
        address=str(account.learner_id),
        now=guard.now,
    )
    with database.write() as connection:
        count_use(connection, scope=scope, limit=guard.account_limit, now=guard.now)
    with database.write() as connection:
        if not _use_code(connection, guard, account, typed):
            raise CodeRefusedError
        give_back(connection, scope=scope)


def _use_code(
    connection: Connection, guard: Guard, account: Account, typed: str
) -> bool:
    """Use up a code of the app or a recovery code; of two at once, one succeeds."""
    learner_id = account.learner_id
    secret = unseal(guard.key, learner_id, account.totp_secret or "")
    step = find_step(secret, typed, now=guard.now) if secret else None
    if step is not None:
        is_newer = or_(
            AccountRow.totp_last_step.is_(None), AccountRow.totp_last_step < step
        )
        used = update(AccountRow).where(is_newer).values(totp_last_step=step)
        return _applies(connection, used.where(AccountRow.learner_id == learner_id))
    digest = digest_of_recovery(guard.key, learner_id, typed)
    digests = (account.recovery_digests or "").split(",")
    if digest not in digests:
        return False
    rest = ",".join(each for each in digests if each != digest) or None
    used = (
        update(AccountRow)
        .where(AccountRow.recovery_digests == account.recovery_digests)
        .values(recovery_digests=rest)
    )
    return _applies(connection, used.where(AccountRow.learner_id == learner_id))


def _applies(connection: Connection, statement: Update) -> bool:
    return connection.execute(statement).rowcount == 1


def _note(connection: Connection, learner_id: UUID, verb: str, now: datetime) -> None:
    record(
        connection,
        learner_id=learner_id,
        verb=verb,
        object_ref=f"learner:{learner_id}",
        occurred_at=now,
    )
