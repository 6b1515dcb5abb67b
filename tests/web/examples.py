"""The examples of the OpenAPI document: what a learner's program asks, and is told.

``python -m tests.web.examples`` records them anew into ``app/web/examples.json``. An
operation that is new needs a line in ``PARAMETERS``.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import orjson
from fastapi.testclient import TestClient

from app.kernel.clock import current_time
from app.main import create_app
from app.web.openapi import EXAMPLES
from tests.conftest import make_settings, prepare
from tests.constants import NOON

Values: TypeAlias = dict[str, Any]
ATTEMPT = "0b7c5c1e-5f0e-4f5a-9d5e-3a1f6c2b8d40"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiLigKYifQ.c2lnbmF0dXJl"  # noqa: S105 -- of nobody
RESUME_CODE = "K7PM-2XQ4-9BTB"
ANSWERS = (2, 1, "unknown", 3, 2, "not_applicable")
ENTRY = "9d1f7c52-4b7e-4c1a-8f6d-2e5a3b1c0d97"
COURSE = "unesco-oxford-ai-dt-gov"
SECOND_PAGE = "YXQ6NTA"
MOST_ITEMS = 3
PARAMETERS: Mapping[str, Values] = {
    "list_frameworks": {"lang": "en", "limit": 50, "after": SECOND_PAGE},
    "get_framework": {"key": "unesco-ai-dt", "version": "1.0.0", "lang": "en"},
    "list_courses": {
        "competency": "generative-ai",
        "lang": "fr",
        "level": 2,
        "max_hours": 12,
        "max_megabytes": 3000,
        "delivery": "self_paced",
        "cost": "free",
        "provider": "unesco",
        "q": "oxford",
        "limit": 50,
        "after": SECOND_PAGE,
    },
    "get_course": {"key": COURSE, "lang": "fr"},
    "create_attempt": {},
    "put_answer": {"attempt_id": ATTEMPT, "item": "problem-framing"},
    "get_attempt": {"attempt_id": ATTEMPT},
    "submit_attempt": {"attempt_id": ATTEMPT},
    "list_attempts": {"limit": 20, "after": SECOND_PAGE},
    "get_profile": {"lang": "fr"},
    "get_path": {
        "hours_per_week": 3,
        "weeks": 12,
        "lang": ["fr", "en"],
        "max_mb": 5000,
    },
    "put_preferences": {},
    "put_step": {"key": COURSE},
    "put_entry": {"key": COURSE, "ref": ENTRY},
    "put_note": {"key": COURSE},
    "get_progress": {},
    "get_course_progress": {"key": COURSE},
    "correct_entry": {"key": COURSE, "ref": ENTRY},
    "create_token": {},
    "erase_me": {},
}
"""By operation, in an order that works: she begins, answers, submits, asks, leaves."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One operation called with its example, and the answer."""

    operation: str
    response: httpx.Response


class Learner:
    """Calls operations by name, as a program that has read the document would."""

    def __init__(self, client: TestClient, document: Values) -> None:
        self._client = client
        self._schemas = document["components"]["schemas"]
        self._operations = {
            operation["operationId"]: (method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self._real: dict[str, str] = {}
        self._items: list[str] = []
        self._headers: dict[str, str] = {}

    def live(self) -> Iterator[Said]:
        """Call every operation with its example."""
        for name in PARAMETERS:
            if name == "submit_attempt":
                self._answer_all()
            response = self._call(name)
            if name == "create_attempt":
                self._begin(response.json())
            yield Said(operation=name, response=response)

    def anonymous(self, text: str) -> str:
        """Replace what is hers alone by what stands in the examples."""
        for example, real in self._real.items():
            text = text.replace(real, example)
        return text

    def _begin(self, attempt: Values) -> None:
        self._real = {
            ATTEMPT: attempt["id"],
            TOKEN: attempt["token"],
            RESUME_CODE: attempt["resume_code"],
        }
        self._headers = {"authorization": f"Bearer {attempt['token']}"}
        self._items = [item["key"] for item in attempt["items"]]

    def _call(self, name: str, **others: str) -> httpx.Response:
        method, path, operation = self._operations[name]
        given = {**PARAMETERS[name], **others}
        known = {p["name"]: p["in"] for p in operation.get("parameters", [])}
        assert set(given) == set(known), name
        query = {n: v for n, v in given.items() if known[n] == "query"}
        # An example shows a page that has something on it.
        query.pop("after", None)
        body = operation.get("requestBody")
        response: httpx.Response = self._client.request(
            method,
            path.format(**{n: self._real.get(str(v), v) for n, v in given.items()}),
            params=query,
            json=self._example(body) if body else None,
            headers=self._headers,
        )
        return response

    def _example(self, body: Values) -> Values:
        reference = body["content"]["application/json"]["schema"]["$ref"]
        example: Values = self._schemas[reference.rpartition("/")[2]]["examples"][0]
        if "resume_code" in example:
            return {"resume_code": self._real[RESUME_CODE]}
        return example

    def _answer_all(self) -> None:
        path = self._operations["put_answer"][1]
        for number, item in enumerate(self._items):
            address = path.format(attempt_id=self._real[ATTEMPT], item=item)
            value = {"value": ANSWERS[number % len(ANSWERS)]}
            self._client.put(address, json=value, headers=self._headers)


def shortened(value: Any) -> Any:  # noqa: ANN401 -- JSON
    """Keep one of many objects and three of many words, at every depth."""
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    most = 1 if value and isinstance(value[0], dict) else MOST_ITEMS
    return [shortened(each) for each in value[:most]]


def record(client: TestClient, document: Values) -> dict[str, Values]:
    """Return what the document says of each operation, as its file holds it."""
    learner = Learner(client, document)
    found: dict[str, Values] = {}
    for said in learner.live():
        said.response.raise_for_status()
        entry: Values = {"parameters": PARAMETERS[said.operation]}
        if said.response.content:
            whole = orjson.loads(learner.anonymous(said.response.text))
            entry["answer"] = shortened(whole)
        found[said.operation] = entry
    return found


def main() -> None:
    """Record the examples on an installation of their own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'masar.sqlite'}"
        prepare(url)
        app = create_app(make_settings(url))
        app.dependency_overrides[current_time] = lambda: NOON
        found = record(TestClient(app), app.openapi())
        app.state.database.close()
    EXAMPLES.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
