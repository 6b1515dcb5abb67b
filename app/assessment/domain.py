"""A pass through a questionnaire, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from app.assessment.errors import UnknownAnswerError
from app.frameworks.domain import Framework, Instrument, Item
from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource, Observation, Outcome

UNKNOWN = "unknown"
NOT_APPLICABLE = "not_applicable"
NONE_YET = "0"
ASIDE_VALUES = (NONE_YET, NOT_APPLICABLE, UNKNOWN)
"""Answers that are no statement: none of these yet, not my work, I don't know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One learner's pass through one questionnaire."""

    attempt_id: UUID
    learner_id: UUID
    framework_key: str
    framework_version: str
    instrument_ref: str
    role_key: str | None
    language: Language
    started_at: datetime
    submitted_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether answers may still be given."""
        return self.submitted_at is None

    @property
    def ref(self) -> str:
        """Name of this attempt for other rooms."""
        return f"attempt:{self.attempt_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One page of the questionnaire: the items of a domain, or the attitudes."""

    number: int
    """From 1."""
    domain: str | None
    items: tuple[Item, ...]
    first: int
    """Number of its first question in the whole questionnaire, from 1."""

    @property
    def last(self) -> int:
        """Number of its last question."""
        return self.first + len(self.items) - 1


def group_items(framework: Framework, instrument: Instrument) -> tuple[Group, ...]:
    """Arrange the items by domain, in the framework's order; attitudes last."""
    order: list[str | None] = [domain.key for domain in framework.domains]
    order.append(None)
    domains = {c.key: c.domain for c in framework.competencies}
    groups: list[Group] = []
    first = 1
    for domain in order:
        items = tuple(i for i in instrument.items if domains[i.competency] == domain)
        if items:
            number = len(groups) + 1
            groups.append(Group(number=number, domain=domain, items=items, first=first))
            first += len(items)
    return tuple(groups)


def minutes_left(instrument: Instrument, answered: int) -> int:
    """Estimate the minutes still needed, in proportion to what is unanswered.

    Returns:
        0 when everything is answered, else at least 1.
    """
    left = max(0, len(instrument.items) - answered)
    return ceil(instrument.minutes * left / len(instrument.items))


def check_value(item: Item, value: str) -> str:
    """Return the value if the item offers it.

    Raises:
        UnknownAnswerError: It does not; the allowed values are among its facts.
    """
    allowed = [*ASIDE_VALUES, *(str(level) for level in item.statements)]
    if value not in allowed:
        raise UnknownAnswerError(item=item.key, allowed=", ".join(sorted(allowed)))
    return value


def observe(
    attempt: Attempt,
    instrument: Instrument,
    answers: Mapping[str, str],
    *,
    at: datetime,
) -> list[Observation]:
    """Turn the answers of an attempt into evidence; the unanswered give none.

    Args:
        attempt: Names the source.
        instrument: Says which competency an item measures.
        answers: Value by item key.
        at: When the learner stood by them: the submission.
    """
    observations = []
    for item in instrument.items:
        value = answers.get(item.key)
        if value is None:
            continue
        outcome, level = read_value(value)
        observations.append(
            Observation(
                competency=item.competency,
                outcome=outcome,
                level=level,
                source=EvidenceSource.SELF_DECLARED,
                source_ref=attempt.ref,
                observed_at=at,
            )
        )
    return observations


def read_value(value: str) -> tuple[Outcome, int | None]:
    """Say what a stored answer means.

    Example:
        >>> read_value("3")
        (<Outcome.LEVEL: 'level'>, 3)
    """
    if value == UNKNOWN:
        return Outcome.UNKNOWN, None
    if value == NOT_APPLICABLE:
        return Outcome.NOT_APPLICABLE, None
    return Outcome.LEVEL, int(value)
