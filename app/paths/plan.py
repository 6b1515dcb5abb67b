"""A plan that explains itself: what it takes from the catalogue, and why.

The choice is ``choice.choose``; here it meets courses, languages and what a learner has
said about single steps, and every step gets its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.catalogue.domain import Catalogue, Course, Module, Run, RunState
from app.frameworks.domain import Framework, Kind
from app.kernel.text import Language
from app.paths.domain import (
    Budget,
    Gain,
    Gap,
    Plan,
    Requirement,
    Step,
    Unit,
    choose,
    schedule,
    without,
)
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
    hours: float
    """Hours more (positive) or fewer."""


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
    stays_with_half: bool
    """Whether it would stay with half the hours."""
    only_language: Language | None
    """The accepted language without which it would go."""


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
class Path:
    """The whole answer."""

    framework: Framework
    preferences: Preferences
    gaps: tuple[Gap, ...]
    steps: tuple[ExplainedStep, ...]
    plan: Plan
    uncovered: tuple[OpenGap, ...]
    more: More | None
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


def draw_path(
    profile: Profile,
    catalogue: Catalogue,
    preferences: Preferences,
    choices: Mapping[str, Choice],
) -> Path:
    """Plan and explain.

    Args:
        profile: Where the learner stands.
        catalogue: All courses.
        preferences: Hours, weeks, languages, data.
        choices: What she has said, by unit key; unknown keys are ignored.
    """
    everything = list_offers(catalogue, (*preferences.languages, *Language))
    said = {key: choice for key, choice in choices.items() if key in everything}
    done = tuple(everything[k] for k, c in said.items() if c is Choice.DONE)
    aside = tuple(everything[k] for k, c in said.items() if c is Choice.ASIDE)
    offers = {
        key: offer
        for key, offer in list_offers(catalogue, preferences.languages).items()
        if key not in said
        and (preferences.max_mb is None or offer.megabytes is not None)
    }
    gaps = find_gaps(profile, done)
    case = _Case(gaps=gaps, offers=offers, preferences=preferences)
    plan = choose(gaps, case.units, preferences.budget)
    return Path(
        framework=profile.framework,
        preferences=preferences,
        gaps=gaps,
        steps=case.explain(plan),
        plan=plan,
        uncovered=tuple(_leave_open(profile, catalogue, case, plan, aside)),
        more=case.more(plan),
        done=done,
        aside=aside,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is the same for the plan and for every other one it is compared with."""

    gaps: tuple[Gap, ...]
    offers: Mapping[str, Offer]
    preferences: Preferences

    @property
    def units(self) -> list[Unit]:
        return [offer.unit for offer in self.offers.values()]

    def explain(self, plan: Plan) -> tuple[ExplainedStep, ...]:
        half = self.preferences.budget
        smaller = choose(self.gaps, self.units, replace(half, hours=half.hours / 2))
        stays = {step.unit.key for step in smaller.steps}
        weeks = schedule(plan, self.preferences.hours_per_week)
        return tuple(
            ExplainedStep(
                offer=self.offers[step.unit.key],
                step=step,
                first_week=first,
                last_week=last,
                reason=self._reason(plan, number)[0],
                depends_on=self._reason(plan, number)[1],
                instead=self._instead(plan, step),
                stays_with_half=step.unit.key in stays,
                only_language=self._only_language(step),
            )
            for number, (step, (first, last)) in enumerate(
                zip(plan.steps, weeks, strict=True)
            )
        )

    def _reason(self, plan: Plan, number: int) -> tuple[Reason, int | None]:
        step = plan.steps[number]
        if step.unit.is_flagship:
            return Reason.FLAGSHIP, None
        if not step.closes:
            later = (n for n in range(number + 1, len(plan.steps)))
            return Reason.PREPARES, next(later, number) + 1
        earlier = self._builds_on(plan, number)
        if earlier is not None:
            return Reason.BUILDS_ON, earlier
        rivals = {
            unit.key
            for unit in self.units
            for gain in unit.gains
            for close in step.closes
            if gain.competency == close.competency and gain.to_level > close.from_level
        }
        return (Reason.ONLY if len(rivals) == 1 else Reason.BEST), None

    def _builds_on(self, plan: Plan, number: int) -> int | None:
        """Number the earlier step that gives a level this one starts from."""
        starts = {
            (close.competency, close.from_level) for close in plan.steps[number].closes
        }
        for earlier in range(number - 1, -1, -1):
            ends = {(c.competency, c.to_level) for c in plan.steps[earlier].closes}
            if starts & ends:
                return earlier + 1
        return None

    def _instead(self, plan: Plan, step: Step) -> Instead:
        other = without(self.gaps, self.units, self.preferences.budget, step.unit.key)
        known = {one.unit.key for one in plan.steps}
        return Instead(
            offers=tuple(
                self.offers[one.unit.key]
                for one in other.steps
                if one.unit.key not in known
            ),
            lost=plan.closed - other.closed,
            hours=other.hours - plan.hours,
        )

    def _only_language(self, step: Step) -> Language | None:
        accepted = self.preferences.languages
        course = self.offers[step.unit.key].course
        open_in = [one for one in accepted if one in course.languages(RunState.OPEN)]
        return open_in[0] if len(open_in) == 1 and len(accepted) > 1 else None

    def more(self, plan: Plan) -> More | None:
        """Say what one more hour a week would add, if it adds anything."""
        hours = self.preferences.hours_per_week + 1
        if hours > MOST_HOURS_PER_WEEK or plan.closed == _total(self.gaps):
            return None
        budget = replace(self.preferences.budget, hours=hours * self.preferences.weeks)
        larger = choose(self.gaps, self.units, budget)
        if larger.closed <= plan.closed:
            return None
        known = {step.unit.key for step in plan.steps}
        return More(
            hours_per_week=hours,
            levels=levels_of(larger) - levels_of(plan),
            offers=tuple(
                self.offers[step.unit.key]
                for step in larger.steps
                if step.unit.key not in known
            ),
        )


