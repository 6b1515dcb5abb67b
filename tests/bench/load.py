"""The load: one process, keep-alive connections, each asks as soon as it is answered.

Run by ``tests.bench``; reads its orders from standard input, writes JSON.
"""

import gc
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass
from itertools import cycle

import orjson

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length: "
BUFFER = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to send, where, how many at once and for how long."""

    port: int
    requests: list[str]
    """Whole HTTP/1.1 requests; each connection goes round them."""
    connections: int
    seconds: float
    warm_up: float
    status: int
    """What every answer must say; another one ends the run."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured."""

    per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    answers: int
    """All of them, those of the warm-up too."""
    bytes: int
    """Of one answer, with its head."""


class _Caller:
    """One connection: sends a request, waits for the whole answer."""

    def __init__(self, port: int, requests: list[bytes], first: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start = first % len(requests)
        self._requests = cycle(requests[start:] + requests[:start])
        self._missing = 0
        self.sent_at = 0.0
        self.head = b""
        self.size = 0

    def ask(self) -> None:
        """Send the next request."""
        self._missing = -1
        self.size = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def is_answered(self) -> bool:
        """Read what has come; say whether it is all."""
        data = self.socket.recv(BUFFER)
        if not data:
            raise ConnectionError("closed by the server")
        self.size += len(data)
        if self._missing < 0:
            head, separator, body = data.partition(HEAD_END)
            if not separator:
                raise ConnectionError("half a head")
            self.head = head
            start = head.find(LENGTH)
            line_end = head.find(b"\r\n", start)
            length = head[start + len(LENGTH) : line_end if line_end > 0 else None]
            self._missing = int(length) - len(body)
        else:
            self._missing -= len(data)
        return self._missing == 0


def run(order: Order) -> Figures:
    """Send the load; return requests per second and the percentiles.

    Raises:
        RuntimeError: An answer had another status than expected.
    """
    expected = f"HTTP/1.1 {order.status} ".encode()
    requests = [request.encode() for request in order.requests]
    selector = selectors.DefaultSelector()
    callers = [_Caller(order.port, requests, n * 7) for n in range(order.connections)]
    for caller in callers:
        selector.register(caller.socket, selectors.EVENT_READ, caller)
        caller.ask()
    begun = time.perf_counter() + order.warm_up
    end = begun + order.seconds
    times: list[float] = []
    answers = 0
    size = 0
    now = 0.0
    while now < end:
        for key, _events in selector.select(5):
            caller = key.data
            if not caller.is_answered():
                continue
            now = time.perf_counter()
            answers += 1
            size = caller.size
            if not caller.head.startswith(expected):
                raise RuntimeError(caller.head[:200])
            if now >= begun:
                times.append(now - caller.sent_at)
            caller.ask()
    for caller in callers:
        caller.socket.close()
    ordered = sorted(times)
    return Figures(
        per_second=len(ordered) / order.seconds,
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[int(len(ordered) * 0.99)] * 1000,
        max_ms=ordered[-1] * 1000,
        answers=answers,
        bytes=size,
    )


if __name__ == "__main__":
    gc.disable()
    sys.stdout.buffer.write(
        orjson.dumps(asdict(run(Order(**orjson.loads(sys.stdin.buffer.read())))))
    )
