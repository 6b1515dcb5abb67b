"""A path as values: what the catalogue offers, what is chosen, what is said about it.

The choice is ``choice.choose``; here it meets courses, languages and what a learner has
said about single steps, and every step gets its reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.catalogue.domain import Catalogue, Course, Module, Run, RunState
from app.frameworks.domain import Framework
from app.kernel.text import Language
from app.paths.domain.values import Budget, Gain, Gap, Plan, Requirement, Step, Unit
from app.proficiency.domain import Profile

MOST_HOURS_PER_WEEK = 40
MOST_WEEKS = 104
HIGHEST_BY_COURSE = 3
"""No course of ours claims to lead to level 4: it grows with practice."""


class Choice(StrEnum):
    """What a learner has said about a step."""

    DONE = "done"
    ASIDE = "aside"


class Reason(StrEnum):
    """Why a step is in the plan; the first that is true."""

    FLAGSHIP = "flagship"
    BUILDS_ON = "builds_on"
    PREPARES = "prepares"
    ONLY = "only"
    BEST = "best"


class Setting(StrEnum):
    """What a learner can change in her preferences; named like the attribute."""

    HOURS = "hours_per_week"
    WEEKS = "weeks"
    DATA = "max_mb"
    LANGUAGES = "languages"


class Uncovered(StrEnum):
    """Why a gap stays open; the first that is true."""

    PRACTICE = "practice"
    PUT_ASIDE = "put_aside"
    OVER_BUDGET = "over_budget"
    DATA_UNKNOWN = "data_unknown"
    HOURS_UNKNOWN = "hours_unknown"
    NEEDS_LEVEL = "needs_level"
    OTHER_LANGUAGE = "other_language"
    NOT_OPEN = "not_open"
    NO_COURSE = "no_course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a learner can spend on learning."""

    hours_per_week: float = 3
    """0.5..40."""
    weeks: int = 12
    """1..104."""
    languages: tuple[Language, ...]
    """Accepted, the preferred one first; at least one."""
    max_mb: int | None = None
    """Megabytes for the whole path; ``None`` without a limit."""

    @property
    def budget(self) -> Budget:
        """Hours and megabytes in all."""
        return Budget(hours=self.hours_per_week * self.weeks, megabytes=self.max_mb)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A unit, and what it is in the catalogue."""

    unit: Unit
    course: Course
    module: Module | None
    run: Run
    """The one in the most preferred language."""
    megabytes: int | None
    """``None`` where no estimate is possible."""

    @property
    def title(self) -> str:
        """Title of the course, as its provider writes it."""
        return self.course.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """The best plan without a step."""

    offers: tuple[Offer, ...]
    """What would come in its place."""
    lost: int
    """Weighted levels that would stay open then."""
    levels: int
    """Levels fewer, whatever their weight; less than 0 for more."""
    hours: float
    """Hours more (positive) or fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Other preferences under which a step is not in the best plan; solved."""

    setting: Setting
    """The only one that differs."""
    preferences: Preferences
    offers: tuple[Offer, ...]
    """What that plan holds and this one does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStep:
    """One step with its place and its reason."""

    offer: Offer
    step: Step
    first_week: int
    last_week: int
    reason: Reason
    depends_on: int | None
    """Number of the earlier step it builds on, or of the later one it prepares."""
    instead: Instead
    changes: tuple[Change, ...]
    """The nearest by which it would leave: time, data, languages; one of each at most."""
    stays_until: Preferences | None
    """The least time tried, where it stays down to there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """Levels that the plan leaves open, and why."""

    competency: str
    from_level: int
    to_level: int
    reason: Uncovered
    course: Course | None
    """The course that comes nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What one more hour a week would add."""

    hours_per_week: float
    levels: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """What one more accepted language would add: the one that adds most."""

    language: Language
    levels: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The whole answer."""

    framework: Framework
    preferences: Preferences
    gaps: tuple[Gap, ...]
    steps: tuple[ExplainedStep, ...]
    plan: Plan
    uncovered: tuple[OpenGap, ...]
    more: More | None
    wider: Wider | None
    done: tuple[Offer, ...]
    aside: tuple[Offer, ...]

    @property
    def weeks(self) -> int:
        """Weeks the plan takes."""
        return max((step.last_week for step in self.steps), default=0)

    @property
    def total(self) -> int:
        """Weighted levels of all gaps."""
        return sum(gap.weight * (gap.target - gap.level) for gap in self.gaps)


