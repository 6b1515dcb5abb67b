"""Where a learner stands, and what her role asks of her."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.frameworks.domain import Framework, Kind, Need
from app.proficiency.domain.estimates import Estimate, estimate
from app.proficiency.domain.evidence import EvidenceSource, Observation, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The framework and role a learner measures herself against."""

    learner_id: UUID
    framework_key: str
    framework_version: str
    role_key: str | None
    """``None``: not sure; the framework's fallback profile serves."""
    revision: int
    """Grows with every change of evidence or aim; what was computed from an older
    one is out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a learner stands on one competency, and where her role wants her."""

    competency: str
    kind: Kind
    domain: str | None
    outcome: Outcome
    level: int | None
    target: int | None
    """``None``: the role does not ask for it, or it is not part of her work."""
    weight: int | None
    source: EvidenceSource | None
    evidence: tuple[Observation, ...]
    """Newest first."""
    previous_level: int | None
    """Level of the latest earlier evidence of the same source."""

    @property
    def gap(self) -> int | None:
        """Levels to the target, at least 0; ``None`` where either end is unknown."""
        if self.level is None or self.target is None:
            return None
        return max(0, self.target - self.level)

    @property
    def weighted_gap(self) -> int:
        """Gap × weight; 0 where the gap is not known."""
        return (self.gap or 0) * (self.weight or 0)

    @property
    def is_strength(self) -> bool:
        """Whether the target is reached."""
        return self.gap == 0

    @property
    def change(self) -> int | None:
        """Levels gained since the evidence before; ``None`` without one."""
        if self.level is None or self.previous_level is None:
            return None
        return self.level - self.previous_level


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSummary:
    """One domain (or the attitudes, ``key`` ``None``) in numbers of competencies."""

    key: str | None
    reached: int
    targeted: int
    """With a target and a known level."""
    unclear: int
    """With a target, and answered “I don't know” or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything a learner's evidence says today."""

    framework: Framework
    role_key: str | None
    standings: tuple[Standing, ...]
    observed_at: datetime | None
    """When her newest answers were given."""

    @property
    def domains(self) -> tuple[DomainSummary, ...]:
        """The standings in sum; computed at every look."""
        return _summarise(self.framework, self.standings)

    @property
    def strengths(self) -> list[Standing]:
        """Targets reached: the most important first, then the highest level."""
        reached = [s for s in self.standings if s.is_strength]
        return sorted(reached, key=lambda s: (-(s.weight or 0), -(s.level or 0)))

    @property
    def gaps(self) -> list[Standing]:
        """Targets ahead: the largest gap × weight first, in framework order after."""
        ahead = [s for s in self.standings if s.gap]
        return sorted(ahead, key=lambda s: -s.weighted_gap)

    def estimates(self, *, now: datetime) -> dict[str, Estimate]:
        """Return how probable each level is, where something was checked."""
        drawn = (estimate(s.competency, s.evidence, now=now) for s in self.standings)
        return {each.competency: each for each in drawn if each is not None}

    def with_outcome(self, outcome: Outcome) -> list[Standing]:
        """List the competencies about which this was said."""
        return [s for s in self.standings if s.outcome is outcome]


def draw_profile(
    framework: Framework, role_key: str | None, observations: Iterable[Observation]
) -> Profile:
    """Set evidence against a role.

    Her newest answer on a competency is its level. What others report stands beside it
    in ``evidence``; nothing is averaged or corrected.

    Args:
        framework: Competencies and roles.
        role_key: The role, or ``None`` for the fallback profile.
        observations: Any order, may be empty.

    Raises:
        KeyError: The framework has no such role.
    """
    by_competency: dict[str, list[Observation]] = {}
    for observation in sorted(
        observations, key=lambda o: (o.observed_at, o.source_ref), reverse=True
    ):
        by_competency.setdefault(observation.competency, []).append(observation)
    targets = framework.role(role_key).targets()
    standings = tuple(
        _stand(
            competency.key,
            competency.kind,
            competency.domain,
            evidence=by_competency.get(competency.key, ()),
            need=targets.get(competency.key),
        )
        for competency in framework.competencies
    )
    answered = [o.observed_at for s in standings for o in s.evidence if o.is_own]
    return Profile(
        framework=framework,
        role_key=role_key,
        standings=standings,
        observed_at=max(answered, default=None),
    )


def _stand(
    key: str,
    kind: Kind,
    domain: str | None,
    *,
    evidence: Sequence[Observation],
    need: Need | None,
) -> Standing:
    answers = [observation for observation in evidence if observation.is_own]
    newest = answers[0] if answers else None
    outcome = newest.outcome if newest else Outcome.MISSING
    if outcome is Outcome.NOT_APPLICABLE:
        need = None
    earlier = [
        e.level
        for e in answers[1:]
        if newest and e.source is newest.source and e.level is not None
    ]
    return Standing(
        competency=key,
        kind=kind,
        domain=domain,
        outcome=outcome,
        level=newest.level if newest else None,
        target=need.level if need else None,
        weight=need.weight if need else None,
        source=newest.source if newest else None,
        evidence=tuple(evidence),
        previous_level=earlier[0] if earlier else None,
    )


def _summarise(
    framework: Framework, standings: Sequence[Standing]
) -> tuple[DomainSummary, ...]:
    groups: Mapping[str | None, list[Standing]] = {
        **{domain.key: [] for domain in framework.domains},
        None: [],
    }
    for standing in standings:
        groups[standing.domain].append(standing)
    return tuple(
        DomainSummary(
            key=key,
            reached=sum(s.is_strength for s in group),
            targeted=sum(s.gap is not None for s in group),
            unclear=sum(s.target is not None and s.level is None for s in group),
        )
        for key, group in groups.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time that she answered."""

    ref: str
    submitted_at: datetime

    @property
    def attempt_id(self) -> UUID | None:
        """The attempt it names, if it names one."""
        kind, _, key = self.ref.partition(":")
        return UUID(key) if kind == "attempt" else None


def list_occasions(profile: Profile) -> list[Occasion]:
    """List when she answered, newest first."""
    times = {
        observation.source_ref: observation.observed_at
        for standing in profile.standings
        for observation in standing.evidence
        if observation.is_own
    }
    ordered = sorted(times.items(), key=lambda item: item[1], reverse=True)
    return [Occasion(ref=ref, submitted_at=at) for ref, at in ordered]
