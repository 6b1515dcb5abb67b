"""Who asks with a key of an institution (HTTP Basic, RFC 7617); certificates' files."""

import base64
import binascii
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from starlette.responses import Response

from app.cohorts.domain.keys import Key
from app.cohorts.errors import KeyRefusedError
from app.cohorts.queries.keys import find_key
from app.cohorts.service import note_key_use
from app.identity.access import secret_of
from app.identity.domain import digest
from app.identity.service import count_use, throttle_scope
from app.kernel.database import Database
from app.progress.domain.certificates import Certificate
from app.progress.errors import CertificateNotFoundError
from app.progress.files.documents import Folder
from app.progress.files.signers import read_signers
from app.progress.service import Desk
from app.settings import Settings

LONGEST_CREDENTIALS = 400
MOST_GIVEN = 30
"""Documents one person may give in an hour."""
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}
_NOBODY = digest("")


def open_key(
    database: Database,
    *,
    header: str,
    secret: bytes,
    address: str,
    limit: int,
    now: datetime,
) -> Key:
    """Return the key that opens the door.

    Args:
        database: Where the keys are; wrong ones are counted there.
        header: ``Authorization``, as it was sent.
        secret: The installation's, for counting without keeping addresses.
        address: The caller's network.
        limit: Wrong keys it may try in an hour.
        now: Aware UTC instant.

    Raises:
        KeyRefusedError: There is no such key, or it is over.
        TooManyAttemptsError: Too many wrong ones came from there.
    """
    given = read_basic(header)
    if given is None:
        raise KeyRefusedError
    key_id, password = given
    with database.read() as connection:
        found = None if key_id is None else find_key(connection, key_id=key_id)
    key, known = found or (None, _NOBODY)
    # Compared in constant time, and as long for a key that does not exist.
    is_right = compare_digest(known, digest(password))
    if key is None or not is_right or not key.is_valid(now):
        scope = throttle_scope(secret, purpose="key", address=address, now=now)
        with database.write() as connection:
            count_use(connection, scope=scope, limit=limit, now=now)
        raise KeyRefusedError
    if key.last_used_on != now.date():
        with database.write() as connection:
            note_key_use(connection, key_id=key.key_id, now=now)
    return key


def read_basic(header: str) -> tuple[UUID | None, str] | None:
    """Return number and secret of HTTP Basic; ``None`` if it is nothing of the sort."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > LONGEST_CREDENTIALS:
        return None
    try:
        name, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    try:
        return UUID(name), password
    except ValueError:
        return None, password


def open_desk(settings: Settings) -> Desk:
    """Return what giving a certificate needs of this installation."""
    return Desk(
        key=secret_of(settings),
        folder=Folder(settings.documents_folder),
        roots=read_signers(settings.signers_dir),
    )


def count_certificate(
    database: Database, *, settings: Settings, learner_id: UUID, now: datetime
) -> None:
    """Count a document that somebody gives: reading one takes seconds.

    Raises:
        TooManyAttemptsError: She has given ``MOST_GIVEN`` in this hour.
    """
    scope = throttle_scope(
        secret_of(settings), purpose="certificate", address=str(learner_id), now=now
    )
    with database.write() as connection:
        count_use(connection, scope=scope, limit=MOST_GIVEN, now=now)


def send_file(folder: Folder, certificate: Certificate) -> Response:
    """Send a document as a download that no browser runs (OWASP ASVS 5.0, 3.2.1).

    Raises:
        CertificateNotFoundError: Nothing of it is kept.
    """
    content = folder.read(certificate.address) if certificate.address else None
    if content is None:
        raise CertificateNotFoundError
    ending = _ENDINGS.get(certificate.kind, "bin")
    name = f"certificate-{certificate.course_key}.{ending}"
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": "sandbox; default-src 'none'",
            "cache-control": "private, no-store",
        },
    )
