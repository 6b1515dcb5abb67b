"""What a path is chosen from, and what a chosen path is; how studying raises levels."""

from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 4
"""The level of a learner in a competency without a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a learner is in one competency (0..4), and where her role wants her."""

    competency: str
    level: int
    target: int
    weight: int
    """1 useful, 2 important, 3 decisive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a unit teaches those who have reached ``from_level``."""

    competency: str
    from_level: int
    to_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A level to have before one may start; met where there is no gap."""

    competency: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A course, or one module of it."""

    key: str
    course: str
    hours: float
    """More than 0; counted to the nearest minute."""
    megabytes: int
    gains: tuple[Gain, ...]
    needs: tuple[Requirement, ...]
    after: tuple[str, ...]
    """Keys of units that must come earlier in the same plan."""
    is_flagship: bool
    order: int
    """Place in the catalogue, from 0; the last tie-break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the learner can spend; ``None`` is data without a limit."""

    hours: float
    megabytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The part of one gap that a step closes."""

    competency: str
    from_level: int
    to_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unit in its place; it closes nothing where it only prepares a later one."""

    unit: Unit
    closes: tuple[Close, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Units in the order of study, and what they cost together."""

    steps: tuple[Step, ...]
    closed: int
    """Levels closed, each counted with the weight of its gap."""
    hours: float
    megabytes: int


Atom = tuple[str, int]
"""A level of a competency that somebody may have to reach."""


Levels = dict[str, int]


def minutes_of(unit: Unit) -> int:
    """Return the length of a unit in whole minutes, at least one."""
    return max(1, round(unit.hours * 60))


def study(unit: Unit, levels: Levels) -> None:
    """Raise the levels as one who takes the unit now."""
    for gain in unit.gains:
        level = levels.get(gain.competency, ENOUGH)
        if gain.from_level <= level < gain.to_level:
            levels[gain.competency] = gain.to_level


def start_of(gain: Gain) -> Atom:
    """Return the level a gain starts from."""
    return gain.competency, gain.from_level


def crossed(gain: Gain) -> list[Atom]:
    """List the levels a gain gives."""
    levels = range(gain.from_level + 1, gain.to_level + 1)
    return [(gain.competency, level) for level in levels]


def still_open(atoms: Iterable[Atom], levels: Levels) -> list[Atom]:
    """Keep the levels that are not reached."""
    return [atom for atom in atoms if levels.get(atom[0], ENOUGH) < atom[1]]


def needs_of(unit: Unit, levels: Levels) -> list[Atom]:
    """List what a unit asks for and the levels do not reach."""
    return still_open(((need.competency, need.level) for need in unit.needs), levels)
