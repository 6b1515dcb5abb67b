"""How a request reaches our functions: one hop, or none.

FastAPI runs every synchronous dependency in a thread of its own choosing: five
dependencies are five hops, and a hop costs more than a SELECT. Here the whole
request (dependencies, transaction, use case) runs in *one* place: a worker thread,
or, for the few hot routes on the embedded database, on the event loop itself
(docs/decisions/0003). FastAPI still reads the signatures and writes the OpenAPI.
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

import orjson
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from app.kernel.errors import InvalidError, UnsupportedError

Call = Callable[..., Any]
JSON_TYPE = b"application/json"
FORM_TYPE = b"application/x-www-form-urlencoded"


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

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        run = self._run
        reads_body = bool(self.dependant.body_params) or (self.methods or set()) & {
            "POST",
            "PUT",
            "PATCH",
        }
        inline = self.inline

        async def handle(request: Request) -> Response:
            request.state.body = await request.body() if reads_body else b""
            request.state.on_loop = inline and request.app.state.database.is_embedded
            if request.state.on_loop:
                try:
                    return run(request)
                except _LeaveLoop:
                    request.state.on_loop = False
            return await run_in_threadpool(run, request)

        return handle

    def _run(self, request: Request) -> Response:
        overrides: Mapping[Call, Call] = request.app.dependency_overrides
        with ExitStack() as stack:
            solver = _Solver(request, stack, overrides)
            values = solver.arguments(self.dependant)
            if solver.problems:
                raise RequestValidationError(solver.problems)
            result = cast("Call", self.dependant.call)(**values)
        # Here every transaction is committed; only now may the answer leave.
        if isinstance(result, Response):
            return result
        return self._respond(result)

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
    and a page that is already written.
    """

    inline = True


class _Solver:
    """Calls the dependencies of one request, each once, in one thread."""

    def __init__(
        self, request: Request, stack: ExitStack, overrides: Mapping[Call, Call]
    ) -> None:
        self.problems: list[Any] = []
        self._request = request
        self._stack = stack
        self._overrides = overrides
        self._known: dict[Call, Any] = {}

    def arguments(self, dependant: Dependant) -> dict[str, Any]:
        """Return the keyword arguments of a dependant's function."""
        values: dict[str, Any] = {}
        for sub in dependant.dependencies:
            value = self._value(sub)
            if self.problems:
                return values
            if sub.name is not None:
                values[sub.name] = value
        self._read_parameters(dependant, values)
        if dependant.body_params:
            self._read_body(dependant, values)
        if dependant.request_param_name:
            values[dependant.request_param_name] = self._request
        return values

    def _value(self, sub: Dependant) -> object:
        call = cast("Call", sub.call)
        if call in self._known:
            return self._known[call]
        arguments = self.arguments(sub)
        if self.problems:
            return None
        actual = self._overrides.get(call, call)
        if inspect.isgeneratorfunction(actual):
            value = self._stack.enter_context(contextmanager(actual)(**arguments))
        else:
            value = actual(**arguments)
        self._known[call] = value
        return value

    def _read_parameters(self, dependant: Dependant, values: dict[str, Any]) -> None:
        request = self._request
        for fields, received in (
            (dependant.path_params, lambda: request.path_params),
            (dependant.query_params, lambda: request.query_params),
            (dependant.header_params, lambda: request.headers),
            (dependant.cookie_params, lambda: request.cookies),
        ):
            if fields:
                found, problems = request_params_to_args(fields, received())
                values.update(found)
                self.problems += problems

    def _read_body(self, dependant: Dependant, values: dict[str, Any]) -> None:
        field = dependant.body_params[0]
        value, problems = field.validate(read_json(self._request), {}, loc=("body",))
        if problems:
            self.problems += problems
        values[field.name] = value


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
