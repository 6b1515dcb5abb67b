"""The page of a course: runs in words, how many finished it, where she is in it."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.catalogue.queries import get_catalogue
from app.progress.domain.ledger import Kind
from tests.home.builders import MOOC
from tests.identity.builders import database_of, read_page, send, show
from tests.progress.test_showing import add_people


def text_of(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert read_page(answer).headings
    return " ".join(answer.text.split())


def test_people_are_told_of_once_they_are_many(client: TestClient) -> None:
    before = client.get(f"/api/v1/courses/{MOOC}/people").json()
    with database_of(client).write() as connection:
        add_people(connection, 9, Kind.STARTED)
        add_people(connection, 7, Kind.COMPLETED)

    page = text_of(client, f"/en/courses/{MOOC}")
    after = client.get(f"/api/v1/courses/{MOOC}/people").json()

    assert before == {"started": None, "finished": None, "proven": None}
    assert after == {"started": 15, "finished": 5, "proven": None}
    assert "about 15 people have started it, and about 5 of them" in page


@pytest.mark.parametrize("path", ["", "/people"])
def test_an_unknown_course_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/courses/none{path}").status_code == 404


def test_dates_of_runs_are_in_the_language_of_the_reader(client: TestClient) -> None:
    def is_dated(course: Any) -> bool:  # noqa: ANN401 -- a course
        return any(len(run.starts_on or "") == len("2027-03") for run in course.runs)

    with database_of(client).read() as connection:
        found = next(filter(is_dated, get_catalogue(connection).courses))
    (start, *_) = (run.starts_on for run in found.runs if run.starts_on)

    page = text_of(client, f"/fr/courses/{found.key}")

    assert start not in page.partition("<main")[2].partition("<table")[0]


def test_who_takes_a_course_is_led_to_her_progress_in_it(client: TestClient) -> None:
    page = f"/fr/courses/{MOOC}"
    send(client, f"{page}/enrol", {"language": "fr", "ref": str(uuid4())})

    assert f"/fr/progress/{MOOC}" in show(client, page).links
    send(
        client,
        f"/fr/progress/{MOOC}",
        {"action": "done", "ref": str(uuid4())},
    )
    assert f"/fr/progress/{MOOC}" in show(client, page).links
