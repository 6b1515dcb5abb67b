from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.frameworks.domain import Activity, Need
from app.proficiency.domain import (
    DomainSummary,
    EvidenceSource,
    Observation,
    Outcome,
    Profile,
    Standing,
    draw_profile,
    list_occasions,
)
from tests.constants import NOON
from tests.proficiency.builders import DAY, FRAMEWORK, observation

NO_LEVEL = (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, Outcome.MISSING)


def drawn(*seen: Observation, role: str | None = "director") -> Profile:
    return draw_profile(FRAMEWORK, role, seen)


def standing(*seen: Observation, competency: str = "open-data") -> Standing:
    profile = drawn(*seen)
    return next(s for s in profile.standings if s.competency == competency)


def test_nothing_said_is_missing_and_never_zero() -> None:
    profile = drawn()

    assert [(s.competency, s.outcome, s.level, s.gap) for s in profile.standings] == [
        ("open-data", Outcome.MISSING, None, None),
        ("data-governance", Outcome.MISSING, None, None),
        ("trust", Outcome.MISSING, None, None),
    ]
    assert (profile.strengths, profile.gaps, profile.observed_at) == ([], [], None)


@pytest.mark.parametrize(
    ("level", "gap", "is_strength"), [(0, 2, False), (1, 1, False), (2, 0, True)]
)
def test_gap_is_what_is_left_to_the_target(
    level: int,
    gap: int,
    is_strength: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    found = standing(observation(level=level))

    assert (found.target, found.weight) == (2, 3)
    assert (found.gap, found.is_strength) == (gap, is_strength)
    assert found.weighted_gap == gap * 3


def test_more_than_the_target_is_no_negative_gap() -> None:
    assert standing(observation(level=4)).gap == 0


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.NOT_APPLICABLE])
def test_no_level_is_no_gap_and_no_strength(outcome: Outcome) -> None:
    found = standing(observation(outcome=outcome))

    assert (found.level, found.gap, found.weighted_gap) == (None, None, 0)
    assert not found.is_strength
    assert drawn(observation(outcome=outcome)).with_outcome(outcome) == [found]


def test_what_is_not_her_work_has_no_target() -> None:
    away = standing(observation(outcome=Outcome.NOT_APPLICABLE))
    unclear = standing(observation(outcome=Outcome.UNKNOWN))

    assert (away.target, away.weight) == (None, None)
    assert (unclear.target, unclear.weight) == (2, 3)


def test_role_that_does_not_ask_gives_no_target() -> None:
    found = standing(observation("trust", 1), competency="trust")

    assert (found.level, found.target, found.gap) == (1, None, None)


def test_newest_evidence_counts_and_the_older_stays() -> None:
    old, new = (
        observation(level=2),
        observation(level=1, ref="attempt:2", at=NOON + DAY),
    )

    found = standing(old, new)

    assert (found.level, found.previous_level, found.change) == (1, 2, -1)
    assert found.evidence == (new, old)
    assert drawn(new, old).observed_at == NOON + DAY


def test_sources_stand_beside_each_other_and_are_not_merged() -> None:
    said = observation(level=2)
    verified = observation(
        level=1,
        source=EvidenceSource.VERIFIED,
        ref="course:1",
        at=NOON + DAY,
    )

    found = standing(said, verified)

    assert (found.level, found.source) == (2, EvidenceSource.SELF_DECLARED)
    assert found.evidence == (verified, said)
    assert (found.previous_level, found.change) == (None, None)
    assert drawn(said, verified).observed_at == NOON


def test_a_report_alone_is_no_level_of_hers() -> None:
    found = standing(observation(level=3, source=EvidenceSource.VERIFIED))

    assert (found.outcome, found.level) == (Outcome.MISSING, None)
    assert len(found.evidence) == 1


def test_change_looks_past_answers_without_a_level() -> None:
    seen = [
        observation(level=1),
        observation(outcome=Outcome.UNKNOWN, ref="attempt:2", at=NOON + DAY),
        observation(level=2, ref="attempt:3", at=NOON + 2 * DAY),
    ]

    assert standing(*seen).change == 1
    assert standing(*seen[:2]).change is None


@given(
    st.permutations(
        [
            observation(level=level, ref=f"attempt:{level}", at=NOON + day * DAY)
            for level, day in [(0, 0), (1, 1), (2, 1), (3, 0)]
        ]
    )
)
def test_order_of_evidence_does_not_matter(seen: list[Observation]) -> None:
    assert drawn(*seen) == drawn(*sorted(seen, key=lambda o: o.source_ref))


def test_strengths_and_gaps_come_by_importance() -> None:
    needs = (
        Need(competency="open-data", level=2, weight=1),
        Need(competency="data-governance", level=2, weight=3),
        Need(competency="trust", level=2, weight=1),
    )
    role = replace(
        FRAMEWORK.roles[0],
        activities=(replace(FRAMEWORK.roles[0].activities[0], needs=needs),),
    )
    assert isinstance(role.activities[0], Activity)
    framework = replace(FRAMEWORK, roles=(role,))
    keys = [need.competency for need in needs]

    low = draw_profile(framework, role.key, [observation(k, 0) for k in keys])
    high = draw_profile(framework, role.key, [observation(k, 2) for k in keys])

    assert [s.competency for s in low.gaps] == ["data-governance", "open-data", "trust"]
    assert [s.competency for s in high.strengths] == [s.competency for s in low.gaps]


def test_domains_count_known_and_unclear_targets() -> None:
    assert drawn(observation(level=2)).domains == (
        DomainSummary(key="data", reached=1, targeted=1, unclear=0),
        DomainSummary(key=None, reached=0, targeted=0, unclear=0),
    )
    unclear = DomainSummary(key="data", reached=0, targeted=0, unclear=1)
    assert drawn().domains[0] == unclear
    assert drawn(observation(outcome=Outcome.UNKNOWN)).domains[0] == unclear
    away = drawn(observation(outcome=Outcome.NOT_APPLICABLE)).domains[0]
    assert away == replace(unclear, unclear=0)


def test_not_sure_is_measured_against_the_fallback_profile() -> None:
    profile = drawn(observation(level=1), role=None)

    assert profile.role_key is None
    assert profile.gaps[0].target == 2
    with pytest.raises(KeyError):
        drawn(role="king")


def test_evidence_on_unknown_competencies_is_left_aside() -> None:
    assert drawn(observation("of-another-version", 1)).standings == drawn().standings


def test_occasions_are_listed_once_newest_first() -> None:
    number = UUID(int=1)
    seen = [
        observation(ref=f"attempt:{number}"),
        observation("trust", 1, ref=f"attempt:{number}"),
        observation(ref="course:x", at=NOON + DAY),
    ]

    occasions = list_occasions(drawn(*seen))

    assert [(o.ref, o.submitted_at) for o in occasions] == [
        ("course:x", NOON + DAY),
        (f"attempt:{number}", NOON),
    ]
    assert [o.attempt_id for o in occasions] == [None, number]
