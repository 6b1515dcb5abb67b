"""What the OpenAPI document says beyond the signatures."""

from typing import Any

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


def describe_api(app: FastAPI) -> None:
    """Make the document complete: the shape of problems, no FastAPI default for 422."""

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
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
