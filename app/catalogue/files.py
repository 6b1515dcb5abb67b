"""The shape of a catalogue file; where YAML becomes courses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import ConfigDict, Field

from app.catalogue import domain
from app.kernel.shapes import (
    Address,
    Becomes,
    Choice,
    Day,
    Key,
    LanguageCode,
    Line,
    Many,
    Reference,
    Shape,
    SomeText,
    Text,
    check_shape,
    misplaced,
    repeated,
    unknown,
)
from app.kernel.text import Language, LocalizedText
from app.kernel.yaml import Broken, Document, Where, read_document

MOST_COURSES = 500
"""In one file of an institution."""
Hours = Annotated[float, Field(gt=0, le=2000)]
Seats = Annotated[int, Field(ge=1, le=10_000_000)]


class Serve(Shape):
    """A course takes a learner from one level of a competency to a higher one."""

    competency: Key
    from_level: int = Field(ge=0, le=3)
    """Level needed for this gain; 0 for none."""
    to_level: int = Field(ge=1, le=4)
    """Level reached; above ``from_level``."""


class Requirement(Shape):
    """A level to have before one may start."""

    competency: Key
    level: int = Field(ge=1, le=4)


class Run(Shape):
    """One course in one language and period."""

    language: LanguageCode
    state: Choice[domain.RunState]
    url: Address | None = None
    starts_on: Day | None = None
    """As far as it is known."""
    ends_on: Day | None = None
    """Not before ``starts_on``."""
    apply_by: Day | None = None
    """Last day to enrol, or to apply where there is a selection."""
    seats: Seats | None = None
    """Places in this run."""


Serves = Many[Annotated[domain.Serve, Becomes(Serve, domain.Serve)]]


class Module(Shape):
    """A part of a course."""

    key: Key
    title: SomeText
    is_announced_theme: bool = False
    """Whether the provider only announced it as a theme."""
    hours: Hours | None = None
    """Unknown unless the provider says them."""
    serves: Serves = ()
    source: Reference
    """Where it was read."""


class Course(Shape):
    """One course of one provider, whatever its languages; unknown is ``null``."""

    key: Key
    title: Line
    """As the provider writes it."""
    title_language: LanguageCode
    provider: Line
    url: Address
    url_kind: Literal[
        "course_page",
        "registration_page",
        "information_page",
        "catalogue_page",
        "programme_page",
    ]
    registration_url: Address | None = None
    hours: Hours | None = None
    hours_are_approximate: bool = False
    duration_note: SomeText | None = None
    delivery: Choice[domain.Delivery] | None = None
    cost: Choice[domain.Cost] | None = None
    certificate: Choice[domain.Certificate] | None = None
    audience: Choice[domain.Audience]
    needs_selection: bool = False
    seats: Seats | None = None
    prerequisites: Many[
        Annotated[domain.Requirement, Becomes(Requirement, domain.Requirement)]
    ] = ()
    licence: Line | None = None
    """SPDX identifier, where there is one."""
    runs: Many[Annotated[domain.Run, Becomes(Run, domain.Run)]] = ()
    modules: Many[Annotated[domain.Module, Becomes(Module, domain.Module)]] = ()
    serves: Serves = ()
    note: SomeText | None = None
    verification: Choice[domain.Verification]
    sources: Annotated[Many[Reference], Field(min_length=1)]
    """Where the facts were read: addresses, or names of documents."""
    checked_on: Day
    """When they were read."""
    is_flagship: bool = False
    """The UNESCO and Oxford MOOC; one at most."""


class CatalogueFile(Shape):
    """All courses of one file, in its order."""

    key: Key
    """Name of the file."""
    title: Text
    mapping_note: Text
    """Says whose the links between courses and competencies are."""
    megabytes_note: Text
    """Says how the data a course costs was estimated."""
    courses: Many[Annotated[domain.Course, Becomes(Course, domain.Course)]]


def read_catalogue(
    path: Path,
    competency_keys: Iterable[str],
    others: Sequence[domain.Catalogue] = (),
) -> domain.Catalogue:
    """Read ``frameworks/courses/<key>.yaml``.

    Args:
        path: The file.
        competency_keys: Those of the framework its courses serve.
        others: The files beside it; all are shown as one, so keys must differ.

    Raises:
        DocumentError: A problem of YAML, of shape, or between its parts.
    """
    document = read_document(path)
    catalogue = domain.Catalogue(**dict(check_shape(document, CatalogueFile)))
    document.refuse(_broken(path, catalogue, sorted(competency_keys)))
    document.refuse(_clashes(catalogue, others))
    return catalogue


class OwnFile(Shape):
    """Courses of an institution; what a file of ours says of itself is passed over."""

    model_config = ConfigDict(extra="ignore")

    courses: Annotated[
        Many[Annotated[domain.Course, Becomes(Course, domain.Course)]],
        Field(min_length=1, max_length=MOST_COURSES),
    ]


def read_own_courses(
    document: Document, competency_keys: Iterable[str]
) -> tuple[domain.Course, ...]:
    """Return the courses that an institution wrote, in a file or a form.

    Raises:
        DocumentError: A problem of shape or between its parts; all are told.
    """
    courses: tuple[domain.Course, ...] = check_shape(document, OwnFile).courses
    document.refuse(_broken_own(courses, sorted(competency_keys)))
    return courses


def _broken_own(courses: Sequence[domain.Course], keys: list[str]) -> Iterator[Broken]:
    yield from repeated(("courses",), "key", [one.key for one in courses])
    for index, course in enumerate(courses):
        where = ("courses", index)
        if course.is_flagship:
            wrong = "is true"
            yield (*where, "is_flagship"), wrong, "false: the flagship is not yours"
        yield from _broken_course(where, course, keys)


def parse_own_course(content: bytes) -> domain.Course:
    """Read what was stored of a checked course, as JSON with who added it."""
    stored = orjson.loads(content)
    names = {Language(code): name for code, name in stored["added_by"].items()}
    course = domain.Course(**dict(Course.model_validate(stored["course"])))
    return replace(course, added_by=LocalizedText(texts=names))


def parse_catalogue(content: bytes) -> domain.Catalogue:
    """Read what was stored of a checked file, as JSON."""
    return domain.Catalogue(**dict(CatalogueFile.model_validate_json(content)))


def catalogue_schema() -> dict[str, Any]:
    """Return the JSON schema of a catalogue file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CatalogueFile.model_json_schema(),
    }


