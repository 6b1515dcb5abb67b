"""What programs send and receive about finished courses."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.records.domain.completions import (
    LONGEST_REFERENCE,
    LONGEST_TITLE,
    MOST_HOURS,
    MOST_SCORE,
    Completion,
)

MOST_AT_ONCE = 500
COMPLETION: dict[str, Any] = {
    "member": "amina@example.org",
    "course": "unesco-oxford-ai-dt-gov",
    "completed_on": "2026-10-15",
    "language": "fr",
    "hours": 12.5,
    "score": 85,
    "reference": "2026-0042",
    "status": "completed",
}


WAITING = {
    name: COMPLETION[name]
    for name in ("member", "course", "completed_on", "language", "reference")
}


def _giving(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [example]},
    )


class CompletionIn(BaseModel):
    """Somebody has finished a course, or has not after all."""

    model_config = _giving(COMPLETION)

    member: str = Field(max_length=254)
    """E-mail address of her account here."""
    course: str = Field(max_length=LONGEST_TITLE)
    """Key of the course, or its title where no other has it."""
    completed_on: date
    language: str = Field(default="", max_length=8)
    """Of the run (ISO 639-1)."""
    hours: float | None = Field(default=None, ge=0, le=MOST_HOURS, allow_inf_nan=False)
    score: float | None = Field(default=None, ge=0, le=MOST_SCORE, allow_inf_nan=False)
    """In percent."""
    reference: str = Field(default="", max_length=LONGEST_REFERENCE)
    """Your own name for it; without one, person, course and day stand for it."""
    status: Literal["completed", "withdrawn"] = "completed"
    """``withdrawn`` takes back, for good, what was reported in the same words."""

    def cells(self) -> dict[str, str]:
        """Return it as a row of a list."""
        said = self.model_dump(exclude_none=True)
        return {
            name: f"{value:.2f}" if isinstance(value, float) else str(value)
            for name, value in said.items()
        }


class CompletionsIn(BaseModel):
    """Completions that are recorded together, or not at all."""

    model_config = _giving({"items": [COMPLETION], "dry_run": False})

    items: list[CompletionIn] = Field(min_length=1, max_length=MOST_AT_ONCE)
    dry_run: bool = False
    """Only check."""


class CompletionsOut(BaseModel):
    """What became of the completions that were sent."""

    model_config = _giving(
        {"dry_run": False, "new": 1, "known": 0, "withdrawn": 0, "waiting": 0}
    )

    dry_run: bool
    new: int
    known: int
    """Reported before; nothing changed."""
    withdrawn: int
    waiting: int
    """Of the new ones: nobody with this address has joined one of your cohorts yet."""


class WaitingOut(BaseModel):
    """A completion for which nobody was found yet."""

    model_config = _giving(WAITING)

    member: str | None
    """Null once it is a year old."""
    course: str
    completed_on: date
    language: str | None
    reference: str

    @classmethod
    def of(cls, completion: Completion) -> "WaitingOut":
        """Write one."""
        return cls(
            member=completion.member,
            course=completion.course_key,
            completed_on=completion.completed_on,
            language=completion.language,
            reference=completion.reference,
        )


class WaitingListOut(BaseModel):
    """Completions that wait for their people."""

    model_config = _giving({"items": [WAITING], "next": "WyIwZjNjIl0"})

    items: list[WaitingOut]
    next: str | None
    """``after`` of the following part; null on the last."""
