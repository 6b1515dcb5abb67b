"""A body that comes a byte now and then, over a real connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket

import orjson
import pytest
import uvicorn
from fastapi import FastAPI

from app.web import middleware
from tests.web.builders import PROBLEM

PATIENCE_S = 1.2
HEAD = "{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
LENGTH = "Content-Length: 100\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def port(shared_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve the application on a real socket; bodies must come quickly."""
    monkeypatch.setattr(middleware, "BODY_SECONDS", PATIENCE_S)
    config = uvicorn.Config(shared_app, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()


@contextmanager
def asking(port: int, head: str) -> Iterator[socket]:
    with create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode())
        yield connection


def read_all(connection: socket) -> bytes:
    """Return what comes until the server hangs up."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def trickle(connection: socket, piece: bytes, stop: threading.Event) -> None:
    """Send a little at a time until shortly before the server's patience ends.

    What is under way when the server hangs up would take its answer with it.
    """
    for _ in range(6):
        if not stop.wait(PATIENCE_S / 8):
            connection.sendall(piece)


@pytest.mark.parametrize(
    ("framing", "piece"), [(LENGTH, b" "), (CHUNKED, b"1\r\n \r\n")]
)
@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/api/v1/attempts", PROBLEM),
        ("PUT", "/api/v1/attempts/x/answers/y", PROBLEM),
        ("POST", "/pt/assess", "text/html; charset=utf-8"),
    ],
)
def test_a_trickle_is_answered_and_cut_off(
    port: int, method: str, path: str, kind: str, framing: str, piece: bytes
) -> None:
    stop, began = threading.Event(), time.monotonic()
    with asking(port, HEAD.format(method=method, path=path) + framing) as connection:
        drops = threading.Thread(target=trickle, args=(connection, piece, stop))
        drops.start()
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
        stop.set()
        drops.join()

    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert kind.encode() in head
    assert kind != PROBLEM or orjson.loads(body)["code"] == "body-too-slow"
    assert PATIENCE_S * 0.9 < time.monotonic() - began < PATIENCE_S + 5


def test_a_body_that_nobody_reads_keeps_no_connection(port: int) -> None:
    head = HEAD.format(method="GET", path="/healthz") + LENGTH
    with asking(port, head) as connection:
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"alive\n")


def test_a_body_in_time_keeps_its_connection_for_the_next(port: int) -> None:
    head = HEAD.format(method="POST", path="/api/v1/tokens")
    head += "Content-Length: 2\r\n\r\n"
    with asking(port, head) as connection:
        for body in (b"{}", head.encode() + b"{}"):
            time.sleep(PATIENCE_S / 2)
            connection.sendall(body)
            assert connection.recv(65536).startswith(b"HTTP/1.1 422")
