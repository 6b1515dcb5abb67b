"""The courses for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.catalogue import queries
from app.catalogue.domain import Cost, Delivery
from app.catalogue.domain.filters import Filter
from app.catalogue.schemas import CourseListOut, CourseOut, write_course, write_list
from app.kernel.database import ReadDep
from app.kernel.pagination import page_by_key
from app.kernel.text import Language
from app.web.caching import cached
from app.web.languages import AskedLanguage, prefers
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/courses", tags=["courses"], route_class=Route)
Limit = Annotated[float | None, Query(ge=0, le=1_000_000, allow_inf_nan=False)]


def read_filter(
    competency: Annotated[
        str | None, Query(max_length=200, examples=["data-governance"])
    ] = None,
    level: Annotated[
        int | None,
        Query(ge=1, le=4, description="A level the course leads to.", examples=[2]),
    ] = None,
    lang: Annotated[
        str | None,
        Query(
            max_length=2,
            description="A language the course runs in (ISO 639-1).",
            examples=["fr"],
        ),
    ] = None,
    max_hours: Annotated[Limit, Query(examples=[12])] = None,
    max_megabytes: Annotated[
        Limit, Query(description="By our estimate.", examples=[3000])
    ] = None,
    delivery: Delivery | None = None,
    cost: Cost | None = None,
    provider: Annotated[
        str | None,
        Query(max_length=200, description="Its name, or a part.", examples=["UNESCO"]),
    ] = None,
    q: Annotated[
        str,
        Query(
            max_length=200,
            description="Words, or their beginnings, of title, provider, modules, "
            "notes and competencies; accents, case and Arabic spellings do not count.",
            examples=["données"],
        ),
    ] = "",
) -> Filter:
    """Return what the caller looks for."""
    return Filter(
        competency=competency,
        level=level,
        language=lang and lang.lower(),
        max_hours=max_hours,
        max_megabytes=max_megabytes,
        delivery=delivery,
        cost=cost,
        provider=provider,
        q=q,
    )


@router.get("", response_model=CourseListOut, responses=problem_responses(422))
def list_courses(
    request: Request,
    connection: ReadDep,
    wanted: Annotated[Filter, Depends(read_filter)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """List courses, best first; every filter narrows, and says what the others leave."""
    language = (
        Language(wanted.language)
        if wanted.language in set(Language)
        else prefers(request)
    )
    found = queries.find_courses(connection, wanted, language)
    page = page_by_key(
        found.courses, lambda course: course.key, limit=limit, after=after
    )
    return cached(request, write_list(found, page, language), language)


@router.get("/{key}", response_model=CourseOut, responses=problem_responses(404, 422))
def get_course(
    request: Request, key: str, connection: ReadDep, lang: AskedLanguage = None
) -> Response:
    """Show one course."""
    language = lang or prefers(request)
    course = queries.get_course(connection, key)
    return cached(request, write_course(course, language), language)
