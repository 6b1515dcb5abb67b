"""Hashing: slow by design, so outside every transaction and never many at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

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

T = TypeVar("T")
MOST_WAITING = 6
"""Threads of one process that wait for a hash; two of its eight stay for other pages."""
PATIENCE_S = 5
_waiting = BoundedSemaphore(MOST_WAITING)


@cache
def _hashing() -> ThreadPoolExecutor:
    # One thread for all hashes. In the threads of the requests, each would keep its 12
    # MiB: 8 threads held 150 MB after one hash each (glibc's arenas; measured).
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")


def _in_turn(work: Callable[[], T]) -> T:
    """Run one hash after the other.

    Raises:
        TooManyAttemptsError: Too many wait: other pages must not stand still for them.
    """
    if not _waiting.acquire(blocking=False):
        raise TooManyAttemptsError(retry_after_s=1)
    try:
        future = _hashing().submit(work)
        try:
            return future.result(timeout=PATIENCE_S)
        except TimeoutError:
            future.cancel()
            raise TooManyAttemptsError(retry_after_s=PATIENCE_S) from None
    finally:
        _waiting.release()


def hash_password(password: str, *, email: str) -> str:
    """Return the hash of a new password; call it outside any transaction.

    Raises:
        PasswordLengthError, PasswordCommonError, PasswordGuessableError: It is not
            acceptable.
        TooManyAttemptsError: Too many passwords are being hashed.
    """
    chosen = check_password(password, email=email, is_common=is_common_password)
    return _in_turn(lambda: hasher().hash(chosen))


def is_right_password(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash; as slow when there is no hash.

    Raises:
        TooManyAttemptsError: Too many passwords are being hashed.
    """
    typed = normalised(password[:LONGEST])

    def verify() -> bool:
        nothing = hash_of_nothing()  # made once, whoever comes first
        return hasher().verify(typed, password_hash or nothing)

    return _in_turn(verify) and password_hash is not None


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
    try:
        stored = account.password_hash if account else None
        if not is_right_password(password, stored) or account is None:
            raise SignInRefusedError
    except TooManyAttemptsError:
        _give_back(database, limits)
        raise
    _give_back(database, limits)
    return account


def _give_back(database: Database, scopes: Iterable[str]) -> None:
    with database.write() as connection:
        for scope in sorted(scopes):
            give_back(connection, scope=scope)
