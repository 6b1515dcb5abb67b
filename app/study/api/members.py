"""Study groups for programs that act for a learner."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, status
from sqlalchemy import Connection
from starlette.responses import Response

from app.identity.access import ApiLearnerDep, SettingsDep, secret_of
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.study import queries, service
from app.study.domain import Reader, read_name, read_text
from app.study.schemas import (
    CompanionIn,
    CompanionListOut,
    PostIn,
    QuestionListOut,
    QuestionOut,
    SettledIn,
    StudyGroupOut,
)
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(
    prefix="/api/v1/me/study-groups/{cohort_id}", tags=["study"], route_class=Route
)
CohortId = Annotated[UUID, Path(examples=["3f2b8a52-6c1d-4e0f-9a7b-1c2d3e4f5a6b"])]
QuestionId = Annotated[UUID, Path(examples=["5d0c6f0e-3b52-4f0e-9a1f-6c5b1d2e7f80"])]
PostId = Annotated[UUID, Path(examples=["0f4a2c9e-8b1d-4c57-b2a6-1e9d7c3f5a62"])]
Limit = Annotated[int, Query(ge=1, le=100, examples=[50])]
After = Annotated[str | None, Query(max_length=200, examples=["YXQ6NTA"])]


@router.get("", responses=problem_responses(401, 404, 422))
def get_study_group(
    cohort_id: CohortId, learner: ApiLearnerDep, connection: ReadDep, now: Now
) -> StudyGroupOut:
    """Say whether the learner agreed to be seen by the study group of a cohort."""
    group = queries.get_group(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        today=now.date(),
    )
    return StudyGroupOut.of(group)


@router.put("", responses=problem_responses(401, 404, 409, 413, 415, 422))
def agree_to_be_seen(
    cohort_id: CohortId,
    body: CompanionIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> StudyGroupOut:
    """Agree that the others who agreed see a name and this week's work."""
    service.agree(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        name=read_name(body.name),
        with_trainers=body.with_trainers,
        now=now,
    )
    return get_study_group(cohort_id, learner, connection, now)


@router.delete(
    "",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 422),
)
def leave_study_group(
    cohort_id: CohortId, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Be seen no more; what she wrote goes at once. Again changes nothing."""
    service.leave_group(
        connection, learner_id=learner.learner_id, cohort_id=cohort_id, now=now
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _enter(
    connection: Connection, learner: Learner, cohort_id: UUID, now: Now
) -> Reader:
    queries.get_joined_group(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        today=now.date(),
    )
    return Reader(learner_id=learner.learner_id)


@router.get("/companions", responses=problem_responses(401, 403, 404, 422))
def list_companions(
    cohort_id: CohortId,
    learner: ApiLearnerDep,
    connection: ReadDep,
    now: Now,
    limit: Limit = 50,
    after: After = None,
) -> CompanionListOut:
    """List those who agreed, with what each worked on last this week."""
    reader = _enter(connection, learner, cohort_id, now)
    page = queries.list_companions(
        connection, cohort_id=cohort_id, reader=reader, limit=limit, after=after
    )
    work = queries.find_work(connection, companions=page.items, now=now)
    return CompanionListOut.of(page, work)


@router.get("/questions", responses=problem_responses(401, 403, 404, 422))
def list_questions(
    cohort_id: CohortId,
    learner: ApiLearnerDep,
    connection: ReadDep,
    now: Now,
    limit: Limit = 50,
    after: After = None,
) -> QuestionListOut:
    """List the questions of the group, the newest first."""
    reader = _enter(connection, learner, cohort_id, now)
    page = queries.list_questions(
        connection, cohort_id=cohort_id, reader=reader, limit=limit, after=after
    )
    return QuestionListOut.of(page)


@router.post(
    "/questions",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 429),
)
def ask_question(
    cohort_id: CohortId,
    body: PostIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> QuestionOut:
    """Ask the group; the same words again are the same question."""
    question_id = service.ask(
        connection,
        key=secret_of(settings),
        post=service.NewPost(
            learner_id=learner.learner_id,
            cohort_id=cohort_id,
            text=read_text(body.text),
        ),
        now=now,
    )
    return get_study_question(cohort_id, question_id, learner, connection, now)


@router.get("/questions/{question_id}", responses=problem_responses(401, 403, 404, 422))
def get_study_question(
    cohort_id: CohortId,
    question_id: QuestionId,
    learner: ApiLearnerDep,
    connection: ReadDep,
    now: Now,
) -> QuestionOut:
    """Read a question with its answers."""
    reader = _enter(connection, learner, cohort_id, now)
    found = queries.get_question(
        connection, cohort_id=cohort_id, reader=reader, question_id=question_id
    )
    return QuestionOut.of(found)


@router.post(
    "/questions/{question_id}/answers",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 429),
)
def answer_question(
    cohort_id: CohortId,
    question_id: QuestionId,
    body: PostIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> QuestionOut:
    """Answer a question; the same words again are the same answer."""
    service.answer(
        connection,
        key=secret_of(settings),
        question_id=question_id,
        post=service.NewPost(
            learner_id=learner.learner_id,
            cohort_id=cohort_id,
            text=read_text(body.text),
        ),
        now=now,
    )
    return get_study_question(cohort_id, question_id, learner, connection, now)


@router.put(
    "/questions/{question_id}/settled",
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
def settle_question(
    cohort_id: CohortId,
    question_id: QuestionId,
    body: SettledIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> QuestionOut:
    """Say that one's own question is answered, or open it again."""
    service.settle(
        connection,
        reader=_enter(connection, learner, cohort_id, now),
        cohort_id=cohort_id,
        question_id=question_id,
        is_answered=body.is_answered,
        now=now,
    )
    return get_study_question(cohort_id, question_id, learner, connection, now)


@router.delete(
    "/posts/{post_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 422),
)
def take_words_back(
    cohort_id: CohortId, post_id: PostId, learner: ApiLearnerDep, connection: WriteDep
) -> Response:
    """Take back a question or an answer of one's own; again changes nothing."""
    service.remove(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        post_id=post_id,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post(
    "/posts/{post_id}/report",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409, 422, 429),
)
def report_words(
    cohort_id: CohortId,
    post_id: PostId,
    learner: ApiLearnerDep,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Ask the trainers to look at what another wrote; it is not kept who asked."""
    service.report(
        connection,
        key=secret_of(settings),
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        post_id=post_id,
        now=now,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)
