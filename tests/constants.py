"""Values that many tests share."""

from datetime import UTC, datetime

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The clock of the tests stands still here."""
SECRET_KEY = "0123456789abcdef" * 4
SECRET = bytes.fromhex(SECRET_KEY)
