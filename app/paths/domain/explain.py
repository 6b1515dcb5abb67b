"""Drawing a path: the plan, the reason of every step, and what stays open."""

from collections.abc import Iterable, Mapping, Sequence

from app.catalogue.domain import Catalogue, Course, RunState
from app.frameworks.domain import Kind
from app.kernel.text import Language
from app.paths.domain.changes import (
    Changes,
    find_changes,
    more_languages,
    more_time,
)
from app.paths.domain.choice import schedule
from app.paths.domain.draft import Draft
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
from app.paths.domain.values import Plan, Step
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
    draft = Draft(gaps=find_gaps(profile, done), catalogue=catalogue, said=said)
    plan = draft.plan(preferences)
    more, wider = _find_more(draft, preferences), _find_wider(draft, preferences)
    return Path(
        framework=profile.framework,
        preferences=preferences,
        gaps=draft.gaps,
        steps=_Explainer(draft, preferences).explain(),
        plan=plan,
        uncovered=tuple(_leave_open(profile, draft, preferences, aside)),
        more=more,
        wider=wider,
        done=done,
        aside=aside,
    )


def _find_more(draft: Draft, preferences: Preferences) -> More | None:
    """Say what one more hour a week would add, if it adds anything."""
    plan, wanted = draft.plan(preferences), more_time(preferences)
    if wanted.hours_per_week > MOST_HOURS_PER_WEEK or plan.closed == draft.total:
        return None
    larger = draft.plan(wanted)
    if larger.closed <= plan.closed:
        return None
    return More(
        hours_per_week=wanted.hours_per_week,
        levels=levels_of(larger) - levels_of(plan),
        offers=draft.new_offers(larger, wanted, plan),
    )


def _find_wider(draft: Draft, preferences: Preferences) -> Wider | None:
    """Say which further language would add most, if any adds something."""
    plan = best = draft.plan(preferences)
    found = None
    for wanted in more_languages(preferences):
        if best.closed == draft.total:
            break
        larger = draft.plan(wanted)
        if larger.closed > best.closed:
            best, found = larger, wanted
    if found is None:
        return None
    return Wider(
        language=found.languages[-1],
        levels=levels_of(best) - levels_of(plan),
        offers=draft.new_offers(best, found, plan),
    )


class _Explainer:
    """Says of every step of a plan why it is there."""

    def __init__(self, draft: Draft, preferences: Preferences) -> None:
        self._draft = draft
        self._preferences = preferences
        self._plan = draft.plan(preferences)
        self._offers = draft.offers(preferences)

    def explain(self) -> tuple[ExplainedStep, ...]:
        plan = self._plan
        weeks = schedule(plan, self._preferences.hours_per_week)
        changes = find_changes(self._draft, self._preferences, plan)
        return tuple(
            self._step(number, span, changes) for number, span in enumerate(weeks)
        )

    def _step(
        self, number: int, weeks: tuple[int, int], changes: Changes
    ) -> ExplainedStep:
        step = self._plan.steps[number]
        reason, depends_on = self._reason(self._plan, number)
        return ExplainedStep(
            offer=self._offers[step.unit.key],
            step=step,
            first_week=weeks[0],
            last_week=weeks[1],
            reason=reason,
            depends_on=depends_on,
            instead=self._instead(step),
            changes=changes.changes[step.unit.key],
            stays_until=changes.stays_until.get(step.unit.key),
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
            for unit in self._draft.units(self._preferences)
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

    def _instead(self, step: Step) -> Instead:
        plan = self._plan
        other = self._draft.plan_without(self._preferences, step.unit.key)
        return Instead(
            offers=self._draft.new_offers(other, self._preferences, plan),
            lost=plan.closed - other.closed,
            levels=levels_of(plan) - levels_of(other),
            hours=other.hours - plan.hours,
        )


def _leave_open(
    profile: Profile,
    draft: Draft,
    preferences: Preferences,
    aside: Sequence[Offer],
) -> Iterable[OpenGap]:
    attitudes = {s.competency for s in profile.standings if s.kind is Kind.ATTITUDE}
    reached = {gap.competency: gap.level for gap in draft.gaps}
    for step in draft.plan(preferences).steps:
        for close in step.closes:
            reached[close.competency] = close.to_level
    for gap in draft.gaps:
        level = reached[gap.competency]
        if level >= gap.target:
            continue
        reason, course = _why_open(
            gap.competency, reached, draft.catalogue, preferences, aside
        )
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
    preferences: Preferences,
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
            reason = _why_not(course, preferences, asks_more=asks_more)
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
