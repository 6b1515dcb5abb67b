"""What a visitor looks for, as sets of courses that can be counted in microseconds.

A set is a whole number: course number 3 is bit 3 (see ``postings``). 10 000 courses
are 1.25 KB, so that each value of each facet is counted under the others at each look.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

from app.catalogue.domain import Cost, Course, Delivery
from app.catalogue.domain.postings import bits_of
from app.kernel.text import fold

LENGTHS = (2, 5, 12, 20, 40)
"""Hours that are offered as limits."""
VOLUMES = (100, 300, 1000, 3000)
"""Megabytes that are offered as limits."""
LEVELS = (1, 2, 3, 4)
_SERVED = frozenset({"competency", "level"})
"""Counted together: to level 3 of this competency, not of one beside it."""
Value = TypeVar("Value", bound=Hashable)


class Facet(StrEnum):
    """What one may filter by; the value names the field of ``Filter``."""

    COMPETENCY = "competency"
    LEVEL = "level"
    LANGUAGE = "language"
    MAX_HOURS = "max_hours"
    MAX_MEGABYTES = "max_megabytes"
    DELIVERY = "delivery"
    COST = "cost"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a visitor looks for; ``None`` and empty mean anything."""

    competency: str | None = None
    level: int | None = None
    """A level the course leads to, in the competency or in any: 1..4."""
    language: str | None = None
    """One of its runs, whatever their state; ISO 639-1."""
    max_hours: float | None = None
    """Courses of unknown length are left out when it is given."""
    max_megabytes: float | None = None
    """Likewise for the data a course costs."""
    delivery: Delivery | None = None
    cost: Cost | None = None
    provider: str | None = None
    """Its name, or a part of it whatever the case and accents."""
    q: str = ""
    """Words that must all occur, or begin a word that does."""

    def active(self) -> list[str]:
        """Name what is asked for: facets, and ``q``; in the order of the fields."""
        names = (each.name for each in fields(self))
        return [name for name in names if getattr(self, name) not in {None, ""}]

    def without(self, name: str) -> "Filter":
        """Return the same but for one wish, named as in ``active``."""
        changes: dict[str, Any] = {name: "" if name == "q" else None}
        return replace(self, **changes)


Counts = Mapping[Facet, Mapping[Any, int]]
"""How many courses each value would leave, the other filters as they are."""


class Shelves:
    """The courses of a catalogue sorted by each facet.

    Args:
        places: The number of each course.
    """

    def __init__(self, places: Sequence[tuple[int, Course]]) -> None:
        self.every = bits_of(place for place, _ in places)
        self._served = _shelve(
            (key, place)
            for place, course in places
            for serve in course.serves
            for level in (None, *range(serve.from_level + 1, serve.to_level + 1))
            for key in ((serve.competency, level), (None, level))
        )
        self._languages = _shelve(
            (code, place) for place, one in places for code in one.languages()
        )
        self._values: dict[Facet, Mapping[str, int]] = {
            Facet.LANGUAGE: self._languages,
            Facet.DELIVERY: _shelve((one.delivery, place) for place, one in places),
            Facet.COST: _shelve((one.cost, place) for place, one in places),
        }
        hours = _shelve((one.hours, place) for place, one in places)
        megabytes = _shelve((one.megabytes, place) for place, one in places)
        self._limits: dict[Facet, tuple[Mapping[Any, int], Mapping[int, int]]] = {
            Facet.MAX_HOURS: (hours, _offer(hours, LENGTHS)),
            Facet.MAX_MEGABYTES: (megabytes, _offer(megabytes, VOLUMES)),
        }
        self._providers = _shelve((one.provider, place) for place, one in places)
        self._folded = {name: fold(name) for name in self._providers}

    @property
    def languages(self) -> list[str]:
        """Codes of the languages of all runs."""
        return sorted(self._languages)

    def choose(self, wanted: Filter) -> dict[Facet, int]:
        """Return what each filter alone leaves; those that are not set are missing."""
        chosen: dict[Facet, int] = {}
        for facet in Facet:
            value = getattr(wanted, facet)
            if value is None:
                continue
            if facet in _SERVED:
                pair = (wanted.competency, wanted.level)
                chosen[facet] = self._served.get(pair, 0)
            elif facet in self._values:
                chosen[facet] = self._values[facet].get(value, 0)
            elif facet in self._limits:
                chosen[facet] = _at_most(self._limits[facet][0], value)
            else:
                chosen[facet] = self._provided(value)
        return chosen

    def _provided(self, part: str) -> int:
        if part in self._providers:
            return self._providers[part]
        folded = fold(part)
        names = (name for name, text in self._folded.items() if folded in text)
        return reduce(or_, (self._providers[name] for name in names), 0)

    def count(self, wanted: Filter, chosen: Mapping[Facet, int], said: int) -> Counts:
        """Count each value under the other filters; values without a course are left out.

        Args:
            wanted: The filters.
            chosen: What each alone leaves, as from ``choose``.
            said: The courses that hold the words looked for.
        """

        def count(table: Mapping[Value, int], *own: Facet) -> dict[Value, int]:
            left = (mask for facet, mask in chosen.items() if facet not in own)
            base = reduce(and_, left, said)
            counted = (
                (value, (base & mask).bit_count()) for value, mask in table.items()
            )
            return {value: number for value, number in counted if number}

        served = {
            key: mask
            for (key, level), mask in self._served.items()
            if key is not None and level == wanted.level
        }
        reached = {n: self._served.get((wanted.competency, n), 0) for n in LEVELS}
        pair = (Facet.COMPETENCY, Facet.LEVEL)
        return {
            Facet.COMPETENCY: count(served, *pair),
            Facet.LEVEL: count(reached, *pair),
            **{facet: count(table, facet) for facet, table in self._values.items()},
            **{
                facet: count(offer, facet) for facet, (_, offer) in self._limits.items()
            },
            Facet.PROVIDER: count(self._providers, Facet.PROVIDER),
        }


def _shelve(pairs: Iterable[tuple[Value | None, int]]) -> dict[Value, int]:
    lists: dict[Value, set[int]] = {}
    for value, place in pairs:
        if value is not None:
            lists.setdefault(value, set()).add(place)
    return {value: bits_of(places) for value, places in lists.items()}


def _at_most(shelf: Mapping[Any, int], limit: float) -> int:
    return reduce(or_, (mask for value, mask in shelf.items() if value <= limit), 0)


def _offer(shelf: Mapping[Any, int], limits: Iterable[int]) -> dict[int, int]:
    return {limit: _at_most(shelf, limit) for limit in limits}
