"""Files in forms: who sends one is known before it is read."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import override

from app.identity.access.visitors import (
    FORM_FIELD,
    VisitorDep,
    secret_of,
    visitor,
)
from app.identity.domain import Visitor
from app.identity.domain.tokens import read_token
from app.identity.errors import (
    FormExpiredError,
    InvalidTokenError,
    SignInNeededError,
    UnknownVisitorError,
)
from app.kernel.clock import current_time
from app.kernel.database import get_database
from app.web.routes import MalformedBodyError, Route, UnsupportedBodyError

MOST_FIELDS = 10
IN_MEMORY = 16 * 1024 * 1024
"""More than any upload: nothing is spooled to a disk that nobody empties."""


class UploadRoute(Route):
    """Looks who is there before it reads a large body: somebody with an account."""

    refusal: ClassVar[type[Exception]] = SignInNeededError

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            found = await run_in_threadpool(_who_is_there, request)
            if not self.admits(found):
                raise self.refusal
            return await handle(request)

        return guarded

    def admits(self, found: Visitor) -> bool:
        """Whether somebody may send a file."""
        return found.is_signed_in


class LearnerUploadRoute(UploadRoute):
    """The same for a learner, with or without an account."""

    refusal = UnknownVisitorError

    @override
    def admits(self, found: Visitor) -> bool:
        return found.learner is not None


class BearerUploadRoute(Route):
    """The same for a program that acts for a learner."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer":
                raise InvalidTokenError
            clock = request.app.dependency_overrides.get(current_time, current_time)
            read_token(secret_of(request.app.state.settings), token, now=clock())
            return await handle(request)

        return guarded


def _who_is_there(request: Request) -> Visitor:
    clock = request.app.dependency_overrides.get(current_time, current_time)
    with get_database(request).read() as connection:
        settings = request.app.state.settings
        return visitor(request, settings, connection, clock())


@dataclass(slots=True, kw_only=True)
class Sent:
    """What a multipart form holds."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    content: bytes = b""

    def add_field(self, part: Field) -> None:
        """Keep a short field."""
        if len(self.fields) >= MOST_FIELDS:
            raise MalformedBodyError(expected="form")
        name = (part.field_name or b"").decode(errors="replace")
        value = (part.value or b"").decode(errors="replace")
        self.fields.setdefault(name, []).append(value)

    def add_file(self, part: File) -> None:
        """Keep the file; of several, the last."""
        name = (part.file_name or b"").decode(errors="replace")
        self.name = "".join(c for c in name if c.isprintable())
        part.file_object.seek(0)
        self.content = part.file_object.read()


def checked_upload(request: Request, found: VisitorDep) -> Sent:
    """Return the fields and the file of a form that one of our pages sent.

    Raises:
        UnsupportedBodyError, MalformedBodyError: It is no such form.
        FormExpiredError: The form token is missing or of another session.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UnsupportedBodyError(allowed="multipart/form-data")
    parts = Sent()
    parser = FormParser(
        "multipart/form-data",
        parts.add_field,
        parts.add_file,
        boundary=boundary,
        config={"MAX_MEMORY_FILE_SIZE": IN_MEMORY},
    )
    try:
        parser.write(request.state.body)
        parser.finalize()
    except FormParserError:
        raise MalformedBodyError(expected="form") from None
    sent = parts.fields.get(FORM_FIELD, [""])[0]
    if not compare_digest(sent.encode(), found.form_token.encode()):
        raise FormExpiredError
    return parts


UploadDep = Annotated[Sent, Depends(checked_upload)]
