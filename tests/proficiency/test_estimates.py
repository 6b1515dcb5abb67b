from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proficiency.domain import Estimate, EvidenceSource, Observation, Outcome
from app.proficiency.domain.estimates import (
    HALF_LIFE,
    RELIABILITY,
    estimate,
    weight_of,
)
from tests.constants import NOON
from tests.proficiency.builders import observation

CHECKED = [EvidenceSource.EVIDENCED, EvidenceSource.VERIFIED]


def course(
    level: int,
    *,
    source: EvidenceSource = EvidenceSource.VERIFIED,
    subject: str = "mooc",
    age: timedelta = timedelta(0),
) -> Observation:
    ref = f"progress:{source}:{subject}:{level}"
    seen = observation(level=level, source=source, ref=ref, at=NOON - age)
    return replace(seen, subject=subject)


ages = st.builds(timedelta, days=st.integers(0, 4000))
courses = st.lists(
    st.builds(
        course,
        st.integers(1, 4),
        source=st.sampled_from(CHECKED),
        subject=st.sampled_from(["a", "b", "c"]),
        age=ages,
    ),
    max_size=6,
    unique_by=lambda o: o.source_ref,
)
answers = st.none() | st.builds(
    lambda level, age: observation(level=level, at=NOON - age), st.integers(0, 4), ages
)


def drawn(*evidence: Observation | None) -> Estimate:
    found = estimate("open-data", [o for o in evidence if o is not None], now=NOON)
    assert found is not None
    return found


def test_without_anything_checked_there_is_no_estimate() -> None:
    assert estimate("open-data", [observation(level=2)], now=NOON) is None
    assert estimate("open-data", [], now=NOON) is None


def test_what_is_not_her_work_is_not_estimated() -> None:
    answer = observation(outcome=Outcome.NOT_APPLICABLE)

    assert estimate("open-data", [answer, course(2)], now=NOON) is None


def test_a_verified_course_raises_the_probable_level_above_her_answer() -> None:
    found = drawn(observation(level=1), course(2))

    assert found.at_least == pytest.approx((0.94, 0.85, 0.05, 0.01))
    assert (found.level, found.low, found.high) == (2, 1, 2)


def test_a_course_below_her_answer_leaves_the_level_she_named() -> None:
    assert drawn(observation(level=3), course(1)).level == 3


def test_without_an_answer_only_the_course_speaks() -> None:
    found = drawn(course(2))

    assert found.at_least == pytest.approx((0.96, 0.92, 0.4, 0.2))
    assert (found.level, found.low, found.high) == (2, 2, 4)


def test_evidence_weighs_half_after_its_half_life() -> None:
    assert weight_of(NOON, now=NOON) == 1
    assert weight_of(NOON - HALF_LIFE, now=NOON) == 0.5
    assert weight_of(NOON + HALF_LIFE, now=NOON) == 1


def test_of_several_reports_of_one_course_the_strongest_counts_once() -> None:
    said = observation(level=1)
    certificate = course(2, source=EvidenceSource.EVIDENCED)

    both = drawn(said, certificate, course(2))

    assert both.at_least == drawn(said, course(2)).at_least
    assert len(both.evidence) == 3


def test_everything_it_rests_on_is_listed_with_its_weight() -> None:
    said, old = observation(level=1), course(3, age=HALF_LIFE)

    found = drawn(said, old)

    assert [(w.observation, w.weight, w.reliability) for w in found.evidence] == [
        (said, 1.0, None),
        (old, 0.5, 0.8),
    ]


@given(answers, courses.filter(bool))
def test_probabilities_never_grow_with_the_level(
    answer: Observation | None, seen: list[Observation]
) -> None:
    found = drawn(answer, *seen)

    assert all(0 <= share <= 1 for share in found.at_least)
    assert all(lower >= higher for lower, higher in pairwise(found.at_least))
    assert 0 <= found.low <= found.level <= found.high <= 4


@given(answers, courses.filter(bool), st.integers(1, 4), st.sampled_from(CHECKED))
def test_one_more_course_never_lowers_a_probability(
    answer: Observation | None,
    seen: list[Observation],
    level: int,
    source: EvidenceSource,
) -> None:
    before = drawn(answer, *seen)

    after = drawn(answer, *seen, course(level, source=source, subject="new"))

    assert all(x <= y for x, y in zip(before.at_least, after.at_least, strict=True))


@given(st.integers(0, 4), courses.filter(bool))
def test_a_fresh_answer_is_never_undercut(level: int, seen: list[Observation]) -> None:
    assert drawn(observation(level=level), *seen).level >= level


@given(courses.filter(bool), ages)
def test_time_takes_weight_and_gives_none(
    seen: list[Observation], later: timedelta
) -> None:
    now = estimate("open-data", seen, now=NOON)
    then = estimate("open-data", seen, now=NOON + later)

    assert now is not None
    assert then is not None
    assert all(x >= y for x, y in zip(now.at_least, then.at_least, strict=True))


@given(st.permutations([observation(level=1), course(2), course(3, subject="b")]))
def test_order_does_not_matter(seen: list[Observation]) -> None:
    assert drawn(*seen) == drawn(
        observation(level=1), course(2), course(3, subject="b")
    )


def test_only_what_others_checked_has_a_reliability() -> None:
    assert set(RELIABILITY) == set(CHECKED)
