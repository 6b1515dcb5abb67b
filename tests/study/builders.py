"""Groups, and what people say in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.identity.domain import Learner
from app.study.service import NewPost, agree, answer, ask
from tests.constants import NOON, SECRET
from tests.sharing.builders import add_member


def add_companion(
    connection: Connection,
    cohort_id: UUID,
    name: str = "Awa",
    *,
    with_trainers: bool = False,
    now: datetime = NOON,
) -> Learner:
    """Let somebody join a cohort and agree to be seen by its study group."""
    learner = add_member(connection, cohort_id)
    agree(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        name=name,
        with_trainers=with_trainers,
        now=now,
    )
    return learner


def post(learner: Learner, cohort_id: UUID, text: str) -> NewPost:
    return NewPost(learner_id=learner.learner_id, cohort_id=cohort_id, text=text)


def add_question(
    connection: Connection,
    learner: Learner,
    cohort_id: UUID,
    text: str = "Which part explains procurement?",
    now: datetime = NOON,
) -> UUID:
    said = post(learner, cohort_id, text)
    return ask(connection, key=SECRET, post=said, now=now)


def add_answer(
    connection: Connection,
    learner: Learner,
    cohort_id: UUID,
    question_id: UUID,
    text: str = "The third.",
    now: datetime = NOON,
) -> UUID:
    said = post(learner, cohort_id, text)
    return answer(connection, key=SECRET, question_id=question_id, post=said, now=now)
