"""What happens to every request: a number, a limit, headers, one line in the log.

Pure ASGI: one ``BaseHTTPMiddleware`` costs 80 % of the throughput
(shared/anchors/speed.md).
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect, Request
from starlette_compress import CompressMiddleware

from app.kernel.errors import TooLargeError, TooSlowError
from app.web.logs import log_request
from app.web.problems import TOO_LARGE, show_domain_error, show_unexpected_error

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 64 * 1024
"""Bytes of a request body; the largest form has 30 short fields."""
BODY_SECONDS = 20.0
"""Time for a whole body to arrive: the largest at 3 KB a second."""
UPLOADS = re.compile(
    r"/[a-z]{2}/cohorts/([0-9a-f-]{36}/campaigns/[0-9a-f-]{36}/rosters"
    r"|institutions/[0-9a-f-]{36}/(courses|completions)/upload)"
    r"|/[a-z]{2}/progress/[a-z0-9-]{1,100}/certificate"
    r"|/api/v1/me/certificates"
)
"""Where a file may come; who sends it is known before it is read."""
RECORDS = re.compile(r"/xapi/[a-z/]+")
"""Where systems of institutions send many statements at once; their key comes first."""
MAX_UPLOAD = 13 * 1024 * 1024
UPLOAD_SECONDS = 600.0
"""Time for a file to arrive: the largest at 22 KB a second."""
MOST_DIGITS = 18
"""Of a ``Content-Length``; Python refuses to read 5 000."""
ASCII_END = 128
CLIENT_WENT_AWAY = 499
"""Only for the log: nobody is there to be answered."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Counted by name; a counter for each invented method would fill the memory."""
KEEP_NOWHERE = (b"cache-control", b"private, no-store")
"""For every answer that says nothing else (OWASP ASVS 5.0, 14.3.2)."""
HANG_UP = (b"connection", b"close")
REQUESTS = Counter(
    "masar_requests_total", "Requests answered.", ["route", "method", "status"]
)
SECONDS = Histogram(
    "masar_request_seconds", "Time to the last byte of an answer.", ["route"]
)
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
"""No third party, ever (DESIGN 3, Reach; OWASP ASVS 5.0, 3.4.3)."""
SECURITY_HEADERS = [
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


MIN_COMPRESSED = 400
"""Bytes; shorter answers do not become shorter."""
VARY = (b"vary", b"Accept-Encoding")


class BodyTooLargeError(TooLargeError):
    """The body is larger than any form or call of ours."""

    code = "body-too-large"


class BodyTooSlowError(TooSlowError):
    """The body does not arrive: a connection is kept for somebody else."""

    code = "body-too-slow"


class Envelope:
    """Limits the body, adds the headers, counts and logs; personal data stay out.

    A bug is answered here, and not outside, so that its page has the headers too.

    The log names the route (``/{lang}/assess``), never the address, the query or
    the caller.
    """

    def __init__(self, app: App, *, is_https: bool) -> None:
        self._app = app
        self._headers = list(SECURITY_HEADERS)
        if is_https:
            self._headers.append(
                (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        length = _declared_length(scope)
        most, seconds = _limits(scope)
        body = _Body(receive, is_expected=length > 0, most=most, seconds=seconds)
        is_head = scope["method"] == "HEAD"
        answer = _Answer(send, self._headers, body, is_head=is_head)
        inner = _readable(scope)
        try:
            if length > most:
                await _refuse(inner, receive, answer, most)
            else:
                await self._app(inner, body, answer)
        except ClientDisconnect:
            answer.status = CLIENT_WENT_AWAY
        except Exception as error:
            if answer.has_begun:
                raise
            await show_unexpected_error(Request(inner), error)(inner, receive, answer)
        finally:
            _observe(inner, answer.status, time.perf_counter() - started)


class Compressed:
    """Compresses an answer for those who can read it, and stays away from others.

    A program that asks for no compression would pay for it all the same.
    """

    def __init__(self, app: App) -> None:
        self._plain = app
        self._compressing = CompressMiddleware(app, minimum_size=MIN_COMPRESSED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or _names(scope["headers"], b"accept-encoding"):
            await self._compressing(scope, receive, send)
            return

        async def send_plain(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], VARY]
            await send(message)

        await self._plain(scope, receive, send_plain)


def _limits(scope: Scope) -> tuple[int, float]:
    """Return how many bytes a request may have, and how long they may take."""
    is_upload = scope["method"] == "POST" and UPLOADS.fullmatch(scope["path"])
    if is_upload or RECORDS.fullmatch(scope["path"]):
        return MAX_UPLOAD, UPLOAD_SECONDS
    return MAX_BODY, BODY_SECONDS


async def _refuse(scope: Scope, receive: Receive, send: Send, most: int) -> None:
    error = BodyTooLargeError(max_bytes=most)
    await show_domain_error(Request(scope), error)(scope, receive, send)


class _Body:
    """Passes a body on: no more bytes, and for no longer, than any of ours needs."""

    def __init__(
        self, receive: Receive, *, is_expected: bool, most: int, seconds: float
    ) -> None:
        self.is_awaited = is_expected
        """Whether a part of it is still on its way."""
        self._receive = receive
        self._most = most
        self._seconds = seconds
        self._seen = 0
        self._end = asyncio.get_running_loop().time() + seconds if is_expected else 0.0

    async def __call__(self) -> Message:
        if not self.is_awaited:
            return self._counted(await self._receive())
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlowError(max_seconds=self._seconds) from None
        self.is_awaited = bool(message.get("more_body"))
        return self._counted(message)

    def _counted(self, message: Message) -> Message:
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise BodyTooLargeError(max_bytes=self._most)
        return message


class _Answer:
    """Passes an answer on, with our headers; without its body if none was asked for."""

    def __init__(
        self,
        send: Send,
        headers: list[tuple[bytes, bytes]],
        body: _Body,
        *,
        is_head: bool,
    ) -> None:
        self.status = 500
        self.has_begun = False
        self._send = send
        self._headers = headers
        self._body = body
        self._is_head = is_head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.has_begun = message["status"], True
            # Starlette writes names in lower case.
            is_kept = _names(message["headers"], b"cache-control")
            message["headers"] = [*message["headers"], *self._headers]
            if not is_kept:
                message["headers"].append(KEEP_NOWHERE)
            if self._body.is_awaited and self.status != TOO_LARGE:
                # Nobody reads the rest; who sends too much is still told so.
                message["headers"].append(HANG_UP)
        elif self._is_head:
            message["body"] = b""
        await self._send(message)


def _names(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bool:
    """Whether a header is there; a loop, for a generator takes three times as long."""
    for name, _ in headers:  # noqa: SIM110 -- on every answer, and any() is slower
        if name == wanted:
            return True
    return False


def _readable(scope: Scope) -> Scope:
    """Ask for HEAD what GET would answer (RFC 9110, 9.3.2); escape a raw query."""
    query: bytes = scope["query_string"]
    if query.isascii() and scope["method"] != "HEAD":
        return scope
    if not query.isascii():
        query = b"".join(b"%c" % o if o < ASCII_END else b"%%%02X" % o for o in query)
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return {**scope, "method": method, "query_string": query}


def _declared_length(scope: Scope) -> int:
    """Return the bytes that are announced; 1 for a body in chunks, 0 for none."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            readable = value.isdigit() and len(value) <= MOST_DIGITS
            return int(value) if readable else MAX_BODY + 1
        if name == b"transfer-encoding":
            return 1
    return 0


def _observe(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in METHODS else "other"
    requests, durations = _meters(route, method, status)
    requests.inc()
    durations.observe(seconds)
    log_request(route, method, status, seconds)


@cache
def _meters(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    # As few as there are routes; finding one by its labels costs more than counting.
    return REQUESTS.labels(route, method, str(status)), SECONDS.labels(route)
