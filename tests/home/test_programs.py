"""Programs that sign in, and leaving for good."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.home.second_factor import STEP, code_at, set_up
from tests.identity.builders import (
    ADA_MAIL,
    PASSWORD,
    arrive,
    database_of,
    send,
    sign_in,
    sign_up,
)


def token_of(client: TestClient, **fields: str) -> Response:
    body = {"email": ADA_MAIL, "password": PASSWORD, **fields}
    answer: Response = client.post("/api/v1/tokens", json=body)
    return answer


def test_program_signs_in_for_an_hour(client: TestClient, clock: Clock) -> None:
    arrive(client)
    sign_up(client)
    issued = token_of(client)
    headers = {"authorization": f"Bearer {issued.json()['token']}"}

    at_once = client.get("/api/v1/attempts", headers=headers).status_code
    clock.now = NOON + timedelta(hours=1)
    later = client.get("/api/v1/attempts", headers=headers).status_code

    assert (issued.status_code, issued.json()["expires_in_s"]) == (201, 3600)
    assert (at_once, later) == (200, 401)


def test_token_ends_with_its_session(client: TestClient) -> None:
    sign_up(client)
    token = token_of(client).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    before = client.get("/api/v1/attempts", headers=headers).status_code

    send(client, "/fr/account/sessions/end", shown_at="/fr/account")

    after = client.get("/api/v1/attempts", headers=headers).status_code
    assert (before, after) == (200, 401)


def test_program_needs_the_second_factor_too(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    secret, _ = set_up(client, clock)
    clock.now += 2 * STEP
    code = code_at(secret, clock)

    answers = [token_of(client), token_of(client, code=code)]
    answers.append(token_of(client, code=code))

    assert [answer.status_code for answer in answers] == [403, 201, 422]


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_program_with_a_wrong_password_learns_nothing(
    client: TestClient, email: str
) -> None:
    sign_up(client)

    answer = token_of(client, email=email, password="wrong-wrong")  # noqa: S106 -- nobody's

    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-refused")
    assert answer.json()["facts"] == {}


def test_erasing_an_account_asks_for_a_fresh_proof(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    clock.now = NOON + timedelta(minutes=15)
    page = "/fr/account/erase"
    asked = client.get(page, follow_redirects=False).headers["location"]
    fields = {"email": ADA_MAIL, "password": PASSWORD, "next": page}
    send(client, "/fr/sign-in", fields, shown_at=asked)

    answer = send(client, page, {"sure": "yes"})

    assert answer.headers["location"] == "/fr/"
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}
    assert sign_in(client).status_code == 401


def test_program_erases_an_account_only_soon_after_signing_in(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    stale, fresh = {}, {}
    stale["authorization"] = f"Bearer {token_of(client).json()['token']}"
    clock.now = NOON + timedelta(minutes=15)

    refused = client.delete("/api/v1/me", headers=stale)
    fresh["authorization"] = f"Bearer {token_of(client).json()['token']}"
    erased = client.delete("/api/v1/me", headers=fresh)

    assert (refused.status_code, refused.json()["code"]) == (403, "fresh-proof-needed")
    assert erased.status_code == 204
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}


def test_program_of_an_account_begins_with_the_token_it_has(
    client: TestClient,
) -> None:
    sign_up(client)
    token = token_of(client).json()["token"]
    headers = {"authorization": f"Bearer {token}"}

    begun = client.post(
        "/api/v1/attempts", json={"framework": "unesco-ai-dt"}, headers=headers
    )

    assert begun.status_code == 201
    assert (begun.json()["token"], begun.json()["resume_code"]) == (token, None)


def test_account_is_shown_no_resume_code(client: TestClient) -> None:
    sign_up(client)
    page = client.get(arrive(client)).text

    assert '<p class="soft mt" hidden>' in page
    assert "identity:resume" not in client.get("/fr/account").text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ADA_MAIL},
        {"password": PASSWORD},
        {"resume_code": "K7PM-2XQ4-9BTB", "code": "123456"},
        {"resume_code": "K7PM-2XQ4-9BTB", "email": ADA_MAIL, "password": PASSWORD},
    ],
)
def test_program_shows_one_thing_and_all_of_it(
    client: TestClient, body: dict[str, str]
) -> None:
    answer = client.post("/api/v1/tokens", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert PASSWORD not in answer.text
