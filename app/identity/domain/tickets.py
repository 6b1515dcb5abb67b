"""Tickets: a step that waits until somebody proves something.

A ticket has a handle, which the asking browser keeps, and two proofs made from it
with the installation's key, which only the mailbox sees: a link and a short code.
The database holds the digest of the handle, and neither proof.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from app.identity.domain.learners import new_secret, sign

MAIL_LIFETIME = timedelta(minutes=15)
"""How long a link or code by mail may be used."""
OPERATOR_LIFETIME = timedelta(hours=24)
"""How long a link from the command line may be used."""
STEP_LIFETIME = timedelta(minutes=5)
"""Between password and second factor."""
MOST_TRIES = 5
"""Codes per ticket: with 10⁸ codes, one chance in twenty million."""
CODE_DIGITS = 8
_PROOF_LENGTH = 43
"""Hexadecimal digits of a link's proof: 172 bits."""


class Purpose(StrEnum):
    """What a ticket is good for."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    CHANGE_EMAIL = "change_email"
    SECOND_FACTOR = "second_factor"
    """The password was right; the code of the second factor is missing."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ticket:
    """What a ticket says once it is proved."""

    purpose: Purpose
    learner_id: UUID | None
    address: str | None


def new_handle() -> str:
    """Return a new ticket's handle: 256 random bits, URL-safe."""
    return new_secret()


def code_of_ticket(key: bytes, handle: str) -> str:
    """Return the code that is mailed: eight digits."""
    number = int(sign(key, "ticket-code", handle)[:16], 16) % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}}"


def link_of_ticket(key: bytes, handle: str) -> str:
    """Return what stands in the link that is mailed: handle and proof."""
    return f"{handle}.{sign(key, 'ticket-link', handle)[:_PROOF_LENGTH]}"


def read_link(key: bytes, text: str) -> str | None:
    """Return the handle of a genuine link, ``None`` otherwise."""
    handle = text.partition(".")[0]
    genuine = link_of_ticket(key, handle)
    return handle if compare_digest(text.encode(), genuine.encode()) else None


def is_code_of_ticket(key: bytes, handle: str, typed: str) -> bool:
    """Whether this is the code of a ticket; blanks and hyphens do not matter."""
    digits = "".join(c for c in typed if c.isdecimal())
    return compare_digest(digits.encode(), code_of_ticket(key, handle).encode())
