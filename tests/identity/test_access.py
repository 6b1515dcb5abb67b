from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from jose import jwt
from starlette.requests import Request

from app.identity.access import address_of
from app.identity.domain import sign
from app.identity.domain.tokens import (
    ALGORITHM,
    AUDIENCE,
    ISSUER,
    issue_token,
    read_token,
)
from app.identity.errors import InvalidTokenError
from tests.assessment.builders import begin
from tests.conftest import Clock
from tests.constants import NOON, SECRET

KEY = sign(SECRET, "token-key", AUDIENCE)
"""What tokens are signed with."""
ADA = uuid4()
MONTH = timedelta(days=30)
AT = int(NOON.timestamp())
NOTHING = object()


def claims(**changes: object) -> dict[str, Any]:
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ADA),
        "iat": AT,
        "exp": AT + 60,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not NOTHING}


def signed(
    changes: Mapping[str, object], *, key: str = KEY, algorithm: str = ALGORITHM
) -> str:
    return str(jwt.encode(claims(**changes), key, algorithm=algorithm))


def unsigned(algorithm: str) -> str:
    """Forge a token that asks not to be checked."""
    headers = {"alg": algorithm}
    head = jwt.encode({}, KEY, algorithm=ALGORITHM, headers=headers).split(".")[0]
    assert jwt.get_unverified_header(f"{head}.e30.") == {"alg": algorithm, "typ": "JWT"}
    return f"{head}.{signed({}).split('.')[1]}."


WRONG = {
    "no algorithm": unsigned("none"),
    "No algorithm": unsigned("None"),
    "no signature": ".".join(signed({}).split(".")[:2]) + ".",
    "other algorithm": signed({}, algorithm="HS512"),
    "other key": signed({}, key="x" * 64),
    "key of the installation": signed({}, key=SECRET.hex()),
    "other audience": signed({"aud": "elsewhere"}),
    "other issuer": signed({"iss": "elsewhere"}),
    "expired now": signed({"exp": AT}),
    "from the future": signed({"iat": AT + 61, "exp": AT + 600}),
    "without end": signed({"exp": NOTHING}),
    "without beginning": signed({"iat": NOTHING}),
    "without owner": signed({"sub": NOTHING}),
    "without audience": signed({"aud": NOTHING}),
    "without issuer": signed({"iss": NOTHING}),
    "owner is nobody": signed({"sub": "ada"}),
    "end is a word": signed({"exp": "soon"}),
    "end is a list": signed({"exp": [AT + 60]}),
    "end is endless": signed({"exp": float("inf")}),
    "garbage": "garbage",
    "two dots": "..",
    "letters outside": "h\xe9ader.b\xf8dy.sign",
    "empty": "",
    "10 kB": signed({"more": "x" * 10_000}),
}


def test_token_is_read_back() -> None:
    token = issue_token(SECRET, learner_id=ADA, now=NOON, lifetime=MONTH)

    assert read_token(SECRET, token, now=NOON).learner_id == ADA
    last = read_token(SECRET, token, now=NOON + MONTH - timedelta(seconds=1))
    assert last.learner_id == ADA
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert set(jwt.get_unverified_claims(token)) == {"iss", "aud", "sub", "iat", "exp"}


def test_clocks_may_differ_by_a_minute() -> None:
    token = signed({"iat": AT + 60, "exp": AT + 600})

    assert read_token(SECRET, token, now=NOON).learner_id == ADA


@pytest.mark.parametrize("name", WRONG)
def test_forged_token_is_refused(name: str) -> None:
    with pytest.raises(InvalidTokenError):
        read_token(SECRET, WRONG[name], now=NOON)


def test_token_ends_with_its_lifetime() -> None:
    token = issue_token(SECRET, learner_id=ADA, now=NOON, lifetime=MONTH)

    with pytest.raises(InvalidTokenError):
        read_token(SECRET, token, now=NOON + MONTH)


def test_program_without_a_valid_token_gets_a_problem(client: TestClient) -> None:
    headers = [
        {"authorization": b"Bearer " + token.encode("latin-1")}
        for token in WRONG.values()
    ]
    others = ["Bearer", "Basic YTpi", signed({}), f"Bearer {signed({})}"]
    headers += [{"authorization": value.encode()} for value in others]

    answers = [client.get("/api/v1/me/profile", headers=each) for each in headers]
    answers.append(client.get("/api/v1/me/profile"))

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["code"] for answer in answers} == {"invalid-token"}
    assert {answer.headers["content-type"] for answer in answers} == {
        "application/problem+json"
    }
    assert {answer.headers["www-authenticate"] for answer in answers} == {
        'Bearer realm="masar"'
    }


def test_token_of_an_attempt_ends_after_a_month(
    client: TestClient, clock: Clock
) -> None:
    started = begin(client)

    clock.now = NOON + MONTH - timedelta(seconds=1)
    before = started.get("/api/v1/attempts").status_code
    clock.now = NOON + MONTH
    after = started.get("/api/v1/attempts").status_code

    assert (before, after) == (200, 401)


def test_invalid_token_begins_nothing(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/attempts",
        json={"framework": "unesco-ai-dt"},
        headers={"authorization": "Bearer garbage"},
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("a-socket", "a-socket"),
        ("", "unknown"),
    ],
)
def test_uses_are_counted_per_network_of_one_subscriber(
    host: str, counted: str
) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == counted
    assert address_of(Request({"type": "http", "client": None})) == "unknown"
