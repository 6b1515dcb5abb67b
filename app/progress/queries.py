"""Reading the ledger and its totals, and certificates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, select

from app.identity.domain import digest
from app.progress.domain.certificates import (
    Certificate,
    Check,
    Finding,
    Outcome,
    Result,
)
from app.progress.domain.ledger import (
    CourseCount,
    CourseProgress,
    Entry,
    Mark,
    What,
    find_last_work,
    fold,
)
from app.progress.domain.reminders import Reminder, Rhythm
from app.progress.errors import CertificateNotFoundError
from app.progress.models import (
    CalendarRow,
    CertificateRow,
    ClaimRow,
    EntryRow,
    FeedRow,
    LookRow,
    NoteRow,
    ReminderRow,
    ReviewRow,
    TotalRow,
)

_ENTRY = EntryRow.__table__


def list_entries(
    connection: Connection,
    *,
    learner_id: UUID,
    course_keys: Iterable[str] | None = None,
) -> list[Entry]:
    """Return a learner's ledger, or what it says about some courses, oldest first."""
    wanted = _ENTRY.c.learner_id == learner_id
    if course_keys is not None:
        wanted &= _ENTRY.c.course_key.in_(sorted(set(course_keys)))
    ordered = (_ENTRY.c.occurred_at, _ENTRY.c.recorded_at, _ENTRY.c.ref)
    rows = connection.execute(select(_ENTRY).where(wanted).order_by(*ordered))
    return [_entry(row) for row in rows]


def list_work_since(
    connection: Connection,
    *,
    learner_ids: Sequence[UUID],
    since: datetime,
    now: datetime,
) -> dict[UUID, Entry]:
    """Return by which entry each of some learners worked last; who did not is not in it.

    Work is what was begun, done or took time; neither what is implausible, nor what was
    taken back, nor a course that she takes no longer.
    """
    rows = connection.execute(
        select(_ENTRY).where(
            _ENTRY.c.learner_id.in_(learner_ids), _ENTRY.c.recorded_at >= since
        )
    )
    said: dict[UUID, list[Entry]] = {}
    for row in rows:
        said.setdefault(row.learner_id, []).append(_entry(row))
    found = {
        learner_id: find_last_work(entries, since=since, until=now)
        for learner_id, entries in said.items()
    }
    return {learner_id: entry for learner_id, entry in found.items() if entry}


def find_courses(
    connection: Connection, *, learner_id: UUID, refs: Iterable[str]
) -> set[str]:
    """Return the courses that a learner's entries of these names speak of."""
    rows = connection.scalars(
        select(_ENTRY.c.course_key).where(
            _ENTRY.c.learner_id == learner_id, _ENTRY.c.ref.in_(sorted(set(refs)))
        )
    )
    return set(rows)


def _entry(row: Any) -> Entry:  # noqa: ANN401 -- a row of the table
    return Entry(
        ref=row.ref,
        course_key=row.course_key,
        module_key=row.module_key,
        kind=row.kind,
        source=row.source,
        said_by=row.said_by,
        language=row.language,
        minutes=row.minutes,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        corrects=row.corrects,
        marks=tuple(Mark(word) for word in row.marks.split(",") if word),
    )


def get_progress(
    connection: Connection, *, learner_id: UUID
) -> dict[str, CourseProgress]:
    """Return where a learner is, by course, for the courses she has to do with."""
    return fold(list_entries(connection, learner_id=learner_id))


def get_course_progress(
    connection: Connection, *, learner_id: UUID, course_key: str
) -> CourseProgress | None:
    """Return where a learner is in one course; ``None``: nothing was said about it."""
    entries = list_entries(connection, learner_id=learner_id, course_keys=[course_key])
    return fold(entries).get(course_key)


def list_notes(
    connection: Connection, *, learner_id: UUID, course_key: str
) -> dict[str, str]:
    """Return a learner's notes on a course, by module; under ``""`` on the whole."""
    rows = connection.execute(
        select(NoteRow.module_key, NoteRow.text).where(
            NoteRow.learner_id == learner_id, NoteRow.course_key == course_key
        )
    )
    return {row[0]: row[1] for row in rows}


def count_course(connection: Connection, course_key: str) -> CourseCount:
    """Return how many people took a course, started it, and finished it."""
    rows = connection.execute(
        select(TotalRow.what, TotalRow.source, TotalRow.count).where(
            TotalRow.course_key == course_key, TotalRow.count > 0
        )
    ).all()
    return CourseCount(
        enrolled=sum(row[2] for row in rows if row[0] is What.ENROLLED),
        started=sum(row[2] for row in rows if row[0] is What.STARTED),
        completed={row[1]: row[2] for row in rows if row[0] is What.COMPLETED},
    )


MOST_LOOKS = 500
"""Pictures a new one is compared with."""
_CERTIFICATE = CertificateRow.__table__


def list_certificates(
    connection: Connection, *, learner_id: UUID, course_key: str | None = None
) -> list[Certificate]:
    """Return a learner's certificates, or those of one course, newest first."""
    wanted = _CERTIFICATE.c.learner_id == learner_id
    if course_key is not None:
        wanted &= _CERTIFICATE.c.course_key == course_key
    newest = (_CERTIFICATE.c.given_at.desc(), _CERTIFICATE.c.certificate_id)
    rows = connection.execute(select(_CERTIFICATE).where(wanted).order_by(*newest))
    return [_certificate(row) for row in rows]


