from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.catalogue.service import load_catalogue
from app.kernel.text import Language
from tests.catalogue.builders import catalogue, course
from tests.constants import NOON
from tests.frameworks.builders import text
from tests.identity.builders import database_of, read_page, show

MOOC = "unesco-oxford-ai-dt-gov"


def test_courses_are_listed_in_every_language(client: TestClient) -> None:
    for language in Language:
        page = show(client, f"/{language}/courses")

        assert page.language == language
        assert f"/{language}/courses/{MOOC}" in page.links
        assert {"competency", "taught_in", "max_hours", "provider", "q"} <= set(
            page.controls
        )


def test_filters_stay_chosen_and_narrow(client: TestClient) -> None:
    every = show(client, "/fr/courses").links
    page = show(client, "/fr/courses?competency=cybersecurity&taught_in=en&q=cisco")

    assert page.checked["competency"] == "cybersecurity"
    assert page.controls["q"] == ["cisco"]
    assert "/fr/courses/cisco-intro-cyber" in page.links
    assert f"/fr/courses/{MOOC}" not in page.links
    assert f"/fr/courses/{MOOC}" in every


@pytest.mark.parametrize(
    "query",
    [
        "max_hours=x",
        "max_hours=nan",
        "max_hours=-1",
        "taught_in=french",
        "taught_in=sw",
    ],
)
def test_filter_that_cannot_be_read_is_left_out(client: TestClient, query: str) -> None:
    assert f"/fr/courses/{MOOC}" in show(client, f"/fr/courses?{query}").links


def test_nothing_found_is_a_page_too(client: TestClient) -> None:
    page = show(client, '/fr/courses?q=<script>alert("x")</script>')

    assert page.controls["q"] == ['<script>alert("x")</script>']
    assert f"/fr/courses/{MOOC}" not in page.links


def test_course_links_to_its_provider(client: TestClient) -> None:
    for language in Language:
        page = show(client, f"/{language}/courses/{MOOC}")

        assert page.headings == ["AI and Digital Transformation in Government"]
        assert "https://oxsbs.link/unesco" in page.links


def test_every_course_has_a_page(client: TestClient) -> None:
    items = client.get("/api/v1/courses", params={"limit": 100}).json()["items"]

    pages = [show(client, f"/ar/courses/{course['key']}") for course in items]

    assert [page.headings[0] for page in pages] == [c["title"] for c in items]


def test_course_that_is_not_there_is_a_page(client: TestClient) -> None:
    answer = client.get("/fr/courses/nothing")

    assert answer.status_code == 404
    assert "/fr/courses" in read_page(answer).links


def test_pages_show_the_courses_and_notes_of_every_file(client: TestClient) -> None:
    serve = {"competency": "generative-ai", "from_level": 0, "to_level": 2}
    mine = course("cours-maison", serves=[serve])
    own: Any = catalogue("own", mine, mapping_note=text("Liens d’Enap."))
    with database_of(client).write() as connection:
        load_catalogue(connection, key="own", data=own, now=NOON)

    everything = client.get("/en/courses?q=ouvertes").text
    pages = [client.get(f"/en/courses/{key}").text for key in ("cours-maison", MOOC)]

    assert "/en/courses/cours-maison" in everything
    assert everything.count("Liens d’Enap.") == 1
    assert ["Liens d’Enap." in page for page in pages] == [True, False]


def test_the_list_is_turned_page_by_page_and_light(client: TestClient) -> None:
    for language in Language:
        seen: list[str] = []
        for number in (1, 2, 3, 4, 99):
            address = f"/{language}/courses?page={number}"
            answer = client.get(address, headers={"accept-encoding": "br"})
            assert int(answer.headers["content-length"]) <= 8 * 1024
            links = set(read_page(answer).links)
            seen += [key for key in links if key.count("/") == 3 and "/courses/" in key]

        total = client.get("/api/v1/courses").json()["total"]
        assert len(set(seen)) == total


def test_an_empty_list_offers_to_drop_each_filter(client: TestClient) -> None:
    page = show(client, "/en/courses?q=oxford&provider=Cisco&page=3")

    assert {"/en/courses?q=oxford", "/en/courses"} <= set(page.links)
