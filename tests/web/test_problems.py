import pytest
from fastapi.testclient import TestClient

from app.kernel.errors import DomainError, NotFoundError
from app.kernel.text import Language
from app.web.problems import problem_responses, status_of
from app.web.sentences import PROBLEMS, describe
from tests.web.builders import PROBLEM, begin


class OrphanError(DomainError):
    """Belongs to no kind."""

    code = "orphan"


class ChildError(NotFoundError):
    """Belongs to one."""

    code = "child"


def test_an_error_has_the_status_of_its_kind() -> None:
    assert status_of(ChildError()) == 404


def test_an_error_without_a_kind_is_a_bug() -> None:
    with pytest.raises(LookupError):
        status_of(OrphanError())


def test_a_program_gets_a_problem_in_its_language(site: TestClient) -> None:
    headers = {"accept-language": "pt-BR,pt;q=0.9"}
    answer = site.get("/api/v1/courses/nothing", headers=headers)
    title, detail = describe("course-not-found", Language.PT)

    assert answer.json() == {
        "type": "/api/problems/course-not-found",
        "title": title,
        "status": 404,
        "detail": detail,
        "code": "course-not-found",
        "facts": {"key": "nothing"},
    }
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["content-language"] == "pt"


@pytest.mark.parametrize("language", list(Language))
def test_a_person_gets_a_page_in_the_language_of_the_address(
    site: TestClient, language: Language
) -> None:
    answer = site.get(f"/{language}/courses/nothing", headers={"accept-language": "de"})

    assert answer.status_code == 404
    assert f'<html lang="{language}" dir="{language.direction}"' in answer.text
    assert answer.text.count("<h1") == 1
    assert describe("course-not-found", language)[0] in answer.text


def test_outside_the_five_languages_the_browser_chooses(site: TestClient) -> None:
    answer = site.get("/de/nothing", headers={"accept-language": "es"})

    assert (answer.status_code, '<html lang="es"' in answer.text) == (404, True)


def test_a_script_of_ours_gets_a_problem_on_a_page_address(site: TestClient) -> None:
    answer = site.get("/fr/path", headers={"x-form-token": "x"})

    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


def test_an_address_that_only_begins_like_the_api_is_a_page(site: TestClient) -> None:
    assert site.get("/apiary").headers["content-type"] == "text/html; charset=utf-8"
    assert site.get("/api").headers["content-type"] == PROBLEM


def test_a_refused_login_says_how_to_log_in(site: TestClient) -> None:
    answer = site.get("/api/v1/me/profile")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="masar"'


def test_wrong_input_is_named_and_not_repeated(site: TestClient) -> None:
    learner = begin(site)
    sent = {"value": "secret-word"}
    answer = site.put(learner.answer_url(), json=sent, headers=learner.headers)
    fields = answer.json()["facts"]["fields"]

    assert answer.json()["code"] == "invalid-request"
    assert {tuple(field["where"][:2]) for field in fields} == {("body", "value")}
    assert "secret-word" not in answer.text


@pytest.mark.parametrize("code", PROBLEMS)
def test_the_type_of_a_problem_can_be_read(site: TestClient, code: str) -> None:
    answer = site.get(f"/api/problems/{code}", headers={"accept-language": "ar"})

    assert answer.status_code == 200
    assert answer.text == "\n\n".join(describe(code, Language.AR)) + "\n"


def test_documented_errors_always_have_the_database() -> None:
    assert sorted(problem_responses(404, 422)) == [404, 422, 503]
