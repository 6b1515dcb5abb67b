"""Reading study groups: every query is that of a reader, and finds what she may see."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from app.cohorts.errors import CohortNotFoundError
from app.cohorts.queries.places import list_places
from app.kernel.pagination import Page
from app.progress.domain.ledger import Entry
from app.progress.queries import list_work_since
from app.study.domain import (
    Agreement,
    Companion,
    Group,
    Label,
    Post,
    Question,
    Reader,
    Work,
    in_order,
    is_open,
    label_people,
    monday_of,
)
from app.study.errors import NotACompanionError, QuestionNotFoundError
from app.study.models import CompanionRow, PostRow, ThreadRow

_POST = PostRow.__table__.alias("post")
_WRITER = CompanionRow.__table__.alias("writer")
_WRITTEN = _POST.outerjoin(
    _WRITER,
    and_(
        _WRITER.c.learner_id == _POST.c.learner_id,
        _WRITER.c.cohort_id == _POST.c.cohort_id,
    ),
)


def get_group(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, today: date
) -> Group:
    """Return the study group of a cohort to one of its members.

    Raises:
        CohortNotFoundError: She has not joined it, or there is none.
    """
    places = list_places(connection, learner_id=learner_id)
    if cohort_id not in places:
        raise CohortNotFoundError(cohort_id=str(cohort_id))
    row = connection.execute(
        select(
            CompanionRow.shown_name,
            CompanionRow.trainers_from,
            CompanionRow.agreed_at,
            CompanionRow.seen_at,
        ).where(
            CompanionRow.learner_id == learner_id, CompanionRow.cohort_id == cohort_id
        )
    ).first()
    cohort = places[cohort_id].cohort
    own = row and Agreement(
        name=row.shown_name,
        with_trainers=row.trainers_from is not None,
        agreed_at=row.agreed_at,
        seen_at=row.seen_at,
    )
    return Group(cohort=cohort, own=own, is_open=is_open(cohort, today))


def get_joined_group(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, today: date
) -> Group:
    """Return the study group to somebody who agreed to be seen by it.

    Raises:
        CohortNotFoundError: She has not joined the cohort, or there is none.
        NotACompanionError: She did not agree.
    """
    group = get_group(
        connection, learner_id=learner_id, cohort_id=cohort_id, today=today
    )
    if group.own is None:
        raise NotACompanionError
    return group


def list_companions(
    connection: Connection,
    *,
    cohort_id: UUID,
    reader: Reader,
    limit: int,
    after: str | None = None,
) -> Page[Companion]:
    """Return whom a reader sees, herself first, then by name."""
    labels = _list_labels(connection, cohort_id, reader)
    return Page.of(in_order(labels, reader), limit=limit, after=after)


def find_work(
    connection: Connection, *, companions: Sequence[Companion], now: datetime
) -> dict[UUID, Work]:
    """Return what each worked on last this week; who said nothing is not in it."""
    entries = list_work_since(
        connection,
        learner_ids=[each.learner_id for each in companions],
        since=monday_of(now),
        now=now,
    )
    return {learner_id: _work(entry) for learner_id, entry in entries.items()}


def _work(entry: Entry) -> Work:
    return Work(course_key=entry.course_key, module_key=entry.module_key)


def _list_labels(
    connection: Connection, cohort_id: UUID, reader: Reader
) -> dict[UUID, Label]:
    # Numbered among those seen: a "2" without its "1" would tell of somebody else.
    wanted = CompanionRow.cohort_id == cohort_id
    if reader.trainer_since is not None:
        wanted &= CompanionRow.trainers_from >= reader.trainer_since
    rows = connection.execute(
        select(CompanionRow.learner_id, CompanionRow.shown_name)
        .where(wanted)
        .order_by(CompanionRow.agreed_at, CompanionRow.learner_id)
    )
    return label_people((row.learner_id, row.shown_name) for row in rows)


def _is_seen(reader: Reader) -> ColumnElement[bool]:
    """Whether a reader sees a post, by who wrote it."""
    post, writer = _POST.c, _WRITER.c
    if reader.trainer_since is not None:
        agreed = writer.trainers_from >= reader.trainer_since
        return and_(
            post.hidden_at.is_(None),
            or_(post.is_trainer, agreed, post.reported_at.is_not(None)),
        )
    return and_(
        or_(post.is_trainer, writer.learner_id.is_not(None)),
        or_(post.hidden_at.is_(None), post.learner_id == reader.learner_id),
    )


def _is_place_seen(reader: Reader) -> ColumnElement[bool]:
    """Whether a reader sees anything at the place of a question."""
    here = and_(
        _POST.c.cohort_id == ThreadRow.cohort_id,
        _POST.c.thread_id == ThreadRow.thread_id,
    )
    question = _POST.c.post_id == ThreadRow.thread_id
    hidden = exists(
        select(_POST.c.post_id)
        .where(
            here,
            question,
            _POST.c.hidden_at.is_not(None),
            _POST.c.learner_id != reader.learner_id,
        )
        .correlate(ThreadRow)
    )
    seen = select(_POST.c.post_id).select_from(_WRITTEN).where(here, _is_seen(reader))
    if reader.trainer_since is not None:
        # Answers alone would tell of somebody who asked and is not seen.
        seen = seen.where(or_(question, _POST.c.reported_at.is_not(None)))
    return and_(~hidden, exists(seen.correlate(ThreadRow)))


def list_questions(
    connection: Connection,
    *,
    cohort_id: UUID,
    reader: Reader,
    limit: int,
    after: str | None = None,
) -> Page[Question]:
    """Return the questions a reader sees, the newest first.

    Their numbers are all read, so that a page ends where what she sees does.
    """
    rows = connection.execute(
        select(*ThreadRow.__table__.c)
        .where(ThreadRow.cohort_id == cohort_id, _is_place_seen(reader))
        .order_by(ThreadRow.asked_at.desc(), ThreadRow.thread_id)
    ).all()
    page = Page.of(rows, limit=limit, after=after)
    return Page(items=_fill(connection, cohort_id, reader, page.items), next=page.next)


def get_question(
    connection: Connection, *, cohort_id: UUID, reader: Reader, question_id: UUID
) -> Question:
    """Return one question with the answers a reader sees.

    Raises:
        QuestionNotFoundError: There is none, or not for her.
    """
    row = connection.execute(
        select(*ThreadRow.__table__.c).where(
            ThreadRow.cohort_id == cohort_id,
            ThreadRow.thread_id == question_id,
            _is_place_seen(reader),
        )
    ).first()
    if row is None:
        raise QuestionNotFoundError
    return _fill(connection, cohort_id, reader, [row])[0]


def _fill(
    connection: Connection,
    cohort_id: UUID,
    reader: Reader,
    places: Sequence[Row[*tuple[Any, ...]]],
) -> list[Question]:
    labels = _list_labels(connection, cohort_id, reader)
    rows = connection.execute(
        select(*_POST.c)
        .select_from(_WRITTEN)
        .where(
            _POST.c.cohort_id == cohort_id,
            _POST.c.thread_id.in_([place.thread_id for place in places]),
            _is_seen(reader),
        )
        .order_by(_POST.c.written_at, _POST.c.post_id)
    ).all()
    found: dict[UUID, list[Post]] = {}
    for row in rows:
        found.setdefault(row.thread_id, []).append(_post(row, labels, reader))
    return [_question(place, found.get(place.thread_id, ())) for place in places]


def _post(
    row: Row[*tuple[Any, ...]], labels: dict[UUID, Label], reader: Reader
) -> Post:
    is_mine = row.learner_id == reader.learner_id
    return Post(
        post_id=row.post_id,
        label=None if row.is_trainer else labels.get(row.learner_id),
        is_trainer=row.is_trainer,
        is_own=is_mine and row.is_trainer == (reader.trainer_since is not None),
        text=row.text,
        written_at=row.written_at,
        is_hidden=row.hidden_at is not None,
        is_reported=row.reported_at is not None and reader.trainer_since is not None,
    )


def _question(place: Row[*tuple[Any, ...]], posts: Sequence[Post]) -> Question:
    asked = next((each for each in posts if each.post_id == place.thread_id), None)
    return Question(
        question_id=place.thread_id,
        asked=asked,
        answers=[each for each in posts if each is not asked],
        is_answered=place.answered_at is not None,
        asked_at=place.asked_at,
    )


def list_news(connection: Connection, *, learner_id: UUID) -> dict[UUID, int]:
    """Count the answers to somebody's questions that she has not read, by cohort."""
    question = PostRow.__table__.alias("question")
    mine = CompanionRow.__table__.alias("mine")
    reader = Reader(learner_id=learner_id)
    rows = connection.execute(
        select(mine.c.cohort_id, func.count())
        .select_from(
            question.join(
                mine,
                and_(
                    mine.c.learner_id == question.c.learner_id,
                    mine.c.cohort_id == question.c.cohort_id,
                ),
            ).join(
                _WRITTEN,
                and_(
                    _POST.c.cohort_id == question.c.cohort_id,
                    _POST.c.thread_id == question.c.thread_id,
                ),
            )
        )
        .where(
            question.c.learner_id == learner_id,
            question.c.post_id == question.c.thread_id,
            _POST.c.learner_id != learner_id,
            _POST.c.written_at > mine.c.seen_at,
            _is_seen(reader),
        )
        .group_by(mine.c.cohort_id)
        .order_by(mine.c.cohort_id)
    )
    return {row[0]: row[1] for row in rows}
