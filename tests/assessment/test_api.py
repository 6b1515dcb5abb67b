from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.assessment.builders import ITEMS, ROLE, Started, begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.identity.builders import FRAMEWORK, database_of, statements

ITEM = "open-data"


def problem(answer: Any) -> tuple[int, str]:  # noqa: ANN401 -- a response
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_attempt_begins_with_everything_a_program_needs(client: TestClient) -> None:
    document = begin(client).document

    assert set(document) == {
        "id", "token", "resume_code", "framework", "role", "lang", "started_at", "items"
    }  # fmt: skip
    assert str(UUID(document["id"])) == document["id"]
    assert document["framework"] == f"{FRAMEWORK}@1.0.0"
    assert (document["role"], document["lang"]) == (ROLE, "fr")
    assert document["started_at"] == "2026-11-23T12:00:00Z"
    assert len(document["items"]) == ITEMS


def test_items_offer_four_statements_and_three_ways_aside(client: TestClient) -> None:
    items = begin(client).document["items"]

    for item in items:
        assert set(item) == {"key", "competency", "text", "options"}
        values = [option["value"] for option in item["options"]]
        assert values == [1, 2, 3, 4, 0, "not_applicable", "unknown"]
        assert all(option["text"] for option in item["options"])


def test_items_are_in_the_language_asked_for(client: TestClient) -> None:
    texts = {
        begin(client, lang=lang).document["items"][0]["text"]
        for lang in ("ar", "en", "es", "fr", "pt")
    }

    assert len(texts) == 5


@pytest.mark.parametrize("name", [FRAMEWORK, f"{FRAMEWORK}@1.0.0"])
def test_framework_is_named_with_or_without_version(
    client: TestClient, name: str
) -> None:
    started = begin(client, framework=name, role=None)

    assert started.document["framework"] == f"{FRAMEWORK}@1.0.0"
    assert started.document["role"] is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"framework": "nothing"}, "unknown-framework"),
        ({"framework": f"{FRAMEWORK}@9.0.0"}, "unknown-framework"),
        ({"framework": "a\x00b"}, "unknown-framework"),
        ({"role": "king"}, "unknown-role"),
        ({"role": "a\x00b"}, "unknown-role"),
        ({"role": ""}, "invalid-request"),
        ({"lang": "de"}, "invalid-request"),
        ({"lang": None}, "invalid-request"),
        ({"more": 1}, "invalid-request"),
        ({"framework": "x" * 98}, "invalid-request"),
    ],
)
def test_wrong_beginning_makes_nobody(
    client: TestClient, changes: dict[str, object], code: str
) -> None:
    body = {"framework": FRAMEWORK, "role": ROLE, "lang": "fr", **changes}

    answer = client.post("/api/v1/attempts", json=body)

    assert problem(answer) == (422, code)
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}


def test_known_learner_begins_again_as_herself(client: TestClient) -> None:
    first = begin(client)
    second = first.again(lang="pt")

    assert second.document["resume_code"] == first.document["resume_code"]
    assert second.document["id"] != first.id
    with database_of(client).read() as connection:
        assert personal_counts(connection)["identity_learner"] == 1


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, "unknown", "not_applicable"])
def test_answer_is_kept_as_it_was_given(client: TestClient, value: object) -> None:
    started = begin(client)

    answer = started.answer(ITEM, value)

    assert answer.status_code == 200
    assert answer.json() == {
        "item": ITEM,
        "value": value,
        "answered_at": "2026-11-23T12:00:00Z",
    }
    assert started.answers() == {ITEM: value}


def test_answering_again_replaces_and_never_doubles(client: TestClient) -> None:
    started = begin(client)

    statuses = [started.answer(ITEM, value).status_code for value in (1, 1, 3, 3)]

    assert statuses == [200] * 4
    assert started.answers() == {ITEM: 3}
    with database_of(client).read() as connection:
        assert personal_counts(connection)["assessment_answer"] == 1


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "unknown-answer"),
        (9, "unknown-answer"),
        (10, "invalid-request"),
        (-1, "invalid-request"),
        (1.5, "invalid-request"),
        (True, "invalid-request"),
        ("1", "invalid-request"),
        ("", "invalid-request"),
        (None, "invalid-request"),
        ([1], "invalid-request"),
        ("x" * 10_000, "invalid-request"),
        ("unknown\x00", "invalid-request"),
        ("\u202eunknown", "invalid-request"),
    ],
)
def test_what_is_no_answer_is_not_kept(
    client: TestClient, value: object, code: str
) -> None:
    started = begin(client)

    answer = started.answer(ITEM, value)

    assert problem(answer) == (422, code)
    assert started.answers() == {}


@pytest.mark.parametrize("item", ["nothing", "OPEN-DATA", "%00", "a b", "%F0%9F%98%80"])
def test_answer_to_a_question_that_does_not_exist_is_refused(
    client: TestClient, item: str
) -> None:
    started = begin(client)

    assert problem(started.answer(item, 1)) == (404, "item-not-found")
    assert started.answers() == {}


def test_somebody_elses_attempt_is_as_if_it_did_not_exist(client: TestClient) -> None:
    hers, his = begin(client), begin(client)
    stolen = Started(client=client, document={**his.document, "id": hers.id})
    none = Started(client=client, document={**his.document, "id": str(uuid4())})

    for wrong in (stolen, none):
        answers = [
            wrong.answer(ITEM, 1),
            wrong.submit(),
            wrong.get(f"/api/v1/attempts/{wrong.id}"),
        ]
        assert {problem(answer) for answer in answers} == {(404, "attempt-not-found")}
        assert {str(answer.json()["facts"]) for answer in answers} == {
            str({"attempt_id": wrong.id})
        }
    assert hers.answers() == {}


