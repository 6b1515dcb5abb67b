from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assessment.builders import Started, begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import statements

PATH = "/api/v1/me/path"
PREFERENCES = f"{PATH}/preferences"


def path(started: Started, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 -- query
    answer = started.get(PATH, **parameters)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def steps(document: dict[str, Any]) -> list[str]:
    return [step["key"] for step in document["steps"]]


def test_path_says_everything_of_its_steps(client: TestClient) -> None:
    document = path(finish(begin(client)))

    assert {"steps", "hours", "closed_gap", "uncovered"} <= set(document)
    step = document["steps"][0]
    named = {
        "course": MOOC,
        "module": None,
        "title": "AI and Digital Transformation in Government",
        "lang": "fr",
        "hours": 12.0,
        "megabytes": 1800,
        "week": 1,
        "week_end": 4,
        "reason_code": "flagship",
    }
    assert {name: step[name] for name in named} == named
    assert step["url"].startswith("https://")
    assert step["reason"]
    assert step["alternative"]["sentence"]
    assert step["change"]
    assert {tuple(close.values()) for close in step["closes"]} == {
        ("inclusive-service-design", 1, 2),
        ("ai-ethics-rights", 1, 2),
        ("digital-leadership", 1, 2),
        ("generative-ai", 1, 2),
    }


def test_every_change_named_can_be_tried(client: TestClient) -> None:
    started = finish(begin(client))
    document = path(started, hours_per_week=4, lang="fr,en", max_mb=6000)

    tried = 0
    for step in document["steps"]:
        for change in step["changed_by"]:
            wanted = change["preferences"]
            other = path(
                started,
                hours_per_week=wanted["hours_per_week"],
                weeks=wanted["weeks"],
                lang=wanted["languages"],
                max_mb=wanted["max_mb"],
            )
            titles = {one["title"] for one in other["steps"]}
            assert step["key"] not in steps(other)
            assert set(change["titles"]) <= titles
            tried += 1
    assert tried >= len(document["steps"])


def test_sums_of_a_path_are_those_of_its_steps(client: TestClient) -> None:
    document = path(finish(begin(client)), hours_per_week=10, lang="fr,en")

    assert len(document["steps"]) > 2
    assert document["hours"] == sum(s["hours"] for s in document["steps"])
    assert document["megabytes"] == sum(s["megabytes"] for s in document["steps"])
    assert document["weeks"] == max(s["week_end"] for s in document["steps"])
    assert document["hours"] <= 10 * 12
    assert document["closed_gap"] <= document["total_gap"]


def test_what_is_not_covered_says_why(client: TestClient) -> None:
    for gap in path(finish(begin(client)))["uncovered"]:
        assert set(gap) >= {"competency", "from_level", "to_level", "reason"}
        assert gap["sentence"]
        assert gap["from_level"] < gap["to_level"]


def test_levels_build_up_along_the_path(client: TestClient) -> None:
    document = path(
        finish(begin(client), 0), hours_per_week=40, weeks=104, lang="en,fr,es"
    )

    levels: dict[str, int] = {}
    for step in document["steps"]:
        for close in step["closes"]:
            known = levels.get(close["competency"], 0)
            assert close["from_level"] == known
            levels[close["competency"]] = close["to_level"]


def test_parameters_try_and_do_not_store(client: TestClient) -> None:
    started = finish(begin(client))
    before = path(started)

    tried = path(started, hours_per_week=0.5, weeks=1, lang="ar", max_mb=0)

    assert tried["preferences"] == {
        "hours_per_week": 0.5,
        "weeks": 1,
        "languages": ["ar"],
        "max_mb": 0,
    }
    assert tried["steps"] == []
    assert path(started) == before


def test_parameters_may_be_given_one_by_one(client: TestClient) -> None:
    started = finish(begin(client))
    started.put(PREFERENCES, {"hours_per_week": 2, "weeks": 30, "languages": ["fr"]})

    tried = path(started, hours_per_week=4)

    assert tried["preferences"] == {
        "hours_per_week": 4,
        "weeks": 30,
        "languages": ["fr"],
        "max_mb": None,
    }


@pytest.mark.parametrize("lang", ["en,fr", ["en", "fr"], "en, fr,en"])
def test_languages_may_be_repeated_or_in_one_word(
    client: TestClient, lang: object
) -> None:
    tried = path(finish(begin(client)), lang=lang)

    assert tried["preferences"]["languages"] == ["en", "fr"]
    assert tried["steps"][0]["lang"] == "en"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"hours_per_week": 0}, "invalid-request"),
        ({"hours_per_week": 41}, "invalid-request"),
        ({"hours_per_week": "nan"}, "invalid-request"),
        ({"hours_per_week": "x"}, "invalid-request"),
        ({"weeks": 0}, "invalid-request"),
        ({"weeks": 105}, "invalid-request"),
        ({"weeks": 1.5}, "invalid-request"),
        ({"max_mb": -1}, "invalid-request"),
        ({"max_mb": 10**12}, "invalid-request"),
        ({"lang": "de"}, "unknown-language"),
        ({"lang": "fr,"}, "unknown-language"),
        ({"lang": ""}, "unknown-language"),
        ({"lang": ["fr"] * 6}, "invalid-request"),
    ],
)
def test_wrong_parameters_are_problems(
    client: TestClient, parameters: dict[str, Any], code: str
) -> None:
    answer = begin(client).get(PATH, **parameters)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_preferences_are_stored_and_change_the_path(client: TestClient) -> None:
    started = finish(begin(client))
    wanted = {"hours_per_week": 10, "weeks": 20, "languages": ["fr", "en", "fr"]}
    before = path(started)

    answer = started.put(PREFERENCES, wanted)

    kept = {**wanted, "languages": ["fr", "en"], "max_mb": None}
    assert (answer.status_code, answer.json()) == (200, kept)
    after = path(started)
    assert after["preferences"] == kept
    assert after["closed_gap"] > before["closed_gap"]


