"""Frameworks for programs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.frameworks import queries
from app.frameworks.schemas import (
    FrameworkListOut,
    FrameworkOut,
    write_framework,
    write_summary,
)
from app.kernel.database import ReadDep
from app.kernel.pagination import Page
from app.web.caching import cached
from app.web.languages import AskedLanguage, prefers
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1/frameworks", tags=["frameworks"], route_class=Route)


@router.get("", response_model=FrameworkListOut, responses=problem_responses(422))
def list_frameworks(
    request: Request,
    connection: ReadDep,
    lang: AskedLanguage = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """List the published versions."""
    language = lang or prefers(request)
    page = Page.of(queries.list_frameworks(connection), limit=limit, after=after)
    items = [write_summary(framework, language) for framework in page.items]
    return cached(request, FrameworkListOut(items=items, next=page.next), language)


@router.get(
    "/{key}/{version}",
    response_model=FrameworkOut,
    responses=problem_responses(404, 422),
)
def get_framework(
    request: Request,
    key: str,
    version: str,
    connection: ReadDep,
    lang: AskedLanguage = None,
) -> Response:
    """Show the whole tree with provenance, levels, descriptors and role profiles."""
    language = lang or prefers(request)
    framework = queries.get_framework(connection, key, version)
    return cached(request, write_framework(framework, language), language)
