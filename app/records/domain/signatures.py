"""Signed statements: whether a signature is one, and signs this statement.

Source:
    Experience API 1.0.3, part two, 2.6; RFC 7515 (JWS).
"""

import base64
import binascii
from contextlib import suppress
from typing import Any

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from jose import jwk, jws
from jose.exceptions import JOSEError

from app.records.domain import Json
from app.records.domain.checks import refuse
from app.records.domain.shapes import is_same

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS = frozenset({"RS256", "RS384", "RS512"})
_AT = "attachments.signature"


def check_signature(statement: Json, attachment: Json, content: bytes) -> None:
    """Refuse a signature that is none, or is another statement's.

    A certificate that comes with it must have made it; whom that certificate belongs
    to is for the reader to judge.

    Raises:
        StatementRefusedError: The signature is refused.
    """
    if attachment["contentType"].partition(";")[0].strip() != (
        "application/octet-stream"
    ):
        refuse(f"{_AT}.contentType", "must be application/octet-stream")
    try:
        token = content.decode("ascii")
        header: dict[str, Any] = jws.get_unverified_header(token)
        signed = orjson.loads(jws.get_unverified_claims(token))
    except (JOSEError, ValueError):
        refuse(_AT, "must be a JWS in compact form over a statement in JSON")
    if header.get("alg") not in ALGORITHMS:
        refuse(_AT, "must be made with RS256, RS384 or RS512")
    if type(signed) is not dict or not _signs(statement, signed):
        refuse(_AT, "signs another statement")
    if "x5c" in header:
        _check_certificate(token, header)


def _signs(statement: Json, signed: Json) -> bool:
    plain = {k: v for k, v in statement.items() if k != "attachments"}
    other = {k: v for k, v in signed.items() if k != "attachments"}
    with suppress(LookupError, TypeError, AttributeError):
        return is_same({**other, "timestamp": _timestamp(other, plain)}, plain)
    return False


def _timestamp(signed: Json, statement: Json) -> str:
    found = signed.get("timestamp") or statement.get("timestamp")
    statement.setdefault("timestamp", found or "1970-01-01T00:00:00Z")
    return str(found or "1970-01-01T00:00:00Z")


def _check_certificate(token: str, header: dict[str, Any]) -> None:
    try:
        raw = base64.b64decode(header["x5c"][0], validate=True)
        key = load_der_x509_certificate(raw).public_key()
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        jws.verify(token, jwk.construct(pem, header["alg"]), header["alg"])
    except (JOSEError, LookupError, TypeError, ValueError, binascii.Error):
        refuse(_AT, "was not made with the certificate it comes with")
