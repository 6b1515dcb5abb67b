"""Evidence, and a small framework to set it against."""

from datetime import datetime, timedelta

import orjson

from app.frameworks.domain import Framework
from app.frameworks.files import parse_framework
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from tests.constants import NOON
from tests.frameworks import builders

FRAMEWORK: Framework = parse_framework(
    orjson.dumps(builders.framework(), option=orjson.OPT_NON_STR_KEYS)
)
"""Two competencies and an attitude; both roles want ``open-data`` at level 2."""
DAY = timedelta(days=1)


def observation(
    competency: str = "open-data",
    level: int | None = 1,
    *,
    outcome: Outcome = Outcome.LEVEL,
    source: EvidenceSource = EvidenceSource.SELF_DECLARED,
    ref: str = "attempt:1",
    at: datetime = NOON,
) -> Observation:
    return Observation(
        competency=competency,
        outcome=outcome,
        level=level if outcome is Outcome.LEVEL else None,
        source=source,
        source_ref=ref,
        observed_at=at,
    )
