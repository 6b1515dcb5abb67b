"""What a file is, by its content alone; then it goes to those who read its kind.

Runs in the small process of ``child``.
"""

import io
import zipfile
from datetime import datetime
from typing import Any

import puremagic

from app.progress.files.refusal import UnsoundError

PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
_STARTS = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"avif"})
_MARKUP = (b"<script", b"<html", b"<svg", b"<?php", b"#!/")
_HEAD = 1024


def read_document(
    content: bytes, *, roots: list[bytes], now: str
) -> tuple[dict[str, Any], bytes]:
    """Return what was read of a document, and the picture made anew.

    Args:
        content: The file.
        roots: Certificates in DER of those whose signatures are known.
        now: Aware UTC instant, ISO 8601.

    Returns:
        ``refused`` with a reason, or what ``papers`` and ``pictures`` found.
    """
    try:
        kind = find_kind(content)
        if kind == PDF:
            from app.progress.files.papers import read_paper  # noqa: PLC0415 -- heavy

            moment = datetime.fromisoformat(now)
            return {"kind": kind, **read_paper(content, roots=roots, now=moment)}, b""
        from app.progress.files.pictures import read_picture  # noqa: PLC0415 -- heavy

        found, picture = read_picture(content, kind)
    except UnsoundError as error:
        return {"refused": error.reason}, b""
    return {"kind": kind, **found}, picture


def find_kind(content: bytes) -> str:
    """Return the media type of a file that is one thing only.

    Raises:
        UnsoundError: It is none of the four, or two things at once.
    """
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        raise UnsoundError("heic")
    kind = next((k for k, start in _STARTS.items() if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = WEBP
    if not kind:
        raise UnsoundError("unknown-kind")
    try:
        guesses = {each.mime_type for each in puremagic.magic_string(content)}
    except puremagic.PureError:
        guesses = set()
    if kind not in guesses:
        raise UnsoundError("unknown-kind")
    head = content[:_HEAD].lower()
    if any(mark in head for mark in _MARKUP) or _is_archive(content):
        raise UnsoundError("two-in-one")
    if kind != PDF and b"%pdf-" in head:
        raise UnsoundError("two-in-one")
    return kind


def _is_archive(content: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(content))
