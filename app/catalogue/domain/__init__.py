"""Courses as values: what they serve, in which languages, at what cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.kernel.text import LocalizedText

MEGABYTES_PER_HOUR = 150
"""Our estimate: half of an online course is video at 360p, about 0.3 GB an hour.

Source of the 0.3 GB: shared/domain/facts.md 7.1 (a rule of thumb, inferred).
"""


class Delivery(StrEnum):
    """How a course is given."""

    SELF_PACED = "self_paced"
    COHORT = "cohort"
    ONLINE_INSTRUCTOR_LED = "online_instructor_led"
    IN_PERSON = "in_person"


class Cost(StrEnum):
    """What the learner pays; a missing value means that nobody has read it."""

    FREE = "free"
    FREE_IF_SELECTED = "free_if_selected"
    FREE_TO_AUDIT = "free_to_audit"
    FREE_TIER = "free_tier"


class Certificate(StrEnum):
    """What a finisher gets; a missing value means that nobody has read it."""

    FREE = "free"
    PAID = "paid"
    YES = "yes"
    """There is one; its price was not read."""
    NONE = "none"


class Audience(StrEnum):
    """For whom the provider made the course."""

    ANYONE = "anyone"
    PUBLIC_SERVANTS = "public_servants"
    SENIOR_PUBLIC_SERVANTS = "senior_public_servants"
    LEADERS = "leaders"
    LEGAL_OFFICERS = "legal_officers"
    JUDICIARY = "judiciary"


class Verification(StrEnum):
    """Whose text the facts were read in."""

    PROVIDER = "provider"
    THIRD_PARTY = "third_party"


class RunState(StrEnum):
    """Whether one language version can be taken now."""

    OPEN = "open"
    ANNOUNCED = "announced"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """A course takes a learner from one level of a competency to another (ours)."""

    competency: str
    from_level: int
    """Level needed for this gain, 0..3."""
    to_level: int
    """Level reached, ``from_level`` < ``to_level`` <= 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A level to have before one may start."""

    competency: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One course in one language and period; unknown is ``None``."""

    language: str
    """ISO 639-1."""
    state: RunState
    url: str | None = None
    starts_on: str | None = None
    """ISO 8601 date or year-month, as far as it is known."""
    ends_on: str | None = None
    """Like ``starts_on``; not before it."""
    apply_by: str | None = None
    """Last day to enrol, or to apply where there is a selection; like ``starts_on``."""
    seats: int | None = None
    """Places in this run; ``Course.seats`` where all runs have as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A part of a course; its hours are unknown unless the provider says them."""

    key: str
    title: LocalizedText
    is_announced_theme: bool
    hours: float | None
    serves: tuple[Serve, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One course of one provider, whatever its languages."""

    key: str
    title: str
    title_language: str
    provider: str
    url: str
    url_kind: str
    """``course_page``, ``registration_page``, ``information_page``, ``catalogue_page`` or ``programme_page``."""
    registration_url: str | None
    hours: float | None
    """``None``: not found in any source."""
    hours_are_approximate: bool
    duration_note: LocalizedText | None
    delivery: Delivery | None
    cost: Cost | None
    certificate: Certificate | None
    audience: Audience
    needs_selection: bool
    seats: int | None
    prerequisites: tuple[Requirement, ...]
    licence: str | None
    runs: tuple[Run, ...]
    modules: tuple[Module, ...]
    serves: tuple[Serve, ...]
    note: LocalizedText | None
    verification: Verification
    sources: tuple[str, ...]
    checked_on: str
    """ISO 8601 date or year-month at which the facts were read."""
    is_flagship: bool
    """The UNESCO and Oxford MOOC: first among equals in a path."""
    added_by: LocalizedText | None = None
    """Name of the institution that added it and linked it to competencies."""

    @property
    def megabytes(self) -> int | None:
        """Data the course costs, estimated by our rule; ``None`` where unknown."""
        if self.hours is None or self.delivery in {None, Delivery.IN_PERSON}:
            return None
        return round(self.hours * MEGABYTES_PER_HOUR)

    def languages(self, *states: RunState) -> tuple[str, ...]:
        """List the languages of the runs in one of ``states``; of all without any."""
        return tuple(
            run.language for run in self.runs if not states or run.state in states
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All courses of one file, in its order."""

    key: str
    title: LocalizedText
    mapping_note: LocalizedText
    """Says whose the links between courses and competencies are."""
    megabytes_note: LocalizedText
    """Says how the data a course costs was estimated."""
    courses: tuple[Course, ...]


def join(catalogues: Sequence[Catalogue]) -> Catalogue:
    """Return the courses of all as one catalogue, with the words of the first."""
    courses = tuple(course for one in catalogues for course in one.courses)
    return replace(catalogues[0], courses=courses)
