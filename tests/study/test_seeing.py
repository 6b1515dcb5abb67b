"""Who sees which words, and what is noted of those who hide them."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, func, select

from app.cohorts.domain import Cohort
from app.identity.domain import Learner
from app.identity.errors import TooManyAttemptsError
from app.journal.models import Event
from app.journal.queries import list_audit
from app.study import queries, service
from app.study.domain import MOST_AN_HOUR, Question, Reader
from app.study.errors import QuestionNotFoundError
from app.study.models import CompanionRow, PostRow
from tests.cohorts.builders import World, add_trainer, add_world
from tests.constants import NOON, SECRET
from tests.progress.builders import HOUR
from tests.sharing.builders import add_cohort, add_member
from tests.study.builders import add_answer, add_companion, add_question, post


@pytest.fixture
def world(connection: Connection) -> World:
    return add_world(connection)


@pytest.fixture
def cohort(world: World) -> Cohort:
    return world.cohort


@pytest.fixture
def trainer(connection: Connection, cohort: Cohort) -> Learner:
    return add_trainer(connection, cohort)


@pytest.fixture
def awa(connection: Connection, cohort: Cohort) -> Learner:
    return add_companion(connection, cohort.cohort_id, "Awa", with_trainers=True)


@pytest.fixture
def ben(connection: Connection, cohort: Cohort) -> Learner:
    return add_companion(connection, cohort.cohort_id, "Ben", with_trainers=True)


def look(
    connection: Connection,
    cohort_id: UUID,
    question_id: UUID,
    learner: Learner,
    since: datetime | None = None,
) -> Question | None:
    reader = Reader(learner_id=learner.learner_id, trainer_since=since)
    try:
        return queries.get_question(
            connection, cohort_id=cohort_id, reader=reader, question_id=question_id
        )
    except QuestionNotFoundError:
        return None


def report(
    connection: Connection, cohort: Cohort, learner: Learner, post_id: UUID
) -> None:
    service.report(
        connection,
        key=SECRET,
        learner_id=learner.learner_id,
        cohort_id=cohort.cohort_id,
        post_id=post_id,
        now=NOON,
    )


def texts(question: Question | None) -> list[str]:
    return [each.text for each in question.answers] if question else []


def test_words_are_seen_by_trainers_who_were_there_when_she_agreed(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)

    seen = [
        look(connection, cohort.cohort_id, question, trainer, since) is not None
        for since in (NOON, NOON + HOUR)
    ]

    assert seen == [True, False]


def test_words_without_an_agreement_are_seen_by_nobody(
    connection: Connection, cohort: Cohort, awa: Learner, ben: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)

    connection.execute(
        delete(CompanionRow).where(CompanionRow.learner_id == awa.learner_id)
    )

    assert look(connection, cohort.cohort_id, question, ben) is None


def test_a_hidden_answer_is_seen_by_its_writer_alone(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner, ben: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)
    answer = add_answer(connection, ben, cohort.cohort_id, question)

    service.hide(
        connection,
        reader=Reader(learner_id=trainer.learner_id, trainer_since=NOON),
        cohort=cohort,
        post_id=answer,
        now=NOON,
    )

    found = [
        texts(look(connection, cohort.cohort_id, question, each)) for each in (awa, ben)
    ]
    assert found == [[], ["The third."]]


def test_a_hidden_question_takes_its_answers_out_of_sight(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner, ben: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)
    add_answer(connection, ben, cohort.cohort_id, question)

    service.hide(
        connection,
        reader=Reader(learner_id=trainer.learner_id, trainer_since=NOON),
        cohort=cohort,
        post_id=question,
        now=NOON,
    )

    assert look(connection, cohort.cohort_id, question, ben) is None
    assert texts(look(connection, cohort.cohort_id, question, awa)) == ["The third."]


def test_only_trainers_are_told_that_something_is_reported(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner, ben: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)

    report(connection, cohort, ben, question)

    told = [
        found.has_reports
        for found in (
            look(connection, cohort.cohort_id, question, awa),
            look(connection, cohort.cohort_id, question, ben),
            look(connection, cohort.cohort_id, question, trainer, NOON),
        )
        if found
    ]
    assert told == [False, False, True]


def test_own_words_cannot_be_reported(
    connection: Connection, cohort: Cohort, awa: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)

    with pytest.raises(QuestionNotFoundError):
        report(connection, cohort, awa, question)


def test_a_question_is_found_in_its_own_group_only(
    connection: Connection, cohort: Cohort, awa: Learner
) -> None:
    other = add_cohort(connection)
    question = add_question(connection, awa, cohort.cohort_id)
    stranger = add_companion(connection, other)

    assert look(connection, other, question, stranger) is None
    with pytest.raises(QuestionNotFoundError):
        add_answer(connection, stranger, other, question)


def test_nobody_floods_a_group(
    connection: Connection, cohort: Cohort, awa: Learner
) -> None:
    for number in range(MOST_AN_HOUR):
        add_question(connection, awa, cohort.cohort_id, f"Question {number}?")

    with pytest.raises(TooManyAttemptsError):
        add_question(connection, awa, cohort.cohort_id, "One more?")


def test_a_trainer_cannot_flood_a_group(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner
) -> None:
    question = add_question(connection, awa, cohort.cohort_id)

    def say(number: int) -> None:
        service.answer_as_trainer(
            connection,
            key=SECRET,
            reader=Reader(learner_id=trainer.learner_id, trainer_since=NOON),
            question_id=question,
            post=post(trainer, cohort.cohort_id, f"Answer {number}."),
            now=NOON,
        )

    for number in range(MOST_AN_HOUR):
        say(number)
    with pytest.raises(TooManyAttemptsError):
        say(MOST_AN_HOUR)


def test_what_she_wrote_as_a_trainer_stays_when_she_leaves_the_group(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner
) -> None:
    add_member(connection, cohort.cohort_id, learner=trainer)
    service.agree(
        connection,
        learner_id=trainer.learner_id,
        cohort_id=cohort.cohort_id,
        name="Also a member",
        with_trainers=False,
        now=NOON,
    )
    question = add_question(connection, awa, cohort.cohort_id)
    service.answer_as_trainer(
        connection,
        key=SECRET,
        reader=Reader(learner_id=trainer.learner_id, trainer_since=NOON),
        question_id=question,
        post=post(trainer, cohort.cohort_id, "As a trainer."),
        now=NOON,
    )
    add_answer(connection, trainer, cohort.cohort_id, question, "As a member.")

    service.leave_group(
        connection,
        learner_id=trainer.learner_id,
        cohort_id=cohort.cohort_id,
        now=NOON,
    )

    found = look(connection, cohort.cohort_id, question, awa)
    assert texts(found) == ["As a trainer."]


def test_agreeing_again_is_noted_once(
    connection: Connection, cohort: Cohort, awa: Learner
) -> None:
    service.agree(
        connection,
        learner_id=awa.learner_id,
        cohort_id=cohort.cohort_id,
        name="Another name",
        with_trainers=False,
        now=NOON + HOUR,
    )

    noted = connection.scalar(
        select(func.count()).where(
            Event.learner_id == awa.learner_id, Event.verb == "agreed-to-be-seen"
        )
    )
    assert noted == 1


def test_what_trainers_decide_is_in_the_log_without_the_words(
    connection: Connection, cohort: Cohort, trainer: Learner, awa: Learner, ben: Learner
) -> None:
    reader = Reader(learner_id=trainer.learner_id, trainer_since=NOON)
    left = add_question(connection, awa, cohort.cohort_id, "Left?")
    hidden = add_question(connection, awa, cohort.cohort_id, "Hidden?")
    report(connection, cohort, ben, left)

    service.keep_shown(
        connection, reader=reader, cohort=cohort, post_id=left, now=NOON + HOUR
    )
    service.hide(
        connection, reader=reader, cohort=cohort, post_id=hidden, now=NOON + 2 * HOUR
    )

    entries = list_audit(connection, scope_ids=[cohort.institution_id], limit=2)
    assert [(each.verb, each.object_ref, each.actor_id) for each in entries] == [
        ("words-hidden", f"post:{hidden}", trainer.learner_id),
        ("words-left", f"post:{left}", trainer.learner_id),
    ]
    reported = select(func.count()).where(PostRow.reported_at.is_not(None))
    assert connection.scalar(reported) == 0
