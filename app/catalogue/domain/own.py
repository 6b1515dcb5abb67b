"""Courses that institutions add: how a draft becomes something learners see."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.kernel.text import LocalizedText
from app.kernel.yaml import Data

_KEY = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_KEY = 64
LONGEST_COMMENT = 1000


class CourseState(StrEnum):
    """How far the newest revision of a course has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    RETIRED = "retired"


class Step(StrEnum):
    """What somebody does to a revision besides writing it."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    PUBLISH = "publish"
    RETIRE = "retire"


FROM = {
    Step.SUBMIT: frozenset({CourseState.DRAFT}),
    Step.SEND_BACK: frozenset({CourseState.IN_REVIEW}),
    Step.PUBLISH: frozenset({CourseState.IN_REVIEW}),
    Step.RETIRE: frozenset(CourseState) - {CourseState.RETIRED},
}
"""In which states each step may be taken; writing is possible in all."""
LEADS_TO = {
    Step.SUBMIT: CourseState.IN_REVIEW,
    Step.SEND_BACK: CourseState.DRAFT,
    Step.PUBLISH: CourseState.PUBLISHED,
    Step.RETIRE: CourseState.RETIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who works on a course, and for which institution."""

    learner_id: UUID
    institution_id: UUID
    institution_names: LocalizedText
    may_decide_alone: bool = False
    """An administrator with nobody beside her who could review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCourse:
    """A course of an institution as its editors see it."""

    course_key: str
    institution_id: UUID
    title: str
    state: CourseState
    revision: int
    """Number of the newest; each change makes one more."""
    published_revision: int | None
    """The one learners see; ``None``: they see none."""
    author_id: UUID
    """Who wrote the newest revision."""
    submitted_by: UUID | None
    comment: str
    """Why it was sent back; empty otherwise."""
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a course said at one time."""

    revision: int
    author_id: UUID
    written_at: datetime
    data: Data
    """As in ``frameworks/courses/*.yaml``."""


def may_publish(course: OwnCourse, editor: Editor) -> bool:
    """Whether somebody may decide on the newest revision: four eyes, if there are."""
    is_own = editor.learner_id in {course.author_id, course.submitted_by}
    return editor.may_decide_alone or not is_own


def is_course_key(text: str) -> bool:
    """Whether a text can be a key: lower-case words joined by hyphens."""
    return len(text) <= LONGEST_KEY and _KEY.fullmatch(text) is not None


def make_key(institution_key: str, title: str) -> str:
    """Return a key for a course: the institution's and the words of the title.

    Example:
        >>> make_key("enap-sn", "Données ouvertes : l’essentiel")
        'enap-sn-donnees-ouvertes-l-essentiel'
    """
    from anyascii import anyascii  # noqa: PLC0415 -- only who adds a course needs it

    words = re.findall("[a-z0-9]+", anyascii(f"{institution_key} {title}").lower())
    key = "-".join(words)
    return key[:LONGEST_KEY].strip("-")
