"""Documents that go: one by one, with their owner, and those nobody refers to."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from app.journal.service import record
from app.kernel.database import Database, lock_until_commit
from app.kernel.jobs import queue
from app.proficiency.domain import EvidenceSource
from app.progress.domain.certificates import Certificate, Outcome
from app.progress.domain.ledger import Kind, NewEntry
from app.progress.files.documents import Folder
from app.progress.models import (
    CertificateRow,
    ClaimRow,
    FeedRow,
    LookRow,
    ReviewRow,
)
from app.progress.queries import get_certificate, is_referred_to, list_certificates
from app.progress.service.certificates import forget_claims, ref_of, speaker_of
from app.progress.service.ledger import record_entries

FORGET = "forget-document"
"""Kind of the job that deletes a file."""
YOUNG = timedelta(hours=1)
"""A file so young may belong to a row that is just being written."""
_DUE = datetime(2000, 1, 1, tzinfo=UTC)
"""At once."""


def remove_certificate(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID, now: datetime
) -> None:
    """Take a certificate back: its file goes, and what it counted for, too.

    Raises:
        CertificateNotFoundError: It is not hers.
    """
    keys = {"learner_id": learner_id, "certificate_id": certificate_id}
    certificate = get_certificate(connection, **keys)
    if certificate.outcome is Outcome.ACCEPTED:
        _uncount(connection, certificate, now)
    forget_claims(connection, **keys)
    connection.execute(
        delete(CertificateRow).where(
            CertificateRow.learner_id == learner_id,
            CertificateRow.certificate_id == certificate_id,
        )
    )
    _queue_file(connection, certificate)
    record(
        connection,
        learner_id=learner_id,
        verb="removed-certificate",
        object_ref=f"certificate:{certificate_id}",
        occurred_at=now,
    )


def _uncount(connection: Connection, certificate: Certificate, now: datetime) -> None:
    ref = ref_of(certificate)
    entry = NewEntry(
        ref=f"{ref}:gone",
        course_key=certificate.course_key,
        kind=Kind.CORRECTION,
        source=EvidenceSource.EVIDENCED,
        said_by=speaker_of(certificate),
        occurred_at=now,
        corrects=ref,
    )
    record_entries(
        connection, learner_id=certificate.learner_id, entries=[entry], now=now
    )


def _queue_file(connection: Connection, certificate: Certificate) -> None:
    if certificate.address is not None:
        payload = {"address": certificate.address}
        queue(connection, kind=FORGET, payload=payload, run_at=_DUE)


def leave(connection: Connection, *, learner_id: UUID) -> None:
    """Delete what of a learner does not go with her row; files follow.

    The caller's transaction then erases her.
    """
    for certificate in list_certificates(connection, learner_id=learner_id):
        _queue_file(connection, certificate)
    for table in (ClaimRow, LookRow, ReviewRow, FeedRow):
        connection.execute(delete(table).where(table.learner_id == learner_id))


def forget_document(
    database: Database, payload: Mapping[str, Any], *, folder: Folder
) -> None:
    """Delete a file if nobody refers to it (a job); again is harmless."""
    _drop(database, folder, payload["address"])


def _drop(database: Database, folder: Folder, address: str) -> bool:
    # Who just now gives the same file waits for us, or we see his row.
    with database.write() as connection:
        lock_until_commit(connection, f"document:{address}")
        if is_referred_to(connection, address):
            return False
        folder.drop(address)
        return True


def sweep_documents(database: Database, *, folder: Folder, now: datetime) -> int:
    """Delete the files that nobody refers to; return how many there were."""
    gone = folder.drop_staged(now - YOUNG)
    for address in list(folder.list_old(now - YOUNG)):
        with database.read() as connection:
            is_used = is_referred_to(connection, address)
        gone += not is_used and _drop(database, folder, address)
    return gone


def adopt_certificates(
    connection: Connection, *, from_learner: UUID, to_learner: UUID
) -> None:
    """Give a learner the certificates of another who is the same person.

    Where both gave the same file, the accepted one stays. The caller's transaction then
    erases ``from_learner``.
    """
    own = {
        each.certificate_id: each.outcome
        for each in list_certificates(connection, learner_id=to_learner)
    }
    table = CertificateRow.__table__
    rows = connection.execute(
        select(table).where(table.c.learner_id == from_learner)
    ).mappings()
    for row in rows.all():
        number = row["certificate_id"]
        if number in own and row["outcome"] is not Outcome.ACCEPTED:
            continue
        _move(connection, row, to_learner, is_double=number in own)


def _move(
    connection: Connection, row: Mapping[Any, Any], to_learner: UUID, *, is_double: bool
) -> None:
    keys = {"learner_id": to_learner, "certificate_id": row["certificate_id"]}
    if is_double:
        forget_claims(connection, **keys)
        connection.execute(
            delete(CertificateRow).where(
                CertificateRow.learner_id == to_learner,
                CertificateRow.certificate_id == row["certificate_id"],
            )
        )
    connection.execute(insert(CertificateRow), {**row, "learner_id": to_learner})
    for table in (ClaimRow, LookRow, ReviewRow):
        connection.execute(
            update(table)
            .where(
                table.learner_id == row["learner_id"],
                table.certificate_id == row["certificate_id"],
            )
            .values(learner_id=to_learner)
        )
