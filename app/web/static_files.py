"""Styles, scripts and pictures: hashed names, compressed once, kept for a year."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static/"
FOREVER = "public, max-age=31536000, immutable"
STYLE_ORDER = ("tokens.css", "base.css", "parts.css")
"""The three sheets travel as one file: one request on a slow line, not three."""
_TEXT_TYPES = frozenset({".css", ".js", ".svg"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")
_BLANKS = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent."""

    address: str
    media_type: str
    bodies: Mapping[str, bytes]
    """By content coding: ``br``, ``gzip``, ``identity``."""


def load_assets() -> dict[str, Asset]:
    """Read, join, squeeze and compress everything under ``static/``.

    Returns:
        Asset by its plain name, e.g. ``masar.css``, ``js/autosave.js``.
    """
    style = "\n".join((FOLDER / "css" / name).read_text() for name in STYLE_ORDER)
    contents = {"masar.css": _BLANKS.sub("\n", _COMMENT.sub("", style)).encode()}
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.parent.name != "css":
            contents[path.relative_to(FOLDER).as_posix()] = path.read_bytes()
    return {name: _asset(name, content) for name, content in contents.items()}


def _asset(name: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:10]
    stem, _, suffix = name.rpartition(".")
    bodies = {"identity": content}
    if f".{suffix}" in _TEXT_TYPES:
        bodies["br"] = brotli.compress(content, quality=11)
        bodies["gzip"] = gzip.compress(content, 9, mtime=0)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Asset(
        address=f"{ADDRESS}{stem}.{digest}.{suffix}",
        media_type=media_type,
        bodies=bodies,
    )


def serve(assets: Mapping[str, Asset], request: Request) -> Response:
    """Answer with the best coding the browser takes."""
    by_address = {asset.address: asset for asset in assets.values()}
    asset = by_address.get(request.url.path)
    if asset is None:
        return Response("Not found", status_code=404, media_type="text/plain")
    accepted = _accepted(request.headers.get("accept-encoding", ""))
    coding = next(
        (c for c in ("br", "gzip") if c in accepted and c in asset.bodies), "identity"
    )
    headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
    if coding != "identity":
        headers["content-encoding"] = coding
    return Response(asset.bodies[coding], media_type=asset.media_type, headers=headers)


def _accepted(header: str) -> set[str]:
    """Return the codings a browser takes (RFC 9110, 12.5.3); ``q=0`` is a refusal."""
    codings = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if not _REFUSED.fullmatch(weight.strip()):
            codings.add(name.strip())
    return codings
