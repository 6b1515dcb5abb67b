"""Who may enter at ``/xapi``, and for what."""

import base64
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.cohorts.domain import INSTALLATION
from app.cohorts.domain.keys import Scope
from app.cohorts.queries.keys import find_key
from app.cohorts.service import revoke_key
from tests.cohorts.builders import add_key
from tests.conftest import Clock
from tests.constants import NOON
from tests.identity.builders import database_of
from tests.records.builders import COURSE, Platform, connect, statement

VERSION = {"x-experience-api-version": "1.0.3"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer abc",
        "Basic ###",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Basic " + base64.b64encode(f"{INSTALLATION}:secret".encode()).decode(),
        "Basic " + base64.b64encode(b"moodle:secret").decode(),
    ],
)
def test_without_a_key_nothing_opens(client: TestClient, header: str) -> None:
    answer = client.get(
        "/xapi/statements", headers={**VERSION, "authorization": header}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "key-refused")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_a_wrong_secret_is_refused_and_counted(client: TestClient) -> None:
    platform = connect(client)
    wrong = Platform(client, platform.key, "wrong")

    answers = [wrong.get().status_code for _ in range(301)]

    assert set(answers[:300]) == {401}
    assert answers[300] == 429
    assert platform.get().status_code == 200


def test_a_revoked_or_expired_key_opens_nothing(
    client: TestClient, clock: Clock
) -> None:
    ends_at = NOON + timedelta(days=2)
    revoked = connect(client)
    expired = connect(client, institution="justice", expires_at=ends_at)
    with database_of(client).write() as connection:
        revoke_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=revoked.key.institution_id,
            key_id=revoked.key.key_id,
            now=NOON,
        )

    assert revoked.get().status_code == 401
    assert expired.get().status_code == 200
    clock.now = ends_at
    assert expired.get().status_code == 401


def test_the_day_of_its_last_use_is_kept(client: TestClient) -> None:
    platform = connect(client)

    platform.get()

    with database_of(client).read() as connection:
        found = find_key(connection, key_id=platform.key.key_id)
    assert found
    assert found[0].last_used_on == NOON.date()


ACTIVITY = {"activityId": COURSE}
STATE = {
    **ACTIVITY,
    "agent": '{"mbox":"mailto:a@b.example"}',
    "stateId": "x",
}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (Scope.STATEMENTS_WRITE, {"write"}),
        (Scope.STATEMENTS_READ, {"read", "activity"}),
        (Scope.STATEMENTS_READ_MINE, {"read"}),
        (Scope.STATE, {"state", "read-state"}),
        (Scope.PROFILE, {"profile", "agent"}),
        (Scope.DEFINE, set()),
        (Scope.ALL_READ, {"read", "activity", "read-state", "agent"}),
        (
            Scope.ALL,
            {"write", "read", "activity", "state", "read-state", "profile", "agent"},
        ),
    ],
)
def test_a_key_does_what_its_scope_says(
    client: TestClient, scope: Scope, allowed: set[str]
) -> None:
    platform = connect(client, scope)

    answers = {
        "write": platform.post(statement()),
        "read": platform.get(),
        "activity": platform.get("activities", **ACTIVITY),
        "state": platform.call("PUT", "activities/state", params=STATE, content=b"1"),
        "read-state": platform.get("activities/state", **STATE),
        "profile": platform.call(
            "PUT", "activities/profile", params={**ACTIVITY, "profileId": "p"}
        ),
        "agent": platform.get("agents", agent=STATE["agent"]),
    }

    refused = {name for name, each in answers.items() if each.status_code == 403}
    assert refused == answers.keys() - allowed
    assert all(each.status_code < 500 for each in answers.values())


def test_a_key_of_its_own_reads_only_what_it_wrote(client: TestClient) -> None:
    writer = connect(client)
    with database_of(client).write() as connection:
        found = find_key(connection, key_id=writer.key.key_id)
        assert found
        mine = Platform(
            client,
            *add_key(
                connection,
                found[0],  # type: ignore[arg-type]  # it has an institution's number
                Scope.STATEMENTS_WRITE,
                Scope.STATEMENTS_READ_MINE,
            ),
        )
    theirs, own = statement(), statement()
    writer.post(theirs)
    mine.post(own)

    assert mine.ids() == [own["id"]]
    assert mine.ids(activity=COURSE) == [own["id"]]
    assert mine.get(statementId=theirs["id"]).status_code == 404
    assert writer.ids() == [own["id"], theirs["id"]]


def test_a_limited_key_neither_writes_nor_reads_anything_else(
    client: TestClient,
) -> None:
    other = statement(object={"id": "https://lms.example/other"})
    limited = connect(client, activities=[COURSE])
    with database_of(client).write() as connection:
        everything = Platform(client, *add_key(connection, limited.key))  # type: ignore[arg-type]  # it has an institution's number
    inside = statement()
    everything.post(inside, other)

    assert (
        limited.post(statement(object={"id": "https://x.example"})).status_code == 403
    )
    assert limited.ids() == [inside["id"]]
    assert limited.get(statementId=other["id"]).status_code == 404
