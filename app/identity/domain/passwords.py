"""What makes a password acceptable, and how its hash is made.

Rules after OWASP ASVS 5.0, 6.2, and NIST SP 800-63B-4, 3.1.1: length, a list of common
passwords, words that the context gives away; no composition rules, no forced changes.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from app.identity.errors import (
    PasswordCommonError,
    PasswordGuessableError,
    PasswordLengthError,
)

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST = 8
LONGEST = 256
"""Characters; far above the 64 that must be allowed, and no burden to hash."""
MEMORY_KIB = 12_288
PASSES = 3
LANES = 1
"""Argon2id with 12 MiB, 3 passes, 1 lane: of the equally strong choices in the OWASP
Password Storage Cheat Sheet, one that a small process can carry."""
SHORTEST_CONTEXT = 4
"""Shorter parts of an address prove nothing: “ana” is in “banana”."""
SITE_WORD = "masar"


def normalised(password: str) -> str:
    """Return the form that is hashed: two keyboards, one password (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(
    password: str, *, email: str, is_common: Callable[[str], bool]
) -> str:
    """Return a new password in the form that is hashed, if it is acceptable.

    Args:
        password: As typed.
        email: The person's address, whose parts it must not contain.
        is_common: Whether a password is one of those that are tried first.

    Raises:
        PasswordLengthError: Under 8 or over 256 characters.
        PasswordCommonError: It is in the list.
        PasswordGuessableError: It contains the address or the site's name.
    """
    password = normalised(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLengthError(shortest=SHORTEST, longest=LONGEST)
    folded = password.casefold()
    if is_common(folded) or len(set(folded)) == 1:
        raise PasswordCommonError
    local, _, domain = email.casefold().partition("@")
    words = {SITE_WORD, local, *local.replace("-", ".").split("."), *domain.split(".")}
    if any(len(word) >= SHORTEST_CONTEXT and word in folded for word in words):
        raise PasswordGuessableError
    return password


@cache
def hasher() -> "PasswordHash":
    """Return Argon2id with our parameters; loaded when the first password comes."""
    from pwdlib import PasswordHash  # noqa: PLC0415 -- 3 MB most workers never need
    from pwdlib.hashers.argon2 import Argon2Hasher  # noqa: PLC0415 -- heavy, loaded where it is used

    argon2 = Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    return PasswordHash((argon2,))


@cache
def hash_of_nothing() -> str:
    """Return the hash that is checked when there is none: as slow, and never right."""
    return hasher().hash("\0")
