"""Ports for servers that tests start."""

import os
import secrets
import socket

FIRST_PORT = 20_000
PORTS_A_WORKER = 1_000


def free_port() -> int:
    """Return a port that nobody listens on, and that stays free until it is used again.

    It lies below those that systems give to connections (32 768 on), in a range that is
    this test process's own.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw9")  # noqa: TID251 -- pytest's own
    first = FIRST_PORT + int(worker.removeprefix("gw")) * PORTS_A_WORKER
    while True:
        port = first + secrets.randbelow(PORTS_A_WORKER)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
