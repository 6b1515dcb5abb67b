"""Certificates: giving one, having it checked, asking a person, taking it back."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, insert

from app.catalogue.domain import Course
from app.catalogue.queries import get_course
from app.identity.domain import sign
from app.journal.service import record
from app.kernel.database import Database, Upsert, lock_until_commit
from app.proficiency.domain import EvidenceSource
from app.progress.domain.certificates import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_KEPT,
    MOST_KEPT_BYTES,
    Certificate,
    Check,
    Expected,
    Finding,
    Outcome,
    Reading,
    Result,
    are_alike,
    bands,
    day_of,
    decide,
    examine,
)
from app.progress.domain.ledger import Kind, NewEntry
from app.progress.domain.wording import find_days, find_numbers, find_proofs, host_of
from app.progress.errors import (
    DocumentMissingError,
    DocumentsFullError,
    DocumentTooLargeError,
)
from app.progress.files.documents import Folder
from app.progress.files.reading import read_file
from app.progress.models import CertificateRow, ClaimRow, LookRow, ReviewRow
from app.progress.queries import (
    find_certificate,
    get_certificate,
    list_certificates,
    list_claims_on,
    list_looks_like,
)
from app.progress.service.ledger import record_entries

_NUMBERS = UUID("6f0a3c3e-5d0b-4f43-9a51-1c0b6f6f3d11")
"""Of our own making: names the numbers of certificates."""
LIVING = frozenset({Outcome.ACCEPTED, Outcome.IN_REVIEW})
"""Sending the same file again changes nothing about it."""
_CLAIM = Upsert(
    ClaimRow,
    values=("claim_digest", "learner_id", "certificate_id"),
    keys=("claim_digest",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What giving a certificate needs of the installation."""

    key: bytes
    """The installation's secret."""
    folder: Folder
    roots: tuple[bytes, ...] = ()
    """Certificates in DER of signers who are known."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Given:
    """A document as it came."""

    content: bytes
    name: str
    """Of the person, as she says it stands there."""


def give_certificate(
    database: Database,
    *,
    desk: Desk,
    learner_id: UUID,
    course_key: str,
    given: Given,
    now: datetime,
) -> Certificate:
    """Read a document, check it, keep it, and count the course as done if it holds.

    Reading takes seconds and is done outside of any transaction. The same file for the
    same course again is the same certificate: checked anew, unless it was accepted or
    somebody is looking at it.

    Raises:
        CourseNotFoundError: The catalogue has no such course.
        DocumentMissingError, DocumentTooLargeError: There is no file, or too much.
        DocumentsFullError: She keeps as much as one person can.
        DocumentsBusyError: Too many documents are being read.
    """
    if not given.content:
        raise DocumentMissingError
    if len(given.content) > MOST_BYTES:
        raise DocumentTooLargeError(max_bytes=MOST_BYTES)
    file_hash = hashlib.sha256(given.content).hexdigest()
    certificate_id = uuid5(_NUMBERS, f"{course_key}:{file_hash}")
    keys = {"learner_id": learner_id, "certificate_id": certificate_id}
    with database.read() as connection:
        course = get_course(connection, course_key)
        former = find_certificate(connection, **keys)
        if former is not None and (former.outcome in LIVING or former.decided_at):
            return former
        _check_room(connection, learner_id, certificate_id, len(given.content))
    reading, kept = read_file(given.content, roots=desk.roots, now=now)
    case = _Case(
        desk=desk, course=course, reading=reading, given=given, file_hash=file_hash
    )
    if reading.refused is not None:
        with database.write() as connection:
            return _store(connection, case, keys, None, now)
    staged = desk.folder.stage(kept)
    address = sign(desk.key, "document", f"{learner_id}:{file_hash}")
    try:
        with database.write() as connection:
            lock_until_commit(connection, f"document:{address}")
            _check_room(connection, learner_id, certificate_id, len(kept))
            desk.folder.keep(staged, address)
            return _store(connection, case, keys, (address, len(kept)), now)
    finally:
        staged.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Case:
    """A document that is being judged."""

    desk: Desk
    course: Course
    reading: Reading
    given: Given
    file_hash: str

    def expected(self, today: date) -> Expected:
        return Expected(
            name=self.given.name.strip()[:LONGEST_NAME],
            titles=titles_of(self.course),
            provider=self.course.provider,
            hosts=hosts_of(self.course),
            first_on=first_day_of(self.course),
            today=today,
        )

    def claims(self) -> list[str]:
        """Digests of what only one person can have."""
        words = [f"file:{self.file_hash}"]
        numbers = find_numbers(self.reading.text)
        words += [f"number:{self.course.provider}:{number}" for number in numbers]
        words += [f"link:{link}" for link in find_proofs(self.reading.addresses)]
        return sorted({sign(self.desk.key, "claim", word) for word in words})

    def bands(self) -> list[str]:
        if not self.reading.look:
            return []
        return [sign(self.desk.key, "look", each) for each in bands(self.reading.look)]


def titles_of(course: Course) -> tuple[str, ...]:
    """Return the titles by which a certificate may call a course."""
    return (course.title,)


def hosts_of(course: Course) -> tuple[str, ...]:
    """Return where a provider's pages are, by the addresses in the catalogue."""
    addresses = (course.url, course.registration_url, *(run.url for run in course.runs))
    hosts = (host_of(address) for address in addresses if address)
    return tuple(dict.fromkeys(host for host in hosts if host))


