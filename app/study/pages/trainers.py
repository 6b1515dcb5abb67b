"""The study group of a cohort, for one of its trainers."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts.access import ShownReader
from app.cohorts.domain import ReachedCohort
from app.identity.access import FormDep, PageDep, PageFrame, secret_of
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import InvalidError
from app.study import queries, service
from app.study.access import TrainerDep
from app.study.domain import Reader, read_text
from app.study.pages.looking import look
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(
    prefix="/{lang:lang}/cohorts/{cohort_id:uuid}/study", route_class=Route
)


@router.get("", name="study:trainer")
def show_group(
    page: PageDep, reached: ShownReader, reader: TrainerDep, connection: ReadDep
) -> Response:
    """Show those who agreed to be seen by trainers, and their questions."""
    cohort = reached.cohort
    seen = look(page, connection, cohort_id=cohort.cohort_id, reader=reader)
    return page.render("study/trainer.html", cohort=cohort, **seen)


@router.get("/{question_id:uuid}", name="study:trainer-question")
def show_question(
    page: PageDep,
    reached: ShownReader,
    question_id: UUID,
    reader: TrainerDep,
    connection: ReadDep,
) -> Response:
    """Show a question with the answers a trainer may see."""
    return _show(page, connection, reached, reader, question_id)


def _show(
    page: PageFrame,
    connection: Connection,
    reached: ReachedCohort,
    reader: Reader,
    question_id: UUID,
    error: InvalidError | None = None,
    typed: str = "",
) -> Response:
    question = queries.get_question(
        connection,
        cohort_id=reached.cohort.cohort_id,
        reader=reader,
        question_id=question_id,
    )
    return page.render(
        "study/trainer_question.html",
        status=status_of(error) if error else 200,
        error=describe(error.code, page.language) if error else None,
        typed=typed,
        cohort=reached.cohort,
        question=question,
    )


@router.post("/{question_id:uuid}", name="study:trainer-answer")
def answer(
    page: PageDep,
    reached: ShownReader,
    question_id: UUID,
    reader: TrainerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Answer as a trainer."""
    typed = form.get("text", [""])[0]
    try:
        text = read_text(typed)
    except InvalidError as error:
        return _show(page, connection, reached, reader, question_id, error, typed)
    service.answer_as_trainer(
        connection,
        key=secret_of(page.settings),
        reader=reader,
        question_id=question_id,
        post=service.NewPost(
            learner_id=reader.learner_id,
            cohort_id=reached.cohort.cohort_id,
            text=text,
        ),
        now=now,
    )
    return _back(page, reached, question_id)


def _back(page: PageFrame, reached: ReachedCohort, question_id: UUID) -> Response:
    return page.redirect(
        "study:trainer-question",
        cohort_id=reached.cohort.cohort_id,
        question_id=question_id,
    )


@router.post("/{question_id:uuid}/settle", name="study:trainer-settle")
def settle(
    page: PageDep,
    reached: ShownReader,
    question_id: UUID,
    reader: TrainerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Say that a question is answered, or open it again."""
    service.settle(
        connection,
        reader=reader,
        cohort_id=reached.cohort.cohort_id,
        question_id=question_id,
        is_answered="answered" in form,
        now=now,
    )
    return _back(page, reached, question_id)


@router.post("/posts/{post_id:uuid}", name="study:trainer-decide")
def decide(
    page: PageDep,
    reached: ShownReader,
    post_id: UUID,
    reader: TrainerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Hide what does not belong, or leave what was reported."""
    act = (
        service.hide if form.get("decision", [""])[0] == "hide" else service.keep_shown
    )
    act(connection, reader=reader, cohort=reached.cohort, post_id=post_id, now=now)
    return page.redirect("study:trainer", cohort_id=reached.cohort.cohort_id)
