"""The Experience API as values and pure rules.

``formats`` knows texts, ``validation`` whole statements, ``signatures`` signed ones,
``mentions`` what a statement is found by, ``shapes`` how it is shown.

Sources:
    Experience API 1.0.3, https://github.com/adlnet/xAPI-Spec; version 2.0 is
    IEEE 9274.1.1-2023. Requirement by requirement: docs/xapi.md.
"""

from enum import StrEnum
from typing import Any

Json = dict[str, Any]
"""A JSON object, as it was sent."""
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
VOIDABLE = "stored"


class Version(StrEnum):
    """The newest patch of each version that is spoken here."""

    ONE = "1.0.3"
    TWO = "2.0.0"


class State(StrEnum):
    """What became of a statement."""

    STORED = "stored"
    VOIDED = "voided"
    ERASED = "erased"
    """Its person was erased: only its id is kept, so that it is not sent again."""
