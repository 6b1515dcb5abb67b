"""HTTP shape of a learner's own statements."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

_STATEMENT: JsonDict = {
    "id": "8a9f0f4e-2f0e-5b0c-9d53-0d5f1c1f2a77",
    "actor": {
        "objectType": "Agent",
        "account": {
            "homePage": "https://masar.example",
            "name": "0d8e6f0e-3c54-4f67-9a3e-7b1d1b6f0c42",
        },
    },
    "verb": {
        "id": "http://adlnet.gov/expapi/verbs/completed",
        "display": {"en": "completed"},
    },
    "object": {
        "objectType": "Activity",
        "id": "https://masar.example/courses/unesco-oxford-ai-dt-gov",
        "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
    },
    "result": {
        "completion": True,
        "extensions": {"https://masar.example/xapi/extensions/source": "verified"},
    },
    "context": {"platform": "Masar"},
    "timestamp": "2026-11-23T12:00:00.000Z",
}


class OwnStatementListOut(BaseModel):
    """What a learner did, the oldest first."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={"examples": [{"items": [_STATEMENT], "next": "YXQ6NTA"}]},
    )

    items: list[dict[str, Any]]
    """Statements of the Experience API, 1.0.3 and 2.0; the same one always has the same id."""
    next: str | None
    """Ask on with it as `after`; null on the last page."""
