"""The courses in the browser."""

from collections.abc import Iterable
from typing import Annotated

from babel import Locale
from fastapi import APIRouter, Query
from starlette.responses import Response

from app.catalogue import queries
from app.catalogue.domain import Course
from app.catalogue.queries import Filter
from app.frameworks.queries import get_default_framework
from app.identity.access import PageDep
from app.kernel.database import ReadDep
from app.kernel.text import Language, fold
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/courses", route_class=Route)
Word = Annotated[str, Query(max_length=200)]


@router.get("", name="catalogue:courses")
def show_courses(
    page: PageDep,
    connection: ReadDep,
    competency: Word = "",
    taught_in: Word = "",
    max_hours: Word = "",
    provider: Word = "",
    q: Word = "",
) -> Response:
    """List the courses that fit the filters; an unreadable one is left out."""
    catalogue = queries.get_catalogue(connection)
    codes = queries.list_languages(catalogue.courses)
    wanted = Filter(
        competency=competency or None,
        language=taught_in if taught_in in codes else None,
        max_hours=_number(max_hours),
        provider=provider or None,
        q=q,
    )
    return page.render(
        "catalogue/courses.html",
        nav="courses",
        courses=queries.list_courses(connection, wanted),
        total=len(catalogue.courses),
        filters=wanted,
        competencies=get_default_framework(connection).competencies,
        providers=queries.list_providers(catalogue.courses),
        language_names=_language_names(catalogue.courses, page.language),
        catalogues=queries.list_catalogues(connection),
    )


@router.get("/{key}", name="catalogue:course")
def show_course(page: PageDep, key: str, connection: ReadDep) -> Response:
    """Show one course: for whom, what it gives, what it costs."""
    course = queries.get_course(connection, key)
    framework = get_default_framework(connection)
    return page.render(
        "catalogue/course.html",
        nav="courses",
        course=course,
        competencies={c.key: c for c in framework.competencies},
        language_names=_language_names([course], page.language),
        catalogue=queries.get_catalogue_of(connection, course),
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _language_names(courses: Iterable[Course], language: Language) -> dict[str, str]:
    names = Locale.parse(str(language)).languages
    codes = {run.language for course in courses for run in course.runs}
    codes |= {course.title_language for course in courses}
    found = {code: names.get(code, code) for code in codes}
    return dict(sorted(found.items(), key=lambda pair: fold(pair[1])))
