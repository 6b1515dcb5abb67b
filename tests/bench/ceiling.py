"""The ceiling: the same statements and the same bytes, with nothing around them.

Bare Starlette and the raw driver; no ORM, no validation, no signatures checked, no
log. What ours costs beyond this is ours. Run by ``tests.bench``, which writes the
orders into a file::

    python -m tests.bench.ceiling orders.json 8134
"""

import gc
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio.to_thread
import orjson
import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kernel import clock

THREADS = 8
Execute = Callable[[str, dict[str, Any]], Any]


class Sqlite:
    """One connection, on the event loop."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url, check_same_thread=False)
        self._connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("PRAGMA cache_size=-16000")

    def run(self, steps: list[dict[str, Any]], values: dict[str, Any]) -> list[Any]:
        """Execute the statements of one request; return the last rows read."""
        rows: list[Any] = []
        for step in steps:
            if step["sql"] == "COMMIT":
                self._connection.commit()
                continue
            bound = [values.get(p, p) for p in step["parameters"]]
            cursor = self._connection.execute(step["sql"], bound)
            rows = cursor.fetchall() if cursor.description else rows
        return rows


class Postgres:
    """Connections for eight threads: some to read, some to write."""

    def __init__(self, url: str) -> None:
        self._readers = [self._open(url, autocommit=True) for _ in range(THREADS)]
        self._writers = [self._open(url, autocommit=False) for _ in range(THREADS)]

    @staticmethod
    def _open(url: str, *, autocommit: bool) -> psycopg.Connection[Any]:
        return psycopg.connect(url, autocommit=autocommit, prepare_threshold=1)

    def run(self, steps: list[dict[str, Any]], values: dict[str, Any]) -> list[Any]:
        """Execute the statements of one request; return the last rows read."""
        rows: list[Any] = []
        for is_write, pool in ((False, self._readers), (True, self._writers)):
            chosen = [step for step in steps if step["is_write"] is is_write]
            if chosen:
                connection = pool.pop()
                rows = self._run(connection, chosen, values) or rows
                pool.append(connection)
        return rows

    @staticmethod
    def _run(
        connection: psycopg.Connection[Any],
        steps: list[dict[str, Any]],
        values: dict[str, Any],
    ) -> list[Any]:
        rows: list[Any] = []
        cursor = connection.cursor()
        for step in steps:
            if step["sql"] == "COMMIT":
                connection.commit()
                continue
            bound = {
                name: values.get(p, p) if isinstance(p, str) else p
                for name, p in step["parameters"].items()
            }
            cursor.execute(step["sql"], bound)
            rows = cursor.fetchall() if cursor.description else rows
        return rows


class Ceiling:
    """Three routes that answer what ours answers."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._is_sqlite = orders["is_sqlite"]
        self._database = (Sqlite if self._is_sqlite else Postgres)(orders["url"])
        self._steps = orders["steps"]
        self._headers = {
            shape: [(name.encode(), value.encode()) for name, value in pairs]
            for shape, pairs in orders["headers"].items()
        }
        learners = orders["learners"]
        for each in learners:
            each["page"] = each["page"].encode()
        if not self._is_sqlite:
            for each in learners:
                for name in ("$learner", "$attempt"):
                    each[name] = UUID(each[name])
        self._by_session = {each["session"]: each for each in learners}
        self._by_token = {each["token"]: each for each in learners}

    async def page(self, request: Request) -> Response:
        """Answer the questionnaire page, written beforehand for each learner."""
        learner = self._by_session[request.cookies["masar_session"]]
        await self._run("page", learner)
        return self._answer("page", learner["page"])

    async def save(self, request: Request) -> Response:
        """Keep an answer."""
        body = orjson.loads(await request.body())
        learner = self._by_token[request.headers["authorization"][7:]]
        now = clock.current_time()
        values = {
            **learner,
            "$item": request.path_params["item"],
            "$now": now.strftime("%Y-%m-%d %H:%M:%S.%f") if self._is_sqlite else now,
        }
        await self._run("save", values)
        answer = {
            "item": request.path_params["item"],
            "value": body["value"],
            "answered_at": now.astimezone(UTC),
        }
        return self._answer("save", orjson.dumps(answer, option=orjson.OPT_UTC_Z))

    async def path(self, request: Request) -> Response:
        """Answer the stored path as it lies in the database."""
        learner = self._by_token[request.headers["authorization"][7:]]
        rows = await self._run("path", learner)
        return self._answer("path", bytes(rows[0][0]))

    def _answer(self, shape: str, body: bytes) -> Response:
        # The heads are ours, too: the server checks each of their bytes.
        response = Response(body)
        response.raw_headers += self._headers[shape]
        return response

    def _run(self, shape: str, values: dict[str, Any]) -> Awaitable[list[Any]]:
        if not self._is_sqlite:
            return run_in_threadpool(self._database.run, self._steps[shape], values)
        return _done(self._database.run(self._steps[shape], values))


async def _done(rows: list[Any]) -> list[Any]:
    return rows


@asynccontextmanager
async def _live(_app: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    yield


def create(orders: dict[str, Any]) -> Starlette:
    """Wire the ceiling."""
    ceiling = Ceiling(orders)
    return Starlette(
        routes=[
            Route("/fr/assess/{attempt}/{number}", ceiling.page),
            Route(
                "/api/v1/attempts/{attempt}/answers/{item}",
                ceiling.save,
                methods=["PUT"],
            ),
            Route("/api/v1/me/path", ceiling.path),
        ],
        lifespan=_live,
    )


if __name__ == "__main__":
    uvicorn.run(
        create(orjson.loads(Path(sys.argv[1]).read_bytes())),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
    )
