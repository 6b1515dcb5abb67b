"""What Schemathesis finds when it believes our OpenAPI; at most a minute in all."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, Config, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from app.main import create_app
from tests.conftest import make_settings
from tests.web.builders import begin

DESTRUCTIVE = ("/api/v1/me", "delete")
"""Erases the learner whom the others ask about; the tests of identity have it."""
NOT_OURS = [
    ignored_auth,  # it takes our token for one it made up; test_openapi asks without
    positive_data_acceptance,  # a role of the right shape may still not exist: 422
]
DOCUMENT = create_app(make_settings("sqlite:///never-opened.sqlite")).openapi()
OPERATIONS = [
    (path, method)
    for path, methods in sorted(DOCUMENT["paths"].items())
    for method in sorted(methods)
    if (path, method) != DESTRUCTIVE
]
CASES = [
    (path, method, mode)
    for path, method in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE
    # Where nothing is asked, nothing can be answered wrongly.
    or {"parameters", "requestBody"} & set(DOCUMENT["paths"][path][method])
]
FEW = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def fuzzed(
    templates: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    path: Path = tmp_path_factory.mktemp("fuzz") / "masar.sqlite"
    shutil.copy(templates("sqlite"), path)
    limits = {"starts_per_hour": 1_000_000, "resume_attempts_per_hour": 1000}
    app = create_app(make_settings(f"sqlite:///{path}", **limits))
    yield app
    app.state.database.close()


@pytest.fixture(scope="module")
def api(fuzzed: FastAPI) -> BaseSchema:
    learner = begin(TestClient(fuzzed, base_url="http://127.0.0.1:8000"))
    config = Config.from_dict({"headers": learner.headers})
    return schemathesis.openapi.from_asgi("/api/openapi.json", fuzzed, config=config)


@pytest.mark.parametrize(("path", "method", "mode"), CASES)
def test_the_api_does_what_its_document_says(
    api: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    @FEW
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        answer = case.call()
        case.validate_response(answer, excluded_checks=NOT_OURS)

    ask()
