"""HTTP shapes of a profile."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.frameworks.domain import Kind
from app.kernel.text import Language
from app.proficiency.domain import (
    Estimate,
    EvidenceSource,
    Observation,
    Outcome,
    Profile,
)


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)


class EvidenceOut(Shape):
    """One observation behind a level."""

    ref: str
    """Where it comes from, e.g. ``attempt:0b7c…``."""
    outcome: Outcome
    level: int | None
    source: EvidenceSource
    observed_at: datetime
    subject: str | None
    """Course or ``course/module`` that was finished; null for an answer of hers."""


class WeighedOut(Shape):
    """What one observation contributes to an estimate."""

    ref: str
    """As in ``evidence``."""
    weight: float
    """What age has left of it, 0..1: half after two years."""
    reliability: float | None
    """How probable it is that a finished course led to its level, 0..1, by who says so;
    null for her own answer."""


class EstimateOut(Shape):
    """How probable each level is; the rule is ours, and stands apart from her answer."""

    level: int
    """The highest level that is at least as probable as not, 0..4."""
    low: int
    """The highest level that is reached with a probability of 0.9."""
    high: int
    """The highest level that is reached with a probability of 0.1."""
    at_least: list[float]
    """Probability of reaching level 1, 2, 3 and 4."""
    evidence: list[WeighedOut]
    """Everything it rests on, newest first, her own answer at the head."""


class StandingOut(Shape):
    """One competency against the role."""

    key: str
    title: str
    kind: Kind
    domain: str | None
    outcome: Outcome
    level: int | None
    """0 (none of the statements yet) to 4; null when unknown, not part of the work or unanswered."""
    target: int | None
    """Level the role asks for; null when it asks for none, or it is not part of the work."""
    gap: int | None
    weight: int | None
    """1 useful, 2 important, 3 decisive for the role."""
    change: int | None
    """Levels since the evidence before."""
    source: EvidenceSource | None
    evidence: list[EvidenceOut]
    """Newest first."""
    estimate: EstimateOut | None
    """Null unless a certificate was checked or a completion reported."""


class DomainSummaryOut(Shape):
    """One domain; ``key`` null stands for the attitudes."""

    key: str | None
    title: str | None
    reached: int
    """Competencies whose target is reached."""
    targeted: int
    """Competencies with a target and a known level."""
    unclear: int
    """Competencies with a target and no known level."""


class ProfileOut(Shape):
    """Where a learner stands, as far as she has said so."""

    framework: str
    """``key@version``."""
    role: str | None
    observed_at: datetime | None
    competencies: list[StandingOut]
    domains: list[DomainSummaryOut]


def write_profile(profile: Profile, language: Language, *, now: datetime) -> ProfileOut:
    """Return a profile with its titles in one language."""
    framework = profile.framework
    estimates = profile.estimates(now=now)
    titles = {d.key: d.title.in_language(language) for d in framework.domains}
    return ProfileOut(
        framework=framework.ref,
        role=profile.role_key,
        observed_at=profile.observed_at,
        competencies=[
            StandingOut(
                key=standing.competency,
                title=framework.competency(standing.competency).title.in_language(
                    language
                ),
                kind=standing.kind,
                domain=standing.domain,
                outcome=standing.outcome,
                level=standing.level,
                target=standing.target,
                gap=standing.gap,
                weight=standing.weight,
                change=standing.change,
                source=standing.source,
                evidence=[_evidence(observation) for observation in standing.evidence],
                estimate=_estimate(estimates.get(standing.competency)),
            )
            for standing in profile.standings
        ],
        domains=[
            DomainSummaryOut(
                key=summary.key,
                title=titles.get(summary.key or ""),
                reached=summary.reached,
                targeted=summary.targeted,
                unclear=summary.unclear,
            )
            for summary in profile.domains
        ],
    )


def _evidence(observation: Observation) -> EvidenceOut:
    return EvidenceOut(
        ref=observation.source_ref,
        outcome=observation.outcome,
        level=observation.level,
        source=observation.source,
        observed_at=observation.observed_at,
        subject=observation.subject,
    )


def _estimate(found: Estimate | None) -> EstimateOut | None:
    if found is None:
        return None
    return EstimateOut(
        level=found.level,
        low=found.low,
        high=found.high,
        at_least=[round(share, 3) for share in found.at_least],
        evidence=[
            WeighedOut(
                ref=each.observation.source_ref,
                weight=round(each.weight, 3),
                reliability=each.reliability,
            )
            for each in found.evidence
        ],
    )
