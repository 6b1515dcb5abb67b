"""Having a document read in a small process, a few at a time."""

import base64
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from app.progress.domain.certificates import Badge, Reading, Seal, SealState
from app.progress.errors import DocumentsBusyError

MOST_SECONDS = 40
"""Of the clock; the process has 25 of the processor."""
AT_ONCE = 2
"""Documents read at the same time in one process of the site."""
LONGEST_WAIT_S = 30.0
_turns = threading.BoundedSemaphore(AT_ONCE)
_CHILD = Path(__file__).with_name("child.py")


def read_file(
    content: bytes, *, roots: Sequence[bytes], now: datetime
) -> tuple[Reading, bytes]:
    """Return what a document says, and the bytes to keep of it.

    Args:
        content: As it came.
        roots: Certificates in DER of signers who are known.
        now: Aware UTC instant.

    Returns:
        The reading; of a photo the bytes are those of a new one.

    Raises:
        DocumentsBusyError: Too many others are being read.
    """
    if not _turns.acquire(timeout=LONGEST_WAIT_S):
        raise DocumentsBusyError(retry_after_s=int(LONGEST_WAIT_S))
    try:
        said, picture = _ask(content, roots, now)
    finally:
        _turns.release()
    return _reading_of(said), picture or content


def _ask(
    content: bytes, roots: Sequence[bytes], now: datetime
) -> tuple[Mapping[str, Any], bytes]:
    orders = {
        "roots": [base64.b64encode(each).decode() for each in roots],
        "now": now.isoformat(),
    }
    try:
        done = subprocess.run(  # noqa: S603 -- ourselves; the content is only its input
            [sys.executable, "-I", str(_CHILD)],
            input=orjson.dumps(orders) + b"\n" + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=MOST_SECONDS,
            check=True,
        )
        line, _, picture = done.stdout.partition(b"\n")
        said: Mapping[str, Any] = orjson.loads(line)
    except (subprocess.SubprocessError, orjson.JSONDecodeError):
        # It wanted more memory or time than any certificate needs.
        return {"refused": "too-complex"}, b""
    return said, picture


def _reading_of(said: Mapping[str, Any]) -> Reading:
    if "refused" in said:
        return Reading(refused=said["refused"])
    seal, badge = said.get("seal") or {}, said.get("badge")
    return Reading(
        kind=said["kind"],
        text=said.get("text", ""),
        links=tuple(said.get("links", ())),
        codes=tuple(said.get("codes", ())),
        seal=Seal(
            state=SealState(seal.get("state", SealState.NONE)),
            signer=seal.get("signer", ""),
        ),
        badge=None if badge is None else Badge(**badge),
        look=said.get("look", ""),
    )


def read_roots(folder: Path | None) -> tuple[bytes, ...]:
    """Return the certificates, in DER, of the ``.pem``, ``.crt`` and ``.cer`` in a folder.

    Raises:
        ValueError: One of the files is no certificate.
    """
    if folder is None or not folder.is_dir():
        return ()
    from cryptography import x509  # noqa: PLC0415 -- only where documents are read
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    found: list[bytes] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".pem", ".crt", ".cer"}:
            continue
        content = path.read_bytes()
        if content.lstrip().startswith(b"-----BEGIN"):
            certificates = x509.load_pem_x509_certificates(content)
        else:
            certificates = [x509.load_der_x509_certificate(content)]
        found += [each.public_bytes(Encoding.DER) for each in certificates]
    return tuple(found)
