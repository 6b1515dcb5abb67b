"""A learner and a raw wire for the tests of the web layer."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.settings import ROOT
from tests.constants import SECRET_KEY
from tests.ports import free_port

FRAMEWORK = "unesco-ai-dt"
PROBLEM = "application/problem+json"
PATIENCE_S = 60


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A learner who has begun a questionnaire through the API."""

    attempt: str
    token: str
    resume_code: str
    items: list[str]

    @property
    def headers(self) -> dict[str, str]:
        """Her credentials."""
        return {"authorization": f"Bearer {self.token}"}

    def answer_url(self, number: int = 0) -> str:
        """Return where one of her answers goes."""
        return f"/api/v1/attempts/{self.attempt}/answers/{self.items[number]}"


def begin(client: httpx.Client, lang: str = "fr", role: str | None = None) -> Begun:
    """Begin a questionnaire through the API."""
    sent = {"framework": FRAMEWORK, "lang": lang, "role": role}
    made = client.post("/api/v1/attempts", json=sent).json()
    return Begun(
        attempt=made["id"],
        token=made["token"],
        resume_code=made["resume_code"],
        items=[item["key"] for item in made["items"]],
    )


def begin_in_browser(client: TestClient, lang: str = "fr") -> str:
    """Begin a questionnaire in the browser; return the address of its first page."""
    sent = {"form_token": form_token(client, f"/{lang}/assess"), "role": ""}
    answer = client.post(f"/{lang}/assess", data=sent, follow_redirects=False)
    return str(answer.headers["location"])


def form_token(client: TestClient, address: str) -> str:
    """Return the token of the forms on a page."""
    page = str(client.get(address).text)
    return page.partition('name="form_token" value="')[2].partition('"')[0]


@dataclass
class Answer:
    """What came back over the raw wire."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def send(
    app: FastAPI,
    method: str,
    target: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    chunks: Iterable[bytes] = (b"",),
) -> Answer:
    """Send what an HTTP client would refuse to send, as uvicorn would pass it on."""
    path, _, query = target.partition(b"?")
    sent = {"host": "127.0.0.1:8000", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in sent.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    pieces = list(chunks)
    answer = Answer()

    async def receive() -> dict[str, Any]:
        body = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    async def keep(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    # In a thread of its own: a browser that is open has a loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, app(scope, receive, keep)).result()
    return answer


def app_of(client: TestClient) -> FastAPI:
    """Return the application behind a client."""
    app = client.app
    assert isinstance(app, FastAPI)
    return app


@dataclass(frozen=True, kw_only=True)
class Served:
    """A server that runs."""

    base: str
    process: subprocess.Popen[bytes]


@contextmanager
def serving(database_url: str, log: Path, **settings: str) -> Iterator[Served]:
    """Run the program as an operator does; kill it, as a power cut would, at the end."""
    port = str(free_port())
    own = {
        "MASAR_DATABASE_URL": database_url,
        "MASAR_SECRET_KEY": SECRET_KEY,
        **{f"MASAR_{name.upper()}": value for name, value in settings.items()},
    }
    with (
        log.open("ab") as output,
        subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "app", "serve", "--port", port],
            cwd=ROOT,
            env=os.environ | own,  # noqa: TID251 -- a child needs the PATH
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            wait_until_ready(f"http://127.0.0.1:{port}")
            yield Served(base=f"http://127.0.0.1:{port}", process=process)
        finally:
            process.kill()


def wait_until_ready(base: str) -> None:
    """Return as soon as a server answers."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if httpx.get(f"{base}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(base)
