"""The study group of a cohort, for one of its members."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.identity.access import FormDep, LearnerDep, PageDep, PageFrame, secret_of
from app.identity.domain import Learner
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, WriteDep
from app.kernel.errors import InvalidError
from app.study import queries, service
from app.study.domain import Group, Reader, read_name, read_text
from app.study.errors import NothingWrittenError
from app.study.pages.looking import look
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/study/{cohort_id:uuid}", route_class=Route)


@router.get("", name="study:group")
def show_group(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    database: DatabaseDep,
    now: Now,
) -> Response:
    """Show who studies along and what they ask; before she agreed, what that means."""
    mine = {"learner_id": learner.learner_id}
    with database.read() as connection:
        shown = _show(page, connection, learner, cohort_id)
        has_news = cohort_id in queries.list_news(connection, **mine)
    if has_news:
        # She sees now which questions have new answers; next time they are not new.
        with database.write() as connection:
            service.read_news(connection, cohort_id=cohort_id, now=now, **mine)
    return shown


def _show(
    page: PageFrame,
    connection: Connection,
    learner: Learner,
    cohort_id: UUID,
    error: InvalidError | None = None,
    typed: str = "",
) -> Response:
    group = queries.get_group(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        today=page.now.date(),
    )
    return page.render(
        "study/group.html",
        status=status_of(error) if error else 200,
        error=describe(error.code, page.language) if error else None,
        typed=typed,
        is_question=isinstance(error, NothingWrittenError),
        said=page.request.query_params.get("said", ""),
        group=group,
        cohort=group.cohort,
        **(_look(page, connection, learner, group) if group.own else {}),
    )


def _look(
    page: PageFrame, connection: Connection, learner: Learner, group: Group
) -> dict[str, Any]:
    reader = Reader(learner_id=learner.learner_id)
    seen = look(page, connection, cohort_id=group.cohort.cohort_id, reader=reader)
    seen_at = group.own.seen_at if group.own else page.now
    fresh = {each.question_id for each in seen["questions"] if each.has_news(seen_at)}
    return {**seen, "fresh": fresh}


@router.post("", name="study:agree")
def agree(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Agree to be seen, or change the name."""
    typed = form.get("name", [""])[0]
    try:
        name = read_name(typed)
    except InvalidError as error:
        return _show(page, connection, learner, cohort_id, error, typed)
    service.agree(
        connection,
        learner_id=learner.learner_id,
        cohort_id=cohort_id,
        name=name,
        with_trainers="trainers" in form,
        now=now,
    )
    return page.redirect("study:group", cohort_id=cohort_id)


@router.post("/leave", name="study:leave")
def leave(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Be seen no more."""
    service.leave_group(
        connection, learner_id=learner.learner_id, cohort_id=cohort_id, now=now
    )
    return page.redirect("sharing:mine")


@router.post("/questions", name="study:ask")
def ask(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Ask the group."""
    typed = form.get("text", [""])[0]
    try:
        text = read_text(typed)
    except InvalidError as error:
        return _show(page, connection, learner, cohort_id, error, typed)
    question_id = service.ask(
        connection,
        key=secret_of(page.settings),
        post=service.NewPost(
            learner_id=learner.learner_id, cohort_id=cohort_id, text=text
        ),
        now=now,
    )
    return page.redirect("study:question", cohort_id=cohort_id, question_id=question_id)
