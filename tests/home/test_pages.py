from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from tests.assessment.builders import begin, finish
from tests.home.builders import personal_counts
from tests.identity.builders import arrive, database_of, read_page, send, show


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("de", "fr"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("de, ar;q=0.3, en;q=0.7", "en"),
        ("AR", "ar"),
        ("en;q=x, es;q=0.1", "es"),
        ("," * 10_000, "fr"),
    ],
)
def test_root_leads_to_the_language_of_the_browser(
    client: TestClient, header: str, language: str
) -> None:
    answer = client.get(
        "/", headers={"accept-language": header}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (307, f"/{language}/")
    assert answer.headers["vary"] == "Accept-Language"


def test_front_page_in_every_language_leads_to_the_questions(
    client: TestClient,
) -> None:
    for language in Language:
        page = show(client, f"/{language}/")

        assert (page.language, page.direction) == (language, language.direction)
        assert f"/{language}/assess" in page.links
        assert {f"/{each}/" for each in Language} <= set(page.links)


def test_front_page_names_the_same_page_in_other_languages(client: TestClient) -> None:
    html = client.get("/fr/").text

    for language in Language:
        assert f'hreflang="{language}" href="http://127.0.0.1:8000/{language}/"' in html


def test_address_without_slash_is_completed(client: TestClient) -> None:
    assert str(client.get("/fr").url).endswith("/fr/")


def test_front_page_offers_the_path_once_there_is_a_result(client: TestClient) -> None:
    started = begin(client)
    send(client, "/fr/resume", {"code": started.document["resume_code"]})
    before = show(client, "/fr/").links
    finish(started)
    after = show(client, "/fr/").links

    assert after.count("/fr/path") == before.count("/fr/path") + 1


@pytest.mark.parametrize("page", ["privacy", "help"])
def test_plain_words_are_there_in_every_language(client: TestClient, page: str) -> None:
    for language in Language:
        assert show(client, f"/{language}/{page}").sections


def test_continue_leads_to_the_open_questions_then_the_result(
    client: TestClient,
) -> None:
    attempt = arrive(client)
    review = attempt.rpartition("/")[0] + "/review"

    to_questions = client.get("/fr/continue", follow_redirects=False)
    send(client, review.replace("review", "submit"), shown_at=review)
    to_result = client.get("/fr/continue", follow_redirects=False)

    assert to_questions.headers["location"] == review
    assert to_result.headers["location"] == "/fr/profile"


def test_pages_of_a_learner_ask_unknown_browsers_to_begin(client: TestClient) -> None:
    addresses = ["account", "account/download", "continue", "path", "profile"]

    answers = [client.get(f"/ar/{address}") for address in addresses]

    assert {answer.status_code for answer in answers} == {401}
    assert {read_page(answer).direction for answer in answers} == {"rtl"}


def test_account_shows_the_code_and_what_she_may_do(client: TestClient) -> None:
    started = finish(begin(client))
    code = started.document["resume_code"]
    send(client, "/fr/resume", {"code": code})

    for language in Language:
        page = show(client, f"/{language}/account")

        assert page.actions == [
            f"/{language}/account/leave",
            f"/{language}/account/erase",
        ]
        assert f"/{language}/account/download" in page.links
        assert f"/{language}/assess/{started.id}/review" in page.links
        assert code in client.get(f"/{language}/account").text


def test_download_is_everything_in_one_file(client: TestClient) -> None:
    attempt = arrive(client)
    send(client, attempt, {"a.problem-framing": "3"})

    answer = client.get("/fr/account/download")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "private, no-store"
    document = answer.json()
    assert document["assessment_answer"][0]["value"] == "3"
    assert UUID(document["identity_learner"][0]["learner_id"]).version == 4


def test_leaving_forgets_the_browser_and_keeps_the_answers(
    client: TestClient,
) -> None:
    attempt = arrive(client)
    send(client, attempt, {"a.problem-framing": "3"})
    session = client.cookies["masar_session"]

    answer = send(client, "/fr/account/leave", shown_at="/fr/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/")
    assert "masar_session" not in client.cookies
    assert (
        client.get(
            "/fr/account", headers={"cookie": f"masar_session={session}"}
        ).status_code
        == 401
    )
    with database_of(client).read() as connection:
        counts = personal_counts(connection)
    assert (counts["identity_session"], counts["assessment_answer"]) == (0, 1)


def test_erasing_asks_whether_she_is_sure(client: TestClient) -> None:
    arrive(client)

    answer = send(client, "/fr/account/erase", shown_at="/fr/account")

    assert answer.headers["location"] == "/fr/account"
    assert client.get("/fr/account").status_code == 200


def test_erasing_removes_everything_at_once(client: TestClient) -> None:
    started = finish(begin(client))
    send(client, "/fr/resume", {"code": started.document["resume_code"]})
    client.get("/fr/path")

    answer = send(client, "/fr/account/erase", {"sure": "yes"}, shown_at="/fr/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/")
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}
    assert client.get("/fr/account").status_code == 401
    assert started.get("/api/v1/me/profile").status_code == 401
