"""How fast statements come in and are found: ``python -m tests.bench.records``.

The yardstick runs in the same process and database: validate with Pydantic, one
``executemany``, commit. ``--stored`` says how many statements there are at the end.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
from pydantic import BaseModel
from sqlalchemy import text

from app.cohorts.domain.keys import Key
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.records.domain import Version
from app.records.domain.filters import Sought, Wanted, list_mentions
from app.records.domain.validation import check_statement
from app.records.queries import list_statements
from app.records.service import prepare, store
from tests.cohorts.builders import add_key, add_ministry
from tests.conftest import prepare as prepare_database

BATCH = 50
PEOPLE = 50_000
ACTIVITIES = 2_000
VERBS = ("completed", "passed", "attempted", "experienced", "answered", "failed")
ADL = "http://adlnet.gov/expapi/verbs/"
AUTHORITY = {
    "objectType": "Agent",
    "account": {"homePage": "https://masar.example", "name": "key:bench"},
}
QUERIES = 300


class _Verb(BaseModel):
    id: str
    display: dict[str, str] = {}


class _Statement(BaseModel):
    id: UUID
    actor: dict[str, Any]
    verb: _Verb
    object: dict[str, Any]
    context: dict[str, Any]
    result: dict[str, Any]


def make_statement(chance: random.Random) -> dict[str, Any]:
    """Return one of a learning platform's statements."""
    course = chance.randrange(ACTIVITIES)
    return {
        "id": str(uuid4()),
        "actor": {"mbox": f"mailto:p{chance.randrange(PEOPLE)}@lms.example"},
        "verb": {"id": ADL + chance.choice(VERBS), "display": {"en": "did"}},
        "object": {
            "id": f"https://lms.example/a/{course}",
            "definition": {"name": {"en": f"Activity {course}"}},
        },
        "context": {
            "contextActivities": {
                "parent": [{"id": f"https://lms.example/c/{course // 20}"}]
            }
        },
        "result": {"completion": True, "score": {"scaled": 0.8}},
    }


def bodies(chance: random.Random, count: int) -> list[bytes]:
    """Return batches as they come over the wire."""
    return [
        orjson.dumps([make_statement(chance) for _ in range(BATCH)])
        for _ in range(count)
    ]


def ingest(database: Database, key: Key, body: bytes) -> None:
    """Do what ``POST /xapi/statements`` does with a body."""
    drafts = [
        prepare(
            check_statement(each, Version.ONE),
            version=Version.ONE,
            key=key,
            authority=AUTHORITY,
        )
        for each in orjson.loads(body)
    ]
    with database.write() as connection:
        store(connection, key=key, drafts=drafts, now=current_time())


def yardstick(database: Database, body: bytes) -> None:
    """Validate with Pydantic, executemany, commit."""
    rows = [
        {"id": str(_Statement.model_validate(each).id), "body": orjson.dumps(each)}
        for each in orjson.loads(body)
    ]
    with database.write() as connection:
        connection.execute(
            text("INSERT INTO bench_plain (id, body) VALUES (:id, :body)"), rows
        )


def timed(rounds: list[bytes], work: Any) -> float:  # noqa: ANN401 -- any function
    """Return statements a second."""
    started = time.perf_counter()
    for body in rounds:
        work(body)
    return len(rounds) * BATCH / (time.perf_counter() - started)


def find(database: Database, key: Key, chance: random.Random) -> dict[str, float]:
    """Return the 99th percentile of each kind of question, in milliseconds."""

    def ask(sought: Sought, after: int = 0) -> float:
        started = time.perf_counter()
        mentions = list_mentions(sought, tenant=key.institution_id, authority="?")
        with database.read() as connection:
            wanted = Wanted(mentions=mentions, after=after)
            list_statements(connection, tenant=key.institution_id, wanted=wanted)
        return (time.perf_counter() - started) * 1000

    def agent() -> dict[str, str]:
        return {"mbox": f"mailto:p{chance.randrange(PEOPLE)}@lms.example"}

    def activity() -> str:
        return f"https://lms.example/a/{chance.randrange(ACTIVITIES)}"

    def verb() -> str:
        return ADL + chance.choice(VERBS)

    def course() -> str:
        return f"https://lms.example/c/{chance.randrange(ACTIVITIES // 20)}"

    kinds: dict[str, Callable[[], Sought]] = {
        "agent": lambda: Sought(agent=agent()),
        "agent, related": lambda: Sought(agent=agent(), is_related_agents=True),
        "verb": lambda: Sought(verb=verb()),
        "activity": lambda: Sought(activity=activity()),
        "activity, related": lambda: Sought(
            activity=course(), is_related_activities=True
        ),
        "activity and verb": lambda: Sought(activity=activity(), verb=verb()),
        "agent and verb": lambda: Sought(agent=agent(), verb=verb()),
        "agent and activity": lambda: Sought(agent=agent(), activity=activity()),
        "everything": Sought,
    }
    return {
        name: sorted(ask(make()) for _ in range(QUERIES))[int(QUERIES * 0.99) - 1]
        for name, make in kinds.items()
    }


def main() -> None:
    """Fill, measure on the way, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    chance = random.Random(1)  # noqa: S311 -- figures, no secrets
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'bench.sqlite'}"
        prepare_database(url)
        database = Database(url)
        with database.write() as connection:
            key, _ = add_key(connection, add_ministry(connection))
            connection.execute(
                text("CREATE TABLE bench_plain (id VARCHAR(36) PRIMARY KEY, body BLOB)")
                if database.is_embedded
                else text("CREATE TABLE bench_plain (id UUID PRIMARY KEY, body BYTEA)")
            )
        total, step = 0, max(given.stored // 5, BATCH)
        while total < given.stored:
            ours = timed(bodies(chance, 100), lambda body: ingest(database, key, body))
            plain = timed(bodies(chance, 100), lambda body: yardstick(database, body))
            print(f"{total:>9}: {ours:7.0f}/s of {plain:7.0f}/s = {ours / plain:.2f}")  # noqa: T201 -- a bench speaks
            rest = bodies(chance, (step - 100 * BATCH) // BATCH)
            timed(rest, lambda body: ingest(database, key, body))
            total += 100 * BATCH + len(rest) * BATCH
        for name, worst in find(database, key, chance).items():
            print(f"{name:>20}: p99 {worst:6.2f} ms")  # noqa: T201 -- a bench speaks
        database.close()


if __name__ == "__main__":
    main()
