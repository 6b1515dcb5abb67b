"""What the OpenAPI document says beyond the signatures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.web.problems import Problem

DESCRIPTION = """\
From a self-assessment to a learning path, for Africa's civil servants.

`POST /api/v1/attempts` begins a questionnaire and answers with a bearer token. Errors
are RFC 9457 problems with a stable `code`. Lists are `{items, next}`; send `next` back
as `after`. Times are UTC. UNESCO wrote the three domains; what is ours says so in its
`provenance`.
"""
EXAMPLES = Path(__file__).parent / "examples.json"
"""By operation: its parameters, and the answer, with its lists shortened.

Recorded from the running application by ``python -m tests.web.examples``.
"""
ORDER = (
    "/api/v1/frameworks",
    "/api/v1/courses",
    "/api/v1/attempts",
    "/api/v1/attempts/{attempt_id}",
    "/api/v1/attempts/{attempt_id}/answers",
    "/api/v1/attempts/{attempt_id}/submit",
    "/api/v1/me/profile",
    "/api/v1/me/path",
    "/api/v1/me/progress",
    "/api/v1/me",
    "/api/v1/tokens",
)
"""Beginnings of addresses, as a reader meets them; others come after."""


def describe_api(app: FastAPI) -> None:
    """Make the document complete: problems, examples, an order to read in."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            schemas = document["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema()
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            document["paths"] = dict(sorted(document["paths"].items(), key=_place))
            _add_examples(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _place(entry: tuple[str, object]) -> int:
    """Return where an address stands: with the longest beginning it has."""
    path, _methods = entry
    known = [each for each in ORDER if path.startswith(each)]
    return ORDER.index(max(known, key=len)) if known else len(ORDER)


def _add_examples(document: dict[str, Any]) -> None:
    recorded = orjson.loads(EXAMPLES.read_bytes()) if EXAMPLES.exists() else {}
    for methods in document["paths"].values():
        for operation in methods.values():
            example = recorded.get(operation["operationId"], {})
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in example.get("parameters", {}):
                    value = example["parameters"][parameter["name"]]
                    parameter["example"] = value
            for content in _successes(operation):
                if "answer" in example:
                    content["example"] = example["answer"]


def _successes(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, response in operation["responses"].items():
        if status.startswith("2") and "application/json" in response.get("content", {}):
            yield response["content"]["application/json"]
