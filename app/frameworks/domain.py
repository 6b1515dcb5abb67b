"""A competency framework as values: domains, competencies, levels, roles, items."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.text import LocalizedText


class ProvenanceStatus(StrEnum):
    """Who stands behind a node."""

    OFFICIAL = "official"
    """Read in a text of UNESCO (confirmed in its sources)."""
    DERIVED = "derived"
    """Named or taught by UNESCO; wording or grouping is ours."""
    OURS = "ours"
    """Written by Masar."""


class Kind(StrEnum):
    """What a competency describes."""

    COMPETENCY = "competency"
    """Something a person can do."""
    ATTITUDE = "attitude"
    """How a person tends to act; its levels are frequency, not skill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a node comes from; shown on pages and in the API."""

    status: ProvenanceStatus
    source: str
    """URL, or ``masar`` for what we wrote."""
    note: LocalizedText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One rung of the scale, from 1 (lowest), consecutive."""

    rank: int
    key: str
    title: LocalizedText
    description: LocalizedText
    attitude_title: LocalizedText
    """The same rung said of an attitude: how often, not how well."""
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A group of competencies, in reading order."""

    key: str
    official_id: str | None
    title: LocalizedText
    short_title: LocalizedText
    description: LocalizedText
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What a person at one level does, and what that looks like in an office."""

    does: LocalizedText
    example: LocalizedText
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """One thing a civil servant does, or an attitude; one descriptor per level."""

    key: str
    kind: Kind
    domain: str | None
    """Key of its domain; ``None`` for attitudes, which stand across all."""
    official_id: str | None
    title: LocalizedText
    description: LocalizedText
    descriptors: Mapping[int, Descriptor]
    requires: tuple[str, ...]
    """Competencies to build first; no cycle."""
    related: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The level one activity asks of one competency, and how much it matters."""

    competency: str
    level: int
    """Target in 1..4."""
    weight: int
    """1 useful, 2 important, 3 decisive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something people in a role really do."""

    key: str
    title: LocalizedText
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleProfile:
    """A role as activities, each with the competencies it needs."""

    key: str
    title: LocalizedText
    description: LocalizedText
    is_fallback: bool
    """The profile of those who are not sure of their role; exactly one."""
    activities: tuple[Activity, ...]
    provenance: Provenance

    def targets(self) -> dict[str, Need]:
        """Merge the activities: the highest level and the highest weight count.

        Returns:
            Need by competency key, in order of first mention.
        """
        merged: dict[str, Need] = {}
        for activity in self.activities:
            for need in activity.needs:
                known = merged.get(need.competency, need)
                merged[need.competency] = Need(
                    competency=need.competency,
                    level=max(known.level, need.level),
                    weight=max(known.weight, need.weight),
                )
        return merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document a framework builds on."""

    title: str
    url: str
    retrieved: str
    licence: str
    licence_is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One immutable version of one framework."""

    key: str
    version: str
    title: LocalizedText
    description: LocalizedText
    source: Source
    provenance: Provenance
    levels: tuple[Level, ...]
    domains: tuple[Domain, ...]
    competencies: tuple[Competency, ...]
    roles: tuple[RoleProfile, ...]

    @property
    def ref(self) -> str:
        """``key@version``."""
        return f"{self.key}@{self.version}"

    def competency(self, key: str) -> Competency:
        """Return one competency.

        Raises:
            KeyError: The framework has none of that key.
        """
        for competency in self.competencies:
            if competency.key == key:
                return competency
        raise KeyError(key)

    def role(self, key: str | None) -> RoleProfile:
        """Return one role profile; the fallback for ``None``.

        Raises:
            KeyError: The framework has none of that key.
        """
        for role in self.roles:
            if role.is_fallback if key is None else role.key == key:
                return role
        raise KeyError(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One anchored question: a situation and one statement per level."""

    key: str
    competency: str
    stem: LocalizedText
    statements: Mapping[int, LocalizedText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A questionnaire on one framework version, immutable like it."""

    key: str
    version: str
    framework_key: str
    framework_version: str
    title: LocalizedText
    minutes: int
    """How long it takes at most."""
    provenance: Provenance
    items: tuple[Item, ...]

    @property
    def version_ref(self) -> str:
        """``key@version``; unique within its framework version."""
        return f"{self.key}@{self.version}"

    @property
    def items_by_key(self) -> dict[str, Item]:
        """The items, to look one up."""
        return {item.key: item for item in self.items}
