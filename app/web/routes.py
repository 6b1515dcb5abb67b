"""How a request reaches our functions: one hop, or none.

FastAPI runs every synchronous dependency in a thread of its own choosing: five
dependencies are five hops, and a hop costs more than a SELECT. Here the whole
request (dependencies, transaction, use case) runs in *one* place: a worker thread,
or, for the few hot routes on the embedded database, on the event loop itself
(docs/decisions/0003). FastAPI still reads the signatures and writes the OpenAPI.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

import orjson
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import QueryParams
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send
from typing_extensions import override

from app.kernel.database import BusyError
from app.kernel.errors import InvalidError, UnsupportedError

Call = Callable[..., Any]
JSON_TYPE = b"application/json"
FORM_TYPE = b"application/x-www-form-urlencoded"
REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""Idempotent: doing it again changes nothing more (RFC 9110, 9.2.2)."""


class SmallNumberConvertor(Convertor[int]):
    """Lets ``{number:small}`` match up to three digits: Python refuses to read 5 000."""

    regex = "[0-9]{1,3}"

    @override
    def convert(self, value: str) -> int:
        return int(value)

    @override
    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("small", SmallNumberConvertor())


class MalformedBodyError(InvalidError):
    """The body is not what its content type says."""

    code = "malformed-body"


class UnsupportedBodyError(UnsupportedError):
    """The body has a content type that this address does not read."""

    code = "unsupported-content-type"


class _LeaveLoop(Exception):  # noqa: N818 -- a detour, not an error
    """The work at hand is long: begin again in a thread."""


def leave_loop(request: Request) -> None:
    """Move the rest of a hot request into a thread, before anything is written.

    The function is run again from its beginning there; this call then does nothing.
    """
    if request.state.on_loop:
        raise _LeaveLoop


class Route(APIRoute):
    """Runs the whole request in one worker thread."""

    inline: ClassVar[bool] = False

    def __init__(self, path: str, endpoint: Call, **options: Any) -> None:  # noqa: ANN401 -- FastAPI has thirty
        # Clients in other languages are named after it: ``put_answer``.
        options["generate_unique_id_function"] = lambda route: route.name
        super().__init__(path, endpoint, **options)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plan = tuple(_plan(self.dependant))
        respond = self._respond
        reads_body = bool(self.dependant.body_params) or (self.methods or set()) & {
            "POST",
            "PUT",
            "PATCH",
        }
        inline = self.inline

        def run(request: Request) -> Response:
            try:
                result = _run(plan, request)
            except DBAPIError as error:
                if not error.connection_invalidated or request.method not in REPEATABLE:
                    raise
                # A connection had died unnoticed, as after a restart of PostgreSQL.
                result = _run(plan, request)
            # Every transaction is committed; only now may the answer leave.
            return result if isinstance(result, Response) else respond(result)

        async def handle(request: Request) -> Response:
            request.state.body = await request.body() if reads_body else b""
            request.state.on_loop = inline and request.app.state.database.is_embedded
            if request.state.on_loop:
                try:
                    return run(request)
                except (_LeaveLoop, BusyError):
                    request.state.on_loop = False
            return await run_in_threadpool(run, request)

        return handle

    def _respond(self, result: object) -> Response:
        field = self.response_field
        if field is not None:
            result, problems = field.validate(result, {}, loc=("response",))
            if problems:
                raise RuntimeError("the response breaks its schema", problems)
            result = field.serialize(result, mode="json")
        return Response(
            orjson.dumps(result),
            status_code=self.status_code or 200,
            media_type="application/json",
        )


class HotRoute(Route):
    """Stays on the event loop while the database is in this process.

    Only for routes whose work is measured in microseconds: a statement or three
    and a page that is already written. The composition root lists its routers
    directly, not by ``include_router``: being looked up there costs as much as the
    statements.
    """

    inline = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- FastAPI's own
        super().__init__(*args, **kwargs)
        self.answer = self.get_route_handler()
        """Makes the response, without FastAPI's exit stacks: they have nothing to close."""


