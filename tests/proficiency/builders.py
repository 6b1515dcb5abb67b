"""Evidence, and a small framework to set it against."""

from dataclasses import replace
from datetime import datetime, timedelta

import orjson
from fastapi.testclient import TestClient

from app.frameworks.domain import Framework
from app.frameworks.files import parse_framework
from app.identity.domain.tokens import read_token
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from app.proficiency.service import record_evidence
from tests.assessment.builders import Started
from tests.constants import NOON, SECRET
from tests.frameworks import builders
from tests.identity.builders import FRAMEWORK as FRAMEWORK_KEY
from tests.identity.builders import database_of

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


def verify(
    client: TestClient, started: Started, competency: str, *, level: int
) -> None:
    """Record that a provider reported the flagship course as finished."""
    said = read_token(SECRET, started.document["token"], now=NOON)
    report = observation(
        competency, level, source=EvidenceSource.VERIFIED, ref="progress:1"
    )
    with database_of(client).write() as connection:
        record_evidence(
            connection,
            learner_id=said.learner_id,
            framework_key=FRAMEWORK_KEY,
            observations=[replace(report, subject="unesco-oxford-ai-dt-gov")],
        )
