"""Asking and answering, taking back, and asking the trainers to look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from app.identity.service import count_use, throttle_scope
from app.kernel.database import Upsert, lock_until_commit
from app.study.domain import MOST_AN_HOUR, MOST_ANSWERS, Question, Reader, number_post
from app.study.errors import (
    GroupClosedError,
    QuestionFullError,
    QuestionNotFoundError,
)
from app.study.models import PostRow, ThreadRow
from app.study.queries import get_joined_group, get_question
from app.study.service.groups import delete_empty

_PLACE = Upsert(
    ThreadRow,
    values=("cohort_id", "thread_id", "asked_at", "answered_at"),
    keys=("cohort_id", "thread_id"),
)
_POST = Upsert(
    PostRow,
    values=(
        *("learner_id", "post_id", "cohort_id", "thread_id", "is_trainer"),
        *("text", "written_at", "hidden_at", "reported_at"),
    ),
    keys=("learner_id", "post_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """What somebody sends to a group."""

    learner_id: UUID
    cohort_id: UUID
    text: str
    """As ``read_text`` returns it."""

    def number(self, key: bytes, place: UUID) -> UUID:
        """Return its number at the place where it is written."""
        return number_post(key, learner_id=self.learner_id, place=place, text=self.text)


def ask(connection: Connection, *, key: bytes, post: NewPost, now: datetime) -> UUID:
    """Ask the group; return the number of the question.

    Raises:
        CohortNotFoundError: She has not joined that cohort.
        NotACompanionError: She did not agree to be seen.
        GroupClosedError: The cohort is over.
        TooManyAttemptsError: She wrote ``MOST_AN_HOUR`` times this hour.
    """
    _admit(connection, key, post.learner_id, post.cohort_id, now)
    number = post.number(key, post.cohort_id)
    place = {"cohort_id": post.cohort_id, "thread_id": number}
    _PLACE.execute(connection, {**place, "asked_at": now, "answered_at": None})
    _store(connection, post, number=number, thread_id=number, now=now)
    return number


def answer(
    connection: Connection,
    *,
    key: bytes,
    question_id: UUID,
    post: NewPost,
    now: datetime,
) -> UUID:
    """Answer a question of the group; return the number of the answer.

    Raises:
        CohortNotFoundError: She has not joined that cohort.
        NotACompanionError: She did not agree to be seen.
        GroupClosedError: The cohort is over.
        QuestionNotFoundError: The group has no such question.
        QuestionFullError: It has ``MOST_ANSWERS`` already.
        TooManyAttemptsError: She wrote ``MOST_AN_HOUR`` times this hour.
    """
    _admit(connection, key, post.learner_id, post.cohort_id, now)
    reader = Reader(learner_id=post.learner_id)
    _hold(connection, post.cohort_id, reader, question_id)
    number = post.number(key, question_id)
    count = connection.scalar(
        select(func.count()).where(
            PostRow.cohort_id == post.cohort_id,
            PostRow.thread_id == question_id,
            PostRow.post_id != number,
            PostRow.is_trainer.is_(False),
        )
    )
    if (count or 0) > MOST_ANSWERS:
        raise QuestionFullError(most=MOST_ANSWERS)
    _store(connection, post, number=number, thread_id=question_id, now=now)
    return number


def answer_as_trainer(
    connection: Connection,
    *,
    key: bytes,
    reader: Reader,
    question_id: UUID,
    post: NewPost,
    now: datetime,
) -> UUID:
    """Answer a question as the trainer whom the caller knows her to be.

    Raises:
        QuestionNotFoundError: There is none that she sees.
        TooManyAttemptsError: She wrote ``MOST_AN_HOUR`` times this hour.
    """
    _count(connection, key, post.learner_id, now)
    _hold(connection, post.cohort_id, reader, question_id)
    number = post.number(key, question_id)
    _store(
        connection,
        post,
        number=number,
        thread_id=question_id,
        is_trainer=True,
        now=now,
    )
    return number


def settle(
    connection: Connection,
    *,
    reader: Reader,
    cohort_id: UUID,
    question_id: UUID,
    is_answered: bool,
    now: datetime,
) -> None:
    """Mark a question as answered, or not: its asker may, and the trainers.

    Raises:
        QuestionNotFoundError: There is none that she asked, or sees as a trainer.
    """
    question = _hold(connection, cohort_id, reader, question_id)
    is_asker = question.asked is not None and question.asked.is_own
    if not (is_asker or reader.trainer_since):
        raise QuestionNotFoundError
    connection.execute(
        update(ThreadRow)
        .where(ThreadRow.cohort_id == cohort_id, ThreadRow.thread_id == question_id)
        .values(answered_at=now if is_answered else None)
    )


def remove(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, post_id: UUID
) -> None:
    """Take back a question or an answer of one's own; another's stays.

    The answers of others to a question that is taken back stay as well.
    """
    gone = connection.execute(
        delete(PostRow).where(
            PostRow.learner_id == learner_id,
            PostRow.post_id == post_id,
            PostRow.cohort_id == cohort_id,
        )
    ).rowcount
    if gone:
        delete_empty(connection, cohort_id)


def report(
    connection: Connection,
    *,
    key: bytes,
    learner_id: UUID,
    cohort_id: UUID,
    post_id: UUID,
    now: datetime,
) -> None:
    """Ask the trainers to look at what another wrote; it is not kept who asked.

    Raises:
        CohortNotFoundError: She has not joined that cohort.
        NotACompanionError: She did not agree to be seen.
        GroupClosedError: The cohort is over.
        QuestionNotFoundError: There is no such question or answer.
        TooManyAttemptsError: She wrote or reported ``MOST_AN_HOUR`` times this hour.
    """
    _admit(connection, key, learner_id, cohort_id, now)
    reader = Reader(learner_id=learner_id)
    place = connection.scalar(
        select(PostRow.thread_id).where(
            PostRow.cohort_id == cohort_id, PostRow.post_id == post_id
        )
    )
    if place is None:
        raise QuestionNotFoundError
    question = _hold(connection, cohort_id, reader, place)
    seen = [question.asked] if question.asked else []
    if post_id not in {p.post_id for p in (*seen, *question.answers) if not p.is_own}:
        raise QuestionNotFoundError
    connection.execute(
        update(PostRow)
        .where(
            PostRow.cohort_id == cohort_id,
            PostRow.post_id == post_id,
            PostRow.is_trainer.is_(False),
            PostRow.reported_at.is_(None),
        )
        .values(reported_at=now)
    )


def _admit(
    connection: Connection,
    key: bytes,
    learner_id: UUID,
    cohort_id: UUID,
    now: datetime,
) -> None:
    # Who leaves at this moment waits, or we do: nothing is written after it.
    lock_until_commit(connection, f"study:{learner_id}")
    group = get_joined_group(
        connection, learner_id=learner_id, cohort_id=cohort_id, today=now.date()
    )
    if not group.is_open:
        raise GroupClosedError
    _count(connection, key, learner_id, now)


def _count(connection: Connection, key: bytes, learner_id: UUID, now: datetime) -> None:
    scope = throttle_scope(key, purpose="study", address=str(learner_id), now=now)
    count_use(connection, scope=scope, limit=MOST_AN_HOUR, now=now)


def _hold(
    connection: Connection, cohort_id: UUID, reader: Reader, question_id: UUID
) -> Question:
    """Return a question that stays where it is until the transaction ends."""
    lock_until_commit(connection, f"study-places:{cohort_id}")
    return get_question(
        connection, cohort_id=cohort_id, reader=reader, question_id=question_id
    )


def _store(
    connection: Connection,
    post: NewPost,
    *,
    number: UUID,
    thread_id: UUID,
    now: datetime,
    is_trainer: bool = False,
) -> None:
    _POST.execute(
        connection,
        {
            "learner_id": post.learner_id,
            "post_id": number,
            "cohort_id": post.cohort_id,
            "thread_id": thread_id,
            "is_trainer": is_trainer,
            "text": post.text,
            "written_at": now,
            "hidden_at": None,
            "reported_at": None,
        },
    )