def test_malformed_attempt_is_a_problem(client: TestClient) -> None:
    started = begin(client)

    answer = started.get("/api/v1/attempts/not-a-number")

    assert problem(answer) == (422, "invalid-request")


def test_submitting_twice_gives_the_same_answer(
    client: TestClient, clock: Clock
) -> None:
    started = begin(client)
    started.answer(ITEM, 2)
    first = started.submit()

    clock.now = NOON + timedelta(days=1)
    second = started.submit()

    expected = {"id": started.id, "submitted_at": "2026-11-23T12:00:00Z"}
    assert (first.status_code, first.json()) == (200, expected)
    assert (second.status_code, second.json()) == (200, expected)
    with database_of(client).read() as connection:
        assert personal_counts(connection)["proficiency_evidence"] == 1


def test_answering_after_submission_is_a_conflict(client: TestClient) -> None:
    started = begin(client)
    started.answer(ITEM, 2)
    started.submit()

    assert problem(started.answer(ITEM, 3)) == (409, "attempt-submitted")
    assert started.answers() == {ITEM: 2}


def test_submitting_from_many_tabs_at_once_submits_once(client: TestClient) -> None:
    started = begin(client)
    started.answer(ITEM, 2)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _n: started.submit(), range(6)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    with database_of(client).read() as connection:
        counts = personal_counts(connection)
    assert (counts["proficiency_evidence"], counts["journal_event"]) == (1, 2)


def test_acknowledged_answers_are_there_whoever_submits_meanwhile(
    client: TestClient,
) -> None:
    started = begin(client)

    def answer_or_submit(key: str) -> tuple[str, int]:
        if key == "submit":
            return key, started.submit().status_code
        return key, started.answer(key, 2).status_code

    work = [*started.keys[:10], "submit", *started.keys[10:]]
    with ThreadPoolExecutor(4) as pool:
        done = dict(pool.map(answer_or_submit, work))

    assert set(done.values()) <= {200, 409}
    acknowledged = {key for key, status in done.items() if status == 200}
    assert set(started.answers()) == acknowledged - {"submit"}


def test_attempt_goes_on_after_a_restart(
    client: TestClient, settings: Settings
) -> None:
    started = begin(client)
    started.answer(ITEM, 2)

    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as other:
        again = Started(client=other, document=started.document)
        # The other program's clock is the real one: only a new token is in time.
        code = {"resume_code": started.document["resume_code"]}
        again.document["token"] = other.post("/api/v1/tokens", json=code).json()[
            "token"
        ]
        assert again.answer("trust", 1).status_code == 200
        assert again.submit().status_code == 200
        assert again.answers() == {ITEM: 2, "trust": 1}


def test_attempt_shows_what_is_missing(client: TestClient) -> None:
    started = begin(client)
    started.answer(ITEM, 0)

    document = started.get(f"/api/v1/attempts/{started.id}").json()

    assert document == {
        "id": started.id,
        "framework": f"{FRAMEWORK}@1.0.0",
        "role": ROLE,
        "lang": "fr",
        "started_at": "2026-11-23T12:00:00Z",
        "submitted_at": None,
        "answers": {ITEM: 0},
        "unanswered": [key for key in started.keys if key != ITEM],
    }


def test_attempts_are_listed_page_by_page(client: TestClient, clock: Clock) -> None:
    started = begin(client)
    begin(client)
    clock.now = NOON + timedelta(days=1)
    started.again()
    clock.now = NOON + timedelta(days=2)
    last = started.again()

    first = started.get("/api/v1/attempts", limit=2).json()
    second = started.get("/api/v1/attempts", limit=2, after=first["next"]).json()

    assert first["items"][0]["id"] == last.id
    assert [each["id"] for each in second["items"]] == [started.id]
    assert (len(first["items"]), second["next"]) == (2, None)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"limit": 0}, "invalid-request"),
        ({"limit": 101}, "invalid-request"),
        ({"after": "x" * 201}, "invalid-request"),
        ({"after": "garbage"}, "unknown-page-mark"),
        ({"after": "YXQ6LTE"}, "unknown-page-mark"),
    ],
)
def test_wrong_list_parameters_are_problems(
    client: TestClient, parameters: dict[str, Any], code: str
) -> None:
    assert problem(begin(client).get("/api/v1/attempts", **parameters)) == (422, code)


def test_attempts_need_a_token(client: TestClient) -> None:
    started = begin(client)
    address = f"/api/v1/attempts/{started.id}"

    answers = [
        client.get("/api/v1/attempts"),
        client.get(address),
        client.put(f"{address}/answers/{ITEM}", json={"value": 1}),
        client.post(f"{address}/submit"),
    ]

    assert {problem(answer) for answer in answers} == {(401, "invalid-token")}


def test_saving_costs_the_same_however_many_attempts_there_are(
    client: TestClient, clock: Clock
) -> None:
    started = finish(begin(client))
    costs = []
    for day in range(1, 4):
        clock.now = NOON + timedelta(days=day)
        last = started.again()
        last.answer(ITEM, 1)
        with statements(client) as seen:
            last.answer(ITEM, 2)
        costs.append(len(seen))
        finish(last)

    assert costs == [costs[0]] * 3
    assert costs[0] <= 4
