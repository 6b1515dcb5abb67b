"""What programs send and receive about the own courses of an institution."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.catalogue.domain.links import Link
from app.catalogue.domain.own import LONGEST_COMMENT, CourseState, OwnCourse, Step
from app.catalogue.files import MOST_COURSES, Course
from app.kernel.probing import Answer
from app.kernel.yaml import Data

COURSE: dict[str, Any] = {
    "key": "enap-sn-donnees-ouvertes",
    "title": "Données ouvertes",
    "title_language": "fr",
    "provider": "ENAP",
    "url": "https://enap.example/donnees-ouvertes",
    "url_kind": "course_page",
    "hours": 12,
    "delivery": "cohort",
    "cost": "free",
    "certificate": "free",
    "audience": "public_servants",
    "needs_selection": True,
    "runs": [
        {
            "language": "fr",
            "state": "announced",
            "starts_on": "2027-02-01",
            "ends_on": "2027-03-15",
            "apply_by": "2027-01-15",
            "seats": 30,
        }
    ],
    "serves": [{"competency": "data-governance", "from_level": 0, "to_level": 2}],
    "verification": "provider",
    "sources": ["https://enap.example/donnees-ouvertes"],
    "checked_on": "2026-11-23",
}
SHORT: dict[str, Any] = {
    "key": COURSE["key"],
    "title": COURSE["title"],
    "state": "draft",
    "revision": 3,
    "published_revision": 2,
    "comment": "",
    "changed_at": "2026-11-23T12:00:00Z",
}


def _giving(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [example]}
    )


class CourseIn(Course):
    """A course as in a file of the catalogue."""

    model_config = ConfigDict(json_schema_extra={"examples": [COURSE]})


class StepIn(BaseModel):
    """What is done to the newest revision."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"step": "submit"}]},
    )

    step: Step
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    """Why it is sent back."""


class CourseImportIn(BaseModel):
    """Many courses, of which drafts are made together."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"courses": [COURSE], "dry_run": True}]},
    )

    courses: list[CourseIn] = Field(min_length=1, max_length=MOST_COURSES)
    dry_run: bool = False
    """Only say what would be done."""


class ImportedOut(BaseModel):
    """A course of an import."""

    model_config = _giving({"key": COURSE["key"], "is_drafted": True})

    key: str
    is_drafted: bool
    """False: its newest revision says the same already."""


class CourseImportOut(BaseModel):
    """What an import did, or would do."""

    model_config = _giving(
        {"dry_run": True, "items": [{"key": COURSE["key"], "is_drafted": True}]}
    )

    dry_run: bool
    items: list[ImportedOut]


class OwnCourseShortOut(BaseModel):
    """How far a course of an institution is."""

    model_config = _giving(SHORT)

    key: str
    title: str
    state: CourseState
    revision: int
    """The newest."""
    published_revision: int | None
    """The one learners see; null: none."""
    comment: str
    """Why it was sent back."""
    changed_at: datetime

    @classmethod
    def of(cls, course: OwnCourse) -> Self:
        """Write a course."""
        return cls(**_short(course))


class OwnCourseOut(OwnCourseShortOut):
    """A course of an institution with all it says."""

    model_config = _giving({**SHORT, "institution": str(UUID(int=1)), "course": COURSE})

    institution: UUID
    course: dict[str, Any]
    """As in a file of the catalogue."""

    @classmethod
    def written(cls, course: OwnCourse, data: Data) -> Self:
        """Write a course with the data of a revision."""
        content: Any = data
        return cls(**_short(course), institution=course.institution_id, course=content)


class OwnCourseListOut(BaseModel):
    """Courses of an institution, by title."""

    model_config = _giving({"items": [SHORT], "next": "YXQ6NTA"})

    items: list[OwnCourseShortOut]
    next: str | None
    """Opaque; send it as ``after``. Null on the last page."""


def _short(course: OwnCourse) -> dict[str, Any]:
    return {
        "key": course.course_key,
        "title": course.title,
        "state": course.state,
        "revision": course.revision,
        "published_revision": course.published_revision,
        "comment": course.comment,
        "changed_at": course.changed_at,
    }


LINK: dict[str, Any] = {
    "course": "enap-sn-donnees-ouvertes",
    "address": "https://enap.example/cours/7",
    "answer": "gone",
    "status": 404,
    "failing_since": "2026-11-20T03:00:00Z",
    "checked_at": "2026-11-23T03:00:00Z",
}


class LinkOut(BaseModel):
    """A link that does not answer."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [LINK]}
    )

    course: str
    address: str
    answer: Answer
    status: int | None
    """Of HTTP; null without an answer."""
    failing_since: datetime | None
    checked_at: datetime

    @classmethod
    def of(cls, course: str, link: Link) -> "LinkOut":
        """Write one."""
        return cls(
            course=course,
            address=link.address,
            answer=link.answer,
            status=link.status,
            failing_since=link.failing_since,
            checked_at=link.checked_at,
        )


class LinkListOut(BaseModel):
    """Links that do not answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [LINK]}]})

    items: list[LinkOut]
