"""Attempts, in the database and through the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Connection

from app.assessment.domain import Attempt
from app.assessment.service import save_answers, start_attempt, submit_attempt
from app.frameworks.domain import Instrument
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.identity.domain import Learner
from app.kernel.text import Language
from tests.constants import NOON
from tests.identity.builders import FRAMEWORK, add_learner

ROLE = "service-manager"
ITEMS = 19


def add_attempt(
    connection: Connection,
    learner: Learner | None = None,
    *,
    role_key: str | None = ROLE,
    now: datetime = NOON,
) -> Attempt:
    framework = get_default_framework(connection)
    learner = learner or add_learner(connection)
    return start_attempt(
        connection,
        learner=learner,
        framework=framework,
        instrument=get_current_instrument(connection, framework),
        role_key=role_key,
        now=now,
    )


def answer_items(
    connection: Connection,
    attempt: Attempt,
    values: Mapping[str, str],
    *,
    now: datetime = NOON,
) -> None:
    save_answers(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=attempt.learner_id,
        values=values,
        now=now,
    )


def submit(
    connection: Connection, attempt: Attempt, *, now: datetime = NOON
) -> datetime:
    return submit_attempt(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=attempt.learner_id,
        now=now,
    )


def add_result(
    connection: Connection,
    learner: Learner | None = None,
    *,
    value: str = "1",
    now: datetime = NOON,
) -> Attempt:
    """Answer everything alike and submit."""
    attempt = add_attempt(connection, learner, now=now)
    values = dict.fromkeys(keys(instrument_of(connection)), value)
    answer_items(connection, attempt, values, now=now)
    submit(connection, attempt, now=now)
    return attempt


def instrument_of(connection: Connection) -> Instrument:
    return get_current_instrument(connection, get_default_framework(connection))


def keys(instrument: Instrument) -> list[str]:
    return [item.key for item in instrument.items]


@dataclass(frozen=True, kw_only=True)
class Started:
    """An attempt begun through the API, and who may go on with it."""

    client: TestClient
    document: dict[str, Any]

    @property
    def id(self) -> str:
        """Identifier of the attempt."""
        return str(self.document["id"])

    @property
    def headers(self) -> dict[str, str]:
        """What the learner shows."""
        return {"authorization": f"Bearer {self.document['token']}"}

    @property
    def keys(self) -> list[str]:
        """Keys of the questions."""
        return [item["key"] for item in self.document["items"]]

    def get(self, address: str, **parameters: Any) -> Response:  # noqa: ANN401 -- query
        """Read something as this learner."""
        answer: Response = self.client.get(
            address, headers=self.headers, params=parameters
        )
        return answer

    def put(self, address: str, body: object) -> Response:
        """Write something as this learner."""
        answer: Response = self.client.put(address, headers=self.headers, json=body)
        return answer

    def answer(self, item: str, value: object) -> Response:
        """Answer one question."""
        address = f"/api/v1/attempts/{self.id}/answers/{item}"
        return self.put(address, {"value": value})

    def answers(self) -> dict[str, int | str]:
        """Return the answers as they are kept."""
        kept: dict[str, int | str] = self.get(f"/api/v1/attempts/{self.id}").json()[
            "answers"
        ]
        return kept

    def submit(self) -> Response:
        """Make the answers final."""
        address = f"/api/v1/attempts/{self.id}/submit"
        answer: Response = self.client.post(address, headers=self.headers)
        return answer

    def again(self, **changes: object) -> "Started":
        """Begin another attempt of the same learner."""
        return begin(self.client, headers=self.headers, **changes)


def begin(
    client: TestClient, *, headers: dict[str, str] | None = None, **changes: object
) -> Started:
    body = {"framework": FRAMEWORK, "role": ROLE, "lang": Language.FR, **changes}
    answer = client.post("/api/v1/attempts", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return Started(client=client, document=answer.json())


def finish(started: Started, value: object = 1) -> Started:
    """Answer everything alike and submit."""
    for key in started.keys:
        assert started.answer(key, value).status_code == 200
    assert started.submit().status_code == 200
    return started
