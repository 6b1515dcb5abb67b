"""What a finished course did to which estimate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.proficiency.domain import Observation, estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One competency, without and with what is known of a course."""

    competency: str
    before: int | None
    """Probable level without it; without anything else checked, her own answer."""
    after: int
    """Probable level with it, 0..4."""


def effects_of(
    course_key: str, observations: Iterable[Observation], *, now: datetime
) -> list[Effect]:
    """Compare each estimate with what it would be without a course.

    Args:
        course_key: The course; its modules are meant too.
        observations: Everything known of the learner.
        now: Aware UTC instant.
    """
    by_competency: dict[str, list[Observation]] = {}
    for each in observations:
        by_competency.setdefault(each.competency, []).append(each)
    effects = []
    for competency, known in sorted(by_competency.items()):
        others = [each for each in known if not _is_of(course_key, each)]
        whole = estimate(competency, known, now=now)
        if len(others) == len(known) or whole is None:
            continue
        rest = estimate(competency, others, now=now)
        effects.append(
            Effect(
                competency=competency,
                before=rest.level if rest else _own_level(others),
                after=whole.level,
            )
        )
    return effects


def _is_of(course_key: str, observation: Observation) -> bool:
    return (observation.subject or "").partition("/")[0] == course_key


def _own_level(observations: Iterable[Observation]) -> int | None:
    own = [each for each in observations if each.is_own]
    return max(own, key=lambda o: o.observed_at).level if own else None
