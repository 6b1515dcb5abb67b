"""Our server and the ceiling as processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import ROOT

PATIENCE_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    port: int
    pid: int
    start_s: float
    """From the command to the first answer."""

    def cpu_s(self) -> float:
        """Return the processor time it has used so far, its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return its resident memory."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        kilobytes = next(line for line in lines if line.startswith("VmRSS:"))
        return int(kilobytes.split()[1]) / 1024


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    arguments: list[str], ready: str, *, environment: Mapping[str, str], log: Path
) -> Iterator[Server]:
    """Run ``python -m …`` until the block ends; ``PORT`` stands for its port.

    Args:
        arguments: After ``python -m``.
        ready: Address that answers once the server is ready.
        environment: The whole environment.
        log: Where its output goes.
    """
    port = free_port()
    command = [sys.executable, "-m", *(a.replace("PORT", str(port)) for a in arguments)]
    begun = time.perf_counter()
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 -- our own command
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            _await(port, ready, process, log)
            start_s = time.perf_counter() - begun
            server = Server(port=port, pid=process.pid, start_s=start_s)
            yield server
        finally:
            process.terminate()


def _await(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    end = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < end:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as opened:
                opened.sendall(request.encode())
                if opened.recv(100).split()[1] in {b"200", b"404"}:
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError("does not answer", process.args, log.read_text()[-2000:])
