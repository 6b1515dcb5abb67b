"""Agreeing, asking and answering, taking back; and what each reader sees of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, select

from app.cohorts.errors import CohortNotFoundError
from app.home.service import ROOMS, apply_retention, erase, merge
from app.identity.domain import Learner
from app.identity.models import LearnerRow
from app.kernel.database import Database
from app.progress.domain.ledger import Kind
from app.progress.service import record_entries
from app.sharing.service import leave_cohort
from app.study import queries, service
from app.study.domain import KEPT_AFTER, Reader
from app.study.errors import (
    GroupClosedError,
    NotACompanionError,
    QuestionFullError,
    QuestionNotFoundError,
)
from app.study.models import CompanionRow, PostRow, ThreadRow
from app.study.service import words
from tests.cohorts.builders import add_trainer, add_world
from tests.constants import NOON, SECRET
from tests.progress.builders import DAY, HOUR, said
from tests.sharing.builders import add_cohort, add_member
from tests.study.builders import add_answer, add_companion, add_question, post

AFTER_THE_END = datetime(2027, 7, 1, 12, tzinfo=NOON.tzinfo)


@pytest.fixture
def cohort_id(connection: Connection) -> UUID:
    return add_cohort(connection)


def reader(learner: Learner, since: datetime | None = None) -> Reader:
    return Reader(learner_id=learner.learner_id, trainer_since=since)


def names(connection: Connection, cohort_id: UUID, who: Reader) -> list[str]:
    page = queries.list_companions(
        connection, cohort_id=cohort_id, reader=who, limit=100
    )
    return [each.label.name for each in page.items]


def seen(connection: Connection, cohort_id: UUID, who: Reader) -> list[Any]:
    """Return all that a reader gets: people, pages of questions, each with answers."""
    people = queries.list_companions(
        connection, cohort_id=cohort_id, reader=who, limit=100
    )
    pages: list[Any] = []
    mark: str | None = None
    while not pages or mark:
        page = queries.list_questions(
            connection, cohort_id=cohort_id, reader=who, limit=2, after=mark
        )
        pages.append(page)
        mark = page.next
    return [people, pages]


def count(connection: Connection, table: Any) -> int:  # noqa: ANN401 -- any table
    return connection.scalar(select(func.count()).select_from(table)) or 0


def test_only_who_agreed_is_seen_and_sees(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)
    member = add_member(connection, cohort_id)

    with pytest.raises(NotACompanionError):
        queries.get_joined_group(
            connection,
            learner_id=member.learner_id,
            cohort_id=cohort_id,
            today=NOON.date(),
        )
    assert names(connection, cohort_id, reader(awa)) == ["Awa"]


def test_a_stranger_finds_no_group(connection: Connection, cohort_id: UUID) -> None:
    stranger = add_member(connection, add_cohort(connection))

    with pytest.raises(CohortNotFoundError):
        service.agree(
            connection,
            learner_id=stranger.learner_id,
            cohort_id=cohort_id,
            name="X",
            with_trainers=False,
            now=NOON,
        )
    with pytest.raises(CohortNotFoundError):
        add_question(connection, stranger, cohort_id)


def test_what_a_companion_works_on_is_of_this_week(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)
    new = said(Kind.STARTED, "elements-of-ai")
    record_entries(connection, learner_id=awa.learner_id, entries=[new], now=NOON)
    people = queries.list_companions(
        connection, cohort_id=cohort_id, reader=reader(awa), limit=9
    ).items

    now = queries.find_work(connection, companions=people, now=NOON + HOUR)
    later = queries.find_work(connection, companions=people, now=NOON + 7 * DAY)

    assert [each.course_key for each in now.values()] == ["elements-of-ai"]
    assert later == {}


def test_a_question_sent_twice_is_asked_once(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)

    first = add_question(connection, awa, cohort_id)
    again = add_question(connection, awa, cohort_id, now=NOON + HOUR)

    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader(awa), question_id=first
    )
    assert (first, count(connection, PostRow)) == (again, 1)
    assert found.asked_at == NOON


def test_answers_are_news_until_they_are_read(
    connection: Connection, cohort_id: UUID
) -> None:
    awa, ben = (add_companion(connection, cohort_id, name) for name in ("Awa", "Ben"))
    question = add_question(connection, awa, cohort_id)
    add_answer(connection, ben, cohort_id, question, now=NOON + HOUR)

    add_question(connection, awa, cohort_id, "Written unseen?", now=NOON + 2 * HOUR)
    before = queries.list_news(connection, learner_id=awa.learner_id)
    service.read_news(
        connection, learner_id=awa.learner_id, cohort_id=cohort_id, now=NOON + DAY
    )

    assert before == {cohort_id: 1}
    assert queries.list_news(connection, learner_id=awa.learner_id) == {}
    assert queries.list_news(connection, learner_id=ben.learner_id) == {}


def test_who_leaves_takes_her_words_and_leaves_the_answers_of_others(
    connection: Connection, cohort_id: UUID
) -> None:
    awa, ben = (add_companion(connection, cohort_id, name) for name in ("Awa", "Ben"))
    question = add_question(connection, awa, cohort_id)
    add_answer(connection, ben, cohort_id, question)
    alone = add_question(connection, awa, cohort_id, "Only mine?")

    leave_cohort(connection, learner=awa, cohort_id=cohort_id, now=NOON)

    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader(ben), question_id=question
    )
    with pytest.raises(QuestionNotFoundError):
        queries.get_question(
            connection, cohort_id=cohort_id, reader=reader(ben), question_id=alone
        )
    assert (found.asked, [each.text for each in found.answers]) == (
        None,
        ["The third."],
    )
    assert names(connection, cohort_id, reader(ben)) == ["Ben"]
    assert count(connection, ThreadRow) == 1


def test_nothing_is_left_of_who_is_erased(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)
    add_question(connection, awa, cohort_id)

    erase(connection, learner_id=awa.learner_id)

    tables = (CompanionRow, PostRow, ThreadRow)
    assert [count(connection, each) for each in tables] == [0, 0, 0]


def test_two_learners_who_are_one_keep_both_words(
    connection: Connection, cohort_id: UUID
) -> None:
    guest, own = (add_companion(connection, cohort_id, name) for name in ("G", "Own"))
    add_question(connection, guest, cohort_id, "As a guest?")
    add_question(connection, own, cohort_id, "As myself?")

    merge(
        connection,
        from_learner=guest.learner_id,
        to_learner=own.learner_id,
        now=NOON,
    )

    page = queries.list_questions(
        connection, cohort_id=cohort_id, reader=reader(own), limit=9
    )
    assert service in ROOMS
    assert [each.asked and each.asked.is_own for each in page.items] == [True, True]
    assert names(connection, cohort_id, reader(own)) == ["Own"]


def test_another_may_neither_remove_nor_settle(
    connection: Connection, cohort_id: UUID
) -> None:
    awa, ben = (add_companion(connection, cohort_id, name) for name in ("Awa", "Ben"))
    question = add_question(connection, awa, cohort_id)

    service.remove(
        connection, learner_id=ben.learner_id, cohort_id=cohort_id, post_id=question
    )

    with pytest.raises(QuestionNotFoundError):
        service.settle(
            connection,
            reader=reader(ben),
            cohort_id=cohort_id,
            question_id=question,
            is_answered=True,
            now=NOON,
        )
    assert count(connection, PostRow) == 1


def test_a_closed_group_is_read_and_then_forgotten(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)
    question = add_question(connection, awa, cohort_id)

    with pytest.raises(GroupClosedError):
        add_question(connection, awa, cohort_id, "Too late?", now=AFTER_THE_END)
    kept = service.forget_closed(connection, now=AFTER_THE_END)
    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader(awa), question_id=question
    )
    gone = service.forget_closed(connection, now=AFTER_THE_END + KEPT_AFTER)

    assert (kept, gone, found.question_id) == (0, 3, question)


@pytest.mark.parametrize("is_trainer", [False, True])
def test_what_is_seen_depends_on_nobody_who_is_not(
    connection: Connection, *, is_trainer: bool
) -> None:
    world = add_world(connection)
    cohort_id = world.cohort.cohort_id
    trainer = add_trainer(connection, world.cohort)
    awa = add_companion(connection, cohort_id, "Awa", with_trainers=True)
    ben = add_companion(connection, cohort_id, "Ben", with_trainers=True)
    who = reader(trainer, NOON) if is_trainer else reader(awa)
    question = add_question(connection, awa, cohort_id)
    add_answer(connection, ben, cohort_id, question)
    add_question(connection, ben, cohort_id, "Another?", now=NOON + HOUR)
    before = seen(connection, cohort_id, who)

    # People whom this reader may not see come, ask and answer everywhere.
    other = add_companion(
        connection, cohort_id if is_trainer else add_cohort(connection), "Awa"
    )
    if is_trainer:
        add_answer(connection, other, cohort_id, question, "Mine.")
        unseen = add_question(connection, other, cohort_id, "Unseen?")
        add_answer(connection, ben, cohort_id, unseen, "Seen by no trainer.")
    add_member(connection, cohort_id)

    assert seen(connection, cohort_id, who) == before


def test_trainers_see_what_is_reported_and_hide_it(connection: Connection) -> None:
    world = add_world(connection)
    cohort_id = world.cohort.cohort_id
    trainer = reader(add_trainer(connection, world.cohort), NOON)
    awa, ben = (add_companion(connection, cohort_id, name) for name in ("Awa", "Ben"))
    question = add_question(connection, awa, cohort_id, "Something rude")

    with pytest.raises(QuestionNotFoundError):
        service.hide(
            connection, reader=trainer, cohort=world.cohort, post_id=question, now=NOON
        )
    service.report(
        connection,
        key=SECRET,
        learner_id=ben.learner_id,
        cohort_id=cohort_id,
        post_id=question,
        now=NOON,
    )
    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=trainer, question_id=question
    )
    service.hide(
        connection, reader=trainer, cohort=world.cohort, post_id=question, now=NOON
    )
    own = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader(awa), question_id=question
    )

    assert found.asked
    assert (found.asked.label, found.asked.is_reported) == (None, True)
    assert own.asked
    assert own.asked.is_hidden
    with pytest.raises(QuestionNotFoundError):
        queries.get_question(
            connection, cohort_id=cohort_id, reader=reader(ben), question_id=question
        )


def test_a_trainer_sees_only_who_agreed_after_she_came(
    connection: Connection,
) -> None:
    world = add_world(connection)
    cohort_id = world.cohort.cohort_id
    trainer = add_trainer(connection, world.cohort)
    add_companion(connection, cohort_id, "Before", with_trainers=True)
    add_companion(
        connection, cohort_id, "After", with_trainers=True, now=NOON + 2 * HOUR
    )
    add_companion(connection, cohort_id, "Never", now=NOON + 2 * HOUR)

    found = names(connection, cohort_id, reader(trainer, NOON + HOUR))

    assert found == ["After"]


def test_a_trainers_answer_says_that_it_is_one(connection: Connection) -> None:
    world = add_world(connection)
    cohort_id = world.cohort.cohort_id
    trainer = add_trainer(connection, world.cohort)
    awa = add_companion(connection, cohort_id, with_trainers=True)
    question = add_question(connection, awa, cohort_id)

    service.answer_as_trainer(
        connection,
        key=SECRET,
        reader=reader(trainer, NOON),
        question_id=question,
        post=post(trainer, cohort_id, "Part two."),
        now=NOON + HOUR,
    )

    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader(awa), question_id=question
    )
    (answer,) = found.answers
    assert (answer.is_trainer, answer.label, answer.is_own) == (True, None, False)
    assert queries.list_news(connection, learner_id=awa.learner_id) == {cohort_id: 1}


def test_a_question_takes_so_many_answers_and_no_more(
    connection: Connection, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "MOST_ANSWERS", 2)
    awa = add_companion(connection, cohort_id)
    question = add_question(connection, awa, cohort_id)
    for text in ("One.", "Two."):
        add_answer(connection, awa, cohort_id, question, text)

    with pytest.raises(QuestionFullError):
        add_answer(connection, awa, cohort_id, question, "Three.")
    add_answer(connection, awa, cohort_id, question, "Two.")


def test_the_hourly_tidying_forgets_closed_groups(
    database: Database,
) -> None:
    with database.write() as writing:
        awa = add_companion(writing, add_cohort(writing))

    apply_retention(
        database, unused=timedelta(days=3650), now=AFTER_THE_END + KEPT_AFTER
    )

    with database.read() as reading:
        left = count(reading, CompanionRow)
        learners = reading.scalar(
            select(func.count()).where(LearnerRow.learner_id == awa.learner_id)
        )
    assert (left, learners) == (0, 1)


def test_an_unknown_question_cannot_be_answered(
    connection: Connection, cohort_id: UUID
) -> None:
    awa = add_companion(connection, cohort_id)

    with pytest.raises(QuestionNotFoundError):
        add_answer(connection, awa, cohort_id, uuid4())
