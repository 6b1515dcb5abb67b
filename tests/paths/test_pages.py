from html import unescape

import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from tests.assessment.builders import Started, begin, finish
from tests.home.builders import MOOC
from tests.identity.builders import read_page, send, show

PAGE = "/fr/path"


@pytest.fixture
def started(client: TestClient) -> Started:
    """Return a learner with a result, whom the browser knows too."""
    done = finish(begin(client))
    send(client, "/fr/resume", {"code": done.document["resume_code"]})
    return done


def preferences(started: Started) -> dict[str, object]:
    found: dict[str, object] = started.get("/api/v1/me/path").json()["preferences"]
    return found


def test_path_is_shown_in_every_language(client: TestClient, started: Started) -> None:
    steps = started.get("/api/v1/me/path").json()["steps"]

    for language in Language:
        page = show(client, f"/{language}/path")

        assert (page.language, page.direction) == (language, language.direction)
        assert {step["url"] for step in steps} <= set(page.links)
        assert f"/{language}/path/plan.ics" in page.links


def test_every_step_says_what_would_change_it(
    client: TestClient, started: Started
) -> None:
    steps = started.get("/api/v1/me/path").json()["steps"]

    text = unescape(client.get(PAGE).text)

    for step in steps:
        assert step["changed_by"]
        for change in step["changed_by"]:
            assert f"<p>{change['sentence']}</p>" in text
        assert f"<p>{step['alternative']['sentence']}</p>" in text


def test_every_step_can_be_marked_without_a_script(
    client: TestClient, started: Started
) -> None:
    steps = started.get("/api/v1/me/path").json()["steps"]

    page = show(client, PAGE)

    assert page.controls["unit"] == [step["key"] for step in steps]
    assert page.controls["choice"] == ["done", "aside"] * len(steps)


def test_form_shows_what_is_stored(client: TestClient, started: Started) -> None:
    wanted = {
        "hours_per_week": 2.5,
        "weeks": 9,
        "languages": ["pt", "fr"],
        "max_mb": 700,
    }
    started.put("/api/v1/me/path/preferences", wanted)

    page = show(client, PAGE)

    assert page.checked["hours_per_week"] == "2.5"
    assert "9" in page.controls["weeks"]
    assert page.checked["max_mb"] == "700"
    form = client.get(PAGE).text.partition('id="adapt"')[2]
    assert form.count(" checked") == 2


def test_adapting_stores_and_shows_the_new_path(
    client: TestClient, started: Started
) -> None:
    fields = {"hours_per_week": "10", "weeks": "20", "lang": ["en", "fr"], "max_mb": ""}

    answer = send(client, PAGE, fields)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert preferences(started) == {
        "hours_per_week": 10,
        "weeks": 20,
        "languages": ["en", "fr"],
        "max_mb": None,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours_per_week": "0"}, "hours_per_week"),
        ({"hours_per_week": "three"}, "hours_per_week"),
        ({"weeks": "0"}, "weeks"),
        ({"weeks": "1" * 5000}, "weeks"),
        ({"lang": []}, "languages"),
        ({"lang": ["de"]}, "languages"),
        ({"max_mb": "-1"}, "max_mb"),
    ],
)
def test_wrong_wishes_are_explained_at_their_field(
    client: TestClient, started: Started, changes: dict[str, object], field: str
) -> None:
    fields = {"hours_per_week": "3", "weeks": "5", "lang": ["fr"], "max_mb": ""}
    before = preferences(started)

    answer = send(client, PAGE, {**fields, **changes})

    assert answer.status_code == 422
    assert read_page(answer).controls["weeks"]
    assert f'id="error-{field}"' in answer.text
    assert preferences(started) == before


def test_step_is_put_aside_and_back(client: TestClient, started: Started) -> None:
    for choice, is_on_path in [("aside", False), ("back", True), ("done", False)]:
        answer = send(
            client,
            f"{PAGE}/steps",
            {"unit": MOOC, "choice": choice},
            shown_at=PAGE,
        )

        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
        steps = started.get("/api/v1/me/path").json()["steps"]
        assert (MOOC in [step["key"] for step in steps]) == is_on_path
        assert MOOC in show(client, PAGE).controls["unit"]


def test_step_that_does_not_exist_is_a_page(
    client: TestClient, started: Started
) -> None:
    fields = {"unit": "nothing", "choice": "done"}

    answer = send(client, f"{PAGE}/steps", fields, shown_at=PAGE)

    assert answer.status_code == 404
    assert PAGE in read_page(answer).links
    assert started.get("/api/v1/me/path").json()["done"] == []


def test_word_that_says_nothing_changes_nothing(
    client: TestClient, started: Started
) -> None:
    fields = {"unit": MOOC, "choice": "perhaps"}

    answer = send(client, f"{PAGE}/steps", fields, shown_at=PAGE)

    assert answer.headers["location"] == PAGE
    assert started.get("/api/v1/me/path").json()["done"] == []


def test_forms_need_our_token(client: TestClient, started: Started) -> None:
    fields = {"unit": MOOC, "choice": "done", "form_token": "foreign"}

    answers = [client.post(PAGE, data=fields)]
    answers.append(client.post(f"{PAGE}/steps", data=fields))

    assert {answer.status_code for answer in answers} == {403}
    assert started.get("/api/v1/me/path").json()["done"] == []


@pytest.mark.parametrize("value", [4, "unknown", "not_applicable"])
def test_path_without_gaps_is_a_kind_page(client: TestClient, value: object) -> None:
    code = finish(begin(client), value).document["resume_code"]
    send(client, "/fr/resume", {"code": code})

    for language in Language:
        page = show(client, f"/{language}/path")

        assert f"/{language}/courses" in page.links
        assert "unit" not in page.controls


def test_path_that_fits_nothing_can_be_widened(
    client: TestClient, started: Started
) -> None:
    started.put(
        "/api/v1/me/path/preferences",
        {"hours_per_week": 0.5, "weeks": 1, "languages": ["fr"], "max_mb": 0},
    )

    page = show(client, PAGE)

    assert {"hours_per_week", "weeks", "lang", "max_mb"} <= set(page.controls)
    assert "unit" not in page.controls