def _total(gaps: Iterable[Gap]) -> int:
    return sum(gap.weight * (gap.target - gap.level) for gap in gaps)


def levels_of(plan: Plan) -> int:
    """Count the levels a plan closes, whatever their weight."""
    return sum(c.to_level - c.from_level for step in plan.steps for c in step.closes)


def _leave_open(
    profile: Profile,
    catalogue: Catalogue,
    case: _Case,
    plan: Plan,
    aside: Sequence[Offer],
) -> Iterable[OpenGap]:
    attitudes = {s.competency for s in profile.standings if s.kind is Kind.ATTITUDE}
    reached = {gap.competency: gap.level for gap in case.gaps}
    for step in plan.steps:
        for close in step.closes:
            reached[close.competency] = close.to_level
    for gap in case.gaps:
        level = reached[gap.competency]
        if level >= gap.target:
            continue
        reason, course = _why_open(gap.competency, level, catalogue, case, aside)
        if gap.competency in attitudes:
            reason, course = Uncovered.PRACTICE, None
        yield OpenGap(
            competency=gap.competency,
            from_level=level,
            to_level=gap.target,
            reason=reason,
            course=course,
        )


def _why_open(
    competency: str,
    level: int,
    catalogue: Catalogue,
    case: _Case,
    aside: Sequence[Offer],
) -> tuple[Uncovered, Course | None]:
    if level >= HIGHEST_BY_COURSE:
        return Uncovered.PRACTICE, None
    found: dict[Uncovered, Course] = {}
    put_aside = {offer.course.key for offer in aside}
    for course in catalogue.courses:
        serves = [s for s in course.serves if s.competency == competency]
        if any(serve.to_level > level for serve in serves):
            starts_higher = all(serve.from_level > level for serve in serves)
            reason = _why_not(course, case.preferences, starts_higher=starts_higher)
            if course.key in put_aside:
                reason = Uncovered.PUT_ASIDE
            found.setdefault(reason, course)
    for reason in Uncovered:
        if reason in found:
            return reason, found[reason]
    return Uncovered.NO_COURSE, None


def _why_not(
    course: Course, preferences: Preferences, *, starts_higher: bool
) -> Uncovered:
    hindrances = {
        Uncovered.NOT_OPEN: not course.languages(RunState.OPEN),
        Uncovered.OTHER_LANGUAGE: find_run(course, preferences.languages) is None,
        Uncovered.HOURS_UNKNOWN: course.hours is None,
        Uncovered.DATA_UNKNOWN: preferences.max_mb is not None
        and course.megabytes is None,
        Uncovered.NEEDS_LEVEL: starts_higher,
    }
    true = (reason for reason, holds in hindrances.items() if holds)
    return next(true, Uncovered.OVER_BUDGET)
