from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from tests.assessment.builders import Started, begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.identity.builders import read_page, send, show
from tests.proficiency.builders import verify


def known(client: TestClient, started: Started) -> Started:
    """Make the browser known as the learner of the API."""
    send(client, "/fr/resume", {"code": started.document["resume_code"]})
    return started


@pytest.mark.parametrize("value", [0, 1, 4, "unknown", "not_applicable"])
def test_result_is_shown_whatever_was_answered(
    client: TestClient, value: object
) -> None:
    known(client, finish(begin(client), value))

    pages = {each: show(client, f"/{each}/profile") for each in Language}

    assert [page.language for page in pages.values()] == list(Language)
    assert min(page.sections for page in pages.values()) >= 2


def test_result_leads_to_path_answers_and_meaning(client: TestClient) -> None:
    known(client, finish(begin(client)))

    links = set(show(client, "/fr/profile").links)

    assert {
        "/fr/path",
        "#all",
        "/fr/frameworks/unesco-ai-dt",
        "/fr/frameworks/unesco-ai-dt/roles/service-manager",
    } <= links


def test_result_has_the_same_data_as_a_table(client: TestClient) -> None:
    known(client, finish(begin(client), 1))

    html = client.get("/fr/profile").text

    table = html.partition("<table")[2].partition("</table>")[0]
    assert table.count('scope="row"') == 19
    assert table.count('scope="rowgroup"') == 4
    assert html.count('role="img"') == html.count('<svg class="chart flip" role')


def test_what_was_checked_stands_beside_her_answer_with_its_reasons(
    client: TestClient,
) -> None:
    started = known(client, finish(begin(client), 1))
    unchecked = client.get("/en/profile").text
    verify(client, started, "ai-ethics-rights", level=2)

    html = client.get("/en/profile").text

    section = html.partition('id="checked"')[2].partition("</section>")[0]
    assert 'id="checked"' not in unchecked
    assert "You said: level <b>1</b>" in section
    assert "Probable level: <b>2</b>, somewhere between 1 and 2" in section
    assert 'href="/en/courses/unesco-oxford-ai-dt-gov"' in section
    assert "<bdi>80%</bdi>" in section


def test_result_of_nothing_answered_invents_nothing(client: TestClient) -> None:
    started = known(client, begin(client))
    started.submit()

    html = client.get("/fr/profile")

    assert read_page(html).headings
    assert 'role="img"' not in html.text


def test_second_result_links_both_occasions(client: TestClient, clock: Clock) -> None:
    first = known(client, finish(begin(client), 1))
    clock.now = NOON + timedelta(days=29)
    second = finish(first.again(), 2)

    links = show(client, "/fr/profile").links

    reviews = [link for link in links if link.endswith("/review")]
    assert reviews == [f"/fr/assess/{each.id}/review" for each in (second, first)]


def test_unknown_browser_has_no_result(client: TestClient) -> None:
    answer = client.get("/fr/profile")

    assert answer.status_code == 401
    assert {"/fr/assess", "/fr/resume"} <= set(read_page(answer).links)


def test_result_is_kept_by_no_cache(client: TestClient) -> None:
    known(client, finish(begin(client)))

    assert client.get("/fr/profile").headers["cache-control"] == "private, no-store"
