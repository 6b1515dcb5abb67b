"""HTTP shapes of what platforms report about."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.records.domain.activities import Activity

_ONE: JsonDict = {
    "key": "a3f10b5c9d2e4471",
    "activity": "https://lms.example/course/view.php?id=7",
    "name": "Introduction to AI",
    "course": "unesco-oxford-ai-dt-gov",
    "module": "ethics",
    "first_seen_at": "2026-11-23T12:00:00Z",
}


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class ReportedActivityOut(Shape):
    """Something a platform reported about."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ONE]})

    key: str
    """Names it in addresses."""
    activity: str
    """As the platform names it."""
    name: str
    """What the platform calls it; empty: it does not say."""
    course: str | None
    """Null: no course yet."""
    module: str | None
    first_seen_at: datetime


class ReportedActivityListOut(Shape):
    """A part of the list; empty behind its end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ONE]}]})

    items: list[ReportedActivityOut]


class MappingIn(Shape):
    """Which course or module an activity is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"course": "unesco-oxford-ai-dt-gov", "module": None}]
        }
    )

    course: Annotated[str, Field(max_length=100)] | None
    """Key of a course; null: it is none."""
    module: Annotated[str, Field(max_length=64)] | None = None
    """Key of a module of it; null: the whole course."""


def write_activity(activity: Activity) -> ReportedActivityOut:
    """Return what a program sees of an activity."""
    return ReportedActivityOut(
        key=activity.number,
        activity=activity.activity_id,
        name=activity.name_in("en"),
        course=activity.course_key,
        module=activity.module_key,
        first_seen_at=activity.first_seen_at,
    )