def first_day_of(course: Course) -> date | None:
    """Return the first day of the first run, of those whose day is known."""
    known = [run.starts_on for run in course.runs if run.starts_on]
    days = [f"{text}-01"[:10] for text in known]
    return min((date.fromisoformat(day) for day in days), default=None)


def _check_room(
    connection: Connection, learner_id: UUID, certificate_id: UUID, size: int
) -> None:
    others = [
        each
        for each in list_certificates(connection, learner_id=learner_id)
        if each.certificate_id != certificate_id
    ]
    total = size + sum(each.size for each in others)
    if len(others) >= MOST_KEPT or total > MOST_KEPT_BYTES:
        raise DocumentsFullError(most=MOST_KEPT)


def _store(
    connection: Connection,
    case: _Case,
    keys: dict[str, UUID],
    file: tuple[str, int] | None,
    now: datetime,
) -> Certificate:
    """Write down what was found, in the caller's transaction; count it if it holds."""
    learner_id, certificate_id = keys["learner_id"], keys["certificate_id"]
    expected = case.expected(now.date())
    findings = examine(case.reading, expected)
    claims = case.claims() if file else []
    forget_claims(connection, learner_id=learner_id, certificate_id=certificate_id)
    if file:
        lock_claims(connection, claims)
        findings.append(_check_unused(connection, case, learner_id, claims))
    outcome = decide(findings)
    row = {
        **keys,
        "course_key": case.course.key,
        "kind": _kind_kept(case.reading) if file else "",
        "size": file[1] if file else 0,
        "address": file[0] if file else None,
        "name_given": expected.name,
        "findings": [{**asdict(each), "facts": dict(each.facts)} for each in findings],
        "claims": claims,
        "outcome": outcome,
        "given_at": now,
        "dated_on": day_of(find_days(case.reading.words), expected),
        "reason": "",
    }
    connection.execute(
        delete(CertificateRow).where(
            CertificateRow.learner_id == learner_id,
            CertificateRow.certificate_id == certificate_id,
        )
    )
    connection.execute(insert(CertificateRow), row)
    if outcome is not Outcome.REFUSED:
        _claim(connection, case, keys, claims)
    record(
        connection,
        learner_id=learner_id,
        verb="gave-certificate",
        object_ref=f"certificate:{certificate_id}",
        occurred_at=now,
    )
    certificate = get_certificate(connection, **keys)
    if outcome is Outcome.ACCEPTED:
        count_as_done(connection, certificate, now=now)
    return certificate


def _kind_kept(reading: Reading) -> str:
    return "image/jpeg" if reading.is_picture else reading.kind


def _check_unused(
    connection: Connection, case: _Case, learner_id: UUID, claims: Sequence[str]
) -> Finding:
    """Say whether somebody else uses the same; never who."""
    owners = list_claims_on(connection, digests=claims)
    if any(owner != learner_id for owner in owners.values()):
        return Finding(check=Check.UNUSED, result=Result.FAILED, why="used")
    looks = list_looks_like(connection, bands=case.bands(), but=learner_id)
    if any(are_alike(case.reading.look, each) for each in looks):
        return Finding(
            check=Check.UNUSED, result=Result.NOT_POSSIBLE, why="looks-alike"
        )
    return Finding(check=Check.UNUSED, result=Result.PASSED, why="unused")


def lock_claims(connection: Connection, digests: Sequence[str]) -> None:
    """Let nobody else claim the same until this transaction ends."""
    for each in sorted(digests):
        lock_until_commit(connection, f"claim:{each}")


def _claim(
    connection: Connection, case: _Case, keys: dict[str, UUID], claims: Sequence[str]
) -> None:
    claim(connection, keys=keys, digests=claims)
    looks = [
        {"band_digest": band, "look": case.reading.look, **keys}
        for band in sorted(set(case.bands()))
    ]
    if looks:
        connection.execute(insert(LookRow), looks)


def claim(
    connection: Connection, *, keys: dict[str, UUID], digests: Sequence[str]
) -> None:
    """Say whose these are from now on; what she holds already stays hers."""
    if digests:
        _CLAIM.execute(connection, [{"claim_digest": d, **keys} for d in digests])


def forget_claims(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID
) -> None:
    """Let others use what one certificate claimed."""
    for table in (ClaimRow, LookRow, ReviewRow):
        connection.execute(
            delete(table).where(
                table.learner_id == learner_id, table.certificate_id == certificate_id
            )
        )


def count_as_done(
    connection: Connection, certificate: Certificate, *, now: datetime
) -> None:
    """Tell the ledger that a checked document says the course is done."""
    day = certificate.dated_on
    noon = datetime.combine(day, time(12), UTC) if day else now
    entry = NewEntry(
        ref=ref_of(certificate),
        course_key=certificate.course_key,
        kind=Kind.COMPLETED,
        source=EvidenceSource.EVIDENCED,
        said_by=speaker_of(certificate),
        occurred_at=min(noon, now),
    )
    record_entries(
        connection, learner_id=certificate.learner_id, entries=[entry], now=now
    )


def ref_of(certificate: Certificate) -> str:
    """Return the name of its entry in the ledger: another after she gave it anew."""
    return f"{speaker_of(certificate)}:{int(certificate.given_at.timestamp())}"


def speaker_of(certificate: Certificate) -> str:
    """Return by whom the ledger has it: a document, not she."""
    return f"certificate:{certificate.certificate_id}"
