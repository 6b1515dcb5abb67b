"""Taking a course, and its checklist."""

import re
from datetime import datetime
from uuid import uuid4

from babel import Locale
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.domain import Course, RunState
from app.catalogue.queries import get_course
from app.identity.access import (
    FormDep,
    LearnerDep,
    PageDep,
    PageFrame,
    keep_session,
    limit_starts,
    secret_of,
)
from app.identity.domain import Learner
from app.identity.service import open_session, welcome
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.progress import queries, service
from app.progress.domain.ledger import Kind, fold
from app.progress.domain.walk import minutes_left, url_of
from app.progress.service import LONGEST_NOTE, MOST_MINUTES, Word
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)
_REF = re.compile(r"[0-9A-Za-z-]{8,36}")


@router.get("/courses/{key}/enrol", name="progress:enrol")
def show_enrol(page: PageDep, key: str, connection: ReadDep) -> Response:
    """Ask in which language she takes a course."""
    course = get_course(connection, key)
    learner = page.visitor.learner
    found = (
        queries.get_course_progress(
            connection, learner_id=learner.learner_id, course_key=key
        )
        if learner
        else None
    )
    languages = list(dict.fromkeys(course.languages()))
    now_in = found.language if found else None
    wanted = (now_in, str(page.language), *course.languages(RunState.OPEN))
    return page.render(
        "progress/enrol.html",
        nav="progress",
        course=course,
        offered=languages,
        language_names=_names(page, course),
        chosen=next((code for code in wanted if code in languages), None),
        is_known=found is not None and found.enrolled is not None,
        ref=uuid4(),
    )


@router.post("/courses/{key}/enrol", name="progress:take")
def enrol(
    request: Request,
    page: PageDep,
    key: str,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Take a course, or go on with it in another language; all that is done stays."""
    get_course(connection, key)
    learner = page.visitor.learner or _arrive(request, page, connection, now)
    word = Word(
        kind=Kind.ENROLLED, ref=_ref(form), language=_field(form, "language") or None
    )
    service.say(
        connection, learner_id=learner.learner_id, course_key=key, word=word, now=now
    )
    response = page.redirect("progress:course", course_key=key)
    if page.visitor.learner is None:
        token = open_session(
            connection,
            learner_id=learner.learner_id,
            now=now,
            lifetime=page.settings.session_lifetime,
        )
        keep_session(response, page.settings, token)
    return response


def _arrive(
    request: Request, page: PageFrame, connection: Connection, now: datetime
) -> Learner:
    limit_starts(request, connection, page.settings, now)
    key = secret_of(page.settings)
    return welcome(connection, key=key, language=page.language, now=now)


@router.get("/progress/{course_key}", name="progress:course")
def show_course(
    page: PageDep, course_key: str, learner: LearnerDep, connection: ReadDep
) -> Response:
    """Show a course as a checklist, with her notes and time."""
    course = get_course(connection, course_key)
    entries = queries.list_entries(
        connection, learner_id=learner.learner_id, course_keys=[course_key]
    )
    found = fold(entries).get(course_key)
    done = found.modules if found else {}
    open_modules = [m.key for m in course.modules if m.key not in done]
    return page.render(
        "progress/course.html",
        nav="progress",
        course=course,
        progress=found,
        own={
            entry.module_key or ""
            for entry in (found.counted if found else ())
            if entry.said_by == "learner"
        },
        is_done=found is not None and found.is_done(m.key for m in course.modules),
        notes=queries.list_notes(
            connection, learner_id=learner.learner_id, course_key=course_key
        ),
        here=open_modules[0] if open_modules else None,
        address=url_of(course, found.language if found else str(page.language)),
        minutes_left=minutes_left(course, found),
        language_names=_names(page, course),
        new_ref=uuid4,
        longest_note=LONGEST_NOTE,
        most_minutes=MOST_MINUTES,
    )


@router.post("/progress/{course_key}", name="progress:say")
def say(
    page: PageDep,
    course_key: str,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Keep her note and time; tick a module or the course, take that back, or leave."""
    me = learner.learner_id
    module_key = _field(form, "module") or None
    action, ref = _field(form, "action"), _ref(form)
    if "note" in form:
        service.write_note(
            connection,
            learner_id=me,
            course_key=course_key,
            module_key=module_key,
            text=form["note"][0],
            now=now,
        )
    words = [
        Word(kind=Kind.SPENT, ref=f"{ref}-t", module_key=module_key, minutes=minutes)
        for minutes in (_minutes(form),)
        if minutes
    ]
    kinds = {
        "done": Kind.MODULE_DONE if module_key else Kind.COMPLETED,
        "leave": Kind.WITHDRAWN,
    }
    if action in kinds:
        words.append(Word(kind=kinds[action], ref=ref, module_key=module_key))
    for word in words:
        service.say(
            connection, learner_id=me, course_key=course_key, word=word, now=now
        )
    if action == "undo":
        service.take_back(
            connection,
            learner_id=me,
            course_key=course_key,
            module_key=module_key,
            now=now,
        )
    if action == "leave":
        return page.redirect("progress:progress")
    return page.redirect("progress:course", course_key=course_key)


def _field(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _ref(form: dict[str, list[str]]) -> str:
    """Return the name the form gave to what it says: sent again, it is the same."""
    sent = _field(form, "ref")
    return sent if _REF.fullmatch(sent) else str(uuid4())


def _minutes(form: dict[str, list[str]]) -> int:
    sent = _field(form, "minutes").strip()
    is_number = (
        sent.isascii() and sent.isdigit() and len(sent) <= len(str(MOST_MINUTES))
    )
    return min(int(sent), MOST_MINUTES) if is_number else 0


def _names(page: PageFrame, course: Course) -> dict[str, str]:
    names = Locale.parse(str(page.language)).languages
    codes = {*course.languages(), course.title_language}
    return {code: names.get(code, code) for code in sorted(codes)}
