"""HTTP shapes of the assessment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.assessment.domain import ASIDE_VALUES, Attempt, LookingBack, Recollection
from app.frameworks.domain import Instrument, Item
from app.kernel.text import Language
from app.web.sentences import ASIDE_LABELS, label

Key = Annotated[str, Field(min_length=1, max_length=64)]


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class AttemptIn(Shape):
    """What a questionnaire begins with."""

    framework: Annotated[str, Field(min_length=1, max_length=97)]
    """``key`` for the newest version, or ``key@version``."""
    role: Key | None = None
    """A role profile of the framework; null for “not sure”."""
    lang: Language = Language.EN
    """Language of the questions, and of the learner from now on."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"framework": "unesco-ai-dt", "role": "service-manager", "lang": "fr"}
            ]
        },
    )


class OptionOut(Shape):
    """One answer a question offers."""

    value: int | str
    """1 to 4 for a statement; 0, ``unknown`` or ``not_applicable`` beside them."""
    text: str


class ItemOut(Shape):
    """One question."""

    key: str
    competency: str
    text: str
    options: list[OptionOut]


class AttemptOut(Shape):
    """A questionnaire that has begun."""

    id: UUID
    token: str
    """Bearer token of this learner; a JWT."""
    resume_code: str | None
    """For people: continues in a browser, on any device; ``null`` for an account."""
    framework: str
    role: str | None
    lang: Language
    started_at: datetime
    items: list[ItemOut]


class AttemptStateOut(Shape):
    """A questionnaire and what is answered so far."""

    id: UUID
    framework: str
    role: str | None
    lang: Language
    started_at: datetime
    submitted_at: datetime | None
    """Null while answers may still be given."""
    answers: dict[str, int | str]
    """Value by item key; unanswered items are not in it."""
    unanswered: list[str]


class AttemptListOut(Shape):
    """A learner's attempts, newest first."""

    items: list["AttemptSummaryOut"]
    next: str | None
    """Opaque; send it as ``after``. Null on the last page."""


class AttemptSummaryOut(Shape):
    """One attempt in a list."""

    id: UUID
    framework: str
    role: str | None
    started_at: datetime
    submitted_at: datetime | None


class AnswerIn(Shape):
    """One answer."""

    value: (
        Annotated[int, Field(strict=True, ge=0, le=9)]
        | Literal["unknown", "not_applicable"]
    )
    """1 to 4: the statement that fits; 0: none of them yet."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={"examples": [{"value": 3}, {"value": "unknown"}]},
    )


class AnswerOut(Shape):
    """The answer as it is kept."""

    item: str
    value: int | str
    answered_at: datetime


Rating = (
    Annotated[int, Field(strict=True, ge=0, le=9)]
    | Literal["unknown", "not_applicable"]
)


class LookingBackIn(Shape):
    """Where the learner says today that she stood at an earlier attempt."""

    ratings: Annotated[dict[Key, Rating], Field(min_length=1, max_length=200)]
    """By competency, as an answer; those left out stay as they were."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"ratings": {"data-governance": 1, "cybersecurity": "unknown"}}
            ]
        },
    )


class RecollectionOut(Shape):
    """One competency, rated three times; null: not answered."""

    competency: str
    then: int | str | None
    """The earlier answer."""
    recalled: int | str | None
    """The earlier one, seen from the later."""
    now: int | str | None
    """The later answer."""


class LookingBackOut(Shape):
    """An earlier attempt, seen from a later one; no level rests on it."""

    id: UUID
    """The later attempt."""
    earlier: UUID
    is_complete: bool
    """Whether every competency has been looked back at; only then it can be shared."""
    items: list[RecollectionOut]

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "0b7c5c1e-5f0e-4f5a-9d5e-3a1f6c2b8d40",
                    "earlier": "6f1f4b7a-93a3-4c0e-8a55-2d8f5f0c9b11",
                    "is_complete": False,
                    "items": [
                        {
                            "competency": "data-governance",
                            "then": 2,
                            "recalled": 1,
                            "now": 3,
                        }
                    ],
                }
            ]
        },
    )


class SubmissionOut(Shape):
    """A submitted attempt; the same however often it is asked for."""

    id: UUID
    submitted_at: datetime


def write_items(instrument: Instrument, language: Language) -> list[ItemOut]:
    """Return the questions in one language."""
    return [_item(item, language) for item in instrument.items]


def _item(item: Item, language: Language) -> ItemOut:
    statements = [
        OptionOut(value=level, text=text.in_language(language))
        for level, text in item.statements.items()
    ]
    aside = [
        OptionOut(value=read_stored(value), text=label(ASIDE_LABELS[value], language))
        for value in ASIDE_VALUES
    ]
    return ItemOut(
        key=item.key,
        competency=item.competency,
        text=item.stem.in_language(language),
        options=statements + aside,
    )


def write_looking_back(
    found: LookingBack, rows: Sequence[Recollection]
) -> LookingBackOut:
    """Return the three ratings of every competency."""
    return LookingBackOut(
        id=found.later.attempt_id,
        earlier=found.earlier.attempt_id,
        is_complete=all(row.recalled is not None for row in rows),
        items=[
            RecollectionOut(
                competency=row.competency,
                then=_read(row.then),
                recalled=_read(row.recalled),
                now=_read(row.now),
            )
            for row in rows
        ],
    )


def _read(value: str | None) -> int | str | None:
    return None if value is None else read_stored(value)


def read_stored(value: str) -> int | str:
    """Return a stored answer as the API writes it: a number, or a word."""
    return int(value) if value.isdigit() else value


def write_summary(attempt: Attempt) -> AttemptSummaryOut:
    """Return one attempt for a list."""
    return AttemptSummaryOut(
        id=attempt.attempt_id,
        framework=f"{attempt.framework_key}@{attempt.framework_version}",
        role=attempt.role_key,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
    )
