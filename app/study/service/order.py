"""What trainers do about words that do not belong: hide them, or leave them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from app.cohorts.domain import Cohort
from app.journal.service import audit
from app.study.domain import Reader
from app.study.errors import QuestionNotFoundError
from app.study.models import PostRow
from app.study.queries import get_question


def hide(
    connection: Connection,
    *,
    reader: Reader,
    cohort: Cohort,
    post_id: UUID,
    now: datetime,
) -> None:
    """Take a question (with its answers) or an answer out of sight; it is logged.

    Its writer still sees it, and that a trainer did it.

    Raises:
        QuestionNotFoundError: There is none that this trainer sees.
    """
    _change(connection, reader, cohort, post_id, hidden_at=now, reported_at=None)
    _log(connection, reader, cohort, post_id, "words-hidden", now)


def keep_shown(
    connection: Connection,
    *,
    reader: Reader,
    cohort: Cohort,
    post_id: UUID,
    now: datetime,
) -> None:
    """Leave what was reported where it is; it is logged.

    Raises:
        QuestionNotFoundError: There is none that this trainer sees.
    """
    _change(connection, reader, cohort, post_id, reported_at=None)
    _log(connection, reader, cohort, post_id, "words-left", now)


def _change(
    connection: Connection,
    reader: Reader,
    cohort: Cohort,
    post_id: UUID,
    **values: datetime | None,
) -> None:
    is_it = (PostRow.cohort_id == cohort.cohort_id, PostRow.post_id == post_id)
    place = connection.scalar(select(PostRow.thread_id).where(*is_it))
    if place is None:
        raise QuestionNotFoundError
    question = get_question(
        connection, cohort_id=cohort.cohort_id, reader=reader, question_id=place
    )
    asked = [question.asked] if question.asked else []
    if post_id not in {each.post_id for each in (*asked, *question.answers)}:
        raise QuestionNotFoundError
    connection.execute(update(PostRow).where(*is_it).values(**values))


def _log(
    connection: Connection,
    reader: Reader,
    cohort: Cohort,
    post_id: UUID,
    verb: str,
    now: datetime,
) -> None:
    audit(
        connection,
        actor_id=reader.learner_id,
        scope_id=cohort.institution_id,
        verb=verb,
        object_ref=f"post:{post_id}",
        occurred_at=now,
    )
