"""One question of a study group, for those who agreed to be seen."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.identity.access import FormDep, LearnerDep, PageDep, PageFrame, secret_of
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import InvalidError
from app.study import queries, service
from app.study.domain import Reader, read_text
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/study/{cohort_id:uuid}", route_class=Route)


@router.get("/questions/{question_id:uuid}", name="study:question")
def show_question(
    cohort_id: UUID,
    question_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    connection: ReadDep,
) -> Response:
    """Show a question with its answers."""
    return _show(page, connection, learner, cohort_id, question_id)


def _show(
    page: PageFrame,
    connection: Connection,
    learner: Learner,
    cohort_id: UUID,
    question_id: UUID,
    error: InvalidError | None = None,
    typed: str = "",
) -> Response:
    group = queries.get_joined_group(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        today=page.now.date(),
    )
    question = queries.get_question(
        connection,
        cohort_id=cohort_id,
        reader=Reader(learner_id=learner.learner_id),
        question_id=question_id,
    )
    return page.render(
        "study/question.html",
        status=status_of(error) if error else 200,
        error=describe(error.code, page.language) if error else None,
        typed=typed,
        cohort=group.cohort,
        is_open=group.is_open,
        question=question,
    )


@router.post("/questions/{question_id:uuid}", name="study:answer")
def answer(
    cohort_id: UUID,
    question_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Answer it."""
    typed = form.get("text", [""])[0]
    try:
        text = read_text(typed)
    except InvalidError as error:
        return _show(page, connection, learner, cohort_id, question_id, error, typed)
    service.answer(
        connection,
        key=secret_of(page.settings),
        question_id=question_id,
        post=service.NewPost(
            learner_id=learner.learner_id, cohort_id=cohort_id, text=text
        ),
        now=now,
    )
    return _back(page, cohort_id, question_id)


def _back(page: PageFrame, cohort_id: UUID, question_id: UUID) -> Response:
    return page.redirect("study:question", cohort_id=cohort_id, question_id=question_id)


@router.post("/questions/{question_id:uuid}/settle", name="study:settle")
def settle(
    cohort_id: UUID,
    question_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Say that one's own question is answered, or open it again."""
    service.settle(
        connection,
        reader=Reader(learner_id=learner.learner_id),
        cohort_id=cohort_id,
        question_id=question_id,
        is_answered="answered" in form,
        now=now,
    )
    return _back(page, cohort_id, question_id)


@router.post("/posts/{post_id:uuid}/remove", name="study:remove")
def remove(
    cohort_id: UUID,
    post_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
) -> Response:
    """Take back what she wrote."""
    service.remove(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        post_id=post_id,
    )
    return page.redirect("study:group", cohort_id=cohort_id)


@router.post("/posts/{post_id:uuid}/report", name="study:report")
def report(
    cohort_id: UUID,
    post_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Ask the trainers to look at it."""
    service.report(
        connection,
        key=secret_of(page.settings),
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        post_id=post_id,
        now=now,
    )
    return page.redirect("study:group", cohort_id=cohort_id, query={"said": "reported"})