def find_gaps(profile: Profile, done: Iterable[Offer] = ()) -> tuple[Gap, ...]:
    """List the gaps of a profile, as they are after what was done since.

    A course marked as done counts for planning only: the profile does not change,
    since saying so is no evidence of a level.
    """
    gained = [gain for offer in done for gain in offer.unit.gains]
    gaps = []
    for standing in profile.gaps:
        level, target = standing.level or 0, standing.target or 0
        for gain in sorted(gained, key=lambda gain: gain.from_level):
            if gain.competency == standing.competency and gain.from_level <= level:
                level = max(level, gain.to_level)
        if level < target:
            gaps.append(
                Gap(
                    competency=standing.competency,
                    level=level,
                    target=target,
                    weight=standing.weight or 1,
                )
            )
    return tuple(gaps)


def list_offers(
    catalogue: Catalogue, languages: Sequence[Language]
) -> dict[str, Offer]:
    """Turn the courses that can be taken now, in these languages, into units.

    A course whose modules all have hours is offered module by module, else whole. A
    course of unknown length is no offer: we do not invent an hour.
    """
    offers: dict[str, Offer] = {}
    for place, course in enumerate(catalogue.courses):
        run = find_run(course, languages)
        if run is None:
            continue
        for offer in _offers_of(course, run, place):
            offers[offer.unit.key] = offer
    return offers


def find_run(course: Course, languages: Sequence[Language]) -> Run | None:
    """Return the open run in the most preferred language."""
    for language in languages:
        for run in course.runs:
            if run.state is RunState.OPEN and run.language == language:
                return run
    return None


def _offers_of(course: Course, run: Run, place: int) -> list[Offer]:
    if course.modules and all(module.hours for module in course.modules):
        return _module_offers(course, run, place)
    if course.hours is None:
        return []
    return [
        Offer(
            unit=_unit(course, course.key, course.hours, course.megabytes, place),
            course=course,
            module=None,
            run=run,
            megabytes=course.megabytes,
        )
    ]


def _module_offers(course: Course, run: Run, place: int) -> list[Offer]:
    offers: list[Offer] = []
    for module in course.modules:
        hours = module.hours or 0
        share = None
        if course.megabytes is not None and course.hours:
            share = round(course.megabytes * hours / course.hours)
        unit = _unit(course, f"{course.key}/{module.key}", hours, share, place)
        gains = tuple(
            Gain(competency=s.competency, from_level=s.from_level, to_level=s.to_level)
            for s in module.serves
        )
        after = (offers[-1].unit.key,) if offers else ()
        offers.append(
            Offer(
                unit=replace(unit, gains=gains, after=after),
                course=course,
                module=module,
                run=run,
                megabytes=share,
            )
        )
    return offers


def _unit(
    course: Course, key: str, hours: float, megabytes: int | None, place: int
) -> Unit:
    return Unit(
        key=key,
        course=course.key,
        hours=hours,
        megabytes=megabytes or 0,
        gains=tuple(
            Gain(competency=s.competency, from_level=s.from_level, to_level=s.to_level)
            for s in course.serves
        ),
        needs=tuple(
            Requirement(competency=r.competency, level=r.level)
            for r in course.prerequisites
        ),
        after=(),
        is_flagship=course.is_flagship,
        order=place,
    )


def levels_of(plan: Plan) -> int:
    """Count the levels a plan closes, whatever their weight."""
    return sum(c.to_level - c.from_level for step in plan.steps for c in step.closes)
