"""State and profiles: written, merged, guarded, listed and removed."""

from datetime import timedelta
from hashlib import sha1
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Clock
from tests.constants import NOON
from tests.records.builders import COURSE, connect

AGENT = '{"mbox":"mailto:amina@health.example"}'
STATE = {"activityId": COURSE, "agent": AGENT, "stateId": "page"}
ACTIVITY_PROFILE = {"activityId": COURSE, "profileId": "page"}
AGENT_PROFILE = {"agent": AGENT, "profileId": "page"}
PLACES = [
    ("activities/state", STATE),
    ("activities/profile", ACTIVITY_PROFILE),
    ("agents/profile", AGENT_PROFILE),
]
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_a_document_comes_back_as_it_was_sent(
    client: TestClient, path: str, place: dict[str, str]
) -> None:
    platform = connect(client)
    content = b"\x00\xff page 4"
    kind = {"content-type": "application/x-page"}

    written = platform.call("PUT", path, params=place, content=content, headers=kind)
    found = platform.get(path, **place)

    assert (written.status_code, found.content) == (204, content)
    assert found.headers["content-type"] == "application/x-page"
    assert found.headers["etag"] == f'"{sha1(content).hexdigest()}"'  # noqa: S324 -- as the specification has it
    assert found.headers["last-modified"] == "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_posting_merges_the_first_level(
    client: TestClient, path: str, place: dict[str, str]
) -> None:
    platform = connect(client)
    platform.call("POST", path, params=place, json={"x": {"a": 1}, "y": 1})

    merged = platform.call("POST", path, params=place, json={"x": {"b": 2}, "z": 3})

    assert merged.status_code == 204
    assert platform.get(path, **place).json() == {"x": {"b": 2}, "y": 1, "z": 3}


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_what_cannot_be_merged_changes_nothing(
    client: TestClient, path: str, place: dict[str, str]
) -> None:
    platform = connect(client)
    platform.call("POST", path, params=place, json={"x": 1})

    text = {"content-type": "text/plain"}
    answers = [
        platform.call("POST", path, params=place, content=b"{}", headers=text),
        platform.call("POST", path, params=place, json=[1]),
        platform.call("POST", path, params=place, content=b"{", headers=JSON),
    ]

    assert [each.status_code for each in answers] == [400, 400, 400]
    assert platform.get(path, **place).json() == {"x": 1}


@pytest.mark.parametrize(("path", "place"), PLACES)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_an_outdated_tag_changes_nothing(
    client: TestClient, path: str, place: dict[str, str], method: str
) -> None:
    platform = connect(client)
    platform.call("POST", path, params=place, json={"x": 1})
    etag = platform.get(path, **place).headers["etag"]
    body = {} if method == "DELETE" else {"json": {"y": 1}}

    stale = platform.call(
        method, path, params=place, headers={"if-match": '"1234"'}, **body
    )
    first = platform.call(
        method, path, params=place, headers={"if-none-match": "*"}, **body
    )
    unchanged = platform.get(path, **place).headers["etag"]
    right = platform.call(
        method, path, params=place, headers={"if-match": etag}, **body
    )

    assert (stale.status_code, first.status_code) == (412, 412)
    assert (unchanged, right.status_code) == (etag, 204)


@pytest.mark.parametrize(
    ("path", "place", "version", "status"),
    [
        ("activities/state", STATE, "1.0.3", 204),
        ("activities/state", STATE, "2.0.0", 409),
        ("activities/profile", ACTIVITY_PROFILE, "1.0.3", 409),
        ("agents/profile", AGENT_PROFILE, "2.0.0", 409),
    ],
)
def test_overwriting_unread_is_refused(
    client: TestClient, path: str, place: dict[str, str], version: str, status: int
) -> None:
    platform = connect(client, version=version)
    platform.call("PUT", path, params=place, json={"x": 1})

    answer = platform.call("PUT", path, params=place, json={"x": 2})

    assert answer.status_code == status
    kept = platform.get(path, **place).json()
    assert kept == {"x": 2 if status == 204 else 1}


def test_states_are_listed_by_registration_and_since(
    client: TestClient, clock: Clock
) -> None:
    platform = connect(client)
    registration = str(uuid4())
    about = {"activityId": COURSE, "agent": AGENT}
    path = "activities/state"
    platform.call("PUT", path, params={**about, "stateId": "a"}, json=1)
    clock.now = NOON + timedelta(minutes=1)
    later = {**about, "registration": registration, "stateId": "b"}
    platform.call("PUT", path, params=later, json=2)

    assert platform.get(path, **about).json() == ["a", "b"]
    assert platform.get(path, **about, since=NOON.isoformat()).json() == ["b"]
    only = {**about, "registration": registration}
    assert platform.get(path, **only).json() == ["b"]

    assert platform.call("DELETE", path, params=only).status_code == 204
    assert platform.get(path, **about).json() == ["a"]
    assert platform.call("DELETE", path, params=about).status_code == 204
    assert platform.get(path, **about).json() == []


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("activities/state", {"activityId": COURSE, "stateId": "a"}),
        ("activities/state", {"agent": AGENT, "stateId": "a"}),
        ("activities/state", {**STATE, "agent": "{}"}),
        ("activities/state", {**STATE, "agent": "amina"}),
        ("activities/state", {**STATE, "activityId": "course"}),
        ("activities/state", {**STATE, "registration": "1"}),
        ("activities/state", {**STATE, "StateId": "a"}),
        ("activities/profile", {"profileId": "a"}),
        ("agents/profile", {"profileId": "a"}),
    ],
)
def test_a_wrong_place_is_refused(
    client: TestClient, path: str, params: dict[str, str]
) -> None:
    platform = connect(client)

    answers = [
        platform.get(path, **params),
        platform.call("PUT", path, params=params, json=1),
        platform.call("DELETE", path, params=params),
    ]

    assert [each.status_code for each in answers] == [400, 400, 400]


def test_documents_of_another_institution_are_not_there(client: TestClient) -> None:
    ours, theirs = connect(client), connect(client, institution="justice")
    ours.call("PUT", "activities/state", params=STATE, json=1)

    assert theirs.get("activities/state", **STATE).status_code == 404


def test_head_answers_as_get_without_the_body(client: TestClient) -> None:
    platform = connect(client)
    platform.call("PUT", "activities/state", params=STATE, json=1)

    head = platform.call("HEAD", "activities/state", params=STATE)

    assert (head.status_code, head.content) == (200, b"")
    assert (
        head.headers["etag"]
        == platform.get("activities/state", **STATE).headers["etag"]
    )