def find_certificate(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID
) -> Certificate | None:
    """Return a learner's own certificate, if there is one of that number."""
    row = connection.execute(
        select(_CERTIFICATE).where(
            _CERTIFICATE.c.learner_id == learner_id,
            _CERTIFICATE.c.certificate_id == certificate_id,
        )
    ).one_or_none()
    return None if row is None else _certificate(row)


def get_certificate(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID
) -> Certificate:
    """Return a learner's own certificate.

    Raises:
        CertificateNotFoundError: There is none of that number, or it is another's.
    """
    found = find_certificate(
        connection, learner_id=learner_id, certificate_id=certificate_id
    )
    if found is None:
        raise CertificateNotFoundError
    return found


def _certificate(row: Any) -> Certificate:  # noqa: ANN401 -- a row of the table
    said = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name
    del said["claims"]
    findings = tuple(
        Finding(
            check=Check(each["check"]),
            result=Result(each["result"]),
            why=each["why"],
            facts=each["facts"],
        )
        for each in said.pop("findings")
    )
    return Certificate(**said, findings=findings)


def get_claims(
    connection: Connection, *, learner_id: UUID, certificate_id: UUID
) -> list[str]:
    """Return the digests of what a certificate says that only one person can have."""
    found = connection.scalar(
        select(_CERTIFICATE.c.claims).where(
            _CERTIFICATE.c.learner_id == learner_id,
            _CERTIFICATE.c.certificate_id == certificate_id,
        )
    )
    return list(found or ())


def list_claims_on(
    connection: Connection, *, digests: Sequence[str]
) -> Mapping[str, UUID]:
    """Return who claims each of these, where somebody does."""
    rows = connection.execute(
        select(ClaimRow.claim_digest, ClaimRow.learner_id).where(
            ClaimRow.claim_digest.in_(digests)
        )
    )
    return {row.claim_digest: row.learner_id for row in rows}


def list_accepted_owners(
    connection: Connection, *, digests: Sequence[str]
) -> set[UUID]:
    """Return whose accepted certificates claim one of these."""
    rows = connection.scalars(
        select(ClaimRow.learner_id)
        .join(
            CertificateRow,
            (CertificateRow.learner_id == ClaimRow.learner_id)
            & (CertificateRow.certificate_id == ClaimRow.certificate_id),
        )
        .where(
            ClaimRow.claim_digest.in_(digests),
            CertificateRow.outcome == Outcome.ACCEPTED,
        )
    )
    return set(rows)


def list_looks_like(
    connection: Connection, *, bands: Sequence[str], but: UUID
) -> list[str]:
    """Return the looks of others' pictures that share a part with a new one."""
    rows = connection.scalars(
        select(LookRow.look)
        .where(LookRow.band_digest.in_(bands), LookRow.learner_id != but)
        .distinct()
        .limit(MOST_LOOKS)
    )
    return list(rows)


def is_referred_to(connection: Connection, address: str) -> bool:
    """Whether a certificate has its file under this address."""
    asked = select(exists().where(CertificateRow.address == address))
    return bool(connection.scalar(asked))


def list_reviews(
    connection: Connection, *, cohort_refs: Sequence[str]
) -> list[Certificate]:
    """Return the certificates that wait for the trainers of some cohorts, oldest first."""
    rows = connection.execute(
        select(_CERTIFICATE)
        .join(
            ReviewRow,
            (ReviewRow.learner_id == _CERTIFICATE.c.learner_id)
            & (ReviewRow.certificate_id == _CERTIFICATE.c.certificate_id),
        )
        .where(
            ReviewRow.cohort_ref.in_(cohort_refs),
            _CERTIFICATE.c.outcome == Outcome.IN_REVIEW,
        )
        .order_by(ReviewRow.asked_at, ReviewRow.certificate_id)
    )
    return [_certificate(row) for row in rows]


def get_review(
    connection: Connection, *, cohort_ref: str, learner_id: UUID, certificate_id: UUID
) -> Certificate:
    """Return a certificate that waits for the trainers of one cohort.

    Raises:
        CertificateNotFoundError: It does not wait there.
    """
    for each in list_reviews(connection, cohort_refs=[cohort_ref]):
        if (each.learner_id, each.certificate_id) == (learner_id, certificate_id):
            return each
    raise CertificateNotFoundError


def find_reminder(connection: Connection, *, learner_id: UUID) -> Reminder | None:
    """Return when a learner wants to be reminded; ``None``: she never said."""
    row = connection.execute(
        select(ReminderRow.__table__).where(ReminderRow.learner_id == learner_id)
    ).one_or_none()
    if row is None:
        return None
    return Reminder(
        rhythm=Rhythm(weekday=row.weekday, hour=row.hour, zone=row.zone),
        chosen_at=row.chosen_at,
        next_at=row.next_at,
        written_for=row.written_for,
    )


def is_reminder_due(connection: Connection, *, now: datetime) -> bool:
    """Whether anybody is to be reminded by now."""
    asked = select(exists().where(ReminderRow.next_at <= now))
    return bool(connection.scalar(asked))


def find_calendar_nonce(connection: Connection, *, learner_id: UUID) -> str | None:
    """Return what a learner's calendar address is made from; ``None``: it has none."""
    return connection.scalar(
        select(CalendarRow.calendar_nonce).where(CalendarRow.learner_id == learner_id)
    )


def find_calendar_owner(connection: Connection, *, secret: str) -> UUID | None:
    """Return whose calendar has this address."""
    return connection.scalar(
        select(FeedRow.learner_id).where(FeedRow.feed_digest == digest(secret))
    )
