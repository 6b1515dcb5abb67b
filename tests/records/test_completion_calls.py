"""Finished courses, as a program of an institution reports them."""

import base64
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.cohorts.domain.keys import Scope
from tests.cohorts.builders import add_key, add_world
from tests.identity.builders import add_account, add_learner, database_of
from tests.records.test_completions import AMINA, MOOC, counts
from tests.sharing.builders import add_member


@pytest.fixture
def call(client: TestClient) -> Any:  # noqa: ANN401 -- a function and its world
    with database_of(client).write() as connection:
        world = add_world(connection)
        learner = add_learner(connection)
        add_account(connection, learner, email=AMINA)
        add_member(connection, world.cohort.cohort_id, learner=learner)
        keys = {
            scope: add_key(connection, world.health, scope)
            for scope in (Scope.COMPLETIONS, Scope.STATEMENTS_WRITE)
        }

    def send(
        method: str,
        path: str = "",
        scope: Scope = Scope.COMPLETIONS,
        **options: Any,  # noqa: ANN401 -- of a call
    ) -> httpx.Response:
        key, secret = keys[scope]
        token = base64.b64encode(f"{key.key_id}:{secret}".encode()).decode()
        headers = {"authorization": f"Basic {token}"}
        address = f"/api/v1/completions{path}"
        answer: httpx.Response = client.request(
            method, address, headers=headers, **options
        )
        return answer

    return send


def test_a_program_reports_completions_all_or_none(call: Any) -> None:  # noqa: ANN401
    row = {"member": AMINA, "course": MOOC, "completed_on": "2026-10-15", "hours": 2}
    stranger = {**row, "member": "bea@health.example", "reference": "B-1"}
    wrong = {**row, "course": "none"}

    trial = call("POST", json={"items": [row], "dry_run": True})
    refused = call("POST", json={"items": [stranger, wrong]})
    first = call("POST", json={"items": [row, stranger]})
    again = call("POST", json={"items": [row, stranger]})
    waiting = call("GET", "/waiting", params={"limit": 1}).json()

    assert trial.json() == {"dry_run": True, **counts()}
    assert refused.status_code == 422
    assert refused.json()["facts"] == {"problems": "2 course: unknown", "wrong": 1}
    assert first.json() == {"dry_run": False, **counts(new=2, waiting=1)}
    assert again.json() == {"dry_run": False, **counts(known=2)}
    assert [each["member"] for each in waiting["items"]] == ["bea@health.example"]
    assert waiting["next"] is None


def test_only_a_key_for_it_reports_completions(call: Any, client: TestClient) -> None:  # noqa: ANN401
    body = {"items": [{"member": AMINA, "course": MOOC, "completed_on": "2026-10-15"}]}

    other = call("POST", scope=Scope.STATEMENTS_WRITE, json=body)
    nobody = client.post("/api/v1/completions", json=body)

    assert (other.status_code, other.json()["code"]) == (403, "key-scope")
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"].startswith("Basic")
