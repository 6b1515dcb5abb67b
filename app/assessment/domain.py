"""A pass through a questionnaire, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from app.assessment.errors import NothingToLookBackAtError, UnknownAnswerError
from app.frameworks.domain import Framework, Instrument, Item
from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource, Observation, Outcome

UNKNOWN = "unknown"
NOT_APPLICABLE = "not_applicable"
NONE_YET = "0"
ASIDE_VALUES = (NONE_YET, NOT_APPLICABLE, UNKNOWN)
"""Answers that are no statement: none of these yet, not my work, I don't know."""
WORTH_LOOKING_BACK = timedelta(days=28)
"""Between two questionnaires, before the second ends with the offer to look back; ours:
nobody learns in less what would make her see her first answers in another light."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """One competency three times: answered then, seen from today, answered now.

    What people can do changes by learning, and so does their measure of it: who knows
    little of a subject does not see how much there is (“response shift”). Asked again
    afterwards about the time before, they answer by the measure of today. The second
    way has errors of its own (memory, the wish to have got better), so neither takes
    the place of the other. Sources: G. S. Howard, “Response-Shift Bias: A Problem in
    Evaluating Interventions with Pre/Post Self-Reports”, Evaluation Review 4 (1980),
    93-106, abstract at
    <https://paperexplained.cn/articles/paper/detail/8e589a137f1938e3a2f021a4227cbb9831cb31b3>;
    K. Nimon, “A Review of the Retrospective Pretest” (2007),
    <http://voc.ed.psu.edu/projects/publications/books/Spring2007/WEF_spring2007.3.html>
    (both read 23 November 2026).
    """

    competency: str
    then: str | None
    """Value of the earlier answer; ``None``: not answered, here and below."""
    recalled: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookingBack:
    """An earlier questionnaire, seen from a later one."""

    earlier: Attempt
    later: Attempt
    recalled: Mapping[str, str]
    """Value by competency, as far as she has said."""

    def is_complete(self, instrument: Instrument) -> bool:
        """Whether she has said it of everything the later questionnaire asks about."""
        return all(item.competency in self.recalled for item in instrument.items)


def check_comparable(earlier: Attempt, later: Attempt) -> None:
    """Refuse two attempts of which one cannot be looked back at from the other.

    Raises:
        NothingToLookBackAtError: One is not submitted, they measure different things,
            or the earlier is not the earlier.
    """
    if (
        earlier.submitted_at is None
        or later.submitted_at is None
        or earlier.framework_key != later.framework_key
        or earlier.submitted_at >= later.submitted_at
        or earlier.attempt_id == later.attempt_id
    ):
        raise NothingToLookBackAtError(attempt_id=str(earlier.attempt_id))


def find_first(attempts: Sequence[Attempt], later: Attempt) -> Attempt | None:
    """Return the first result before another, if it is worth looking back at."""
    if later.submitted_at is None:
        return None
    before = [
        (attempt.submitted_at, attempt)
        for attempt in attempts
        if attempt.submitted_at is not None
        and attempt.framework_key == later.framework_key
        and later.submitted_at - attempt.submitted_at >= WORTH_LOOKING_BACK
    ]
    return min(before, key=lambda each: each[0])[1] if before else None


def compare(
    looking_back: LookingBack,
    instrument: Instrument,
    then: Mapping[str, str],
    now: Mapping[str, str],
) -> list[Recollection]:
    """Put the three ratings side by side, in the order of the later questionnaire.

    Args:
        looking_back: What she says today.
        instrument: Of the later attempt.
        then: Earlier answers, value by competency.
        now: Later answers, value by competency.
    """
    return [
        Recollection(
            competency=item.competency,
            then=then.get(item.competency),
            recalled=looking_back.recalled.get(item.competency),
            now=now.get(item.competency),
        )
        for item in instrument.items
    ]
