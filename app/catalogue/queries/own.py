"""Reading the courses that institutions add; who asks was checked above."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, bindparam, select

from app.catalogue.domain import Course
from app.catalogue.domain.own import OwnCourse, Revision, is_course_key
from app.catalogue.errors import CourseNotFoundError
from app.catalogue.files import parse_own_course
from app.catalogue.models import CourseRow, RevisionRow
from app.kernel.statements import Prebuilt

AT_ONCE = 500
"""Contents asked for in one statement."""
MOST_UNSEEN = 1000
"""Parsed courses that are kept although this database shows them no more."""
MOST_REVISIONS = 50
"""Of a course's history, on one page."""
_parsed: dict[str, Course] = {}
"""Courses by the digest of their content: publishing one parses one."""
_PUBLISHED = Prebuilt(
    select(CourseRow.course_key, RevisionRow.digest)
    .join(
        RevisionRow,
        (RevisionRow.course_key == CourseRow.course_key)
        & (RevisionRow.revision == CourseRow.published_revision),
    )
    .order_by(CourseRow.course_key)
)
_OWN = select(
    CourseRow.course_key,
    CourseRow.institution_id,
    CourseRow.title,
    CourseRow.state,
    CourseRow.revision,
    CourseRow.published_revision,
    CourseRow.author_id,
    CourseRow.submitted_by,
    CourseRow.comment,
    CourseRow.changed_at,
)
_REVISION = select(
    RevisionRow.revision,
    RevisionRow.author_id,
    RevisionRow.written_at,
    RevisionRow.content,
)


def list_published(connection: Connection) -> list[Course]:
    """Return the courses of institutions that learners see, by key; each parsed once."""
    rows = _PUBLISHED.all(connection, {})
    digests = [digest for _, digest in rows]
    known = {d: course for d in digests if (course := _parsed.get(d))}
    unread = [digest for digest in digests if digest not in known]
    for first in range(0, len(unread), AT_ONCE):
        known |= _parse(connection, unread[first : first + AT_ONCE])
    _parsed.update(known)
    if len(_parsed) > len(known) + MOST_UNSEEN:
        _parsed.clear()
        _parsed.update(known)
    return [known[digest] for digest in digests]


def _parse(connection: Connection, digests: Sequence[str]) -> dict[str, Course]:
    found = select(RevisionRow.digest, RevisionRow.content).where(
        RevisionRow.digest.in_(digests)
    )
    rows = connection.execute(found)
    return {digest: parse_own_course(content) for digest, content in rows}


def list_own_courses(
    connection: Connection, *, institution_id: UUID
) -> list[OwnCourse]:
    """Return the courses of an institution, whatever their state, by title."""
    rows = connection.execute(
        _OWN.where(CourseRow.institution_id == institution_id).order_by(
            CourseRow.title, CourseRow.course_key
        )
    )
    return [_own(row) for row in rows]


def get_own_course(
    connection: Connection, *, institution_id: UUID, course_key: str
) -> OwnCourse:
    """Return a course of an institution.

    Raises:
        CourseNotFoundError: There is none, or it is another institution's.
    """
    row = None
    if is_course_key(course_key):
        row = connection.execute(
            _OWN.where(
                CourseRow.institution_id == institution_id,
                CourseRow.course_key == course_key,
            )
        ).first()
    if row is None:
        raise CourseNotFoundError(key=course_key[:64])
    return _own(row)


def find_owners(connection: Connection, keys: Sequence[str]) -> dict[str, OwnCourse]:
    """Return those of some keys that institutions have taken, whichever."""
    rows = connection.execute(
        _OWN.where(CourseRow.course_key.in_(bindparam("keys", expanding=True))),
        {"keys": list(keys)},
    )
    return {row.course_key: _own(row) for row in rows}


def _own(row: Row[*tuple[Any, ...]]) -> OwnCourse:
    return OwnCourse(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name


def get_revision(connection: Connection, *, course_key: str, revision: int) -> Revision:
    """Return what a course said at one time.

    Raises:
        CourseNotFoundError: It has no such revision.
    """
    row = connection.execute(
        _REVISION.where(
            RevisionRow.course_key == course_key, RevisionRow.revision == revision
        )
    ).first()
    if row is None:
        raise CourseNotFoundError(key=course_key[:64], revision=revision)
    return _revision(row)


def list_revisions(connection: Connection, *, course_key: str) -> list[Revision]:
    """Return the newest revisions of a course, newest first."""
    rows = connection.execute(
        _REVISION.where(RevisionRow.course_key == course_key)
        .order_by(RevisionRow.revision.desc())
        .limit(MOST_REVISIONS)
    )
    return [_revision(row) for row in rows]


def read_course(connection: Connection, *, course_key: str, revision: int) -> Course:
    """Return a revision as learners would see it.

    Raises:
        CourseNotFoundError: There is no such revision.
    """
    content = connection.scalar(
        select(RevisionRow.content).where(
            RevisionRow.course_key == course_key, RevisionRow.revision == revision
        )
    )
    if content is None:
        raise CourseNotFoundError(key=course_key[:64], revision=revision)
    return parse_own_course(content)


def _revision(row: Row[*tuple[Any, ...]]) -> Revision:
    return Revision(
        revision=row.revision,
        author_id=row.author_id,
        written_at=row.written_at,
        data=orjson.loads(row.content)["course"],
    )
