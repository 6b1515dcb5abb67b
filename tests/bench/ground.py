"""What the bench stands on: a loaded database, learners, and the SQL of each request."""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import psycopg
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Engine, event
from typing_extensions import override

from app.identity.access import secret_of
from app.identity.domain import digest
from app.identity.domain.tokens import read_token
from app.identity.service import open_session
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.main import create_app
from app.settings import Settings

LIFETIME = timedelta(days=30)
ANSWERED = 10
"""Questions a bench learner has answered already: she is half-way through."""
GROUP = 1
"""The page of the questionnaire that is asked for."""
VALUE = 3


@dataclass(frozen=True, kw_only=True)
class BenchLearner:
    """Somebody the load can act for."""

    learner_id: UUID
    attempt_id: str
    item: str
    token: str
    session: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One statement as the driver got it; ``parameters`` name what differs."""

    sql: str
    parameters: Any
    is_write: bool
    """Inside a transaction; the rest runs statement by statement."""


@dataclass(kw_only=True)
class Recorder:
    """Writes down what reaches the driver."""

    steps: list[Step] = field(default_factory=list)

    def note(self, sql: object, parameters: object, *, is_write: bool) -> None:
        """Keep one statement."""
        self.steps.append(Step(sql=str(sql), parameters=parameters, is_write=is_write))


RECORDER = Recorder()


class _SqliteCursor(sqlite3.Cursor):
    @override
    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        is_write = self.connection.in_transaction or sql.startswith("BEGIN")
        RECORDER.note(sql, parameters, is_write=is_write)
        return super().execute(sql, parameters)


class _SqliteConnection(sqlite3.Connection):
    @override
    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(_SqliteCursor)

    @override
    def commit(self) -> None:
        if self.in_transaction:
            RECORDER.note("COMMIT", (), is_write=True)
        super().commit()


class _PostgresCursor(psycopg.Cursor[Any]):
    @override
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        is_write = not self.connection.autocommit
        RECORDER.note(query, params, is_write=is_write)
        return super().execute(query, params, **options)


class _PostgresConnection(psycopg.Connection[Any]):
    @override
    def commit(self) -> None:
        if self.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            RECORDER.note("COMMIT", (), is_write=True)
        super().commit()


def listen(engine: Engine) -> None:
    """Let every new connection of an engine write down what it executes."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 -- theirs
        if engine.dialect.name == "sqlite":
            return sqlite3.connect(*args, **{**kwargs, "factory": _SqliteConnection})
        opened = _PostgresConnection.connect(*args, **kwargs)
        opened.cursor_factory = _PostgresCursor
        return opened


@contextmanager
def application(settings: Settings) -> Iterator[tuple[TestClient, Database]]:
    """Run the application in this process, with its statements recorded."""
    app = create_app(settings)
    database: Database = app.state.database
    listen(database.engine)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client, database


def make_learner(
    client: TestClient, database: Database, settings: Settings
) -> BenchLearner:
    """Let one person answer everything, see her path, and begin a second time."""
    first = _start(client, {})
    headers = {"authorization": f"Bearer {first['token']}"}
    items = [item["key"] for item in first["items"]]
    _answer(client, first["id"], items, headers)
    client.post(f"/api/v1/attempts/{first['id']}/submit", headers=headers)
    second = _start(client, headers)
    _answer(client, second["id"], items[:ANSWERED], headers)
    client.get("/api/v1/me/path", headers=headers).raise_for_status()
    now = current_time()
    learner_id = read_token(secret_of(settings), first["token"], now=now).learner_id
    with database.write() as connection:
        session = open_session(
            connection, learner_id=learner_id, now=now, lifetime=LIFETIME
        )
    return BenchLearner(
        learner_id=learner_id,
        attempt_id=second["id"],
        item=items[0],
        token=first["token"],
        session=session,
    )


def _start(client: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    body = {"framework": "unesco-ai-dt", "role": "service-manager", "lang": "fr"}
    answer = client.post("/api/v1/attempts", json=body, headers=headers)
    started: dict[str, Any] = answer.raise_for_status().json()
    return started


def _answer(
    client: TestClient, attempt_id: str, items: list[str], headers: dict[str, str]
) -> None:
    for number, item in enumerate(items):
        client.put(
            f"/api/v1/attempts/{attempt_id}/answers/{item}",
            json={"value": number % (VALUE + 1)},
            headers=headers,
        ).raise_for_status()


def addresses(learner: BenchLearner) -> Mapping[str, tuple[str, str, str]]:
    """Return method, path and body of each measured request."""
    return {
        "page": ("GET", f"/fr/assess/{learner.attempt_id}/{GROUP}", ""),
        "save": (
            "PUT",
            f"/api/v1/attempts/{learner.attempt_id}/answers/{learner.item}",
            f'{{"value":{VALUE}}}',
        ),
        "path": ("GET", "/api/v1/me/path", ""),
    }


def credentials(learner: BenchLearner, shape: str) -> tuple[str, str]:
    """Return the header by which a learner is known: a cookie for pages, else a token."""
    if shape == "page":
        return "cookie", f"masar_session={learner.session}"
    return "authorization", f"Bearer {learner.token}"


def request_text(learner: BenchLearner, shape: str) -> str:
    """Write a whole HTTP request."""
    method, path, body = addresses(learner)[shape]
    name, value = credentials(learner, shape)
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"{name}: {value}"]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", body])


def record_steps(
    client: TestClient, learner: BenchLearner, shape: str
) -> tuple[list[Step], Response]:
    """Return the SQL of one request, with names for what differs, and the answer."""
    method, path, body = addresses(learner)[shape]
    name, value = credentials(learner, shape)
    headers = {
        name: value,
        "content-type": "application/json",
        "accept-encoding": "identity",
    }
    RECORDER.steps.clear()
    answer = client.request(method, path, content=body, headers=headers)
    answer.raise_for_status()
    steps = [
        Step(
            sql=step.sql,
            parameters=_named(step.parameters, learner),
            is_write=step.is_write,
        )
        for step in RECORDER.steps
        if not step.sql.startswith("PRAGMA")
    ]
    return steps, answer


def _named(parameters: Any, learner: BenchLearner) -> Any:  # noqa: ANN401 -- theirs
    names = {
        str(learner.learner_id): "$learner",
        learner.learner_id.hex: "$learner",
        learner.attempt_id: "$attempt",
        UUID(learner.attempt_id).hex: "$attempt",
        digest(learner.session): "$digest",
        learner.item: "$item",
    }

    def name(value: object) -> object:
        text = str(value)
        if text[:4].isdigit() and text[4:5] == "-" and ":" in text:
            return "$now"
        return names.get(text, value)

    if isinstance(parameters, Mapping):
        return {key: name(value) for key, value in parameters.items()}
    return [name(value) for value in parameters or ()]


def new_secret_key() -> str:
    """Return a key for one run."""
    return secrets.token_hex(32)
