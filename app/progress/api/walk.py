"""Progress for programs that act for a learner."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.queries import get_course
from app.identity.access import ApiLearnerDep
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.paths.schemas import ChoiceIn, write_path
from app.progress import queries, service
from app.progress.domain.ledger import Kind, fold
from app.progress.domain.walk import minutes_left
from app.progress.schemas import (
    CourseNoteIn,
    CourseProgressOut,
    ProgressEntryOut,
    ProgressOut,
    WordIn,
    write_course,
    write_entry,
    write_walk,
)
from app.progress.service import Word
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/me/progress", tags=["progress"], route_class=Route)
steps = APIRouter(prefix="/api/v1/me/path/steps", tags=["path"], route_class=Route)
Ref = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z-]{8,36}$",
        description="Chosen by the program, best a UUID: sent again, nothing changes.",
    ),
]

CourseKey = Annotated[str, Path(pattern=r"^[0-9a-z][0-9a-z-]{0,99}$")]


@router.get("", responses=problem_responses(401))
def get_progress(
    learner: ApiLearnerDep, database: DatabaseDep, now: Now
) -> ProgressOut:
    """Return what is done, what comes this week, and what comes after."""
    walk = service.find_walk(
        database,
        learner=learner,
        language=learner.language,
        write=partial(write_path, language=learner.language),
        now=now,
    )
    return write_walk(walk)


@router.get("/{key}", responses=problem_responses(401, 404, 422))
def get_course_progress(
    key: CourseKey, learner: ApiLearnerDep, connection: ReadDep
) -> CourseProgressOut:
    """Return where the learner is in one course, with the whole ledger of it."""
    return _course(connection, learner.learner_id, key)


@router.put(
    "/{key}/entries/{ref}", responses=problem_responses(401, 404, 413, 415, 422)
)
def put_entry(
    key: str,
    ref: Ref,
    body: WordIn,
    learner: ApiLearnerDep,
    connection: WriteDep,
    now: Now,
) -> ProgressEntryOut:
    """Say that she takes the course, has done a part of it, or spent time; self-declared.

    A `ref` that is known changes nothing, whatever is sent: the answer is the entry as
    it was first said.
    """
    entry = service.say(
        connection,
        learner_id=learner.learner_id,
        course_key=key,
        word=Word(
            kind=Kind(body.kind),
            ref=ref,
            module_key=body.module,
            language=body.language,
            minutes=body.minutes,
        ),
        now=now,
    )
    return write_entry(entry)


@router.delete(
    "/{key}/entries/{ref}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 404, 422),
)
def correct_entry(
    key: str, ref: Ref, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Let an entry of her own count no more; it stays, with a correction beside it."""
    service.correct(
        connection, learner_id=learner.learner_id, course_key=key, ref=ref, now=now
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.put(
    "/{key}/note",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 404, 413, 415, 422),
)
def put_note(
    key: str, body: CourseNoteIn, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Keep a note to oneself about a course or a module; nobody else reads it."""
    service.write_note(
        connection,
        learner_id=learner.learner_id,
        course_key=key,
        module_key=body.module,
        text=body.text,
        now=now,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _course(connection: Connection, learner_id: UUID, key: str) -> CourseProgressOut:
    course = get_course(connection, key)
    entries = queries.list_entries(connection, learner_id=learner_id, course_keys=[key])
    found = fold(entries).get(key)
    return write_course(
        found,
        course_key=key,
        module_keys=[module.key for module in course.modules],
        minutes_left=minutes_left(course, found),
        notes=queries.list_notes(connection, learner_id=learner_id, course_key=key),
        entries=entries,
    )


@steps.put(
    "/{key:path}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 404, 413, 415, 422),
)
def put_step(
    key: str, body: ChoiceIn, learner: ApiLearnerDep, connection: WriteDep, now: Now
) -> Response:
    """Mark a step as done, put it aside, or take that back; the ledger hears of it."""
    service.choose(
        connection,
        learner_id=learner.learner_id,
        unit_key=key,
        choice=body.to_domain(),
        now=now,
    )
    return Response(status_code=status.HTTP_204_NO_CONTENT)
