"""How probable each level is, from everything known; the rule and its numbers are ours.

What she said of herself is one statement, a finished course another. Each course that
ends at level ``b`` and was checked supports every level up to ``b``, independently of
the others (a noisy-or: J. Pearl, Probabilistic Reasoning in Intelligent Systems, 1988,
section 4.3.2):

    P(level ≥ L) = 1 - (1 - S(L)) × Π (1 - reliability × weight)   over courses with b ≥ L

``S`` is what her own answer says, with room for error on both sides and equal shares
for all levels as far as the answer has lost weight. Nothing checked ever lowers a
probability, and her answer itself is never changed.

Weight halves every two years. Meta-analyses find about half of what was trained gone
after 6 to 13 months without any use (C. E. Tatel, P. L. Ackerman, doi
10.1037/bul0000481) and growing loss beyond a year (W. Arthur et al. 1998, doi
10.1207/s15327043hup1101_3); people here use some of it at work, hence the longer time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.proficiency.domain.evidence import EvidenceSource, Observation, Outcome

HALF_LIFE = timedelta(days=730)
"""After it a piece of evidence weighs half."""
RELIABILITY = {EvidenceSource.EVIDENCED: 0.6, EvidenceSource.VERIFIED: 0.8}
"""How probable it is that a finished course led to its level, by who says so."""
TOP = 4
PROBABLE = 0.5
"""The probable level is the highest at least this probable to be reached."""
SURE = 0.9
"""The interval goes from the highest level at least this probable …"""
POSSIBLE = 0.1
"""… to the highest at least this probable."""
_SAID = {-3: 0.99, -2: 0.98, -1: 0.93, 0: 0.70, 1: 0.25, 2: 0.05, 3: 0.01, 4: 0.01}
"""What a fresh answer says of reaching the level so many above the one it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One piece of evidence, and what it weighs today."""

    observation: Observation
    weight: float
    """Share of its first weight left by age, 0..1."""
    reliability: float | None
    """``None`` for her own answer, which is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How probable each level of one competency is."""

    competency: str
    at_least: tuple[float, ...]
    """Probability of reaching level 1, 2, 3, 4; never growing."""
    evidence: tuple[Weighed, ...]
    """Everything it rests on, newest first."""

    @property
    def level(self) -> int:
        """The probable level, 0..4."""
        return self._highest(PROBABLE)

    @property
    def low(self) -> int:
        """Lower end of the interval in which the level lies, 0..4."""
        return self._highest(SURE)

    @property
    def high(self) -> int:
        """Upper end of the interval, 0..4."""
        return self._highest(POSSIBLE)

    def _highest(self, share: float) -> int:
        return sum(each >= share for each in self.at_least)


def weight_of(observed_at: datetime, *, now: datetime) -> float:
    """Return what is left of a piece of evidence by age, 0..1: half after two years."""
    age = max(timedelta(0), now - observed_at)
    return float(0.5 ** (age / HALF_LIFE))


def estimate(
    competency: str, evidence: Iterable[Observation], *, now: datetime
) -> Estimate | None:
    """Return how probable each level is, or ``None`` where nothing was checked.

    Without a checked completion there is nothing to set beside her own answer. Of several
    answers the newest counts; of several reports of one course, the one that supports
    most.

    Args:
        competency: Its key.
        evidence: Observations of it, in any order.
        now: Aware UTC instant; evidence from later weighs fully.
    """
    newest = sorted(evidence, key=lambda o: (o.observed_at, o.source_ref))[::-1]
    answer = next((o for o in newest if o.is_own), None)
    if answer is not None and answer.outcome is Outcome.NOT_APPLICABLE:
        return None
    courses = [_weigh(o, now) for o in newest if o.source in RELIABILITY]
    if not courses:
        return None
    own = (
        _weigh(answer, now) if answer is not None and answer.level is not None else None
    )
    counted = _once_each(courses)
    return Estimate(
        competency=competency,
        at_least=tuple(_reach(level, own, counted) for level in range(1, TOP + 1)),
        evidence=tuple(w for w in (own, *courses) if w is not None),
    )


def _weigh(observation: Observation, now: datetime) -> Weighed:
    return Weighed(
        observation=observation,
        weight=weight_of(observation.observed_at, now=now),
        reliability=RELIABILITY.get(observation.source),
    )


def _support(weighed: Weighed) -> float:
    return (weighed.reliability or 0.0) * weighed.weight


def _once_each(courses: Sequence[Weighed]) -> list[Weighed]:
    """Keep of each course (or module) and level the report that supports most."""
    best: dict[tuple[str | None, int | None], Weighed] = {}
    for each in courses:
        key = (each.observation.subject, each.observation.level)
        if key not in best or _support(each) > _support(best[key]):
            best[key] = each
    return list(best.values())


def _reach(level: int, own: Weighed | None, courses: Iterable[Weighed]) -> float:
    missing = 1 - _said(level, own)
    for course in courses:
        if (course.observation.level or 0) >= level:
            missing *= 1 - _support(course)
    return 1 - missing


def _said(level: int, own: Weighed | None) -> float:
    """Return what her answer alone says of reaching a level."""
    unknown = (TOP + 1 - level) / (TOP + 1)
    if own is None or own.observation.level is None:
        return unknown
    said = _SAID[level - own.observation.level]
    return own.weight * said + (1 - own.weight) * unknown
