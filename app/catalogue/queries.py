"""Reading the catalogue; parsed once per release and process."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from app.catalogue.domain import Catalogue, Course
from app.catalogue.errors import CourseNotFoundError
from app.catalogue.files import parse_catalogue
from app.catalogue.models import ReleaseRow
from app.kernel.statements import Prebuilt
from app.kernel.text import fold

OPEN_COURSES = "open-courses"
"""Key of the catalogue that ships with Masar."""
_known: dict[str, Catalogue] = {}
"""The release last used, by its content hash: the same everywhere."""
_HASH = Prebuilt(
    select(ReleaseRow.content_hash).where(ReleaseRow.key == bindparam("key"))
)
_CONTENT = select(ReleaseRow.content).where(
    ReleaseRow.key == bindparam("key"), ReleaseRow.content_hash == bindparam("hash")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a visitor looks for; ``None`` and empty mean anything."""

    competency: str | None = None
    language: str | None = None
    max_hours: float | None = None
    """Courses of unknown length are left out when it is given."""
    provider: str | None = None
    q: str = ""
    """Words that must all occur, whatever their accents."""

    def keeps(self, course: Course) -> bool:
        """Whether a course is what the visitor looks for."""
        serves = {serve.competency for serve in course.serves}
        return (
            (self.competency is None or self.competency in serves)
            and (self.language is None or self.language in course.languages())
            and (self.max_hours is None or _lasts(course, self.max_hours))
            and (self.provider is None or self.provider == course.provider)
            and self._says(course)
        )

    def _says(self, course: Course) -> bool:
        titles = (title for m in course.modules for title in m.title.texts.values())
        text = fold(" ".join((course.title, course.provider, *titles)))
        return all(word in text for word in fold(self.q).split())


def _lasts(course: Course, hours: float) -> bool:
    return course.hours is not None and course.hours <= hours


def find_release(connection: Connection, key: str = OPEN_COURSES) -> str | None:
    """Return the content hash of what is loaded, if anything is."""
    found = _HASH.first(connection, {"key": key})
    return found.content_hash if found else None


def get_catalogue(connection: Connection, key: str = OPEN_COURSES) -> Catalogue:
    """Return the courses as loaded.

    Raises:
        CourseNotFoundError: Nothing is loaded; run ``masar load``.
    """
    release = find_release(connection, key)
    if release is None:
        raise CourseNotFoundError(catalogue=key)
    if release not in _known:
        content = connection.scalar(_CONTENT, {"key": key, "hash": release})
        if content is None:  # replaced between the two statements
            return get_catalogue(connection, key)
        _known.clear()
        _known[release] = parse_catalogue(content)
    return _known[release]


def list_courses(connection: Connection, wanted: Filter) -> list[Course]:
    """Return the courses a filter keeps, in the catalogue's order."""
    return [c for c in get_catalogue(connection).courses if wanted.keeps(c)]


def get_course(connection: Connection, key: str) -> Course:
    """Return one course.

    Raises:
        CourseNotFoundError: There is none of that key.
    """
    for course in get_catalogue(connection).courses:
        if course.key == key:
            return course
    raise CourseNotFoundError(key=key[:64])


def list_providers(courses: Iterable[Course]) -> list[str]:
    """Return the providers of some courses, by name."""
    return sorted({course.provider for course in courses}, key=fold)
