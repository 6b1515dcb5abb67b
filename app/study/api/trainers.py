"""Study groups for programs of trainers."""

from fastapi import APIRouter, status
from starlette.responses import Response

from app.cohorts.access import ApiShownReader
from app.identity.access import SettingsDep, secret_of
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.study import queries, service
from app.study.access import ApiTrainerDep
from app.study.api.members import After, Limit, PostId, QuestionId
from app.study.domain import read_text
from app.study.schemas import (
    CompanionListOut,
    PostIn,
    QuestionListOut,
    QuestionOut,
    SettledIn,
    WordsDecisionIn,
)
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(
    prefix="/api/v1/cohorts/{cohort_id}/study", tags=["study"], route_class=Route
)


@router.get("/companions", responses=problem_responses(401, 403, 404, 422))
def list_companions_shown(
    reached: ApiShownReader,
    reader: ApiTrainerDep,
    connection: ReadDep,
    now: Now,
    limit: Limit = 50,
    after: After = None,
) -> CompanionListOut:
    """List those who agreed to be seen by you, with what each worked on last."""
    page = queries.list_companions(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader=reader,
        limit=limit,
        after=after,
    )
    work = queries.find_work(connection, companions=page.items, now=now)
    return CompanionListOut.of(page, work)


@router.get("/questions", responses=problem_responses(401, 403, 404, 422))
def list_questions_shown(
    reached: ApiShownReader,
    reader: ApiTrainerDep,
    connection: ReadDep,
    limit: Limit = 50,
    after: After = None,
) -> QuestionListOut:
    """List the questions you may see, the newest first."""
    page = queries.list_questions(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader=reader,
        limit=limit,
        after=after,
    )
    return QuestionListOut.of(page)


@router.get("/questions/{question_id}", responses=problem_responses(401, 403, 404, 422))
def get_question_shown(
    reached: ApiShownReader,
    question_id: QuestionId,
    reader: ApiTrainerDep,
    connection: ReadDep,
) -> QuestionOut:
    """Read a question with the answers you may see."""
    found = queries.get_question(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader=reader,
        question_id=question_id,
    )
    return QuestionOut.of(found)


@router.post(
    "/questions/{question_id}/answers",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 413, 415, 422, 429),
)
def answer_as_trainer(
    reached: ApiShownReader,
    question_id: QuestionId,
    reader: ApiTrainerDep,
    body: PostIn,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> QuestionOut:
    """Answer a question as a trainer."""
    service.answer_as_trainer(
        connection,
        key=secret_of(settings),
        reader=reader,
        question_id=question_id,
        post=service.NewPost(
            learner_id=reader.learner_id,
            cohort_id=reached.cohort.cohort_id,
            text=read_text(body.text),
        ),
        now=now,
    )
    return get_question_shown(reached, question_id, reader, connection)


@router.put(
    "/questions/{question_id}/settled",
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
def settle_question_as_trainer(
    reached: ApiShownReader,
    question_id: QuestionId,
    reader: ApiTrainerDep,
    body: SettledIn,
    connection: WriteDep,
    now: Now,
) -> QuestionOut:
    """Say that a question is answered, or open it again."""
    service.settle(
        connection,
        reader=reader,
        cohort_id=reached.cohort.cohort_id,
        question_id=question_id,
        is_answered=body.is_answered,
        now=now,
    )
    return get_question_shown(reached, question_id, reader, connection)


@router.post(
    "/posts/{post_id}/decision",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
def decide_on_words(
    reached: ApiShownReader,
    post_id: PostId,
    reader: ApiTrainerDep,
    body: WordsDecisionIn,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Hide what does not belong, or leave what was reported; it is logged."""
    act = service.hide if body.hide else service.keep_shown
    act(connection, reader=reader, cohort=reached.cohort, post_id=post_id, now=now)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
