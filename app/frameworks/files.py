"""The shapes of framework and instrument files; where YAML becomes values."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from app.frameworks import domain
from app.kernel.shapes import (
    Address,
    Becomes,
    Choice,
    Day,
    Key,
    Line,
    Many,
    Origin,
    Ref,
    Shape,
    Text,
    Version,
    check_shape,
    misplaced,
    repeated,
    unknown,
)
from app.kernel.yaml import Broken, Where, read_document

Rank = Annotated[int, Field(ge=1, le=9)]
_RANKED: dict[str, Any] = {"propertyNames": {"pattern": "^[1-9]$"}}
_SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


class Provenance(Shape):
    """Where a node comes from; shown on pages and in the API."""

    status: Choice[domain.ProvenanceStatus]
    source: Origin
    """Address of the text it rests on, or ``masar`` for what we wrote."""
    note: Text | None = None


Stand = Annotated[domain.Provenance, Becomes(Provenance, domain.Provenance)]


class Source(Shape):
    """The document a framework builds on."""

    title: Line
    url: Address
    retrieved: Day
    """When it was read."""
    licence: Line
    licence_is_confirmed: bool
    """Whether the licence was read in the document itself."""


class Level(Shape):
    """One rung of the scale; ranks run 1, 2, 3 … in order."""

    rank: Rank
    key: Key
    title: Text
    description: Text
    attitude_title: Text
    """The same rung said of an attitude: how often, not how well."""
    provenance: Stand


class Domain(Shape):
    """A group of competencies."""

    key: Key
    official_id: Line | None = None
    title: Text
    short_title: Text
    description: Text
    provenance: Stand


class Descriptor(Shape):
    """What a person at one level does, and what that looks like in an office."""

    does: Text
    example: Text


class Competency(Shape):
    """One thing a civil servant does, or an attitude."""

    key: Key
    kind: Choice[domain.Kind] = domain.Kind.COMPETENCY
    domain: Key | None = None
    """Needed for a competency; an attitude has none."""
    official_id: Line | None = None
    title: Text
    description: Text
    requires: Many[Key] = ()
    """Competencies to build first; no cycle."""
    related: Many[Key] = ()
    provenance: Stand
    descriptor_provenance: Stand
    """One for all its descriptors."""
    descriptors: dict[Rank, Descriptor] = Field(json_schema_extra=_RANKED)
    """By rank; every level of the framework."""


class Need(Shape):
    """The level one activity asks of one competency."""

    competency: Key
    level: Rank
    weight: int = Field(ge=1, le=3)
    """1 useful, 2 important, 3 decisive."""


class Activity(Shape):
    """Something people in a role really do."""

    key: Key
    title: Text
    needs: Many[Annotated[domain.Need, Becomes(Need, domain.Need)]]


class RoleProfile(Shape):
    """A role as activities."""

    key: Key
    title: Text
    description: Text
    is_fallback: bool = Field(default=False, alias="fallback")
    """The profile of those who are not sure of their role; exactly one."""
    provenance: Stand
    activities: Many[Annotated[domain.Activity, Becomes(Activity, domain.Activity)]]


class FrameworkFile(Shape):
    """One immutable version of one framework."""

    key: Key
    """Name of the folder."""
    version: Version
    """Name of the file; a change needs a new one."""
    title: Text
    description: Text
    source: Annotated[domain.Source, Becomes(Source, domain.Source)]
    provenance: Stand
    levels: Many[Annotated[domain.Level, Becomes(Level, domain.Level)]]
    domains: Many[Annotated[domain.Domain, Becomes(Domain, domain.Domain)]]
    competencies: Many[Competency]
    roles: Many[Annotated[domain.RoleProfile, Becomes(RoleProfile, domain.RoleProfile)]]


class Item(Shape):
    """One anchored question: a situation and one statement per level."""

    key: Key
    competency: Key
    stem: Text
    statements: dict[Rank, Text] = Field(json_schema_extra=_RANKED)
    """By rank; every level of the framework."""


class InstrumentFile(Shape):
    """A questionnaire on one framework version, immutable like it."""

    key: Key
    """Name of the file."""
    version: Version
    framework: Ref
    """Key and version of the framework, as in ``unesco@1.0.0``."""
    title: Text
    minutes: int = Field(ge=1, le=60)
    """How long it takes at most."""
    provenance: Stand
    items: Many[Annotated[domain.Item, Becomes(Item, domain.Item)]]


def read_framework(path: Path) -> domain.Framework:
    """Read ``frameworks/<key>/<version>.yaml``.

    Raises:
        DocumentError: A problem of YAML, of shape, or between its parts.
    """
    document = read_document(path)
    framework = _framework(check_shape(document, FrameworkFile))
    document.refuse(_broken(path, framework))
    return framework


def _framework(shape: FrameworkFile) -> domain.Framework:
    competencies = tuple(map(_competency, shape.competencies))
    return domain.Framework(**dict(shape) | {"competencies": competencies})


def _competency(shape: Competency) -> domain.Competency:
    values: dict[str, Any] = dict(shape)
    provenance = values.pop("descriptor_provenance")
    values["descriptors"] = {
        rank: domain.Descriptor(**dict(text), provenance=provenance)
        for rank, text in sorted(shape.descriptors.items())
    }
    return domain.Competency(**values)


def read_instrument(path: Path, framework: domain.Framework) -> domain.Instrument:
    """Read ``frameworks/<framework>/instruments/<key>.yaml``.

    Args:
        path: The file.
        framework: The one it must be made for.

    Raises:
        DocumentError: A problem of YAML, of shape, or with the framework.
    """
    document = read_document(path)
    instrument = _instrument(check_shape(document, InstrumentFile))
    document.refuse(_broken_items(path, instrument, framework))
    return instrument


def _instrument(shape: InstrumentFile) -> domain.Instrument:
    values: dict[str, Any] = dict(shape)
    key, version = values.pop("framework").split("@")
    return domain.Instrument(framework_key=key, framework_version=version, **values)


def parse_framework(content: bytes) -> domain.Framework:
    """Read what was stored of a checked file, as JSON."""
    return _framework(FrameworkFile.model_validate_json(content))


def parse_instrument(content: bytes) -> domain.Instrument:
    """Read what was stored of a checked file, as JSON."""
    return _instrument(InstrumentFile.model_validate_json(content))


def framework_schema() -> dict[str, Any]:
    """Return the JSON schema of a framework file, for editors."""
    return _SCHEMA | FrameworkFile.model_json_schema()


def instrument_schema() -> dict[str, Any]:
    """Return the JSON schema of an instrument file, for editors."""
    return _SCHEMA | InstrumentFile.model_json_schema()


def _broken(path: Path, framework: domain.Framework) -> Iterator[Broken]:
    yield from misplaced(("key",), framework.key, path.parent.name)
    yield from misplaced(("version",), framework.version, path.stem)
    for index, level in enumerate(framework.levels):
        if level.rank != index + 1:
            where = ("levels", index, "rank")
            yield where, f"is {level.rank}", f"{index + 1}; ranks count from 1"
    for name in ("levels", "domains", "competencies", "roles"):
        keys = [entry.key for entry in getattr(framework, name)]
        yield from repeated((name,), "key", keys)
    for index, competency in enumerate(framework.competencies):
        spot = ("competencies", index)
        yield from _broken_competency(spot, competency, framework)
    yield from _cycle(framework)
    yield from _broken_roles(framework)


def _broken_competency(
    where: Where, competency: domain.Competency, framework: domain.Framework
) -> Iterator[Broken]:
    domains = [one.key for one in framework.domains]
    if competency.kind is domain.Kind.COMPETENCY:
        yield from unknown((*where, "domain"), competency.domain, domains)
    elif competency.domain is not None:
        yield (*where, "domain"), "belongs to an attitude", "no domain for it"
    ranks = range(1, len(framework.levels) + 1)
    yield from _uncovered((*where, "descriptors"), competency.descriptors, ranks)
    others = [one.key for one in framework.competencies if one is not competency]
    for name in ("requires", "related"):
        keys = getattr(competency, name)
        yield from repeated((*where, name), "", keys)
        for index, key in enumerate(keys):
            yield from unknown((*where, name, index), key, others)


def _uncovered(where: Where, given: Iterable[int], ranks: range) -> Iterator[Broken]:
    allowed = f"each of the levels {', '.join(map(str, ranks))} once"
    for rank in sorted(set(ranks) ^ set(given)):
        wrong = "is missing" if rank in ranks else "is no level of the framework"
        yield (*where, rank), wrong, allowed


def _cycle(framework: domain.Framework) -> Iterator[Broken]:
    requires = {one.key: one.requires for one in framework.competencies}
    try:
        TopologicalSorter(requires).prepare()
    except CycleError as error:
        cycle = error.args[1][::-1]
        where = ("competencies", [*requires].index(cycle[0]), "requires")
        wrong = f"goes in a circle: {' requires '.join(cycle)}"
        yield where, wrong, "what can be built in some order"


def _broken_roles(framework: domain.Framework) -> Iterator[Broken]:
    fallbacks = [i for i, role in enumerate(framework.roles) if role.is_fallback]
    if len(fallbacks) != 1:
        where: Where = ("roles",)
        if fallbacks:
            where = ("roles", fallbacks[1], "fallback")
        wrong = f"has {len(fallbacks)} fallback roles"
        yield where, wrong, "exactly one role with `fallback: true`"
    for index, role in enumerate(framework.roles):
        inside = ("roles", index, "activities")
        yield from repeated(inside, "key", [one.key for one in role.activities])
        for number, activity in enumerate(role.activities):
            yield from _broken_needs((*inside, number, "needs"), activity, framework)


def _broken_needs(
    where: Where, activity: domain.Activity, framework: domain.Framework
) -> Iterator[Broken]:
    keys = [one.key for one in framework.competencies]
    wanted = [need.competency for need in activity.needs]
    yield from repeated(where, "competency", wanted)
    for index, need in enumerate(activity.needs):
        yield from unknown((*where, index, "competency"), need.competency, keys)
        if need.level > len(framework.levels):
            spot = (*where, index, "level")
            allowed = f"a level from 1 to {len(framework.levels)}"
            yield spot, f"is {need.level}", allowed


def _broken_items(
    path: Path, instrument: domain.Instrument, framework: domain.Framework
) -> Iterator[Broken]:
    yield from misplaced(("key",), instrument.key, path.stem)
    yield from misplaced(("framework",), framework.key, path.parent.parent.name)
    made_for = f"{instrument.framework_key}@{instrument.framework_version}"
    if made_for != framework.ref:
        yield ("framework",), f"is {made_for!r}", framework.ref
    keys = [one.key for one in framework.competencies]
    ranks = range(1, len(framework.levels) + 1)
    yield from repeated(("items",), "key", [item.key for item in instrument.items])
    for index, item in enumerate(instrument.items):
        yield from unknown(("items", index, "competency"), item.competency, keys)
        yield from _uncovered(("items", index, "statements"), item.statements, ranks)
    asked = {item.competency for item in instrument.items}
    for key in keys:
        if key not in asked:
            wrong = f"asks nothing about {key}"
            yield ("items",), wrong, "at least one item for each competency"
