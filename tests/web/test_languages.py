import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from app.web.languages import negotiate
from tests.web.builders import begin, begin_in_browser


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "fr"),
        ("de, ja", "fr"),
        ("ar", "ar"),
        ("AR-td", "ar"),
        ("pt-MZ,pt;q=0.9,en;q=0.8", "pt"),
        ("en;q=0.2, es;q=0.7, fr;q=0.5", "es"),
        ("de, en;q=0.1", "en"),
        ("en;q=0", "fr"),
        ("en;q=much, es;q=0.3", "es"),
        ("en;q=nan", "fr"),
        ("*", "fr"),
        (";;;,,,", "fr"),
        ("x" * 600 + ",en", "fr"),
    ],
)
def test_the_browser_chooses_among_the_five(header: str, expected: str) -> None:
    assert negotiate(header, default=Language.FR) == expected


@pytest.mark.parametrize("language", list(Language))
def test_the_root_leads_to_the_language_of_the_browser(
    site: TestClient, language: Language
) -> None:
    answer = site.get(
        "/", headers={"accept-language": f"{language}-XX"}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (307, f"/{language}/")
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_in_the_language_of_its_address(
    site: TestClient, language: Language
) -> None:
    page = site.get(f"/{language}/", headers={"accept-language": "en"}).text

    assert f'<html lang="{language}" dir="{language.direction}"' in page
    assert [f'hreflang="{each}"' in page for each in Language] == [True] * 5


def test_the_switch_keeps_the_place_and_the_question(site: TestClient) -> None:
    address = begin_in_browser(site, "fr")
    page = site.get(f"{address}?from=mail").text

    assert f'href="/ar{address.removeprefix("/fr")}' in page


def test_the_switch_keeps_the_query_and_escapes_it(site: TestClient) -> None:
    page = site.get("/fr/courses?q=\">'<i>").text

    assert "<i>" not in page
    assert 'href="/en/courses?q=' in page


@pytest.mark.parametrize("path", ["/de/", "/FR/", "/fra/", "/e/", "/arabic/assess"])
def test_other_languages_do_not_exist(site: TestClient, path: str) -> None:
    assert site.get(path, follow_redirects=False).status_code == 404


def test_the_address_without_its_slash_leads_on(site: TestClient) -> None:
    answer = site.get("/es", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/es/")


def test_the_api_takes_the_language_asked_for_before_the_one_preferred(
    site: TestClient,
) -> None:
    headers = {"accept-language": "es"}
    asked = site.get("/api/v1/frameworks?lang=ar", headers=headers)
    preferred = site.get("/api/v1/frameworks", headers=headers)

    assert asked.headers["content-language"] == "ar"
    assert preferred.headers["content-language"] == "es"


def test_a_learner_is_answered_in_her_language(site: TestClient) -> None:
    learner = begin(site, "pt", role="front-line")
    own = site.get("/api/v1/me/profile", headers=learner.headers)
    asked = site.get("/api/v1/me/profile?lang=ar", headers=learner.headers)

    assert own.status_code == asked.status_code == 200
    assert own.json() != asked.json()