def _broken(
    path: Path, catalogue: domain.Catalogue, keys: list[str]
) -> Iterator[Broken]:
    yield from misplaced(("key",), catalogue.key, path.stem)
    yield from repeated(("courses",), "key", [one.key for one in catalogue.courses])
    flagships = [i for i, one in enumerate(catalogue.courses) if one.is_flagship]
    for index in flagships[1:]:
        wrong = f"is a second flagship beside courses.{flagships[0]}"
        yield ("courses", index, "is_flagship"), wrong, "one flagship at most"
    for index, course in enumerate(catalogue.courses):
        yield from _broken_course(("courses", index), course, keys)


def _clashes(
    catalogue: domain.Catalogue, others: Sequence[domain.Catalogue]
) -> Iterator[Broken]:
    taken = {course.key: one.key for one in others for course in one.courses}
    flagship = next((c.key for o in others for c in o.courses if c.is_flagship), None)
    for index, course in enumerate(catalogue.courses):
        if course.key in taken:
            wrong = f"repeats {course.key!r} of {taken[course.key]}.yaml"
            yield ("courses", index, "key"), wrong, "each key in one file only"
        if course.is_flagship and flagship is not None:
            wrong = f"is a second flagship beside {flagship} of {taken[flagship]}.yaml"
            yield ("courses", index, "is_flagship"), wrong, "one flagship at most"


def _broken_course(
    where: Where, course: domain.Course, keys: list[str]
) -> Iterator[Broken]:
    for index, run in enumerate(course.runs):
        yield from _broken_period((*where, "runs", index, "ends_on"), run)
    for index, requirement in enumerate(course.prerequisites):
        spot = (*where, "prerequisites", index, "competency")
        yield from unknown(spot, requirement.competency, keys)
    yield from _broken_serves(where, course.serves, keys)
    inside = (*where, "modules")
    yield from repeated(inside, "key", [module.key for module in course.modules])
    for index, module in enumerate(course.modules):
        yield from _broken_serves((*inside, index), module.serves, keys)


def _broken_period(where: Where, run: domain.Run) -> Iterator[Broken]:
    first, last = run.starts_on, run.ends_on
    if first and last and last[: len(first)] < first[: len(last)]:
        yield where, f"is {last!r}, before it starts", f"from {first}"


def _broken_serves(
    where: Where, serves: Iterable[domain.Serve], keys: list[str]
) -> Iterator[Broken]:
    for index, serve in enumerate(serves):
        spot = (*where, "serves", index)
        yield from unknown((*spot, "competency"), serve.competency, keys)
        if serve.from_level >= serve.to_level:
            allowed = f"a level from {serve.from_level + 1} to 4"
            yield (*spot, "to_level"), f"is {serve.to_level}", allowed
