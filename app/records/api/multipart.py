"""Statements with their attachments: ``multipart/mixed`` in and out (RFC 2046)."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from app.records.api.calls import refuse_call
from app.records.domain import Json
from app.records.domain.checks import refuse
from app.records.domain.mentions import sha2_of
from app.records.domain.signatures import SIGNATURE, check_signature
from app.records.queries import Attachment

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))', re.IGNORECASE)
_SUMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
MOST_PARTS = 1000


def read_multipart(content_type: str, body: bytes) -> tuple[bytes, list[Attachment]]:
    """Return the statements, still as JSON, and what is attached to them.

    Raises:
        CallRefusedError: It is not as the specification has it.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        refuse_call("content-type", "must name a boundary")
    boundary = (found[1] or found[2]).encode("latin-1", "replace")
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not sections[-1].startswith(b"--") or len(sections) > MOST_PARTS:
        refuse_call("body", "must end with its boundary")
    parts = [_read_part(each) for each in sections[1:-1]]
    if not parts:
        refuse_call("body", "must begin with the statements")
    headers, statements = parts[0]
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        refuse_call("content-type", "the first part must be application/json")
    return statements, [_read_attachment(*each) for each in parts[1:]]


def _read_part(section: bytes) -> tuple[Mapping[str, str], bytes]:
    head, separator, content = section.lstrip(b" \t").partition(b"\r\n\r\n")
    if not separator:
        refuse_call("body", "a part has no headers")
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, content


def _read_attachment(headers: Mapping[str, str], content: bytes) -> Attachment:
    told = headers.get("x-experience-api-hash", "").lower()
    if headers.get("content-transfer-encoding", "").lower() != "binary":
        refuse_call("content-transfer-encoding", "must be binary")
    algorithm = _SUMS.get(len(told))
    if algorithm is None or hashlib.new(algorithm, content).hexdigest() != told:
        refuse_call("x-experience-api-hash", "must be the SHA-2 sum of its part")
    return Attachment(told, headers.get("content-type", ""), content)


def check_attachments(
    statements: Sequence[Any], sent: Sequence[Attachment]
) -> Mapping[str, Attachment]:
    """Return what was sent by its sum, if the statements name all of it.

    Args:
        statements: As checked.
        sent: The parts after the first.

    Raises:
        CallRefusedError: A part belongs to no statement.
        StatementRefusedError: A signature is none, or of another statement.
    """
    by_sum = {each.sha2: each for each in sent}
    if by_sum.keys() - sha2_of(statements):
        refuse_call("body", "a part is no attachment of a statement")
    for statement in statements:
        _check_signatures(statement, by_sum)
    return by_sum


def _check_signatures(statement: Json, by_sum: Mapping[str, Attachment]) -> None:
    for each in statement.get("attachments", ()):
        if each["usageType"] == SIGNATURE:
            content = by_sum.get(each["sha2"].lower())
            if content is None:
                refuse("attachments.signature", "must be sent with its statement")
            check_signature({**statement}, each, content.content)


def write_multipart(
    statements: bytes, attachments: Iterable[Attachment]
) -> tuple[bytes, str]:
    """Return statements and their attachments as a body, and its content type."""
    boundary = token_hex(16)
    line = f"--{boundary}".encode()
    parts = [line, b"Content-Type: application/json", b"", statements]
    for each in attachments:
        parts += [
            line,
            f"Content-Type: {each.content_type}".encode(),
            b"Content-Transfer-Encoding: binary",
            f"X-Experience-API-Hash: {each.sha2}".encode(),
            b"",
            each.content,
        ]
    body = b"\r\n".join([*parts, line + b"--", b""])
    return body, f"multipart/mixed; boundary={boundary}"
