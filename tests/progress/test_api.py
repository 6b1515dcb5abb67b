from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assessment.builders import Started, begin, finish
from tests.home.builders import MOOC

ROOT = "/api/v1/me/progress"
COURSE = f"{ROOT}/{MOOC}"
REF = "9d1f7c52-0000-4000-8000-000000000001"


@pytest.fixture
def started(client: TestClient) -> Started:
    return finish(begin(client))


def say(started: Started, ref: str = REF, **body: Any) -> Any:  # noqa: ANN401 -- JSON
    answer = started.put(f"{COURSE}/entries/{ref}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def undo(started: Started, ref: str) -> int:
    answer = started.client.delete(f"{COURSE}/entries/{ref}", headers=started.headers)
    return int(answer.status_code)


def test_a_word_sent_again_is_the_first(started: Started) -> None:
    first = say(started, kind="module_done", module="ethics")
    again = say(started, kind="withdrawn")

    assert (again, first["source"], first["ref"]) == (first, "self_declared", REF)
    found = started.get(COURSE).json()
    assert len(found["entries"]) == 1
    assert [m["key"] for m in found["modules"] if m["done_by"]] == ["ethics"]


def test_a_correction_stays_beside_what_it_corrects(started: Started) -> None:
    say(started, kind="module_done", module="ethics")

    assert (undo(started, REF), undo(started, REF)) == (204, 204)
    found = started.get(COURSE).json()
    assert [e["kind"] for e in found["entries"]] == ["module_done", "correction"]
    assert found["entries"][1]["corrects"] == REF
    assert not any(m["done_by"] for m in found["modules"])


def test_nobody_reaches_the_progress_of_another(
    client: TestClient, started: Started
) -> None:
    say(started, kind="module_done", module="ethics")
    other = finish(begin(client))

    assert other.get(COURSE).json()["entries"] == []
    assert undo(other, REF) == 404
    assert started.get(COURSE).json()["modules"][1]["done_by"] == "self_declared"


def test_the_walk_follows(started: Started) -> None:
    before = started.get(ROOT).json()
    keys = [step["key"] for step in before["steps"]]
    assert before["current"] == keys[0]
    assert MOOC in keys

    say(started, kind="completed")

    after = started.get(ROOT).json()
    mooc = next(step for step in after["steps"] if step["key"] == MOOC)
    assert (mooc["state"], mooc["done_by"], mooc["week"]) == (
        "done",
        "self_declared",
        0,
    )
    assert MOOC not in {part["key"] for part in after["this_week"]}


def test_notes_are_kept_and_removed(started: Started) -> None:
    note = {"text": "page 12", "module": "ethics"}
    assert started.put(f"{COURSE}/note", note).status_code == 204
    assert started.get(COURSE).json()["modules"][1]["note"] == "page 12"

    started.put(f"{COURSE}/note", {**note, "text": ""})
    assert started.get(COURSE).json()["modules"][1]["note"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "module_done"}, 422, "entry-invalid"),
        ({"kind": "spent"}, 422, "entry-invalid"),
        ({"kind": "module_done", "module": "none"}, 404, "module-not-found"),
        ({"kind": "enrolled", "language": "xx"}, 422, "entry-invalid"),
        ({"kind": "correction"}, 422, "invalid-request"),
        ({"kind": "spent", "minutes": 1441}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_is_a_problem(
    started: Started, body: dict[str, Any], status: int, code: str
) -> None:
    answer = started.put(f"{COURSE}/entries/{REF}", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert started.get(COURSE).json()["entries"] == []
