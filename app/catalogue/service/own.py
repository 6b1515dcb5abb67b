"""What editors of an institution do: write a course, have it reviewed, publish it.

Who may edit for the institution was checked before; who may decide is checked here.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, func, insert, select, update

from app.catalogue.domain import Course
from app.catalogue.domain.own import (
    FROM,
    LEADS_TO,
    LONGEST_COMMENT,
    CourseState,
    Editor,
    OwnCourse,
    Step,
    may_publish,
)
from app.catalogue.errors import (
    BrokenCourseError,
    CourseChangedError,
    CourseKeyTakenError,
    CourseStateError,
    OwnReviewError,
)
from app.catalogue.files import read_own_courses
from app.catalogue.models import CourseRow, RevisionRow
from app.catalogue.queries import list_catalogues
from app.catalogue.queries.own import find_owners, get_own_course, get_revision
from app.frameworks.queries import get_default_framework
from app.journal.service import audit
from app.kernel.database import Upsert, lock_until_commit
from app.kernel.yaml import Data, Document, DocumentError, Place, Where, content_hash

_RESERVE = Upsert(
    CourseRow,
    values=(
        *("course_key", "institution_id", "title", "state", "revision"),
        *("published_revision", "author_id", "submitted_by", "comment", "changed_at"),
        *("edition", "stamp"),
    ),
    keys=("course_key",),
)
_VERBS = {
    Step.SUBMIT: "course-submitted",
    Step.SEND_BACK: "course-sent-back",
    Step.PUBLISH: "course-published",
    Step.RETIRE: "course-retired",
}
RESERVED = frozenset({"new", "upload"})
"""Keys that addresses of pages use for something else."""
ALONE = "course-published-alone"
"""Verb of the log where an administrator had nobody to review with her."""


def check_own(connection: Connection, data: Data) -> Course:
    """Return one course as a value if everything about it is right.

    Raises:
        BrokenCourseError: It is not; ``problems`` are beneath ``courses.0``.
    """
    document = Document(path=Path("course"), data={"courses": [data]}, places=_NOWHERE)
    return _read(connection, document)[0]


_NOWHERE: Mapping[Where, Place] = {(): (1, 1)}


def _read(connection: Connection, document: Document) -> tuple[Course, ...]:
    framework = get_default_framework(connection)
    try:
        return read_own_courses(document, [c.key for c in framework.competencies])
    except DocumentError as error:
        raise BrokenCourseError(error.problems) from None


def draft_course(
    connection: Connection, *, editor: Editor, data: Data, now: datetime
) -> OwnCourse:
    """Begin a course that nobody sees yet.

    Raises:
        BrokenCourseError: Something in it is wrong.
        CourseKeyTakenError: Another course has its key, here or anywhere.
    """
    course = check_own(connection, data)
    if course.key in RESERVED or course.key in _keys_of_files(connection):
        raise CourseKeyTakenError(key=course.key)
    own = OwnCourse(
        course_key=course.key,
        institution_id=editor.institution_id,
        title=course.title,
        state=CourseState.DRAFT,
        revision=1,
        published_revision=None,
        author_id=editor.learner_id,
        submitted_by=None,
        comment="",
        changed_at=now,
    )
    row = {name: getattr(own, name) for name in OwnCourse.__dataclass_fields__}
    if not _RESERVE.execute(connection, {**row, "edition": None, "stamp": None}):
        raise CourseKeyTakenError(key=course.key)
    _keep(connection, editor, own, data)
    _log(connection, editor, own, "course-drafted", now)
    return own


def _keys_of_files(connection: Connection) -> set[str]:
    return {course.key for one in list_catalogues(connection) for course in one.courses}


def _keep(connection: Connection, editor: Editor, own: OwnCourse, data: Data) -> None:
    """Write what the newest revision says."""
    names = {str(code): name for code, name in editor.institution_names.texts.items()}
    content = orjson.dumps(
        {"course": data, "added_by": names}, option=orjson.OPT_SORT_KEYS
    )
    connection.execute(
        insert(RevisionRow),
        {
            "course_key": own.course_key,
            "revision": own.revision,
            "author_id": editor.learner_id,
            "written_at": own.changed_at,
            "digest": hashlib.sha256(content).hexdigest(),
            "content": content,
        },
    )


def _log(
    connection: Connection, editor: Editor, own: OwnCourse, verb: str, now: datetime
) -> None:
    audit(
        connection,
        actor_id=editor.learner_id,
        scope_id=editor.institution_id,
        verb=verb,
        object_ref=f"course:{own.course_key}@{own.revision}",
        occurred_at=now,
    )


def change_course(
    connection: Connection,
    *,
    editor: Editor,
    seen: OwnCourse,
    data: Data,
    now: datetime,
) -> OwnCourse:
    """Write a new revision, as a draft; what learners see stays until it is published.

    Args:
        connection: The caller's transaction.
        editor: Who writes.
        seen: The course as she has read it.
        data: All of it, as it shall be. The same as before changes nothing.
        now: Present instant.

    Raises:
        BrokenCourseError: Something in it is wrong, or its key is another.
        CourseChangedError: Somebody has changed the course since.
    """
    course = check_own(connection, data)
    if course.key != seen.course_key:
        raise CourseKeyTakenError(key=course.key)
    before = get_revision(
        connection, course_key=seen.course_key, revision=seen.revision
    )
    if content_hash(before.data) == content_hash(data):
        return seen
    own = replace(
        seen,
        title=course.title,
        state=CourseState.DRAFT,
        revision=seen.revision + 1,
        author_id=editor.learner_id,
        submitted_by=None,
        changed_at=now,
    )
    _move(connection, seen, own)
    _keep(connection, editor, own, data)
    _log(connection, editor, own, "course-changed", now)
    return own


def _move(
    connection: Connection, seen: OwnCourse, own: OwnCourse, **others: object
) -> None:
    """Write a course's new state, unless it is no longer as it was seen."""
    names = set(OwnCourse.__dataclass_fields__) - {"course_key", "institution_id"}
    changed = connection.execute(
        update(CourseRow)
        .where(
            CourseRow.course_key == seen.course_key,
            CourseRow.institution_id == seen.institution_id,
            CourseRow.revision == seen.revision,
            CourseRow.state == seen.state,
        )
        .values({name: getattr(own, name) for name in names} | others)
    )
    if changed.rowcount != 1:
        raise CourseChangedError(key=seen.course_key, revision=seen.revision)


