"""Counting how often somebody does something, in the database: all workers share it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from app.identity.domain import sign
from app.identity.errors import TooManyAttemptsError
from app.identity.models import ThrottleRow
from app.kernel.database import Upsert

HOUR = timedelta(hours=1)
_TOUCH = Upsert(
    ThrottleRow,
    values=("scope_digest", "expires_at", "uses"),
    keys=("scope_digest",),
)
_COUNT = (
    update(ThrottleRow)
    .where(ThrottleRow.scope_digest == bindparam("scope"))
    .values(uses=ThrottleRow.uses + 1)
    .returning(ThrottleRow.uses)
)
_GIVE_BACK = (
    update(ThrottleRow)
    .where(ThrottleRow.scope_digest == bindparam("scope"))
    .values(uses=ThrottleRow.uses - 1)
)


def throttle_scope(key: bytes, *, purpose: str, address: str, now: datetime) -> str:
    """Name what is counted: one purpose, one address, one hour; not reversible."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    return sign(key, f"throttle:{purpose}", f"{address}:{hour}")


def count_use(connection: Connection, *, scope: str, limit: int, now: datetime) -> None:
    """Count one use in this hour.

    Raises:
        TooManyAttemptsError: It was the ``limit``-th already.
    """
    _TOUCH.execute(
        connection, {"scope_digest": scope, "expires_at": now + HOUR, "uses": 0}
    )
    # Counted first, compared then: of many at once, each sees a number of its own.
    uses = connection.scalar(_COUNT, {"scope": scope}) or 0
    if uses > limit:
        seconds_gone = now.minute * 60 + now.second
        raise TooManyAttemptsError(retry_after_s=3600 - seconds_gone)


def give_back(connection: Connection, *, scope: str) -> None:
    """Take one use back: it was rightful."""
    connection.execute(_GIVE_BACK, {"scope": scope})
