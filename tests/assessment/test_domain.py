from dataclasses import replace
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessment.domain import (
    ASIDE_VALUES,
    Attempt,
    check_value,
    group_items,
    minutes_left,
    observe,
    read_value,
)
from app.assessment.errors import UnknownAnswerError
from app.frameworks.files import parse_framework, parse_instrument
from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource, Outcome
from tests.constants import NOON
from tests.frameworks import builders

ATTEMPT = Attempt(
    attempt_id=UUID(int=1),
    learner_id=UUID(int=2),
    framework_key="small",
    framework_version="1.0.0",
    instrument_ref="start@1.0.0",
    role_key=None,
    language=Language.FR,
    started_at=NOON,
    submitted_at=None,
)


def written(data: builders.Mapping) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


FRAMEWORK = parse_framework(written(builders.framework()))
INSTRUMENT = parse_instrument(written(builders.instrument()))
FIRST = INSTRUMENT.items[0]


def test_groups_follow_the_domains_and_attitudes_come_last() -> None:
    groups = group_items(FRAMEWORK, INSTRUMENT)

    assert [(g.number, g.domain, g.first, g.last) for g in groups] == [
        (1, "data", 1, 2),
        (2, None, 3, 3),
    ]
    assert [[item.key for item in group.items] for group in groups] == [
        ["q-open-data", "q-data-governance"],
        ["q-trust"],
    ]


def test_group_without_items_is_left_out() -> None:
    only_trust = replace(INSTRUMENT, items=INSTRUMENT.items[2:])

    groups = group_items(FRAMEWORK, only_trust)

    assert [group.domain for group in groups] == [None]


@pytest.mark.parametrize(("answered", "minutes"), [(0, 12), (1, 8), (2, 4), (3, 0)])
def test_minutes_left_shrink_with_the_answers(answered: int, minutes: int) -> None:
    assert minutes_left(INSTRUMENT, answered) == minutes


@given(st.integers(0, 40))
def test_minutes_left_are_never_negative_and_zero_only_at_the_end(
    answered: int,
) -> None:
    minutes = minutes_left(INSTRUMENT, answered)

    assert (minutes == 0) == (answered >= 3)
    assert 0 <= minutes <= 12


def test_items_offer_their_levels_and_what_is_no_level() -> None:
    offered = ["0", "1", "2", "unknown", "not_applicable"]

    assert [check_value(FIRST, value) for value in offered] == offered
    with pytest.raises(UnknownAnswerError) as refusal:
        check_value(FIRST, "3")
    assert refusal.value.facts == {
        "item": "q-open-data",
        "allowed": "0, 1, 2, not_applicable, unknown",
    }


@given(st.text(max_size=12))
def test_nothing_else_is_an_answer(value: str) -> None:
    if value not in {*ASIDE_VALUES, "1", "2"}:
        with pytest.raises(UnknownAnswerError):
            check_value(FIRST, value)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("0", (Outcome.LEVEL, 0)),
        ("4", (Outcome.LEVEL, 4)),
        ("unknown", (Outcome.UNKNOWN, None)),
        ("not_applicable", (Outcome.NOT_APPLICABLE, None)),
    ],
)
def test_answers_mean_levels_or_none(
    value: str, meaning: tuple[Outcome, int | None]
) -> None:
    assert read_value(value) == meaning


def test_observations_leave_the_unanswered_out() -> None:
    answers = {"q-trust": "unknown", "q-open-data": "0", "q-of-another-version": "4"}

    seen = observe(ATTEMPT, INSTRUMENT, answers, at=NOON)

    assert [(o.competency, o.outcome, o.level) for o in seen] == [
        ("open-data", Outcome.LEVEL, 0),
        ("trust", Outcome.UNKNOWN, None),
    ]
    assert {(o.source, o.source_ref, o.observed_at) for o in seen} == {
        (EvidenceSource.SELF_DECLARED, f"attempt:{ATTEMPT.attempt_id}", NOON)
    }


def test_attempt_is_open_until_submitted() -> None:
    assert ATTEMPT.is_open
    assert not replace(ATTEMPT, submitted_at=NOON).is_open
    assert ATTEMPT.ref == f"attempt:{UUID(int=1)}"
