"""Reading the catalogue; parsed once per release and process."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from app.catalogue.domain import Catalogue, Course, join
from app.catalogue.domain.filters import Filter
from app.catalogue.domain.search import Found, Index
from app.catalogue.errors import CourseNotFoundError, UnknownCourseLanguageError
from app.catalogue.files import parse_catalogue
from app.catalogue.models import CourseRow, ReleaseRow
from app.catalogue.queries.own import list_published
from app.frameworks.domain import Framework
from app.frameworks.queries import get_default_framework
from app.kernel.statements import Prebuilt
from app.kernel.text import Language

OPEN_COURSES = "open-courses"
"""Key of the catalogue that ships with Masar; its courses come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    """Everything that is loaded, at one moment."""

    catalogues: tuple[Catalogue, ...]
    whole: Catalogue
    """With the published courses of institutions."""
    by_key: Mapping[str, Course]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Indexed:
    """What an index was made from."""

    whole: Catalogue
    framework: Framework
    index: Index


_known: dict[str, _Release] = {}
"""The release last used, by its name: the same everywhere."""
_files: dict[str, Catalogue] = {}
"""The files of that release, parsed, by the hash of their content."""
_indexing = threading.Lock()
_indexed: "list[_Indexed]" = []
"""The index last used, alone."""
_HASH = select(ReleaseRow.content_hash).where(ReleaseRow.key == bindparam("key"))
_STAMP = (
    select(CourseRow.stamp)
    .where(CourseRow.edition == select(func.max(CourseRow.edition)).scalar_subquery())
    .correlate(None)
    .scalar_subquery()
    .label("stamp")
)
"""Names what learners see of the courses of institutions."""
_HASHES = Prebuilt(select(ReleaseRow.key, ReleaseRow.content_hash, _STAMP))
_CONTENTS = select(ReleaseRow.key, ReleaseRow.content_hash, ReleaseRow.content)


def find_hash(connection: Connection, key: str) -> str | None:
    """Return the content hash of one file as loaded, if it is."""
    found: str | None = connection.scalar(_HASH, {"key": key})
    return found


def find_release(connection: Connection) -> str | None:
    """Name what is loaded, in 64 hexadecimal digits; ``None`` without any course.

    What was computed from another release is out of date.
    """
    return _name(_HASHES.all(connection, {}))


def _name(rows: Sequence[Any]) -> str | None:
    """Return the hash of the only file, or one over all that learners see."""
    hashes = {row[0]: row[1] for row in rows}
    stamp = rows[0][2] if rows else None
    if len(hashes) == 1 and stamp is None:
        return str(next(iter(hashes.values())))
    lines = "\n".join(f"{key} {hashes[key]}" for key in sorted(hashes))
    named = lines if stamp is None else f"{lines}\n{stamp}"
    return hashlib.sha256(named.encode()).hexdigest() if hashes else None


def _get_release(connection: Connection) -> _Release:
    name = find_release(connection)
    found = None if name is None else _known.get(name)
    # Another release may come between two statements: then once more.
    while found is None:
        catalogues, own = _list_files(connection), list_published(connection)
        if not catalogues:
            raise CourseNotFoundError(catalogue=OPEN_COURSES)
        before, name = name, find_release(connection)
        if name is not None and name == before:
            found = _assemble(catalogues, own)
            _known.clear()
            _known[name] = found
    return found


def _list_files(connection: Connection) -> tuple[Catalogue, ...]:
    rows = connection.execute(_CONTENTS).all()
    rows = sorted(rows, key=lambda row: (row.key != OPEN_COURSES, row.key))
    found = {
        row.content_hash: _files.get(row.content_hash) or parse_catalogue(row.content)
        for row in rows
    }
    _files.clear()
    _files.update(found)
    return tuple(found[row.content_hash] for row in rows)


def _assemble(catalogues: tuple[Catalogue, ...], own: Sequence[Course]) -> _Release:
    whole = join(catalogues)
    whole = replace(whole, courses=(*whole.courses, *own))
    by_key = {course.key: course for course in reversed(whole.courses)}
    return _Release(catalogues=catalogues, whole=whole, by_key=by_key)


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


def find_courses(connection: Connection, wanted: Filter, language: Language) -> Found:
    """Return the courses that fit, best first, with how many each filter would leave.

    Args:
        connection: Reads.
        wanted: Filters and words.
        language: Of the visitor.

    Raises:
        UnknownCourseLanguageError: The filter names a language that is none.
    """
    index = _get_index(connection)
    known = {*Language, *index.languages}
    if wanted.language is not None and wanted.language not in known:
        raise UnknownCourseLanguageError(
            lang=wanted.language[:20], allowed=", ".join(sorted(known))
        )
    return index.find(wanted, language)


def _get_index(connection: Connection) -> Index:
    """Return the index of what is loaded; made once, then told what is new."""
    whole = get_catalogue(connection)
    framework = get_default_framework(connection)
    with _indexing:
        last = _indexed[0] if _indexed else None
        if last and last.whole is whole and last.framework is framework:
            return last.index
        names = {each.key: each.title for each in framework.competencies}
        index = Index(whole.courses, names, last.index if last else None)
        _indexed[:] = [_Indexed(whole=whole, framework=framework, index=index)]
        return index


def warm_up(connection: Connection) -> None:
    """Read the courses and make the index, so that no visitor waits for it.

    Raises:
        CourseNotFoundError, FrameworkNotFoundError: Nothing is loaded yet.
    """
    _get_index(connection)


def list_languages(connection: Connection) -> list[str]:
    """Return the languages one may ask for: those of the courses, and our five."""
    return sorted({*Language, *_get_index(connection).languages})


def get_course(connection: Connection, key: str) -> Course:
    """Return one course.

    Raises:
        CourseNotFoundError: There is none of that key.
    """
    course = _get_release(connection).by_key.get(key)
    if course is None:
        raise CourseNotFoundError(key=key[:64])
    return course


def get_catalogue_of(connection: Connection, course: Course) -> Catalogue:
    """Return the catalogue a course stands in, with its notes.

    The courses of institutions stand in none and are given the first.
    """
    release = _get_release(connection)
    found = (one for one in release.catalogues if course in one.courses)
    return next(found, release.catalogues[0])
