"""What happens to every request: a number, a limit, headers, one line in the log.

Pure ASGI: one ``BaseHTTPMiddleware`` costs 80 % of the throughput
(shared/anchors/speed.md).
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request

from app.kernel.errors import TooLargeError
from app.web.problems import show_domain_error

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 64 * 1024
"""Bytes of a request body; the largest form has 30 short fields."""
_log = structlog.get_logger("masar.requests")
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


class BodyTooLargeError(TooLargeError):
    """The body is larger than any form or call of ours."""

    code = "body-too-large"


class Envelope:
    """Limits the body, adds the headers, counts and logs; personal data stay out.

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
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        try:
            if _declared_length(scope) > MAX_BODY:
                answer = show_domain_error(
                    Request(scope), BodyTooLargeError(max_bytes=MAX_BODY)
                )
                await answer(scope, receive, send_with_headers)
            else:
                await self._app(scope, _limited(receive), send_with_headers)
        finally:
            _observe(scope, status, time.perf_counter() - started)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else MAX_BODY + 1
    return 0


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise BodyTooLargeError(max_bytes=MAX_BODY)
        return message

    return receive_limited


def _observe(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    REQUESTS.labels(route, scope["method"], str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    _log.info(
        "request",
        route=route,
        method=scope["method"],
        status=status,
        ms=round(seconds * 1000, 2),
    )
