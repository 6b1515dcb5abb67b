"""Shapes of sharing over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

_ID = "3f2b8a52-6c1d-4e0f-9a7b-1c2d3e4f5a6b"
_SHARE: dict[str, JsonValue] = {
    "cohort_id": _ID,
    "round": 2,
    "trainers_see": False,
    "levels": {"data-governance": 2, "cybersecurity": 1},
    "looking_back": {"data-governance": 1, "cybersecurity": 1},
    "shared_at": "2026-11-23T12:00:00Z",
}


def check_shown_name(name: str) -> str:
    """Refuse a name that is blank or holds what turns text around."""
    if not (name.strip() and name.isprintable()):
        raise ValueError("not a name")
    return name


ShownName = Annotated[
    str, Field(min_length=1, max_length=120), AfterValidator(check_shown_name)
]


class ShareIn(BaseModel):
    """What is to be sent to a cohort, beside the levels."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"trainers_see": None}]},
    )

    trainers_see: ShownName | None = None
    """The name under which the cohort's trainers may see the levels; without it they
    may not."""


class ShareOut(BaseModel):
    """What one cohort got in one round."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [_SHARE],
        },
    )

    cohort_id: UUID
    round: int
    trainers_see: bool
    levels: dict[str, int | None]
    """Level 0..4 by competency; ``null`` where there is none."""
    looking_back: dict[str, int | None] | None
    """The same of the first round, as seen from this one; ``null``: not sent."""
    shared_at: datetime


class ShareListOut(BaseModel):
    """Everything a learner shares."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"items": [_SHARE], "next": "YXQ6NTA"}]},
    )

    items: list[ShareOut]
    next: str | None
