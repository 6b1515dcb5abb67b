"""The courses in the browser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from babel import Locale
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.catalogue import queries
from app.catalogue.domain import Cost, Course, Delivery
from app.catalogue.domain.filters import LEVELS, Counts, Facet, Filter
from app.catalogue.domain.search import Found
from app.frameworks.domain import Framework
from app.frameworks.queries import get_default_framework
from app.identity.access import PageDep
from app.kernel.database import ReadDep
from app.kernel.text import Language, fold
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}/courses", route_class=Route)
Word = Annotated[str, Query(max_length=200)]
Member = TypeVar("Member", bound=StrEnum)
PER_PAGE = 12
MOST_PROVIDERS = 30
"""In the list to choose from; others are found by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an address asks for, as it was written."""

    filters: Filter
    language: str
    """Of the course; checked against those there are."""
    page: int


def read_wish(
    competency: Word = "",
    level: Word = "",
    taught_in: Word = "",
    max_hours: Word = "",
    max_megabytes: Word = "",
    delivery: Word = "",
    cost: Word = "",
    provider: Word = "",
    q: Word = "",
    page: Word = "",
) -> Wish:
    """Return what a visitor looks for; what cannot be read is left out."""
    asked_level = _number(level)
    filters = Filter(
        competency=competency or None,
        level=int(asked_level) if asked_level in LEVELS else None,
        max_hours=_number(max_hours),
        max_megabytes=_number(max_megabytes),
        delivery=_member(Delivery, delivery),
        cost=_member(Cost, cost),
        provider=provider or None,
        q=q.strip(),
    )
    number = int(page) if page.isdecimal() and len(page) < len("10000000") else 1
    return Wish(filters=filters, language=taught_in, page=max(number, 1))


@router.get("", name="catalogue:courses")
def show_courses(
    page: PageDep, connection: ReadDep, wish: Annotated[Wish, Depends(read_wish)]
) -> Response:
    """List the courses that fit the filters, best first, page by page."""
    wanted = wish.filters
    if wish.language in queries.list_languages(connection):
        wanted = replace(wanted, language=wish.language)
    found = queries.find_courses(connection, wanted, page.language)
    framework = get_default_framework(connection)
    last = max(1, -(-len(found.courses) // PER_PAGE))
    number = min(wish.page, last)
    shown = found.courses[(number - 1) * PER_PAGE : number * PER_PAGE]
    return page.render(
        "catalogue/courses.html",
        nav="courses",
        courses=shown,
        found=found,
        filters=wanted,
        framework=framework,
        options=_list_options(found, wanted, framework, page.language),
        query=_write_query(wanted),
        without={name: _write_query(wanted.without(name)) for name in wanted.active()},
        number=number,
        last=last,
        language_names=_language_names(shown, found.counts, wanted, page.language),
        catalogues=queries.list_catalogues(connection),
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _member(members: type[Member], text: str) -> Member | None:
    return members(text) if text in set(members) else None


def _write_query(wanted: Filter) -> dict[str, str]:
    """Return the query of an address that asks for the same."""
    names = {Facet.LANGUAGE.value: "taught_in"}
    query = {}
    for name in wanted.active():
        value = getattr(wanted, name)
        written = f"{value:g}" if isinstance(value, float) else str(value)
        query[names.get(name, name)] = written
    return query


def _list_options(
    found: Found, wanted: Filter, framework: Framework, language: Language
) -> dict[Facet, dict[Any, int]]:
    """Return what each list offers, in its order, with the number of courses.

    What is chosen is offered even where it leaves none.
    """
    names = _language_names((), found.counts, wanted, language)
    most = sorted(found.counts[Facet.PROVIDER].items(), key=lambda pair: -pair[1])
    providers = sorted((name for name, _ in most[:MOST_PROVIDERS]), key=fold)
    orders: dict[Facet, Iterable[Any]] = {
        Facet.COMPETENCY: [each.key for each in framework.competencies],
        Facet.LANGUAGE: names,
        Facet.DELIVERY: Delivery,
        Facet.COST: Cost,
        Facet.PROVIDER: providers,
    }
    options = {}
    for facet in Facet:
        counts, chosen = found.counts[facet], getattr(wanted, facet)
        order = orders.get(facet, counts)
        offered = {value: counts[value] for value in order if value in counts}
        if chosen is not None and chosen not in offered:
            offered[chosen] = counts.get(chosen, len(found.courses))
        options[facet] = offered
    return options


def _codes(courses: Iterable[Course]) -> set[str]:
    found = {run.language for course in courses for run in course.runs}
    return found | {course.title_language for course in courses}


def _language_names(
    courses: Iterable[Course], counts: Counts, wanted: Filter, language: Language
) -> Mapping[str, str]:
    asked = {wanted.language} if wanted.language else set()
    codes = _codes(list(courses)) | set(counts[Facet.LANGUAGE]) | asked
    return name_languages(codes, language)


def name_languages(codes: Iterable[str], language: Language) -> dict[str, str]:
    """Return the names of languages by code, in the order of the names."""
    names = Locale.parse(str(language)).languages
    found = {code: names.get(code, code) for code in codes}
    return dict(sorted(found.items(), key=lambda pair: fold(pair[1])))
