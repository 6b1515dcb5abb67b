"""What is said about a competency, and who says it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EvidenceSource(StrEnum):
    """How something is known; shown apart, never merged (DESIGN 3)."""

    SELF_DECLARED = "self_declared"
    CHECKED = "checked"
    EVIDENCED = "evidenced"
    VERIFIED = "verified"


OWN_SOURCES = frozenset({EvidenceSource.SELF_DECLARED, EvidenceSource.CHECKED})
"""Answers of hers: only they make her level; the others stand beside it."""


class Outcome(StrEnum):
    """What was said about a competency; nothing said is ``MISSING``, never zero."""

    LEVEL = "level"
    UNKNOWN = "unknown"
    """“I don't know” is an answer."""
    NOT_APPLICABLE = "not_applicable"
    """“Not part of my work” is an answer."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One piece of evidence on one competency."""

    competency: str
    outcome: Outcome
    level: int | None
    """0..4 when ``outcome`` is ``LEVEL``, else ``None``."""
    source: EvidenceSource
    source_ref: str
    """``attempt:<id>``; where the number can be followed to."""
    observed_at: datetime
    subject: str | None = None
    """Course or ``course/module`` that was finished; ``None`` for an answer of hers."""

    @property
    def is_own(self) -> bool:
        """Whether it is her own answer, and not something that others report."""
        return self.source in OWN_SOURCES