class HotLane:
    """Finds the hot routes before the router does, by method and pattern alone.

    The router knows them too, for links, the OpenAPI document and refusals.

    Args:
        app: Handles what is not hot.
        routes: The hot ones.
        handlers: Answer their exceptions, as in Starlette.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[HotRoute],
        handlers: Mapping[Any, ExceptionHandler],
    ) -> None:
        self._app = app
        self._routes = routes
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        route = self._find(scope)
        if route is None:
            await self._app(scope, receive, send)
            return
        answer: ASGIApp
        try:
            answer = await route.answer(Request(scope, receive, send))
        except Exception as error:  # noqa: BLE001 -- the handlers know which
            answer = ExceptionMiddleware(_raiser(error), self._handlers)
        await answer(scope, receive, send)

    def _find(self, scope: Scope) -> HotRoute | None:
        if scope["type"] != "http" or scope.get("root_path"):
            return None
        for route in self._routes:
            found = route.path_regex.match(scope["path"])
            if found and scope["method"] in (route.methods or ()):
                scope["route"] = route
                scope["path_params"] = {
                    name: route.param_convertors[name].convert(text)
                    for name, text in found.groupdict().items()
                }
                return route
        return None


def _raiser(error: Exception) -> ASGIApp:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return fail


class _Step:
    """One function of a request, with what its arguments are made from.

    Worked out when the route is made, so that a request only reads and calls.
    """

    def __init__(self, dependant: Dependant) -> None:
        self.call = cast("Call", dependant.call)
        self.opens = _opener(self.call)
        self.results = [
            (sub.name, cast("Call", sub.call))
            for sub in dependant.dependencies
            if sub.name is not None
        ]
        self.body = dependant.body_params[0] if dependant.body_params else None
        self.request_name = dependant.request_param_name
        self._path = [
            (field, None if field.field_info.metadata else field.field_info.annotation)
            for field in dependant.path_params
        ]
        """With the type that needs no check: the address's pattern has made it."""
        self._headers = dependant.header_params
        self._cookies = dependant.cookie_params
        self._query = dependant.query_params
        self._without_query = request_params_to_args(self._query, QueryParams())
        self.is_reading = any(
            (self.body, self._path, self._query, self._headers, self._cookies)
        )

    def read(self, request: Request, values: dict[str, Any]) -> list[Any]:
        """Add what the request says to the arguments; return what is wrong with it."""
        problems: list[Any] = []
        for field, made in self._path:
            sent, loc = request.path_params[field.alias], ("path", field.alias)
            if type(sent) is made is not str:
                values[field.name] = sent
                continue
            values[field.name], wrong = field.validate(sent, loc=loc)
            problems += wrong
        if self._query or self._headers or self._cookies:
            for found, wrong in self._read_others(request):
                values |= found
                problems += wrong
        if self.body is not None:
            body = read_json(request)
            values[self.body.name], wrong = self.body.validate(body, loc=("body",))
            problems += wrong
        return problems

    def _read_others(self, request: Request) -> Iterator[tuple[dict[str, Any], Any]]:
        if request.scope["query_string"]:
            yield request_params_to_args(self._query, request.query_params)
        else:
            yield self._without_query
        if self._headers:
            yield request_params_to_args(self._headers, request.headers)
        if self._cookies:
            yield request_params_to_args(self._cookies, request.cookies)


@cache
def _opener(call: Call) -> Callable[..., AbstractContextManager[Any]] | None:
    """Return a generator function as a context manager, others not at all."""
    return contextmanager(call) if inspect.isgeneratorfunction(call) else None


def _plan(dependant: Dependant) -> Iterator[_Step]:
    """List the functions of a request, each once and after those it needs."""
    seen: set[Call] = set()

    def visit(each: Dependant) -> Iterator[_Step]:
        if each.call in seen:
            return
        for sub in each.dependencies:
            yield from visit(sub)
        seen.add(cast("Call", each.call))
        yield _Step(each)

    return visit(dependant)


def _run(plan: Sequence[_Step], request: Request) -> object:
    """Call the functions of a request in one thread; return what the last returns.

    Raises:
        RequestValidationError: The arguments of one of them have the wrong shape.
    """
    overrides: Mapping[Call, Call] = request.app.dependency_overrides
    known: dict[Call, Any] = {}
    with ExitStack() as stack:
        for step in plan:
            arguments = {}
            for name, call in step.results:
                arguments[name] = known[call]
            if step.request_name:
                arguments[step.request_name] = request
            if step.is_reading and (problems := step.read(request, arguments)):
                raise RequestValidationError(problems)
            call, opens = step.call, step.opens
            if overrides and call in overrides:
                call = overrides[call]
                opens = _opener(call)
            known[step.call] = (
                call(**arguments)
                if opens is None
                else stack.enter_context(opens(**arguments))
            )
    return known[plan[-1].call]


def read_json(request: Request) -> object:
    """Parse the body as JSON.

    Raises:
        UnsupportedBodyError: The content type is not ``application/json``.
        MalformedBodyError: It is not JSON, or not UTF-8.
    """
    if _content_type(request) != JSON_TYPE:
        raise UnsupportedBodyError(allowed=JSON_TYPE.decode())
    try:
        return orjson.loads(request.state.body)
    except orjson.JSONDecodeError:
        raise MalformedBodyError(expected="JSON") from None


def read_form(request: Request) -> dict[str, list[str]]:
    """Parse the body as an HTML form.

    Raises:
        UnsupportedBodyError: The content type is not that of a form.
        MalformedBodyError: It is not UTF-8, or has more than 200 fields.
    """
    if _content_type(request) != FORM_TYPE:
        raise UnsupportedBodyError(allowed=FORM_TYPE.decode())
    try:
        pairs = parse_qsl(
            request.state.body.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=200,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise MalformedBodyError(expected="form") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _content_type(request: Request) -> bytes:
    value = request.headers.get("content-type", "").encode("latin-1")
    return value.partition(b";")[0].strip().lower()
