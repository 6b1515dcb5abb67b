from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from app.catalogue.domain import Course
from app.catalogue.domain.filters import Filter
from app.catalogue.errors import CourseNotFoundError, UnknownCourseLanguageError
from app.catalogue.models import ReleaseRow
from app.catalogue.queries import (
    find_courses,
    find_release,
    get_catalogue,
    get_catalogue_of,
    get_course,
)
from app.catalogue.service import forget_catalogues, load_catalogue
from app.kernel.text import Language
from tests.catalogue.builders import catalogue, course
from tests.constants import NOON
from tests.frameworks.builders import text

MOOC = "unesco-oxford-ai-dt-gov"


def look(connection: Connection, **wanted: Any) -> Sequence[Course]:  # noqa: ANN401 -- fields
    return find_courses(connection, Filter(**wanted), Language.EN).courses


def found(connection: Connection, **wanted: object) -> list[str]:
    return [course.key for course in look(connection, **wanted)]


def test_no_filter_keeps_every_course_in_order(connection: Connection) -> None:
    courses = get_catalogue(connection).courses

    assert look(connection) == list(courses)
    assert courses[0].key == MOOC


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (
            {"competency": "cybersecurity"},
            lambda c: "cybersecurity" in {s.competency for s in c.serves},
        ),
        ({"language": "ar"}, lambda c: "ar" in c.languages()),
        ({"max_hours": 6}, lambda c: c.hours is not None and c.hours <= 6),
        ({"max_hours": 0}, lambda _c: False),
        ({"q": "intelligence artificielle"}, lambda c: c.key == "objectif-ia"),
    ],
)
def test_filter_keeps_what_it_says(
    connection: Connection,
    wanted: dict[str, object],
    holds: Callable[[Course], bool],
) -> None:
    courses = get_catalogue(connection).courses
    expected = [course.key for course in courses if holds(course)]

    kept = found(connection, **wanted)

    assert set(expected) <= set(kept)
    assert wanted == {"max_hours": 0} or kept
    if "q" not in wanted:
        assert kept == expected


@pytest.mark.parametrize(
    "q", ["OXFORD unesco", "oxford  UNESCO", "Saïd", "said", "SAÏD"]
)
def test_search_forgives_case_accents_and_order(connection: Connection, q: str) -> None:
    assert MOOC in found(connection, q=q)


def test_search_finds_modules_in_any_language(connection: Connection) -> None:
    assert MOOC in found(connection, q="حوكمه البيانات")
    assert MOOC in found(connection, q="governanca")
    assert found(connection, q="no such words") == []


def test_filters_narrow_together(connection: Connection) -> None:
    provider = get_course(connection, MOOC).provider

    assert found(connection, provider=provider, language="ar") == [MOOC]
    assert found(connection, provider=provider, language="fi") == []


@pytest.mark.parametrize("provider", ["Saïd", "SAID business", "unesco AND saïd"])
def test_a_part_of_the_providers_name_is_enough(
    connection: Connection, provider: str
) -> None:
    kept = look(connection, provider=provider)

    assert MOOC in [course.key for course in kept]
    assert all("Saïd" in course.provider for course in kept)


def test_a_language_without_a_course_is_an_error_unless_it_is_ours(
    connection: Connection,
) -> None:
    for language in ("sw", "fr-FR", "", "x" * 100):
        with pytest.raises(UnknownCourseLanguageError) as refusal:
            look(connection, language=language)

        assert refusal.value.facts == {
            "lang": language[:20],
            "allowed": "ar, en, es, fi, fr, pt, ru, sv, zh",
        }
    data = orjson.loads(connection.scalars(select(ReleaseRow.content)).one())
    data["courses"] = data["courses"][:1]
    load_catalogue(connection, key="open-courses", data=data, now=NOON)

    assert found(connection, language="pt") == [MOOC]
    with pytest.raises(UnknownCourseLanguageError):
        look(connection, language="fi")


def test_unknown_length_is_not_zero_hours(connection: Connection) -> None:
    unknown = {c.key for c in get_catalogue(connection).courses if c.hours is None}

    assert unknown
    assert not unknown & set(found(connection, max_hours=10_000))


def test_course_that_is_not_there_is_an_error(connection: Connection) -> None:
    with pytest.raises(CourseNotFoundError) as refusal:
        get_course(connection, "x" * 100)

    assert refusal.value.facts == {"key": "x" * 64}


def test_loading_again_changes_nothing_and_loading_another_replaces(
    connection: Connection,
) -> None:
    before = find_release(connection)
    data = orjson.loads(connection.scalars(select(ReleaseRow.content)).one())

    assert not load_catalogue(connection, key="open-courses", data=data, now=NOON)
    data["courses"] = data["courses"][:1]
    assert load_catalogue(connection, key="open-courses", data=data, now=NOON)

    assert find_release(connection) != before
    assert [course.key for course in get_catalogue(connection).courses] == [MOOC]


def test_courses_of_every_file_are_found_and_ours_come_first(
    connection: Connection,
) -> None:
    before = find_release(connection)
    own: Any = catalogue("aaa", course("own"), mapping_note=text("Linked by Enap."))
    load_catalogue(connection, key="aaa", data=own, now=NOON)

    courses = get_catalogue(connection).courses
    assert (courses[0].key, courses[-1].key) == (MOOC, "own")
    assert get_course(connection, "own").provider == "École"
    assert found(connection, provider="ecole") == ["own"]
    assert find_release(connection) != before
    notes = [
        get_catalogue_of(connection, one).mapping_note.in_language(Language.EN)
        for one in (courses[0], courses[-1])
    ]
    assert notes[1] == "Linked by Enap." != notes[0]

    assert forget_catalogues(connection, keep=["open-courses"]) == 1
    assert find_release(connection) == before
    assert MOOC in found(connection)
    assert "own" not in found(connection)


def test_without_a_course_there_is_no_catalogue(connection: Connection) -> None:
    forget_catalogues(connection, keep=[])

    assert find_release(connection) is None
    with pytest.raises(CourseNotFoundError):
        get_catalogue(connection)
