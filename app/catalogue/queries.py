"""Reading the catalogue; parsed once per release and process."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from app.catalogue.domain import Catalogue, Course, join
from app.catalogue.errors import CourseNotFoundError, UnknownCourseLanguageError
from app.catalogue.files import parse_catalogue
from app.catalogue.models import ReleaseRow
from app.kernel.statements import Prebuilt
from app.kernel.text import Language, fold

OPEN_COURSES = "open-courses"
"""Key of the catalogue that ships with Masar; its courses come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    """Everything that is loaded, at one moment."""

    catalogues: tuple[Catalogue, ...]
    whole: Catalogue


_known: dict[str, _Release] = {}
"""The release last used, by its name: the same everywhere."""
_HASH = select(ReleaseRow.content_hash).where(ReleaseRow.key == bindparam("key"))
_HASHES = Prebuilt(select(ReleaseRow.key, ReleaseRow.content_hash))
_CONTENTS = select(ReleaseRow.key, ReleaseRow.content_hash, ReleaseRow.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a visitor looks for; ``None`` and empty mean anything."""

    competency: str | None = None
    language: str | None = None
    max_hours: float | None = None
    """Courses of unknown length are left out when it is given."""
    provider: str | None = None
    """A part of its name, whatever the case and accents."""
    q: str = ""
    """Words that must all occur, whatever their accents."""

    def keeps(self, course: Course) -> bool:
        """Whether a course is what the visitor looks for."""
        serves = {serve.competency for serve in course.serves}
        return (
            (self.competency is None or self.competency in serves)
            and (self.language is None or self.language in course.languages())
            and (self.max_hours is None or _lasts(course, self.max_hours))
            and fold(self.provider or "") in fold(course.provider)
            and self._says(course)
        )

    def _says(self, course: Course) -> bool:
        titles = (title for m in course.modules for title in m.title.texts.values())
        text = fold(" ".join((course.title, course.provider, *titles)))
        return all(word in text for word in fold(self.q).split())


def _lasts(course: Course, hours: float) -> bool:
    return course.hours is not None and course.hours <= hours


def find_hash(connection: Connection, key: str) -> str | None:
    """Return the content hash of one file as loaded, if it is."""
    found: str | None = connection.scalar(_HASH, {"key": key})
    return found


def find_release(connection: Connection) -> str | None:
    """Name what is loaded, in 64 hexadecimal digits; ``None`` without any course.

    What was computed from another release is out of date.
    """
    return _name(dict(_HASHES.all(connection, {})))


def _name(hashes: Mapping[str, str]) -> str | None:
    """Return the hash of the only file, or one over those of all."""
    if len(hashes) == 1:
        return next(iter(hashes.values()))
    lines = "\n".join(f"{key} {hashes[key]}" for key in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest() if hashes else None


def _get_release(connection: Connection) -> _Release:
    name = find_release(connection)
    if name not in _known:
        rows = connection.execute(_CONTENTS).all()
        # Another release may have come between the two statements.
        name = _name({row.key: row.content_hash for row in rows})
        if name is None:
            raise CourseNotFoundError(catalogue=OPEN_COURSES)
        rows = sorted(rows, key=lambda row: (row.key != OPEN_COURSES, row.key))
        catalogues = tuple(parse_catalogue(row.content) for row in rows)
        _known.clear()
        _known[name] = _Release(catalogues=catalogues, whole=join(catalogues))
    return _known[name]


def list_catalogues(connection: Connection) -> tuple[Catalogue, ...]:
    """Return the catalogues as loaded, file by file.

    Raises:
        CourseNotFoundError: Nothing is loaded; run ``masar load``.
    """
    return _get_release(connection).catalogues


def get_catalogue(connection: Connection) -> Catalogue:
    """Return the courses of all files as one catalogue.

    Raises:
        CourseNotFoundError: Nothing is loaded; run ``masar load``.
    """
    return _get_release(connection).whole


def list_courses(connection: Connection, wanted: Filter) -> list[Course]:
    """Return the courses a filter keeps, in the catalogue's order.

    Raises:
        UnknownCourseLanguageError: The filter names a language that is none.
    """
    courses = get_catalogue(connection).courses
    known = list_languages(courses)
    if wanted.language is not None and wanted.language not in known:
        raise UnknownCourseLanguageError(
            lang=wanted.language[:20], allowed=", ".join(known)
        )
    return [course for course in courses if wanted.keeps(course)]


def list_languages(courses: Iterable[Course]) -> list[str]:
    """Return the languages one may ask for: those of the courses, and our five."""
    return sorted({*Language, *(code for c in courses for code in c.languages())})


def get_course(connection: Connection, key: str) -> Course:
    """Return one course.

    Raises:
        CourseNotFoundError: There is none of that key.
    """
    for course in get_catalogue(connection).courses:
        if course.key == key:
            return course
    raise CourseNotFoundError(key=key[:64])


def get_catalogue_of(connection: Connection, course: Course) -> Catalogue:
    """Return the catalogue a course stands in, with its notes."""
    return next(one for one in list_catalogues(connection) if course in one.courses)


def list_providers(courses: Iterable[Course]) -> list[str]:
    """Return the providers of some courses, by name."""
    return sorted({course.provider for course in courses}, key=fold)