def take_step(
    connection: Connection,
    *,
    editor: Editor,
    seen: OwnCourse,
    step: Step,
    now: datetime,
    comment: str = "",
) -> OwnCourse:
    """Submit a revision for review, send it back, publish it, or retire the course.

    Raises:
        CourseStateError: The course is not in a state that allows it.
        OwnReviewError: She would decide on what she wrote or submitted herself.
        CourseChangedError: Somebody has changed the course since.
        BrokenCourseError: Something in it is wrong by now, as a competency that left
            the framework.
    """
    if seen.state not in FROM[step]:
        raise CourseStateError(key=seen.course_key, state=seen.state)
    own = replace(
        seen,
        state=LEADS_TO[step],
        comment=comment.strip()[:LONGEST_COMMENT] if step is Step.SEND_BACK else "",
        submitted_by=editor.learner_id if step is Step.SUBMIT else None,
        changed_at=now,
    )
    verb = _VERBS[step]
    others: dict[str, Any] = {}
    if step in {Step.SUBMIT, Step.PUBLISH}:
        _check_again(connection, seen)
    if step is Step.PUBLISH:
        if not may_publish(seen, editor):
            raise OwnReviewError(key=seen.course_key)
        if not may_publish(seen, replace(editor, may_decide_alone=False)):
            verb = ALONE
        own = replace(own, published_revision=own.revision)
    if step is Step.RETIRE:
        own = replace(own, published_revision=None)
    if own.published_revision != seen.published_revision:
        others = _next_edition(connection)
    _move(connection, seen, own, **others)
    _log(connection, editor, own, verb, now)
    return own


def _check_again(connection: Connection, seen: OwnCourse) -> None:
    revision = get_revision(
        connection, course_key=seen.course_key, revision=seen.revision
    )
    check_own(connection, revision.data)


def _next_edition(connection: Connection) -> dict[str, Any]:
    """Number and name what learners see next; one change at a time."""
    lock_until_commit(connection, "catalogue-edition")
    newest = connection.scalar(select(func.max(CourseRow.edition)))
    return {"edition": (newest or 0) + 1, "stamp": uuid4().hex}


def draft_courses(
    connection: Connection,
    *,
    editor: Editor,
    document: Document,
    is_trial: bool,
    now: datetime,
) -> list[tuple[Course, bool]]:
    """Make drafts of all the courses of a file, or of none.

    A course that the institution has becomes a new revision of it; one that says the
    same as its newest revision is left as it is.

    Args:
        connection: The caller's transaction.
        editor: Who sends it.
        document: The file's data, with the places of its parts.
        is_trial: Only look what is wrong, and what would change.
        now: Present instant.

    Returns:
        The courses, each with whether a draft is made of it.

    Raises:
        BrokenCourseError: Something in it is wrong; nothing is written.
    """
    courses = _read(connection, document)
    taken = _keys_of_files(connection)
    owners = find_owners(connection, [course.key for course in courses])
    try:
        document.refuse(
            (
                ("courses", index, "key"),
                f"is taken: {course.key!r}",
                "a key of your own",
            )
            for index, course in enumerate(courses)
            if course.key in taken or _is_foreign(owners.get(course.key), editor)
        )
    except DocumentError as error:
        raise BrokenCourseError(error.problems) from None
    found: list[tuple[Course, bool]] = []
    for course, data in zip(courses, _parts(document), strict=True):
        own = owners.get(course.key)
        is_new = own is None or _differs(connection, own, data)
        found.append((course, is_new))
        if is_trial or not is_new:
            continue
        if own is None:
            draft_course(connection, editor=editor, data=data, now=now)
        else:
            change_course(connection, editor=editor, seen=own, data=data, now=now)
    return found


def _parts(document: Document) -> Sequence[Data]:
    data = document.data
    parts = data["courses"] if isinstance(data, dict) else []
    return parts if isinstance(parts, list) else []


def _is_foreign(own: OwnCourse | None, editor: Editor) -> bool:
    return own is not None and own.institution_id != editor.institution_id


def _differs(connection: Connection, own: OwnCourse, data: Data) -> bool:
    newest = get_revision(connection, course_key=own.course_key, revision=own.revision)
    return content_hash(newest.data) != content_hash(data)


def get_seen(
    connection: Connection, *, editor: Editor, course_key: str, revision: int
) -> OwnCourse:
    """Return a course if its newest revision is the one that was read.

    Raises:
        CourseNotFoundError: The institution has no such course.
        CourseChangedError: It has a newer one.
    """
    own = get_own_course(
        connection, institution_id=editor.institution_id, course_key=course_key
    )
    if own.revision != revision:
        raise CourseChangedError(key=own.course_key, revision=own.revision)
    return own
