"""Which training comes first: people below target, size of the gap, weight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.catalogue.domain import Course, RunState
from app.frameworks.domain import Need
from app.insights.domain.gaps import WITHOUT_LEVEL, Needs, tallies_of
from app.insights.domain.intervals import NOTHING, Bounds, bound_mean
from app.insights.domain.tallies import LEVEL_ORDER, Tally
from app.sharing.domain.pools import Released

FULL = 100
MOST_COURSES = 4
"""Courses named per priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """One competency and the numbers behind its rank."""

    competency: str
    target: int
    """The highest level that one of the roles asks for, 1..4."""
    people: int
    """Counted; also those whose role does not ask for it."""
    below: Bounds
    """People below the target."""
    gap: Bounds
    """Levels missing, of all people together."""
    weighted: Bounds
    """Levels missing times weight, of all people together."""
    divisor: float
    """What ``weighted`` is divided by to get the score."""
    interval: Bounds
    """95% interval of the score (``intervals.bound_mean``)."""

    @property
    def mean_gap(self) -> float:
        """Levels missing per person below target."""
        return self.gap.middle / self.below.middle if self.below.high else 0.0

    @property
    def mean_weight(self) -> float:
        """Weight of the levels missing: 1 useful, 2 important, 3 decisive."""
        return self.weighted.middle / self.gap.middle if self.gap.high else 0.0

    @property
    def score(self) -> float:
        """People below target × mean gap × mean weight ÷ divisor, 0..100."""
        return self.weighted.middle / self.divisor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One competency before it is compared with the others."""

    competency: str
    people: int
    below: Bounds
    gap: Bounds
    weighted: Bounds
    most: int
    """Weighted levels if all people stood at level 0."""
    most_each: int
    """The same of the one person of whom most is asked."""
    target: int
    """The highest level asked for."""


def rank_priorities(
    pools: Sequence[Released], needs: Needs, *, everybody: int | None
) -> list[Priority]:
    """Return the competencies that somebody lacks, the most urgent first.

    The score is the weighted gap per person, as a share of what it would be if all
    stood at level 0 in the competency that their roles need most: 0..100, whatever the
    size of the cohort.

    Args:
        pools: What is released.
        needs: What each role asks for.
        everybody: All for whom the score should speak, those who have not shared
            included; ``None``: unknown.
    """
    keys = dict.fromkeys(
        key for pool in pools for key in needs.get(pool.role_key, {}) if pool.people
    )
    cases = [case for key in keys if (case := _weigh(pools, needs, key)).people]
    most = max((case.most / case.people for case in cases), default=0.0)
    ranked = [_score(case, most, everybody) for case in cases if case.weighted.high > 0]
    return sorted(ranked, key=lambda each: (-each.score, each.competency))


def _weigh(pools: Sequence[Released], needs: Needs, competency: str) -> _Case:
    below = gap = weighted = NOTHING
    people = most = most_each = target = 0
    for pool in pools:
        need = needs.get(pool.role_key, {}).get(competency)
        if need is None:
            people += pool.people
            continue
        tally = max(
            tallies_of(pool, competency),
            key=lambda each: (2 * each.people >= pool.people, each.cuts.bit_count()),
            default=None,
        )
        if tally is None:
            continue
        lacking = _lacking(tally, need)
        people += tally.people
        below += lacking[0]
        gap += lacking[1]
        weighted += lacking[1].times(need.weight)
        most += tally.people * need.level * need.weight
        most_each = max(most_each, need.level * need.weight)
        target = max(target, need.level)
    return _Case(
        competency=competency,
        people=people,
        below=below,
        gap=gap,
        weighted=weighted,
        most=most,
        most_each=most_each,
        target=target,
    )


def _lacking(tally: Tally, need: Need) -> tuple[Bounds, Bounds]:
    """Return people below the target, and the levels they lack."""
    below = gap = NOTHING
    for span in tally.spans:
        levels = range(max(span.first, WITHOUT_LEVEL), span.last + 1)
        gaps = [max(0, need.level - LEVEL_ORDER[each]) for each in levels]
        if span.first < WITHOUT_LEVEL:
            gaps.append(0)
        low, high = min(gaps), max(gaps)
        below += Bounds(low=span.people * (low > 0), high=span.people * (high > 0))
        gap += Bounds(low=span.people * low, high=span.people * high)
    return below, gap


def _score(case: _Case, most: float, everybody: int | None) -> Priority:
    divisor = case.people * most / FULL
    certain = bound_mean(
        case.weighted.times(1 / (case.people * case.most_each)),
        known=case.people,
        everybody=everybody,
    )
    scale = case.most_each / most * FULL
    return Priority(
        competency=case.competency,
        target=case.target,
        people=case.people,
        below=case.below,
        gap=case.gap,
        weighted=case.weighted,
        divisor=divisor,
        interval=Bounds(low=certain.low * scale, high=min(FULL, certain.high * scale)),
    )


def list_serving(
    courses: Iterable[Course], priorities: Iterable[Priority]
) -> dict[str, list[Course]]:
    """Return the courses that can be begun now and serve each priority.

    A course serves it if it starts below the target that some role sets. At most
    ``MOST_COURSES`` of each: the one of UNESCO and Oxford first, then the shortest;
    those of unknown length last.
    """
    targets = {each.competency: each.target for each in priorities}
    found: dict[str, list[Course]] = {key: [] for key in targets}
    for course in sorted(courses, key=_place):
        if not course.languages(RunState.OPEN):
            continue
        served = dict.fromkeys(
            serve.competency
            for serve in course.serves
            if serve.from_level < targets.get(serve.competency, 0)
        )
        for competency in served:
            if len(found[competency]) < MOST_COURSES:
                found[competency].append(course)
    return found


def _place(course: Course) -> tuple[bool, bool, float, str]:
    is_unknown = course.hours is None
    return (not course.is_flagship, is_unknown, course.hours or 0, course.key)


def count_reached(course: Course, speakers: Mapping[str, int | None]) -> int | None:
    """Return members who use Masar in a language in which a course can be begun."""
    languages = course.languages(RunState.OPEN)
    shown = [n for code, n in speakers.items() if n and code in languages]
    return sum(shown) if shown else None
