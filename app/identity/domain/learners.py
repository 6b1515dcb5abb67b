"""Who a learner is to us: a number, a language, a code on a slip of paper."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from app.kernel.text import Language

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32: no I, L, O, U, so that nothing is misread on paper."""
_MISREAD = str.maketrans("ILO", "110")
CODE_LENGTH = 12
"""Eleven characters of 5 bits and one that checks them."""
GROUP = 4
"""Characters between two hyphens."""
NONCE_BYTES = 16


class Strength(StrEnum):
    """How sure we are who sits before a browser."""

    ANONYMOUS = "anonymous"
    """Began here, or entered a resume code: a number without an account."""
    SIGNED_IN = "signed_in"
    """Proved an account by its password or through its mailbox."""
    TWO_FACTOR = "two_factor"
    """Proved it by a second factor too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A person as far as this platform knows one."""

    learner_id: UUID
    language: Language
    resume_nonce: str
    """Random, hexadecimal; with the installation's key it makes the resume code."""
    has_account: bool = False
    """Whether she signs in; her resume code has ended then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSession:
    """A browser or program that is known, and how well."""

    session_ref: str
    """Digest of its secret; names it on the account page and in tokens."""
    learner_id: UUID
    strength: Strength
    proved_at: datetime | None
    """When she last proved who she is; ``None`` if she never did here."""
    last_seen_on: date | None
    """The last day (UTC) it was used, for accounts only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """The one behind a browser: perhaps a learner, perhaps not yet."""

    learner: Learner | None
    form_token: str
    """Proves that a form was sent from one of our pages to this browser."""
    session: KnownSession | None = None
    """By what the learner is known."""

    @property
    def session_ref(self) -> str | None:
        """Which session this is; ``None`` for an unknown browser."""
        return self.session.session_ref if self.session else None

    @property
    def is_signed_in(self) -> bool:
        """Whether the learner has proved an account."""
        return (
            self.session is not None and self.session.strength is not Strength.ANONYMOUS
        )


def new_secret() -> str:
    """Return 256 random bits, URL-safe: a session, a form key."""
    return secrets.token_urlsafe(32)


def new_nonce() -> str:
    """Return the random part of a resume code, hexadecimal."""
    return secrets.token_hex(NONCE_BYTES)


def digest(secret: str) -> str:
    """Return the form in which a secret is stored: SHA-256, 64 hexadecimal digits.

    Enough for secrets of 55 random bits and more that are looked up, not compared.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def sign(key: bytes, purpose: str, value: str) -> str:
    """Return HMAC-SHA-256 of a value for one purpose, hexadecimal (RFC 2104)."""
    return hmac.digest(key, f"{purpose}:{value}".encode(), "sha256").hex()


@lru_cache(maxsize=4096)
def make_resume_code(key: bytes, nonce: str) -> str:
    """Derive the resume code of a learner; nothing in the database tells it.

    Args:
        key: The installation's secret.
        nonce: The learner's random part.

    Returns:
        12 characters of ``ALPHABET`` in groups of four, e.g. ``K7PM-2XQ4-9BTR``:
        55 bits, then one check character. With a million learners, one guess in
        36 billion finds somebody.
    """
    bits = int(sign(key, "resume", nonce)[:14], 16)
    body = "".join(ALPHABET[(bits >> (5 * i)) & 31] for i in range(CODE_LENGTH - 1))
    return group_code(body + check_character(body))


def group_code(code: str) -> str:
    """Write a code in groups of four."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def check_character(body: str) -> str:
    """Return the character that catches a slip: Luhn's algorithm modulo 32.

    It finds every single wrong character and most swapped neighbours.

    Source:
        https://en.wikipedia.org/wiki/Luhn_mod_N_algorithm

    Example:
        >>> check_character("K7PM2XQ49BT")
        'B'
    """
    size = len(ALPHABET)
    total = 0
    for position, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if position % 2 == 0 else 1)
        total += value // size + value % size
    return ALPHABET[-total % size]


def read_resume_code(typed: str) -> str | None:
    """Bring a typed code into its standard form.

    Case, blanks, hyphens and the misread I, L and O are forgiven.

    Returns:
        The grouped code, or ``None`` if it cannot be right.
    """
    code = "".join(typed.upper().replace("-", " ").split()).translate(_MISREAD)
    if len(code) != CODE_LENGTH or any(c not in ALPHABET for c in code):
        return None
    if check_character(code[:-1]) != code[-1]:
        return None
    return group_code(code)
