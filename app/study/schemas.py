"""HTTP shapes of study groups."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.config import JsonDict

from app.kernel.pagination import Page
from app.study.domain import Companion, Group, Label, Post, Question, Work


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


_AGREEMENT: JsonDict = {
    "name": "Awa D.",
    "with_trainers": False,
    "agreed_at": "2026-11-24T09:00:00Z",
    "is_open": True,
}
_COMPANION: JsonDict = {
    "name": "Awa D.",
    "number": 2,
    "is_own": True,
    "course": "unesco-oxford-ai-dt-gov",
    "module": "m1",
}
_POST: JsonDict = {
    "post_id": "3f2b8a52-6c1d-4e0f-9a7b-1c2d3e4f5a6b",
    "name": "Awa D.",
    "number": 2,
    "is_trainer": False,
    "is_own": True,
    "text": "Which part explains procurement?",
    "written_at": "2026-11-24T09:05:00Z",
    "is_hidden": False,
    "is_reported": False,
}
_QUESTION: JsonDict = {
    "question_id": "3f2b8a52-6c1d-4e0f-9a7b-1c2d3e4f5a6b",
    "asked": _POST,
    "answers": [],
    "is_answered": False,
    "asked_at": "2026-11-24T09:05:00Z",
}


class CompanionIn(Shape):
    """What somebody agrees to."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Awa D.", "with_trainers": False}]}
    )

    name: Annotated[str, Field(max_length=500)]
    """Under which the others see her; at most 120 letters."""
    with_trainers: Annotated[bool, Strict()] = False
    """Those who are trainers at this moment see her as well."""


class StudyGroupOut(Shape):
    """The study group of a cohort, as one of its members finds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_AGREEMENT]})

    name: str | None
    """`null`: she did not agree, and so sees nobody."""
    with_trainers: bool
    agreed_at: datetime | None
    is_open: bool
    """Until the last day of the cohort."""

    @classmethod
    def of(cls, group: Group) -> "StudyGroupOut":
        """Write a group."""
        own = group.own
        return cls(
            name=own.name if own else None,
            with_trainers=own.with_trainers if own else False,
            agreed_at=own.agreed_at if own else None,
            is_open=group.is_open,
        )


class CompanionOut(Shape):
    """Somebody whom the reader sees, and what she worked on last this week."""

    model_config = ConfigDict(json_schema_extra={"examples": [_COMPANION]})

    name: str
    number: int | None
    """Tells people of the same name apart."""
    is_own: bool
    course: str | None
    """`null`: nothing this week."""
    module: str | None

    @classmethod
    def of(cls, companion: Companion, work: Work | None) -> "CompanionOut":
        """Write a companion."""
        return cls(
            name=companion.label.name,
            number=companion.label.number,
            is_own=companion.is_own,
            course=work.course_key if work else None,
            module=work.module_key if work else None,
        )


class CompanionListOut(Shape):
    """Whom the reader sees: herself first, then by name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_COMPANION], "next": "YXQ6NTA"}]}
    )

    items: list[CompanionOut]
    next: str | None

    @classmethod
    def of(cls, page: Page[Companion], work: Mapping[UUID, Work]) -> "CompanionListOut":
        """Write a page of companions."""
        items = [CompanionOut.of(e, work.get(e.learner_id)) for e in page.items]
        return cls(items=items, next=page.next)


class PostIn(Shape):
    """A question or an answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Which part explains procurement?"}]}
    )

    text: Annotated[str, Field(max_length=5000)]
    """At most 1 000 letters; the same words at the same place are one post."""


class PostOut(Shape):
    """A question or an answer, as the reader sees it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_POST]})

    post_id: UUID
    name: str | None
    """`null`: a trainer, or somebody who is not seen by the reader."""
    number: int | None
    is_trainer: bool
    is_own: bool
    text: str
    written_at: datetime
    is_hidden: bool
    """By a trainer; only the writer still sees it."""
    is_reported: bool
    """Only trainers are told."""

    @classmethod
    def of(cls, post: Post) -> "PostOut":
        """Write a post."""
        label = post.label or Label(name="", number=None)
        return cls(
            post_id=post.post_id,
            name=label.name or None,
            number=label.number,
            is_trainer=post.is_trainer,
            is_own=post.is_own,
            text=post.text,
            written_at=post.written_at,
            is_hidden=post.is_hidden,
            is_reported=post.is_reported,
        )


class QuestionOut(Shape):
    """A question with the answers that the reader sees, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUESTION]})

    question_id: UUID
    asked: PostOut | None
    """`null`: taken back, or of somebody who is not seen by the reader."""
    answers: list[PostOut]
    is_answered: bool
    asked_at: datetime

    @classmethod
    def of(cls, question: Question) -> "QuestionOut":
        """Write a question."""
        return cls(
            question_id=question.question_id,
            asked=PostOut.of(question.asked) if question.asked else None,
            answers=[PostOut.of(each) for each in question.answers],
            is_answered=question.is_answered,
            asked_at=question.asked_at,
        )


class QuestionListOut(Shape):
    """The questions of a group, the newest first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_QUESTION], "next": "YXQ6NTA"}]}
    )

    items: list[QuestionOut]
    next: str | None

    @classmethod
    def of(cls, page: Page[Question]) -> "QuestionListOut":
        """Write a page of questions."""
        return cls(items=[QuestionOut.of(e) for e in page.items], next=page.next)


class SettledIn(Shape):
    """Whether a question is answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_answered": True}]})

    is_answered: Annotated[bool, Strict()]


class WordsDecisionIn(Shape):
    """What a trainer does about words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hide": True}]})

    hide: Annotated[bool, Strict()]
    """`false` leaves what was reported where it is."""
