"""HTTP shapes of the catalogue."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.catalogue.domain import (
    Audience,
    Certificate,
    Cost,
    Course,
    Delivery,
    Module,
    RunState,
    Verification,
)
from app.catalogue.domain.filters import Facet
from app.catalogue.domain.search import Found
from app.kernel.pagination import Page
from app.kernel.text import Language

MOST_VALUES = 50
_PARAMETERS: dict[str, str] = {Facet.LANGUAGE: "lang"}


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)


class ServeOut(Shape):
    """From which level to which a course leads; our mapping, not the provider's."""

    competency: str
    from_level: int
    to_level: int


class RequirementOut(Shape):
    """A level to have before one may start."""

    competency: str
    level: int


class RunOut(Shape):
    """One course in one language and period; null is unknown."""

    language: str
    state: RunState
    url: str | None
    starts_on: str | None
    """ISO 8601 date or year-month."""
    ends_on: str | None
    apply_by: str | None
    """Last day to enrol or to apply."""
    seats: int | None


class ModuleOut(Shape):
    """A part of a course."""

    key: str
    title: str
    is_announced_theme: bool
    """Announced as a theme; the provider's own module titles were not found."""
    hours: float | None
    serves: list[ServeOut]
    source: str


class CourseOut(Shape):
    """One course; null is unknown, never zero."""

    key: str
    title: str
    title_language: str
    provider: str
    url: str
    url_kind: str
    registration_url: str | None
    hours: float | None
    hours_are_approximate: bool
    duration_note: str | None
    megabytes: int | None
    """Our estimate: 150 MB an hour."""
    delivery: Delivery | None
    cost: Cost | None
    certificate: Certificate | None
    audience: Audience
    needs_selection: bool
    seats: int | None
    prerequisites: list[RequirementOut]
    licence: str | None
    runs: list[RunOut]
    modules: list[ModuleOut]
    serves: list[ServeOut]
    mapping_provenance: Literal["ours", "institution"]
    """Who linked it to competencies: Masar, or the institution that added it."""
    added_by: str | None
    """Institution that added it; null for what ships with Masar."""
    note: str | None
    verification: Verification
    sources: list[str]
    checked_on: str
    """ISO 8601 date or year-month."""
    is_flagship: bool


class CountOut(Shape):
    """How many courses a value of a filter would leave, the other filters as they are."""

    value: str
    """To be sent as the parameter of that name."""
    count: int


class FacetsOut(Shape):
    """Values with a course, by parameter; the most frequent 50 providers."""

    competency: list[CountOut]
    level: list[CountOut]
    lang: list[CountOut]
    max_hours: list[CountOut]
    max_megabytes: list[CountOut]
    delivery: list[CountOut]
    cost: list[CountOut]
    provider: list[CountOut]


class CourseListOut(Shape):
    """Courses, best first; without words in the catalogue's order."""

    items: list[CourseOut]
    next: str | None
    """Opaque; send it as ``after``. Null on the last page."""
    found: int
    """How many courses fit, on all pages."""
    total: int
    """How many there are."""
    facets: FacetsOut
    read_as: dict[str, str]
    """Words of ``q`` that no course has, with those they were taken for."""
    without: dict[str, int]
    """If nothing fits: how many courses would without the parameter of that name."""


def write_list(found: Found, page: Page[Course], language: Language) -> CourseListOut:
    """Return one page of what was found, with the counts over all pages."""
    facets = {
        _PARAMETERS.get(facet, facet): sorted(
            (CountOut(value=str(value), count=n) for value, n in counts.items()),
            key=lambda each: (-each.count, each.value),
        )[:MOST_VALUES]
        for facet, counts in found.counts.items()
    }
    return CourseListOut(
        items=[write_course(course, language) for course in page.items],
        next=page.next,
        found=len(found.courses),
        total=found.total,
        facets=FacetsOut.model_validate(facets),
        read_as=dict(found.read_as),
        without={_PARAMETERS.get(k, k): n for k, n in found.without.items()},
    )


_WRITTEN = frozenset(
    {"duration_note", "note", "modules", "mapping_provenance", "added_by"}
)
"""Not taken as they are."""


def write_course(course: Course, language: Language) -> CourseOut:
    """Return a course with its texts in one language."""
    plain = {
        name: getattr(course, name)
        for name in CourseOut.model_fields
        if name not in _WRITTEN
    }
    return CourseOut.model_validate(
        {
            **plain,
            "duration_note": course.duration_note
            and course.duration_note.in_language(language),
            "note": course.note and course.note.in_language(language),
            "modules": [_module(module, language) for module in course.modules],
            "mapping_provenance": "institution" if course.added_by else "ours",
            "added_by": course.added_by and course.added_by.in_language(language),
        }
    )


def _module(module: Module, language: Language) -> ModuleOut:
    return ModuleOut(
        key=module.key,
        title=module.title.in_language(language),
        is_announced_theme=module.is_announced_theme,
        hours=module.hours,
        serves=[ServeOut.model_validate(serve) for serve in module.serves],
        source=module.source,
    )
