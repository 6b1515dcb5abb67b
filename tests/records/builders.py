"""A key, a client that uses it, and statements."""
# ruff: noqa: ANN401, D102 -- calls and statements of any shape

import base64
from typing import Any
from uuid import uuid4

import httpx
from fastapi.testclient import TestClient

from app.cohorts.domain.keys import Key, Scope
from tests.cohorts.builders import add_key, add_ministry
from tests.identity.builders import database_of

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
COURSE = "https://lms.example/courses/ai"
Statement = dict[str, Any]


class Platform:
    """A platform of an institution that speaks the Experience API."""

    def __init__(
        self, client: TestClient, key: Key, secret: str, version: str = "1.0.3"
    ) -> None:
        self.client = client
        self.key = key
        self.version = version
        token = base64.b64encode(f"{key.key_id}:{secret}".encode()).decode()
        self.authorization = f"Basic {token}"

    @property
    def headers(self) -> dict[str, str]:
        return {
            "authorization": self.authorization,
            "x-experience-api-version": self.version,
        }

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        answer: httpx.Response = self.client.request(
            method, f"/xapi/{path}", headers=headers, **options
        )
        return answer

    def get(self, path: str = "statements", **params: Any) -> httpx.Response:
        return self.call("GET", path, params=params)

    def post(self, *statements: Statement) -> httpx.Response:
        sent = statements[0] if len(statements) == 1 else list(statements)
        return self.call("POST", "statements", json=sent)

    def put(self, statement: Statement, statement_id: str = "") -> httpx.Response:
        params = {"statementId": statement_id or statement["id"]}
        return self.call("PUT", "statements", params=params, json=statement)

    def ids(self, **params: Any) -> list[str]:
        """Return the ids of the statements that are found, in their order."""
        found = self.get(**params).json()["statements"]
        return [each["id"] for each in found]


def connect(
    client: TestClient,
    *scopes: Scope,
    institution: str = "health",
    version: str = "1.0.3",
    **others: Any,
) -> Platform:
    """Add an institution with a key, and return its platform."""
    with database_of(client).write() as connection:
        ministry = add_ministry(connection, institution)
        key, secret = add_key(connection, ministry, *scopes, **others)
    return Platform(client, key, secret, version)


def mailbox(name: str = "amina") -> dict[str, str]:
    return {"mbox": f"mailto:{name}@health.example"}


def statement(**others: Any) -> Statement:
    return {
        "id": str(uuid4()),
        "actor": mailbox(),
        "verb": {"id": COMPLETED},
        "object": {"id": COURSE},
        **others,
    }


def about(target: Statement, **others: Any) -> Statement:
    """Return a statement about another one."""
    reference = {"objectType": "StatementRef", "id": target["id"]}
    return statement(object=reference, **others)


def voiding(target: Statement) -> Statement:
    return about(target, verb={"id": VOIDED}, actor=mailbox("admin"))
