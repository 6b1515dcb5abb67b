"""The only place where an error meets an HTTP status, for programs and for people."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match

from app.kernel.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StaleError,
    TooLargeError,
    TooManyError,
    TooSlowError,
    UnauthenticatedError,
    UnsupportedError,
)
from app.kernel.text import Language
from app.web.languages import language_of, prefers
from app.web.rendering import render
from app.web.sentences import describe

_log = logging.getLogger("masar.problems")
PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_S = 10
_STATUS: Mapping[type[DomainError], int] = {
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    TooSlowError: 408,
    ConflictError: 409,
    StaleError: 412,
    TooLargeError: 413,
    UnsupportedError: 415,
    InvalidError: 422,
    TooManyError: 429,
}
_HTTP_CODES = {404: "not-found", 405: "method-not-allowed"}
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
TOO_LATE = 408
TOO_LARGE = 413
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Problem(BaseModel):
    """Body of an error, after RFC 9457."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "/api/problems/unknown-role",
                    "title": "We do not know this role",
                    "status": 422,
                    "detail": "Please choose one from the list, or “not sure”.",
                    "code": "unknown-role",
                    "facts": {"role": "minister", "allowed": "senior-leader, …"},
                }
            ]
        },
    )

    type: str
    """``/api/problems/<code>``; stable, for programs."""
    title: str
    """Short sentence for people, in the language asked for."""
    status: int
    detail: str
    """What is safe and what to do next."""
    code: str
    """Stable, kebab-case."""
    facts: dict[str, Any]
    """What makes it concrete, e.g. the allowed values; never personal."""


def status_of(error: DomainError) -> int:
    """Return the status of the nearest known ancestor.

    Raises:
        LookupError: The error descends from no known kind: a bug, hence a 500.
    """
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    raise LookupError(type(error).__name__)


def is_for_programs(request: Request) -> bool:
    """Whether the caller wants JSON: an API, or a script of ours that says so."""
    is_api = f"{request.scope['path']}/".startswith(("/api/", "/xapi/", "/ims/"))
    return is_api or request.headers.get("x-form-token") is not None


def respond(
    request: Request,
    *,
    code: str,
    status: int,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Show a problem: RFC 9457 to programs, a page in her language to a person."""
    language = prefers(request) if is_for_programs(request) else language_of(request)
    title, detail = describe(code, language)
    if is_for_programs(request):
        response = _json_problem(code, status, title, detail, facts or {})
        response.headers["content-language"] = str(language)
    else:
        response = _page(request, language, code, status, title, detail)
    response.headers.update(headers or {})
    return response


def _json_problem(
    code: str, status: int, title: str, detail: str, facts: Mapping[str, Any]
) -> Response:
    body = {
        "type": f"/api/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "facts": dict(facts),
    }
    return Response(orjson.dumps(body), status_code=status, media_type=PROBLEM_TYPE)


def _page(
    request: Request, language: Language, code: str, status: int, *texts: str
) -> Response:
    title, detail = texts
    return render(
        request,
        language,
        "layout/problem.html",
        status=status,
        code=code,
        heading=title,
        detail=detail,
        learner=None,
        resume_code=None,
        form_token="",
        **({} if "GET" in _allowed_methods(request) else {"path": f"/{language}/"}),
    )


def show_domain_error(request: Request, error: Exception) -> Response:
    """Answer a broken rule."""
    if not isinstance(error, DomainError):
        raise TypeError(type(error).__name__)
    status = status_of(error)
    headers = {}
    if isinstance(error, UnauthenticatedError):
        scheme = "Basic" if error.code == "key-refused" else "Bearer"
        headers["www-authenticate"] = f'{scheme} realm="masar"'
    if "retry_after_s" in error.facts:
        headers["retry-after"] = str(error.facts["retry_after_s"])
    return respond(
        request, code=error.code, status=status, facts=error.facts, headers=headers
    )


def show_validation_error(request: Request, error: Exception) -> Response:
    """Answer input of the wrong shape; what was sent is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise TypeError(type(error).__name__)
    fields = [
        {"where": [str(part) for part in each["loc"]], "wrong": str(each["msg"])}
        for each in error.errors()[:20]
    ]
    return respond(
        request, code="invalid-request", status=422, facts={"fields": fields}
    )


def show_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: no such page, no such method.

    An address with a slash too many or too few leads to the page that is meant.
    """
    if not isinstance(error, HTTPException):
        raise TypeError(type(error).__name__)
    if error.status_code == NOT_FOUND and (meant := _with_other_slash(request)):
        return RedirectResponse(meant, status_code=307)
    code = _HTTP_CODES.get(error.status_code, "invalid-request")
    headers = dict(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return respond(request, code=code, status=error.status_code, headers=headers)


def _with_other_slash(request: Request) -> str | None:
    """Return the address that ends the other way, if only that one exists.

    Without the host, which is whatever the caller says it is.
    """
    path = str(request.scope["path"])
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    if _exists(request, path) or not _exists(request, other):
        return None
    query = request.scope["query_string"].decode("ascii")
    return quote(other) + (f"?{query}" if query else "")


def _exists(request: Request, path: str) -> bool:
    scope = {**request.scope, "path": path}
    return any(
        route.matches(scope)[0] is not Match.NONE for route in request.app.routes
    )


def _allowed_methods(request: Request) -> list[str]:
    """List what an address takes on all its routes (RFC 9110, 15.5.6)."""
    allowed = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]
    return [*allowed, "HEAD"] if "GET" in allowed else allowed


def show_database_error(request: Request, error: Exception) -> Response:
    """Answer while the database is away: try again soon, nothing is lost."""
    _log.error("database_unavailable", extra={"kind": type(error).__name__})
    return respond(
        request,
        code="service-unavailable",
        status=503,
        headers={"retry-after": str(RETRY_AFTER_S)},
    )


def show_unexpected_error(request: Request, error: Exception) -> Response:
    """Answer a bug: noted in the log, no trace to the caller."""
    _log.error("unexpected_error", exc_info=error, extra={"kind": type(error).__name__})
    return respond(request, code="unexpected-error", status=500)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the errors of a route in OpenAPI; a body may always come too slowly."""
    late = (TOO_LATE,) if TOO_LARGE in statuses else ()
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANINGS[status], "content": content}
        for status in (*statuses, *late, 503)
    }


_MEANINGS = {
    401: "No valid token.",
    403: "Not included in your office, or a second factor is missing.",
    404: "Not there, or not yours.",
    408: "The body does not arrive.",
    409: "Contradicts the present state.",
    412: "Changed since you read it; read it again.",
    413: "Too many bytes.",
    415: "Not JSON.",
    422: "Names something that cannot be.",
    429: "Too often; see `Retry-After`.",
    503: "The database is away; see `Retry-After`.",
}


def install(app: FastAPI) -> None:
    """Register the handlers; what none of them knows, the envelope answers."""
    app.add_exception_handler(DomainError, show_domain_error)
    app.add_exception_handler(RequestValidationError, show_validation_error)
    app.add_exception_handler(HTTPException, show_http_error)
    app.add_exception_handler(SQLAlchemyError, show_database_error)
