"""Hashing: slow by design, so outside every transaction and never many at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from app.identity.domain.accounts import Account, Guard
from app.identity.domain.addresses import same_address
from app.identity.domain.passwords import (
    LONGEST,
    check_password,
    hash_of_nothing,
    hasher,
    normalised,
)
from app.identity.errors import SignInRefusedError, TooManyAttemptsError
from app.identity.files import is_common_password
from app.identity.queries import find_account_by_email
from app.identity.service.throttle import count_use, give_back, throttle_scope
from app.kernel.database import Database

AT_ONCE = 2
"""Hashes of one process at once: 19 MiB each."""
PATIENCE_S = 5
_slots = BoundedSemaphore(AT_ONCE)


@contextmanager
def _slot() -> Iterator[None]:
    """Wait for a turn.

    Raises:
        TooManyAttemptsError: Too many wait: other pages must not stand still for them.
    """
    if not _slots.acquire(timeout=PATIENCE_S):
        raise TooManyAttemptsError(retry_after_s=PATIENCE_S)
    try:
        yield
    finally:
        _slots.release()


def hash_password(password: str, *, email: str) -> str:
    """Return the hash of a new password; call it outside any transaction.

    Raises:
        PasswordLengthError, PasswordCommonError, PasswordGuessableError: It is not
            acceptable.
        TooManyAttemptsError: Too many passwords are being hashed.
    """
    chosen = check_password(password, email=email, is_common=is_common_password)
    with _slot():
        return hasher().hash(chosen)


def is_right_password(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash; as slow when there is no hash.

    Raises:
        TooManyAttemptsError: Too many passwords are being hashed.
    """
    with _slot():
        fits = hasher().verify(
            normalised(password[:LONGEST]), password_hash or hash_of_nothing()
        )
    return fits and password_hash is not None


def prove_password(
    database: Database, *, guard: Guard, email: str, password: str
) -> Account:
    """Return the account to which address and password belong.

    A wrong password counts against the network and against the address, in a
    transaction of its own; a right one does not. With and without an account, the
    same work is done.

    Raises:
        SignInRefusedError: They do not belong together; or there is no such account,
            or it has no password.
        TooManyAttemptsError: Too many wrong passwords in this hour.
    """
    limits = {
        throttle_scope(
            guard.key, purpose="password", address=guard.network, now=guard.now
        ): guard.network_limit,
        throttle_scope(
            guard.key,
            purpose="password-of",
            address=same_address(email),
            now=guard.now,
        ): guard.account_limit,
    }
    with database.write() as connection:
        for scope, limit in sorted(limits.items()):
            count_use(connection, scope=scope, limit=limit, now=guard.now)
        account = find_account_by_email(connection, key=guard.key, email=email)
    is_right = is_right_password(password, account.password_hash if account else None)
    if account is None or not is_right:
        raise SignInRefusedError
    with database.write() as connection:
        for scope in sorted(limits):
            give_back(connection, scope=scope)
    return account
