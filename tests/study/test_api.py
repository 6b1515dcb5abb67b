"""Study groups for programs."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.identity.domain import Learner, Strength, digest
from app.identity.domain.tokens import issue_token
from app.identity.service import open_session
from app.kernel.database import Database
from tests.cohorts.builders import World, add_trainer, add_world
from tests.constants import NOON, SECRET
from tests.identity.builders import HALF_A_YEAR
from tests.sharing.builders import add_member
from tests.study.builders import add_companion, add_question


def headers(database: Database, learner: Learner) -> dict[str, str]:
    with database.write() as connection:
        session = open_session(
            connection,
            learner_id=learner.learner_id,
            now=NOON,
            lifetime=HALF_A_YEAR,
            strength=Strength.TWO_FACTOR,
        )
    token = issue_token(
        SECRET,
        learner_id=learner.learner_id,
        now=NOON,
        lifetime=HALF_A_YEAR,
        session_ref=digest(session),
    )
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def world(database: Database) -> World:
    with database.write() as connection:
        return add_world(connection)


@pytest.fixture
def awa(database: Database, world: World) -> Learner:
    with database.write() as connection:
        return add_member(connection, world.cohort.cohort_id)


def test_a_program_does_all_that_a_browser_does(
    client: TestClient, database: Database, world: World, awa: Learner
) -> None:
    base = f"/api/v1/me/study-groups/{world.cohort.cohort_id}"
    mine: dict[str, Any] = {"headers": headers(database, awa)}

    before = client.get(base, **mine).json()
    agreed = client.put(base, json={"name": "Awa"}, **mine).json()
    asked = client.post(f"{base}/questions", json={"text": "Why?"}, **mine)
    number = asked.json()["question_id"]
    said = client.post(
        f"{base}/questions/{number}/answers", json={"text": "So."}, **mine
    )
    settled = client.put(
        f"{base}/questions/{number}/settled", json={"is_answered": True}, **mine
    ).json()
    listed = client.get(f"{base}/questions", **mine).json()
    people = client.get(f"{base}/companions", **mine).json()
    removed = client.delete(f"{base}/posts/{number}", **mine)
    left = client.delete(base, **mine)

    assert (before["name"], agreed["name"], agreed["is_open"]) == (None, "Awa", True)
    assert (asked.status_code, said.status_code) == (201, 201)
    assert (settled["is_answered"], len(settled["answers"])) == (True, 1)
    assert [each["question_id"] for each in listed["items"]] == [number]
    assert [each["name"] for each in people["items"]] == ["Awa"]
    assert (removed.status_code, left.status_code) == (204, 204)
    assert client.get(f"{base}/questions", **mine).json()["code"] == "not-a-companion"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": " "}, "companion-name-missing"),
        ({"name": "x" * 121}, "companion-name-missing"),
        ({"name": "Awa", "with_trainers": "yes"}, "invalid-request"),
    ],
)
def test_a_wrong_agreement_changes_nothing(
    client: TestClient,
    database: Database,
    world: World,
    awa: Learner,
    body: dict[str, Any],
    code: str,
) -> None:
    base = f"/api/v1/me/study-groups/{world.cohort.cohort_id}"
    mine: dict[str, Any] = {"headers": headers(database, awa)}

    refused = client.put(base, json=body, **mine)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert client.get(base, **mine).json()["name"] is None


def test_a_trainers_program_answers_and_hides(
    client: TestClient, database: Database, world: World
) -> None:
    cohort_id: UUID = world.cohort.cohort_id
    with database.write() as connection:
        trainer = add_trainer(connection, world.cohort)
        awa = add_companion(connection, cohort_id, with_trainers=True)
        question = add_question(connection, awa, cohort_id)
    base = f"/api/v1/cohorts/{cohort_id}/study"
    hers: dict[str, Any] = {"headers": headers(database, trainer)}

    people = client.get(f"{base}/companions", **hers).json()
    said = client.post(
        f"{base}/questions/{question}/answers", json={"text": "Two."}, **hers
    )
    hidden = client.post(
        f"{base}/posts/{question}/decision", json={"hide": True}, **hers
    )
    after = client.get(f"{base}/questions", **hers).json()

    assert [each["name"] for each in people["items"]] == ["Awa"]
    assert said.json()["answers"][0]["is_trainer"] is True
    assert (hidden.status_code, after["items"]) == (204, [])
