"""What platforms report about."""

from datetime import datetime
from typing import NamedTuple

LONGEST_NAME = 200


class Activity(NamedTuple):
    """An activity that statements have named."""

    activity_key: int
    activity_id: str
    definition: dict[str, object]
    course_key: str | None
    module_key: str | None
    first_seen_at: datetime

    @property
    def number(self) -> str:
        """Name it in an address: 16 hexadecimal digits."""
        return self.activity_key.to_bytes(8, "big", signed=True).hex()

    def name_in(self, language: str) -> str:
        """Return what the platform calls it, in a language or any; empty if nothing."""
        names = self.definition.get("name")
        if not isinstance(names, dict) or not names:
            return ""
        exact = (code for code in names if str(code).lower().startswith(language))
        return str(names[next(exact, next(iter(names)))])[:LONGEST_NAME]
