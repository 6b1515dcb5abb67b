"""A call of the Experience API: both syntaxes, both versions, its own statuses."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Never
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import override

from app.cohorts.domain.keys import Key, Scope
from app.cohorts.errors import KeyScopeError
from app.identity.access import address_of, get_settings, secret_of
from app.kernel.clock import current_time
from app.kernel.database import Database, get_database
from app.kernel.errors import DomainError, InvalidError, UnsupportedError
from app.records.access import open_key
from app.records.domain import Version
from app.records.domain.formats import write_instant
from app.records.errors import CallRefusedError
from app.settings import Settings
from app.web.problems import respond, show_domain_error
from app.web.routes import Route

PREFIX = "/xapi"
METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH")
VERSION_HEADER = "x-experience-api-version"
CONSISTENT = "x-experience-api-consistent-through"
UNSETTLED = timedelta(seconds=5)
"""How long a writer may wait for its turn: what is older is there (kernel.database)."""
UNCHECKED = 64 * 1024
"""Bytes that are read before the key is looked at."""
BAD_REQUEST = 400
_AS_HEADERS = frozenset(
    {
        *("authorization", VERSION_HEADER, "content-type", "content-length"),
        *("if-match", "if-none-match"),
    }
)
"""Form fields that stand for headers (1.0.3, part three, 1.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked, by whom, whichever way it was written."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes
    version: Version
    key: Key
    database: Database
    settings: Settings
    now: datetime

    @property
    def tenant(self) -> UUID:
        """Whose data it is about."""
        return self.key.institution_id

    @property
    def base(self) -> str:
        """Where browsers reach the site, without a slash at the end."""
        return str(self.settings.public_url).rstrip("/")

    def need_to_read(self, scope: Scope) -> None:
        """Raise ``KeyScopeError`` unless the key may read this."""
        if not self.key.may_read(scope):
            raise KeyScopeError(needed=scope)

    def need_to_write(self, scope: Scope) -> None:
        """Raise ``KeyScopeError`` unless the key may change this."""
        if not self.key.may_write(scope):
            raise KeyScopeError(needed=scope)

    def allow(self, *names: str) -> None:
        """Refuse parameters that the specification does not name here."""
        for name in self.params:
            if name not in names:
                refuse_call(name, "unknown parameter")

    def need(self, name: str) -> str:
        """Return a parameter, or refuse the call without it."""
        if name not in self.params:
            refuse_call(name, "missing")
        return self.params[name]

    def flag(self, name: str) -> bool:
        """Return a parameter that is ``true`` or ``false``; false without it."""
        value = self.params.get(name, "false")
        if value not in {"true", "false"}:
            refuse_call(name, "must be true or false")
        return value == "true"


Answer = Callable[[Call], Response]


def refuse_call(where: str, why: str) -> Never:
    """Refuse a call.

    Raises:
        CallRefusedError: Always.
    """
    raise CallRefusedError(where=where[:60], why=why)


class XapiRoute(Route):
    """Answers broken rules with the statuses of the specification, and its headers."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                if _is_large(request):
                    await run_in_threadpool(_find_key, request, request.headers)
                response = await inner(request)
            except DomainError as error:
                response = _show(request, error)
            now = _now(request)
            settled = write_instant(now - UNSETTLED)
            response.headers[VERSION_HEADER] = _spoken(request)
            response.headers.setdefault(CONSISTENT, settled)
            return response

        return handle


def _show(request: Request, error: DomainError) -> Response:
    if isinstance(error, InvalidError | UnsupportedError):
        return respond(request, code=error.code, status=BAD_REQUEST, facts=error.facts)
    response = show_domain_error(request, error)
    if "www-authenticate" in response.headers:
        response.headers["www-authenticate"] = 'Basic realm="masar xapi"'
    return response


def _spoken(request: Request) -> Version:
    asked = getattr(request.state, "xapi_version", None)
    asked = asked or request.headers.get(VERSION_HEADER, "")
    return Version.ONE if asked.startswith("1.0") else Version.TWO


def _is_large(request: Request) -> bool:
    declared = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers:
        return True
    return declared.isdigit() and int(declared[:18]) > UNCHECKED


def _now(request: Request) -> datetime:
    now: Callable[[], datetime] = request.app.dependency_overrides.get(
        current_time, current_time
    )
    return now()


def _find_key(request: Request, headers: Mapping[str, str]) -> Key:
    settings = get_settings(request)
    return open_key(
        get_database(request),
        header=headers.get("authorization", ""),
        secret=secret_of(settings),
        address=address_of(request),
        limit=settings.network_refusals_per_hour,
        now=_now(request),
    )


def answer(request: Request, answers: Mapping[str, Answer], now: datetime) -> Response:
    """Read a call in either syntax and answer it.

    Args:
        request: What came.
        answers: By method; another one is refused with 405, whoever asks.
        now: Aware UTC instant.
    """
    method, params, headers, body = _read(request)
    chosen = answers.get(method)
    if chosen is None:
        allow = ", ".join([*answers, "HEAD"] if "GET" in answers else answers)
        headers_out = {"allow": allow}
        return respond(
            request, code="method-not-allowed", status=405, headers=headers_out
        )
    request.state.xapi_version = headers.get(VERSION_HEADER, "")
    call = Call(
        method=method,
        path=request.url.path,
        params=params,
        headers=headers,
        body=body,
        version=_read_version(request.state.xapi_version),
        key=_find_key(request, headers),
        database=get_database(request),
        settings=get_settings(request),
        now=now,
    )
    return chosen(call)


def _read(
    request: Request,
) -> tuple[str, dict[str, str], Mapping[str, str], bytes]:
    pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=100)
    params = _without_doubles(pairs)
    headers = dict(request.headers.items())
    body: bytes = getattr(request.state, "body", b"")
    if request.method != "POST" or "method" not in params:
        return request.method, params, headers, body
    return _read_alternate(params, headers, body)


def _without_doubles(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse_call("parameters", "given twice")
    return found


def _read_alternate(
    params: dict[str, str], headers: dict[str, str], body: bytes
) -> tuple[str, dict[str, str], Mapping[str, str], bytes]:
    """Read a call whose method, headers and body are fields of a form (1.0.3, 1.3)."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != (
        "application/x-www-form-urlencoded"
    ):
        refuse_call("method", "only with fields of a form")
    if len(params) != 1:
        refuse_call("parameters", "must be fields of the form")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        refuse_call("body", "must be a form in UTF-8")
    fields = _without_doubles(pairs)
    named = {k.lower(): v for k, v in fields.items() if k.lower() in _AS_HEADERS}
    headers = {**headers, "content-type": "application/json", **named}
    if not headers.get(VERSION_HEADER, "").startswith("1.0"):
        refuse_call("method", "this syntax is of version 1.0 only")
    method = params["method"]
    content = fields.pop("content", None)
    if method in {"PUT", "POST"} and content is None:
        refuse_call("content", "missing")
    left = {k: v for k, v in fields.items() if k.lower() not in _AS_HEADERS}
    return method, left, headers, (content or "").encode()


def _read_version(asked: str) -> Version:
    number, _, patch = (
        asked.rpartition(".") if asked.count(".") > 1 else (asked, "", "")
    )
    if number in {"1.0", "2.0"} and (not patch or patch.isdigit()):
        return Version.ONE if number == "1.0" else Version.TWO
    refuse_call(VERSION_HEADER, "must be 1.0.x or 2.0.x")
