"""Who takes part: counts of people, without what they answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a member has come; each is in one."""

    JOINED = "joined"
    """Has not begun the questionnaire."""
    STARTED = "started"
    """Has not handed it in."""
    SUBMITTED = "submitted"
    """Keeps the result to herself."""
    SHARED = "shared"


class Trait(StrEnum):
    """By what participation is broken down."""

    ROLE = "role"
    UNIT = "unit"
    GRADE = "grade"
    GENDER = "gender"
    COUNTRY = "country"
    LANGUAGE = "language"


BROKEN_DOWN = tuple(each for each in Trait if each is not Trait.LANGUAGE)
"""Traits shown stage by stage; of languages only the members are counted."""
SUBMITTED_STAGES = (Stage.SUBMITTED, Stage.SHARED)
Counts = Mapping[str, Mapping[Stage, int]]
"""By value of a trait (empty: not said) and stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """What is counted of the members of a cohort, live."""

    invited: int
    """Invited and not here yet; without those who joined."""
    joined: int
    started: int
    submitted: int
    shared: int
    on_path: int
    """Members who have looked at a learning path."""
    step_done: int
    """Members who say that they have done a step."""
    by_trait: Mapping[Trait, Counts]

    @property
    def everybody(self) -> int:
        """All who were invited or have joined."""
        return self.invited + self.joined


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """One value of a trait; ``None`` is a number that is not shown."""

    value: str
    counts: Mapping[Stage, int | None]


def may_show(count: int, of: int, smallest: int) -> bool:
    """Whether a part of a group can be shown: neither few are in it nor few are not."""
    return not (0 < count < smallest or 0 < of - count < smallest)


def break_down(counts: Counts, *, smallest: int) -> list[BreakdownRow]:
    """Return a breakdown in which nobody's few are shown or can be worked out.

    Each column's total is public, so each column is protected by itself: no sum of a
    row is published.

    Args:
        counts: By value and stage; every value has every stage.
        smallest: The fewest people a shown number may stand for, ≥ 2.

    Returns:
        A row per value, in order; empty if nothing worth a table can be shown.
    """
    values = sorted(counts)
    columns = {
        stage: hide([counts[value][stage] for value in values], smallest)
        for stage in Stage
    }
    rows = [
        BreakdownRow(value=value, counts={stage: columns[stage][i] for stage in Stage})
        for i, value in enumerate(values)
    ]
    shown = [row for row in rows if any(row.counts.values())]
    return rows if len(rows) > 1 and shown else []


def count_speakers(turnout: Turnout, *, smallest: int) -> dict[str, int | None]:
    """Return members by the language in which they use Masar, few of them hidden."""
    counts = turnout.by_trait[Trait.LANGUAGE]
    people = [sum(stages.values()) for stages in counts.values()]
    return dict(zip(counts, hide(people, smallest), strict=True))


def hide(cells: Sequence[int], smallest: int) -> list[int | None]:
    """Hide the small cells of a column whose total is known, and enough others.

    Beside the small ones, the cells that follow them are hidden until at least two are
    hidden, one of them is not small, and together they have 2 × ``smallest`` people.
    Which ones follow depends on their places, never on their sizes, so that the choice
    itself tells nothing (minimality attack). Nothing is hidden if nothing is small;
    everything is, zeros too, if that is not enough.

    Args:
        cells: Counts ≥ 0.
        smallest: The fewest people a shown cell may stand for, ≥ 2.

    Source:
        Complementary suppression: Cox (1980), doi:10.1080/01621459.1980.10477481;
        minimality: Wong et al. (2007), “Minimality attack in privacy preserving data
        publishing”, VLDB.
    """
    hidden = {i for i, count in enumerate(cells) if 0 < count < smallest}
    if not hidden:
        return list(cells)
    size = len(cells)
    following = ((min(hidden) + step) % size for step in range(1, size))
    while not _is_enough([cells[i] for i in hidden], smallest):
        place = next(following, None)
        if place is None:
            return [None] * size
        if cells[place]:
            hidden.add(place)
    return [None if i in hidden else count for i, count in enumerate(cells)]


def _is_enough(hidden: Sequence[int], smallest: int) -> bool:
    return max(hidden) >= smallest and sum(hidden) >= 2 * smallest


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar of the funnel; ``None``: not shown, few people are or are not in it."""

    name: str
    people: int | None
    share: float


def draw_funnel(turnout: Turnout, smallest: int) -> list[Step]:
    """Return the funnel from those invited to those who look at a path.

    What people do for themselves is shown in whole steps of ``smallest`` people, at
    least so many: no single act can be seen in it.
    """
    everybody = turnout.everybody
    private = {"path": turnout.on_path, "step": turnout.step_done}
    counted: dict[str, int | None] = {
        "invited": everybody,
        "joined": turnout.joined,
        "started": turnout.started,
        "submitted": turnout.submitted,
        "shared": turnout.shared,
    }
    for name, people in private.items():
        is_safe = may_show(people, turnout.joined, smallest)
        counted[name] = people - people % smallest if is_safe else None
    return [
        Step(
            name=name,
            people=people,
            share=(people or 0) / everybody if everybody else 0.0,
        )
        for name, people in counted.items()
    ]


def draw_breakdowns(
    turnout: Turnout, smallest: int
) -> dict[Trait, Sequence[BreakdownRow]]:
    """Return who takes part by each trait, where that can be shown."""
    drawn = {
        trait: break_down(turnout.by_trait[trait], smallest=smallest)
        for trait in BROKEN_DOWN
    }
    return {trait: rows for trait, rows in drawn.items() if rows}
