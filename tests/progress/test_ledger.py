from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import (
    CourseProgress,
    Entry,
    Kind,
    Mark,
    What,
    fold,
    judge,
    tallies,
)
from tests.constants import NOON
from tests.paths.catalogues import course
from tests.progress.builders import DAY, HOUR, SCHOOL, entry

SELF, EVIDENCED, VERIFIED = (
    EvidenceSource.SELF_DECLARED,
    EvidenceSource.EVIDENCED,
    EvidenceSource.VERIFIED,
)
MODULES = ("one", "two", "three")


def progress(*entries: Entry) -> CourseProgress:
    return fold(entries)["course"]


def done(module: str = "one", **changes: Any) -> Entry:  # noqa: ANN401 -- any field
    return entry(Kind.MODULE_DONE, module_key=module, **changes)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Draw a ledger in which some entries correct others, of themselves or not."""
    size = draw(st.integers(0, 12))
    found: list[Entry] = []
    for number in range(size):
        kind = draw(st.sampled_from(Kind))
        refs = [e.ref for e in found] or ["none"]
        found.append(
            entry(
                kind,
                draw(st.sampled_from(("course", "other"))),
                ref=f"e{number}",
                module_key=draw(st.sampled_from(MODULES))
                if kind is Kind.MODULE_DONE
                else None,
                minutes=draw(st.integers(1, 90)) if kind is Kind.SPENT else None,
                language=draw(st.sampled_from((None, "fr", "ar"))),
                source=draw(st.sampled_from((SELF, EVIDENCED, VERIFIED))),
                said_by=draw(st.sampled_from(("learner", SCHOOL))),
                occurred_at=NOON + HOUR * draw(st.integers(-9, 9)),
                corrects=draw(st.sampled_from(refs))
                if kind is Kind.CORRECTION
                else None,
                marks=draw(st.sampled_from(((), (), (Mark.TOO_FAST,)))),
            )
        )
    return found


@given(ledgers(), st.integers())
def test_what_follows_depends_on_no_order(ledger: list[Entry], seed: int) -> None:
    shuffled = list(ledger)
    Random(seed).shuffle(shuffled)  # noqa: S311 -- test data

    assert fold(shuffled) == fold(ledger)
    assert judge(shuffled, course("course")) == judge(ledger, course("course"))


@given(ledgers(), st.integers(0, 12))
def test_saying_it_again_changes_nothing(ledger: list[Entry], again: int) -> None:
    assert fold([*ledger, *ledger[:again]]) == fold(ledger)


@given(ledgers(), st.sampled_from([k for k in Kind if k is not Kind.CORRECTION]))
def test_a_correction_undoes(ledger: list[Entry], kind: Kind) -> None:
    wrong = entry(kind, "course", ref="wrong", module_key="one", minutes=5)
    correction = entry(Kind.CORRECTION, "course", ref="undo", corrects="wrong")

    without, with_both = fold(ledger), fold([*ledger, wrong, correction])

    # Only that the course was spoken of remains.
    nothing = fold([wrong, correction])["course"]
    assert with_both == {"course": nothing, **without}
    assert (nothing.enrolled, nothing.minutes, nothing.counted) == (None, 0, ())


@given(ledgers())
def test_who_finished_has_started_and_enrolled(ledger: list[Entry]) -> None:
    for found in fold(ledger).values():
        counted = {what for _, what, _ in tallies(found, MODULES)}
        assert (What.COMPLETED not in counted) or What.STARTED in counted
        assert (What.STARTED not in counted) or What.ENROLLED in counted
        assert len(tallies(found, MODULES)) == len(counted)


@given(ledgers())
def test_the_implausible_is_kept_and_never_counted(ledger: list[Entry]) -> None:
    for found in fold(ledger).values():
        assert all(e.marks for e in found.doubtful)
        assert not any(e.marks for e in found.counted)


def test_changing_the_language_keeps_what_is_done() -> None:
    found = progress(
        entry(Kind.ENROLLED, language="en"),
        done(language="en", occurred_at=NOON + HOUR),
        entry(Kind.ENROLLED, language="ar", occurred_at=NOON + DAY),
    )

    assert (found.language, dict(found.modules)) == ("ar", {"one": SELF})


def test_another_cannot_take_back_what_she_said() -> None:
    kept = progress(
        done(ref="hers"), entry(Kind.CORRECTION, corrects="hers", said_by=SCHOOL)
    )

    assert dict(kept.modules) == {"one": SELF}


def test_the_strongest_source_stands_and_the_other_entry_stays() -> None:
    found = progress(
        entry(Kind.COMPLETED), entry(Kind.COMPLETED, source=VERIFIED, said_by=SCHOOL)
    )

    assert found.completed is VERIFIED
    assert [e.source for e in found.counted] == [SELF, VERIFIED]


def test_all_modules_make_the_course_by_the_weakest_of_them() -> None:
    found = progress(
        done("one", source=VERIFIED), done("two", source=VERIFIED), done("three")
    )

    assert found.finished_by(MODULES) is SELF
    assert found.finished_by((*MODULES, "four")) is None
    assert (found.is_done(MODULES), found.is_done()) == (True, False)


def test_withdrawing_keeps_what_is_done() -> None:
    joined = entry(Kind.ENROLLED)
    left = entry(Kind.WITHDRAWN, occurred_at=NOON + DAY)
    back = entry(Kind.ENROLLED, occurred_at=NOON + 2 * DAY)

    assert progress(joined, left).enrolled is None
    assert progress(joined, left, done()).enrolled is SELF
    assert progress(joined, left, done()).is_withdrawn
    assert not progress(joined, left, back).is_withdrawn


TWO_HOURS = course("course", hours=2)


def marks(*entries: Entry) -> list[tuple[Mark, ...]]:
    found = judge(entries, TWO_HOURS)
    return [found[each.ref] for each in entries]


def test_two_hours_in_forty_seconds_is_too_fast() -> None:
    start = entry(Kind.STARTED, said_by=SCHOOL)
    end = entry(
        Kind.COMPLETED, said_by=SCHOOL, occurred_at=NOON + timedelta(seconds=40)
    )

    assert marks(start, end) == [(), (Mark.TOO_FAST,)]
    assert marks(start, replace(end, occurred_at=NOON + HOUR)) == [(), ()]


def test_minutes_that_are_too_few_are_too_fast() -> None:
    assert marks(entry(Kind.COMPLETED, minutes=1)) == [(Mark.TOO_FAST,)]
    assert marks(entry(Kind.COMPLETED, minutes=12)) == [()]


def test_finished_before_started_is_implausible_until_the_start_is_corrected() -> None:
    start = entry(Kind.STARTED, said_by=SCHOOL)
    end = entry(Kind.COMPLETED, said_by=SCHOOL, occurred_at=NOON - DAY)
    undo = entry(Kind.CORRECTION, said_by=SCHOOL, corrects=start.ref)

    assert marks(start, end) == [(), (Mark.BEFORE_START,)]
    assert marks(start, end, undo) == [(), (), ()]


def test_a_start_in_the_future_says_nothing_about_the_end() -> None:
    start = entry(Kind.STARTED, said_by=SCHOOL, occurred_at=NOON + DAY)

    found = marks(start, entry(Kind.COMPLETED, said_by=SCHOOL))

    assert found == [(Mark.IN_FUTURE,), ()]


def test_her_own_ticks_one_after_the_other_are_plausible() -> None:
    ticks = [
        done(m, occurred_at=NOON + timedelta(seconds=n)) for n, m in enumerate(MODULES)
    ]

    assert marks(entry(Kind.ENROLLED), *ticks) == [()] * 4


@pytest.mark.parametrize(
    ("ahead", "expected"), [(HOUR, ()), (2 * HOUR, (Mark.IN_FUTURE,))]
)
def test_what_has_not_happened_yet_is_implausible(
    ahead: timedelta, expected: tuple[Mark, ...]
) -> None:
    assert marks(entry(Kind.COMPLETED, occurred_at=NOON + ahead)) == [expected]
