"""What may be written, under what people are seen, and which work counts."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.progress.domain.ledger import Kind, find_last_work
from app.study.domain import (
    MOST_NAME,
    MOST_TEXT,
    Reader,
    in_order,
    label_people,
    monday_of,
    number_post,
    read_name,
    read_text,
)
from app.study.errors import NameMissingError, NothingWrittenError
from tests.constants import NOON, SECRET
from tests.progress.builders import DAY, HOUR, entry

ADA, BOB = UUID(int=1), UUID(int=2)


@given(st.text(max_size=MOST_TEXT + 50))
def test_what_is_read_says_something_and_reads_itself_again(typed: str) -> None:
    try:
        text = read_text(typed)
    except NothingWrittenError:
        return

    assert 0 < len(text) <= MOST_TEXT
    assert read_text(text) == text
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in text)


@pytest.mark.parametrize(
    "typed", ["", "  \n ", "\u200d\u200c", "\u202e", "x" * (MOST_TEXT + 1)]
)
def test_what_says_nothing_or_too_much_is_refused(typed: str) -> None:
    with pytest.raises(NothingWrittenError):
        read_text(typed)


@pytest.mark.parametrize("typed", ["", " - ", "\u202e\u0000", "x" * (MOST_NAME + 1)])
def test_a_name_has_letters_in_one_line(typed: str) -> None:
    with pytest.raises(NameMissingError):
        read_name(typed)


def test_a_name_loses_what_turns_text() -> None:
    assert read_name("  Awa\u202e\n Diop ") == "Awa Diop"


@given(st.lists(st.sampled_from(["Awa", "awa", "A\u200dwa", "Bola"]), max_size=8))
def test_equal_names_are_told_apart_by_numbers(names: list[str]) -> None:
    labels = label_people((uuid4(), name) for name in names)

    folded = [
        (each.name.casefold().replace("\u200d", ""), each.number)
        for each in labels.values()
    ]
    assert len(set(folded)) == len(names)


def test_she_comes_first_and_a_trainer_does_not() -> None:
    labels = label_people([(ADA, "Zoé"), (BOB, "Ben")])

    own = in_order(labels, Reader(learner_id=ADA))
    shown = in_order(labels, Reader(learner_id=ADA, trainer_since=NOON))

    assert [each.learner_id for each in own] == [ADA, BOB]
    assert [(each.learner_id, each.is_own) for each in shown] == [
        (BOB, False),
        (ADA, False),
    ]


def test_the_same_words_at_the_same_place_are_one_post() -> None:
    number = number_post(SECRET, learner_id=ADA, place=BOB, text="x")

    assert number == number_post(SECRET, learner_id=ADA, place=BOB, text="x")
    assert len(
        {
            number,
            number_post(SECRET, learner_id=BOB, place=BOB, text="x"),
            number_post(SECRET, learner_id=ADA, place=ADA, text="x"),
            number_post(SECRET, learner_id=ADA, place=BOB, text="y"),
        }
    ) == len("four")


def test_a_week_begins_on_monday_at_midnight() -> None:
    monday = monday_of(NOON + 3 * DAY)

    assert (monday.weekday(), monday.hour, monday.tzinfo) == (0, 0, NOON.tzinfo)
    assert monday <= NOON


def test_the_last_work_is_of_a_course_she_still_takes() -> None:
    begun = entry(Kind.STARTED, "kept", occurred_at=NOON - HOUR)
    later = entry(Kind.MODULE_DONE, "left", module_key="m", occurred_at=NOON - HOUR / 2)
    gone = entry(Kind.WITHDRAWN, "left", occurred_at=NOON)

    found = find_last_work([begun, later, gone], since=NOON - DAY, until=NOON)

    assert found == begun
    assert find_last_work([begun], since=NOON, until=NOON) is None
