"""An account, and where it is signed in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.identity.domain.learners import Strength


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Account:
    """How a learner signs in."""

    learner_id: UUID
    email: str
    display_name: str | None
    password_hash: str | None
    totp_secret: str | None
    """Encrypted."""
    totp_last_step: int | None
    recovery_digests: str | None
    created_at: datetime

    @property
    def recovery_codes_left(self) -> int:
        """How many recovery codes are unused."""
        return len(self.recovery_digests.split(",")) if self.recovery_digests else 0

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a second factor."""
        return self.totp_secret is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """One session of a learner, for her list of them."""

    session_ref: str
    created_at: datetime
    last_seen_at: datetime
    """To the day."""
    device: str
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Guard:
    """What keeps guessing slow: who asks from where, and how often that is fine."""

    key: bytes
    """The installation's secret."""
    network: str
    """The caller's network, as ``address_of`` returns it."""
    now: datetime
    network_limit: int
    """Wrong tries of one network in an hour."""
    account_limit: int
    """Wrong tries at one account in an hour."""
