from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.identity.domain.tokens import read_token
from app.identity.queries import find_learner
from app.kernel.database import Database
from tests.assessment.builders import Started, begin, finish
from tests.constants import NOON, SECRET
from tests.sharing.builders import add_cohort, add_member

SHARES = "/api/v1/me/shares"


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


@pytest.fixture
def started(client: TestClient, database: Database, cohort_id: UUID) -> Started:
    """Return an attempt of a member of the cohort."""
    begun = begin(client)
    said = read_token(SECRET, begun.document["token"], now=NOON)
    with database.write() as connection:
        learner = find_learner(connection, learner_id=said.learner_id)
        add_member(connection, cohort_id, learner=learner)
    return begun


def test_levels_are_sent_listed_and_taken_back(
    started: Started, cohort_id: UUID
) -> None:
    finish(started, value=3)

    sent = started.put(f"{SHARES}/{cohort_id}", {"trainers_see": "Awa Diop"})
    listed = started.get(SHARES).json()
    back = started.client.delete(f"{SHARES}/{cohort_id}", headers=started.headers)

    assert sent.status_code == 200
    assert sent.json() == {
        "cohort_id": str(cohort_id),
        "round": 1,
        "trainers_see": True,
        "levels": dict.fromkeys(sent.json()["levels"], 3),
        "looking_back": None,
        "shared_at": "2026-11-23T12:00:00Z",
    }
    assert listed == {"items": [sent.json()], "next": None}
    assert back.status_code == 204
    assert started.get(SHARES).json() == {"items": [], "next": None}


def test_no_name_can_be_said_as_null(started: Started, cohort_id: UUID) -> None:
    finish(started, value=3)

    sent = started.put(f"{SHARES}/{cohort_id}", {"trainers_see": None})

    assert sent.status_code == 200
    assert not sent.json()["trainers_see"]


def test_nothing_is_sent_before_there_is_a_result(
    started: Started, cohort_id: UUID
) -> None:
    answer = started.put(f"{SHARES}/{cohort_id}", {})

    assert answer.status_code == 409
    assert answer.json()["code"] == "nothing-to-share"


def test_nothing_is_sent_to_a_cohort_that_was_not_joined(started: Started) -> None:
    finish(started)

    answer = started.put(f"{SHARES}/{uuid4()}", {})

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-a-member"


@pytest.mark.parametrize(
    "body",
    [
        {"trainers_see": ""},
        {"trainers_see": "  "},
        {"trainers_see": "A\u202ewa"},
        {"levels": {}},
        [],
        "x",
    ],
)
def test_a_body_that_cannot_be_meant_is_refused(
    started: Started, cohort_id: UUID, body: object
) -> None:
    finish(started)

    assert started.put(f"{SHARES}/{cohort_id}", body).status_code == 422
    assert started.get(SHARES).json()["items"] == []