@pytest.mark.parametrize(
    "changes",
    [
        {"hours_per_week": 0.4},
        {"hours_per_week": "3"},
        {"hours_per_week": True},
        {"weeks": 0},
        {"weeks": "3"},
        {"weeks": True},
        {"weeks": 3.0},
        {"max_mb": "100"},
        {"max_mb": False},
        {"languages": []},
        {"languages": ["de"]},
        {"languages": ["fr"] * 6},
        {"max_mb": -1},
        {"max_mb": 0.5},
        {"more": 1},
    ],
)
def test_wrong_preferences_are_not_stored(
    client: TestClient, changes: dict[str, object]
) -> None:
    started = finish(begin(client))
    before = path(started)["preferences"]
    body = {"hours_per_week": 5, "weeks": 5, "languages": ["ar"], **changes}

    answer = started.put(PREFERENCES, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert path(started)["preferences"] == before


def test_step_is_put_aside_done_and_back(client: TestClient) -> None:
    started = finish(begin(client))
    address = f"{PATH}/steps/{MOOC}"
    found: list[tuple[bool, list[str], list[str]]] = []
    for choice in ("aside", "done", "done", "back", "back"):
        assert started.put(address, {"choice": choice}).status_code == 204
        document = path(started)
        found.append(
            (
                MOOC in steps(document),
                [unit["key"] for unit in document["aside"]],
                [unit["key"] for unit in document["done"]],
            )
        )

    assert found == [
        (False, [MOOC], []),
        (False, [], [MOOC]),
        (False, [], [MOOC]),
        (True, [], []),
        (True, [], []),
    ]


def test_done_changes_the_path_and_not_the_profile(client: TestClient) -> None:
    started = finish(begin(client))
    before = started.get("/api/v1/me/profile").json()
    total = path(started)["total_gap"]

    started.put(f"{PATH}/steps/{MOOC}", {"choice": "done"})

    assert started.get("/api/v1/me/profile").json() == before
    assert path(started)["total_gap"] < total


@pytest.mark.parametrize("key", ["nothing", f"{MOOC}/ethics", "a%00b", "x" * 500])
def test_step_that_does_not_exist_is_a_problem(client: TestClient, key: str) -> None:
    answer = begin(client).put(f"{PATH}/steps/{key}", {"choice": "done"})

    assert (answer.status_code, answer.json()["code"]) == (404, "step-not-found")


@pytest.mark.parametrize("body", [{}, {"choice": "perhaps"}, {"choice": None}, []])
def test_word_that_says_nothing_is_a_problem(client: TestClient, body: object) -> None:
    answer = begin(client).put(f"{PATH}/steps/{MOOC}", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_path_needs_a_token(client: TestClient) -> None:
    answers = [
        client.get(PATH),
        client.put(PREFERENCES, json={}),
        client.put(f"{PATH}/steps/{MOOC}", json={"choice": "done"}),
    ]

    assert {answer.status_code for answer in answers} == {401}


def test_path_before_any_answer_invents_nothing(client: TestClient) -> None:
    document = path(begin(client))

    assert (document["steps"], document["uncovered"]) == ([], [])
    assert document["total_gap"] == 0


def test_path_speaks_her_language(client: TestClient) -> None:
    started = finish(begin(client, lang="ar"))

    document = path(started)

    assert document["preferences"]["languages"] == ["ar"]
    assert document["steps"][0]["lang"] == "ar"


def test_stored_path_costs_the_same_however_many_attempts_there_are(
    client: TestClient, clock: Clock
) -> None:
    started = finish(begin(client))
    costs = []
    for day in range(1, 4):
        path(started)
        with statements(client) as seen:
            path(started)
        costs.append(len(seen))
        clock.now = NOON + timedelta(days=day)
        finish(started.again())

    assert costs == [costs[0]] * 3
    assert costs[0] <= 4
