"""The courses for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.catalogue import queries
from app.catalogue.queries import Filter
from app.catalogue.schemas import CourseListOut, CourseOut, write_course
from app.kernel.database import ReadDep
from app.kernel.pagination import Page
from app.kernel.text import Language
from app.web.caching import cached
from app.web.languages import AskedLanguage, prefers
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/courses", tags=["courses"], route_class=Route)
Word = Annotated[str | None, Query(max_length=200)]


@router.get("", response_model=CourseListOut, responses=problem_responses(422))
def list_courses(
    request: Request,
    connection: ReadDep,
    competency: Word = None,
    lang: Annotated[
        str | None,
        Query(max_length=2, description="A language the course runs in (ISO 639-1)."),
    ] = None,
    max_hours: Annotated[
        float | None, Query(ge=0, le=10_000, allow_inf_nan=False)
    ] = None,
    provider: Annotated[
        str | None, Query(max_length=200, description="A part of its name.")
    ] = None,
    q: Annotated[
        str, Query(max_length=200, description="Words in title or provider.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """List courses; every filter narrows."""
    wanted = Filter(
        competency=competency,
        language=lang and lang.lower(),
        max_hours=max_hours,
        provider=provider,
        q=q,
    )
    page = Page.of(queries.list_courses(connection, wanted), limit=limit, after=after)
    language = (
        Language(wanted.language)
        if wanted.language in set(Language)
        else prefers(request)
    )
    return cached(
        request,
        CourseListOut(
            items=[write_course(course, language) for course in page.items],
            next=page.next,
        ),
        language,
    )


@router.get("/{key}", response_model=CourseOut, responses=problem_responses(404, 422))
def get_course(
    request: Request, key: str, connection: ReadDep, lang: AskedLanguage = None
) -> Response:
    """Show one course."""
    language = lang or prefers(request)
    course = queries.get_course(connection, key)
    return cached(request, write_course(course, language), language)
