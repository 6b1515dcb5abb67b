from datetime import timedelta

from fastapi.testclient import TestClient

from app.settings import Settings
from tests.assessment.builders import begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.identity.builders import database_of

UNKNOWN = "0000-0000-0000"


def test_resume_code_buys_a_token_of_the_same_learner(client: TestClient) -> None:
    started = begin(client)

    answer = client.post(
        "/api/v1/tokens", json={"resume_code": started.document["resume_code"]}
    )

    assert answer.status_code == 201
    assert answer.json()["expires_in_s"] == 30 * 86400
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    listed = client.get("/api/v1/attempts", headers=headers).json()["items"]
    assert [each["id"] for each in listed] == [started.id]


def test_wrong_codes_are_refused_by_kind(client: TestClient) -> None:
    typed = [UNKNOWN, "K7PM-2XQ4-9BTC", "", "x" * 100]

    answers = [
        client.post("/api/v1/tokens", json={"resume_code": each}) for each in typed
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "resume-code-unknown"),
        *[(422, "resume-code-mistyped")] * 3,
    ]


def test_body_of_another_shape_is_refused_without_echo(client: TestClient) -> None:
    bodies = [
        {},
        {"resume_code": 1},
        {"resume_code": "x" * 101},
        [],
        {"more": "s3cr3t"},
    ]

    answers = [client.post("/api/v1/tokens", json=body) for body in bodies]

    assert {answer.status_code for answer in answers} == {422}
    assert not any("s3cr3t" in answer.text for answer in answers)


def test_guessing_is_slowed_down_per_hour(
    client: TestClient, clock: Clock, settings: Settings
) -> None:
    code = begin(client).document["resume_code"]
    for _ in range(settings.resume_attempts_per_hour):
        client.post("/api/v1/tokens", json={"resume_code": UNKNOWN})

    clock.now = NOON + timedelta(minutes=40)
    refused = client.post("/api/v1/tokens", json={"resume_code": code})
    clock.now = NOON + timedelta(minutes=60)
    accepted = client.post("/api/v1/tokens", json={"resume_code": code})

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-attempts")
    assert refused.headers["retry-after"] == "1200"
    assert accepted.status_code == 201


def test_erased_learner_is_nobody(client: TestClient) -> None:
    started = finish(begin(client))
    code = started.document["resume_code"]
    client.post("/api/v1/tokens", json={"resume_code": code})

    answer = client.delete("/api/v1/me", headers=started.headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert started.get("/api/v1/me/profile").status_code == 401
    again = client.post("/api/v1/tokens", json={"resume_code": code})
    assert again.status_code == 404
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}


def test_erasing_needs_a_token(client: TestClient) -> None:
    assert client.delete("/api/v1/me").status_code == 401
