"""Which counts of a course everybody may see, and how exactly."""

from dataclasses import dataclass

from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import CourseCount

FEWEST_STARTED = 10
FEWEST = 5
"""People on either side of a figure (DESIGN 3, privacy)."""
STEP = 5
"""Figures are rounded down to it: one person more changes nothing for who looks twice,
unless she is the last of five."""
PROVING = frozenset({EvidenceSource.EVIDENCED, EvidenceSource.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCount:
    """How many people started a course and finished it; each a multiple of ``STEP``."""

    started: int
    finished: int
    """By their own word, by a checked document or by a report."""
    proven: int | None
    """Of those, not by their own word alone; ``None``: too few on one side."""


def show_count(count: CourseCount) -> ShownCount | None:
    """Return what may be shown of a course; ``None``: nothing.

    Shown are at least ``FEWEST_STARTED`` who started, of whom at least ``FEWEST`` have
    finished and as many have not: otherwise it would be about a few. The rule is ours.
    """
    finished = sum(count.completed.values())
    proven = sum(number for by, number in count.completed.items() if by in PROVING)
    if count.started < FEWEST_STARTED or not _is_safe(finished, count.started):
        return None
    return ShownCount(
        started=_round(count.started),
        finished=_round(finished),
        proven=_round(proven) if _is_safe(proven, finished) else None,
    )


def _is_safe(part: int, whole: int) -> bool:
    return min(part, whole - part) >= FEWEST


def _round(number: int) -> int:
    return number - number % STEP
