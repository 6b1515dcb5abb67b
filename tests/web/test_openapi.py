import pytest
from fastapi.testclient import TestClient

from app.web.problems import PROBLEM_TYPE
from tests.web.test_fuzz import DOCUMENT

OPERATIONS = {
    f"{method} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
TOKEN: list[dict[str, list[str]]] = [{"learner": []}]
PUBLIC = (
    "get /api/v1/courses",
    "get /api/v1/courses/{key}",
    "get /api/v1/frameworks",
    "get /api/v1/frameworks/{key}/{version}",
    "post /api/v1/tokens",
)
PERSONAL = sorted({*OPERATIONS} - {*PUBLIC, "post /api/v1/attempts"})


def test_the_document_is_the_one_that_is_served(site: TestClient) -> None:
    assert site.get("/api/openapi.json").json() == DOCUMENT


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_explains_itself(name: str) -> None:
    operation = OPERATIONS[name]

    assert operation["tags"]
    assert operation["description"].endswith(".")
    assert operation["operationId"].replace("_", "").isalpha()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_is_a_problem(name: str) -> None:
    errors = {k: v for k, v in OPERATIONS[name]["responses"].items() if k >= "400"}

    assert "503" in errors
    assert {tuple(error["content"]) for error in errors.values()} == {(PROBLEM_TYPE,)}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_body_comes_with_an_example(name: str) -> None:
    body = OPERATIONS[name].get("requestBody")
    if body is not None:
        reference = body["content"]["application/json"]["schema"]["$ref"]
        schema = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]

        assert schema["examples"]


def test_names_are_unique_and_tell_nothing_of_our_modules() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(names) == len(set(names))
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("name", PERSONAL)
def test_what_is_personal_asks_for_a_token(site: TestClient, name: str) -> None:
    method, _, path = name.partition(" ")
    attempt = "00000000-0000-4000-8000-000000000000"
    address = path.format(attempt_id=attempt, item="trust", key="x")

    answer = site.request(method, address)

    assert OPERATIONS[name]["security"] == TOKEN
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")


def test_what_is_public_asks_for_none() -> None:
    assert [OPERATIONS[name].get("security") for name in PUBLIC] == [None] * 5
    assert OPERATIONS["post /api/v1/attempts"]["security"] == [*TOKEN, {}]


def test_examples_of_bodies_are_accepted(site: TestClient) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    begun = site.post("/api/v1/attempts", json=schemas["AttemptIn"]["examples"][0])
    headers = {"authorization": f"Bearer {begun.json()['token']}"}
    wanted = schemas["PreferencesIn"]["examples"][0]

    answer = site.put("/api/v1/me/path/preferences", json=wanted, headers=headers)

    assert (begun.status_code, answer.json()) == (201, wanted)
