"""Answers that stay the same for a while: an ETag, and 304 to those who have it."""

import hashlib

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.text import Language

MAX_AGE_S = 300


def cached(request: Request, shape: BaseModel, language: Language) -> Response:
    """Send a public document with its ETag (RFC 9110, 8.8.3 and 13.1.2)."""
    body = orjson.dumps(shape.model_dump(mode="json"))
    mark = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "etag": mark,
        "cache-control": f"public, max-age={MAX_AGE_S}",
        "content-language": str(language),
        "vary": "Accept-Language, Accept-Encoding",
    }
    known = request.headers.get("if-none-match", "")
    if mark in (each.strip() for each in known.split(",")) or known == "*":
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
