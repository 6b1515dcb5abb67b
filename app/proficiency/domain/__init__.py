"""What evidence says about a competency, and what a role asks of it."""

from app.proficiency.domain.estimates import Estimate, Weighed, estimate
from app.proficiency.domain.evidence import EvidenceSource, Observation, Outcome
from app.proficiency.domain.standing import (
    Aim,
    DomainSummary,
    Occasion,
    Profile,
    Standing,
    draw_profile,
    list_occasions,
)

__all__ = [
    "Aim",
    "DomainSummary",
    "Estimate",
    "EvidenceSource",
    "Observation",
    "Occasion",
    "Outcome",
    "Profile",
    "Standing",
    "Weighed",
    "draw_profile",
    "estimate",
    "list_occasions",
]
