"""What a learner did here, as statements that any learning record store takes."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cohorts.domain.keys import Scope
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from app.progress.domain.ledger import Kind, NewEntry
from app.progress.service import record_entries
from app.records.domain.own import Teller
from tests.constants import NOON
from tests.identity.builders import database_of
from tests.progress.documents import COURSE
from tests.records.builders import connect
from tests.records.giving import Scene, bearer

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"


def report(client: TestClient, scene: Scene, ref: str, **changes: Any) -> None:  # noqa: ANN401 -- any field
    said: dict[str, Any] = {
        "course_key": COURSE,
        "kind": Kind.COMPLETED,
        "source": EvidenceSource.VERIFIED,
        "said_by": "institution:school",
        "occurred_at": NOON - timedelta(days=1),
    }
    with database_of(client).write() as connection:
        record_entries(
            connection,
            learner_id=scene.member.learner_id,
            entries=[NewEntry(ref=ref, **{**said, **changes})],
            now=NOON,
        )


def finish_course(client: TestClient, scene: Scene) -> None:
    report(client, scene, "report:1")


def assess(client: TestClient, scene: Scene) -> None:
    headers = bearer(scene.member)
    framework = client.get("/api/v1/frameworks").json()["items"][0]
    name = f"{framework['key']}@{framework['version']}"
    attempt = client.post(
        "/api/v1/attempts",
        json={"framework": name, "role": None, "lang": "fr"},
        headers=headers,
    ).json()
    for item in attempt["items"]:
        client.put(
            f"/api/v1/attempts/{attempt['id']}/answers/{item['key']}",
            json={"value": 2},
            headers=headers,
        )
    done = client.post(f"/api/v1/attempts/{attempt['id']}/submit", headers=headers)
    assert done.status_code == 200, done.text


def own(client: TestClient, scene: Scene, **params: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a query
    answer = client.get(
        "/api/v1/me/statements", params=params, headers=bearer(scene.member)
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_she_did_is_told_once_and_without_answers(
    client: TestClient, scene: Scene
) -> None:
    finish_course(client, scene)
    assess(client, scene)

    items = own(client, scene)["items"]

    kinds = {
        (e["verb"]["id"].rsplit("/", 1)[1], e["object"]["definition"]["type"])
        for e in items
    }
    assert {verb for verb, _ in kinds} == {"completed", "levelled"}
    assert (
        len([e for e in items if e["object"]["id"].endswith(f"/courses/{COURSE}")]) == 1
    )
    assert len({e["id"] for e in items}) == len(items)
    assert items == own(client, scene)["items"]
    assert all("score" not in e["result"] for e in items)
    assert [e["timestamp"] for e in items] == sorted(e["timestamp"] for e in items)
    course = next(e for e in items if e["object"]["id"].endswith(f"/courses/{COURSE}"))
    assert list(course["result"]["extensions"].values()) == ["verified"]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_learning_record_store_keeps_each_once(
    client: TestClient, scene: Scene, version: str
) -> None:
    finish_course(client, scene)
    assess(client, scene)
    store = connect(client, Scope.ALL, institution="store", version=version)
    items = own(client, scene)["items"]

    answers = [store.post(*items), store.post(*items)]

    assert [each.status_code for each in answers] == [200, 200], answers[0].text
    assert sorted(store.ids(limit="500")) == sorted(each["id"] for each in items)


def test_pages_follow_one_another(client: TestClient, scene: Scene) -> None:
    assess(client, scene)
    everything = own(client, scene, limit=500)["items"]

    found: list[Any] = []
    page = own(client, scene, limit=7)
    while True:
        found += page["items"]
        if page["next"] is None:
            break
        page = own(client, scene, limit=7, after=page["next"])

    assert found == everything


def test_the_file_has_the_same_and_nothing_of_others(
    client: TestClient, scene: Scene
) -> None:
    finish_course(client, scene)

    file = client.get("/fr/account/statements")

    assert file.json() == own(client, scene)["items"]
    assert "/fr/account/statements" in client.get("/fr/account/data").text
    assert file.headers["cache-control"] == "private, no-store"
    client.cookies.clear()
    assert client.get("/fr/account/statements").status_code != 200


def test_what_was_corrected_is_told_no_more(client: TestClient, scene: Scene) -> None:
    finish_course(client, scene)
    report(client, scene, "report:2", kind=Kind.CORRECTION, corrects="report:1")

    assert own(client, scene)["items"] == []
    assert client.get("/api/v1/me/statements").status_code == 401


def test_another_level_from_the_same_evidence_is_another_statement(
    scene: Scene,
) -> None:
    teller = Teller(
        learner_id=scene.member.learner_id, site="https://m", courses={}, frameworks={}
    )

    ids = {
        teller.levelled(
            framework,
            [
                Observation(
                    competency="data-literacy",
                    outcome=Outcome.LEVEL,
                    level=level,
                    source=EvidenceSource.VERIFIED,
                    source_ref="progress:1",
                    observed_at=NOON,
                )
            ],
        )[0]["id"]
        for framework in ("one", "two")
        for level in (1, 2)
    }

    assert len(ids) == 4


def test_nobody_else_is_told(client: TestClient, scene: Scene) -> None:
    finish_course(client, scene)

    answer = client.get("/api/v1/me/statements", headers=bearer(scene.trainer))

    assert answer.json()["items"] == []


def test_what_is_only_begun_or_cannot_be_is_not_told(
    client: TestClient, scene: Scene
) -> None:
    report(client, scene, "report:1", kind=Kind.ENROLLED)
    report(client, scene, "report:2", kind=Kind.STARTED)
    report(client, scene, "report:3", occurred_at=NOON + timedelta(days=9))

    assert own(client, scene)["items"] == []
