"""Drawing a path: the plan, the reason of every step, and what stays open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.catalogue.domain import Catalogue, Course, RunState
from app.frameworks.domain import Kind
from app.kernel.text import Language
from app.paths.domain.choice import choose, schedule, without
from app.paths.domain.plan import (
    HIGHEST_BY_COURSE,
    MOST_HOURS_PER_WEEK,
    Choice,
    ExplainedStep,
    Instead,
    More,
    Offer,
    OpenGap,
    Path,
    Preferences,
    Reason,
    Uncovered,
    Wider,
    find_gaps,
    find_run,
    levels_of,
    list_offers,
)
from app.paths.domain.values import Gap, Plan, Step, Unit
from app.proficiency.domain import Profile


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
    gaps = find_gaps(profile, done)
    case = _Case(
        gaps=gaps,
        offers=_list_available(catalogue, preferences, said),
        preferences=preferences,
    )
    plan = choose(gaps, case.units, preferences.budget)
    return Path(
        framework=profile.framework,
        preferences=preferences,
        gaps=gaps,
        steps=case.explain(plan),
        plan=plan,
        uncovered=tuple(_leave_open(profile, catalogue, case, plan, aside)),
        more=case.more(plan),
        wider=_find_wider(case, plan, catalogue, said),
        done=done,
        aside=aside,
    )


def _list_available(
    catalogue: Catalogue, preferences: Preferences, said: Mapping[str, Choice]
) -> dict[str, Offer]:
    """Return what may be proposed: not spoken about yet, and of known data if limited."""
    return {
        key: _after_done(offer, said)
        for key, offer in list_offers(catalogue, preferences.languages).items()
        if key not in said
        and (preferences.max_mb is None or offer.megabytes is not None)
    }


def _after_done(offer: Offer, said: Mapping[str, Choice]) -> Offer:
    """Let a module no longer wait for those that are done."""
    waits = tuple(k for k in offer.unit.after if said.get(k) is not Choice.DONE)
    return replace(offer, unit=replace(offer.unit, after=waits))


def _find_wider(
    case: "_Case", plan: Plan, catalogue: Catalogue, said: Mapping[str, Choice]
) -> Wider | None:
    """Say which further language would add most, if any adds something."""
    best, found = plan, None
    known = {step.unit.key for step in plan.steps}
    for language in Language:
        if language in case.preferences.languages or best.closed == _total(case.gaps):
            continue
        accepted = (*case.preferences.languages, language)
        wanted = replace(case.preferences, languages=accepted)
        offers = _list_available(catalogue, wanted, said)
        units = [offer.unit for offer in offers.values()]
        larger = choose(case.gaps, units, wanted.budget)
        if larger.closed > best.closed:
            new = (s.unit.key for s in larger.steps if s.unit.key not in known)
            best, found = larger, (language, tuple(offers[key] for key in new))
    if found is None:
        return None
    levels = levels_of(best) - levels_of(plan)
    return Wider(language=found[0], levels=levels, offers=found[1])


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
        reason, course = _why_open(gap.competency, reached, catalogue, case, aside)
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
    reached: Mapping[str, int],
    catalogue: Catalogue,
    case: _Case,
    aside: Sequence[Offer],
) -> tuple[Uncovered, Course | None]:
    level = reached[competency]
    if level >= HIGHEST_BY_COURSE:
        return Uncovered.PRACTICE, None
    found: dict[Uncovered, Course] = {}
    put_aside = {offer.course.key for offer in aside}
    for course in catalogue.courses:
        serves = [s for s in course.serves if s.competency == competency]
        if any(serve.to_level > level for serve in serves):
            asks_more = all(serve.from_level > level for serve in serves) or any(
                need.level > reached.get(need.competency, need.level)
                for need in course.prerequisites
            )
            reason = _why_not(course, case.preferences, asks_more=asks_more)
            if course.key in put_aside:
                reason = Uncovered.PUT_ASIDE
            found.setdefault(reason, course)
    for reason in Uncovered:
        if reason in found:
            return reason, found[reason]
    return Uncovered.NO_COURSE, None


def _why_not(course: Course, preferences: Preferences, *, asks_more: bool) -> Uncovered:
    hindrances = {
        Uncovered.NOT_OPEN: not course.languages(RunState.OPEN),
        Uncovered.OTHER_LANGUAGE: find_run(course, preferences.languages) is None,
        Uncovered.HOURS_UNKNOWN: course.hours is None,
        Uncovered.DATA_UNKNOWN: preferences.max_mb is not None
        and course.megabytes is None,
        Uncovered.NEEDS_LEVEL: asks_more,
    }
    true = (reason for reason, holds in hindrances.items() if holds)
    return next(true, Uncovered.OVER_BUDGET)
