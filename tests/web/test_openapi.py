from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema_rs import validator_for

from app.web.openapi import ORDER
from app.web.problems import PROBLEM_TYPE
from tests.web.examples import PARAMETERS, Learner
from tests.web.test_fuzz import DOCUMENT

OPERATIONS = {
    f"{method} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
JSON = "application/json"
FILE = "application/octet-stream"
TOKEN: list[dict[str, list[str]]] = [{"learner": []}]
PUBLIC = (
    "delete /api/v1/reminders/{stop_token}",
    "get /api/v1/courses",
    "get /api/v1/courses/{key}",
    "get /api/v1/courses/{key}/people",
    "get /api/v1/frameworks",
    "get /api/v1/frameworks/{key}/{version}",
    "post /api/v1/tokens",
)
BY_KEY = sorted(name for name in OPERATIONS if "/completions" in name)
PERSONAL = sorted({*OPERATIONS} - {*PUBLIC, *BY_KEY, "post /api/v1/attempts"})


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
    if body is not None and JSON in body["content"]:
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
    address = path.format(
        attempt_id=attempt,
        earlier_id=attempt,
        item="trust",
        key="x",
        ref=attempt,
        institution_id=attempt,
        cohort_id=attempt,
        campaign_id=attempt,
        key_id=attempt,
        certificate_id=attempt,
        review_id=attempt,
        activity_key="00000000000000ff",
        question_id=attempt,
        post_id=attempt,
    )

    answer = site.request(method, address)

    assert OPERATIONS[name]["security"] == TOKEN
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")


@pytest.mark.parametrize("name", BY_KEY)
def test_what_is_an_institutions_asks_for_its_key(site: TestClient, name: str) -> None:
    method, _, path = name.partition(" ")
    body: Any = {"json": {"items": []}} if method == "post" else {}

    answer = site.request(method, path, **body)

    assert OPERATIONS[name]["security"] == [{"institution": []}]
    assert (answer.status_code, answer.json()["code"]) in {
        (401, "key-refused"),
        (422, "invalid-input"),
    }


def test_what_is_public_asks_for_none() -> None:
    assert [OPERATIONS[name].get("security") for name in PUBLIC] == [None] * len(PUBLIC)
    assert OPERATIONS["post /api/v1/attempts"]["security"] == [*TOKEN, {}]


def test_examples_of_bodies_are_accepted(site: TestClient) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    begun = site.post("/api/v1/attempts", json=schemas["AttemptIn"]["examples"][0])
    headers = {"authorization": f"Bearer {begun.json()['token']}"}
    wanted = schemas["PreferencesIn"]["examples"][0]

    answer = site.put("/api/v1/me/path/preferences", json=wanted, headers=headers)

    assert (begun.status_code, answer.json()) == (201, wanted)


def mistakes(value: object, schema: dict[str, Any]) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    return [error.message for error in validator_for(whole).iter_errors(value)]


def examples_of(part: dict[str, Any]) -> list[object]:
    """Return the recorded example, or those that stand with the schema in the code."""
    if "example" in part:
        return [part["example"]]
    schema = part["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("examples", ()))


def answer_schemas(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        response["content"][JSON]
        for status, response in operation["responses"].items()
        if status < "300" and JSON in response.get("content", {})
    ]


def sends_a_file(operation: dict[str, Any]) -> bool:
    return FILE in operation["responses"]["200"].get("content", {})


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_comes_with_an_example_that_its_schema_allows(name: str) -> None:
    operation = OPERATIONS[name]
    answers = answer_schemas(operation)

    assert answers or "204" in operation["responses"] or sends_a_file(operation)
    for answer in answers:
        assert examples_of(answer), "add it to tests/web/examples.py and run that"
        for example in examples_of(answer):
            assert mistakes(example, answer["schema"]) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_parameter_comes_with_an_example_that_its_schema_allows(name: str) -> None:
    for parameter in OPERATIONS[name].get("parameters", ()):
        assert examples_of(parameter), "add it to tests/web/examples.py and run that"
        for example in examples_of(parameter):
            assert mistakes(example, parameter["schema"]) == []


def test_the_examples_can_be_lived_and_the_answers_are_what_is_promised(
    site: TestClient,
) -> None:
    by_name = {each["operationId"]: each for each in OPERATIONS.values()}
    lived = {said.operation: said for said in Learner(site, DOCUMENT).live()}

    assert list(lived) == list(PARAMETERS)
    for name, said in lived.items():
        operation = by_name[name]
        assert str(said.response.status_code) in operation["responses"], said
        assert said.response.is_success, said.response.text
        for answer in answer_schemas(operation):
            assert mistakes(said.response.json(), answer["schema"]) == []
            assert set(said.response.json()) == set(answer["example"])


@pytest.mark.parametrize("address", ["/api/v1/courses", "/api/v1/me/path"])
def test_a_wrong_example_would_be_noticed(address: str) -> None:
    (answer,) = answer_schemas(OPERATIONS[f"get {address}"])
    (name,) = set(answer["example"]) & {"items", "steps"}

    assert mistakes({**answer["example"], name: [{}]}, answer["schema"])
    assert mistakes({}, answer["schema"])


def test_the_document_is_read_in_the_order_of_the_story() -> None:
    paths = list(DOCUMENT["paths"])
    story = ["frameworks", "courses", "attempts", "answers", "submit"]
    places = [
        next(i for i, path in enumerate(paths) if f"/{word}" in path) for word in story
    ]
    personal = [path for path in paths if path.startswith("/api/v1/me")]

    assert places == sorted(places)
    assert paths.index("/api/v1/attempts") < paths.index(personal[0])
    assert paths.index(personal[-1]) < paths.index("/api/v1/tokens")
    assert all(any(path.startswith(each) for path in paths) for each in ORDER)
