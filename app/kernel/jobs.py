"""Work that happens later, in a thread or process of its own, and survives a crash.

A job is queued in the transaction that makes it necessary: both are there, or none.
It runs *at least once*: a worker that dies in the middle leaves a job that another
takes up after ``LEASE``. So a handler may be run twice and must not mind.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import orjson
from sqlalchemy import (
    Connection,
    Index,
    Row,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base, Database, Upsert

LEASE = timedelta(minutes=5)
"""How long a worker may take for one job; longer work is queued in pieces."""
MOST_ATTEMPTS = 14
"""With the pauses between them, about 22 hours."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
KEPT_FAILED = timedelta(days=14)
"""How long a job that failed for good waits for the operator."""


class JobRow(Base):
    """Something to do; gone when it is done."""

    __tablename__ = "kernel_job"
    __table_args__ = (
        UniqueConstraint("key", name="one_waiting_job_per_key"),
        Index(None, "failed_at", "is_bulk", "run_at"),
    )

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    """Names the handler."""
    payload: Mapped[str] = mapped_column(Text)
    """JSON; may be personal, and goes with the row."""
    run_at: Mapped[datetime]
    """Not before."""
    is_bulk: Mapped[bool]
    """One of very many, for which nobody sits and waits."""
    key: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int]
    """How often it was begun."""
    claimed_until: Mapped[datetime | None]
    """A worker has it until then."""
    failed_at: Mapped[datetime | None]
    """When it was given up."""
    last_error: Mapped[str | None] = mapped_column(String(64))
    """Kind of the last failure, never its text: that may be personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do, as its handler sees it."""

    job_id: UUID
    """The same at every attempt."""
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    """This one included."""


class GiveUpError(Exception):
    """Trying again would not help.

    Args:
        reason: Kind of the failure in a word, kebab-case; nothing personal.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt went, for logs and counters."""

    kind: str
    attempts: int
    seconds: float
    error: Exception | None
    is_final: bool
    """Done or given up; else it is tried again."""

    @property
    def reason(self) -> str | None:
        """Kind of the failure, without anything personal."""
        if isinstance(self.error, GiveUpError):
            return self.error.reason
        return type(self.error).__name__ if self.error is not None else None

    @property
    def is_unexpected(self) -> bool:
        """Whether it is neither refused nor a matter of files and networks."""
        return self.error is not None and not isinstance(
            self.error, GiveUpError | OSError
        )


Handler: TypeAlias = Callable[[Job], object]
"""Does a job; raises if it could not."""


_INSERT = Upsert(
    JobRow,
    values=("job_id", "kind", "payload", "run_at", "is_bulk", "key", "attempts"),
    keys=("key",),
)
_IS_DUE = (
    JobRow.failed_at.is_(None),
    JobRow.kind.in_(bindparam("kinds", expanding=True)),
    JobRow.run_at <= bindparam("now"),
    or_(JobRow.claimed_until.is_(None), JobRow.claimed_until <= bindparam("now")),
)
_ANY_DUE = select(exists().where(*_IS_DUE))
_CLAIM = (
    update(JobRow)
    .where(
        JobRow.job_id
        == select(JobRow.job_id)
        .where(*_IS_DUE)
        .order_by(JobRow.is_bulk, JobRow.run_at)
        .limit(1)
        # On SQLite nothing is written here: a write transaction is alone there.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(claimed_until=bindparam("until"), attempts=JobRow.attempts + 1)
    .returning(JobRow.job_id, JobRow.kind, JobRow.payload, JobRow.attempts)
)


def queue(
    connection: Connection,
    *,
    kind: str,
    payload: Mapping[str, object],
    run_at: datetime,
    key: str | None = None,
    is_bulk: bool = False,
) -> bool:
    """Queue a job in the caller's transaction; return whether it is new.

    Args:
        connection: The caller's transaction.
        kind: Names the handler, e.g. ``mail``.
        payload: What the handler needs; anything JSON can hold.
        run_at: Not before; ``now`` for as soon as possible.
        key: Of jobs with one key, one waits at a time; queuing it again, even while
            it runs, changes nothing. When it is done or given up, the key is free.
        is_bulk: Let jobs go first for which a person waits.
    """
    row = _row(kind, payload, run_at, key=key, is_bulk=is_bulk)
    return _INSERT.execute(connection, row) == 1


def queue_many(
    connection: Connection,
    *,
    kind: str,
    payloads: Iterable[Mapping[str, object]],
    run_at: datetime,
) -> None:
    """Queue many jobs of one kind at once, all of them bulk and without a key."""
    rows = [_row(kind, each, run_at, key=None, is_bulk=True) for each in payloads]
    if rows:
        _INSERT.execute_bulk(connection, rows)


def _row(
    kind: str,
    payload: Mapping[str, object],
    run_at: datetime,
    *,
    key: str | None,
    is_bulk: bool,
) -> dict[str, object]:
    return {
        "job_id": uuid4(),
        "kind": kind,
        "payload": orjson.dumps(payload).decode(),
        "run_at": run_at,
        "is_bulk": is_bulk,
        "key": key,
        "attempts": 0,
    }


def run_due(
    database: Database,
    handlers: Mapping[str, Handler],
    *,
    now: datetime,
    limit: int,
    observe: Callable[[Outcome], object] = lambda _outcome: None,
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Run the jobs that are due, one after the other; return how many were done.

    Each is claimed in a transaction of its own, run outside of any, and deleted when
    it is done. After a failure its kind rests until the next call, so that a server
    that is down is not asked once for every job.

    Args:
        database: Where the jobs are; several workers may share it.
        handlers: By kind; jobs of other kinds stay where they are.
        now: Aware UTC instant of the call; time goes on from there.
        limit: At most so many.
        observe: Told how each attempt went.
        go_on: Asked before each job.
    """
    started = time.monotonic()
    willing = dict(handlers)
    done = 0
    for _ in range(limit):
        if not go_on():
            break
        present = now + timedelta(seconds=time.monotonic() - started)
        job = _claim(database, list(willing), now=present)
        if job is None:
            break
        outcome = _attempt(database, handlers[job.kind], job, now=present)
        observe(outcome)
        done += outcome.error is None
        if outcome.error is not None:
            del willing[job.kind]
    return done


def _claim(database: Database, kinds: list[str], *, now: datetime) -> Job | None:
    with database.read() as connection:
        if not connection.scalar(_ANY_DUE, {"kinds": kinds, "now": now}):
            return None
    values = {"kinds": kinds, "now": now, "until": now + LEASE}
    with database.write() as connection:
        row = connection.execute(_CLAIM, values).one_or_none()
    return None if row is None else _job_of(row)


def _job_of(row: Row[UUID, str, str, int]) -> Job:
    return Job(
        job_id=row.job_id,
        kind=row.kind,
        payload=orjson.loads(row.payload),
        attempts=row.attempts,
    )


def _attempt(
    database: Database, handler: Handler, job: Job, *, now: datetime
) -> Outcome:
    started = time.monotonic()
    error: Exception | None = None
    if job.attempts > MOST_ATTEMPTS:
        error = GiveUpError("interrupted")  # every worker that tried came to its end
    else:
        try:
            handler(job)
        except Exception as raised:  # noqa: BLE001 -- whatever it is, it is tried again
            error = raised
    outcome = Outcome(
        kind=job.kind,
        attempts=job.attempts,
        seconds=time.monotonic() - started,
        error=error,
        is_final=error is None
        or isinstance(error, GiveUpError)
        or job.attempts >= MOST_ATTEMPTS,
    )
    with database.write() as connection:
        if error is None:
            connection.execute(delete(JobRow).where(JobRow.job_id == job.job_id))
        else:
            ended = now + timedelta(seconds=outcome.seconds)
            _note_failure(connection, job, outcome, now=ended)
    return outcome


def _note_failure(
    connection: Connection, job: Job, outcome: Outcome, *, now: datetime
) -> None:
    reason = (outcome.reason or "")[:64]
    values: dict[str, Any] = {"claimed_until": None, "last_error": reason}
    if outcome.is_final:
        values |= {"failed_at": now, "key": None}
    else:
        values["run_at"] = now + pause_after(job.attempts, job.job_id)
    connection.execute(
        update(JobRow)
        # Whoever took it up meanwhile, because this took too long, has it now.
        .where(JobRow.job_id == job.job_id, JobRow.attempts == job.attempts)
        .values(values)
    )


def pause_after(attempts: int, job_id: UUID) -> timedelta:
    """Return how long to wait after a failed attempt.

    It doubles each time from ``FIRST_PAUSE`` to ``LONGEST_PAUSE``; a fifth more or
    less, by the job's number, keeps jobs apart that failed together.

    Source:
        https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    doubled: timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return doubled * (0.8 + 0.4 * (job_id.int % 1000) / 1000)


def retry_failed(connection: Connection, *, now: datetime) -> int:
    """Let the jobs that were given up begin anew; return how many."""
    return connection.execute(
        update(JobRow)
        .where(JobRow.failed_at.is_not(None))
        .values(failed_at=None, attempts=0, run_at=now)
    ).rowcount


def forget_failed(connection: Connection, *, now: datetime) -> int:
    """Delete the jobs given up longer than ``KEPT_FAILED`` ago; return how many."""
    return connection.execute(
        delete(JobRow).where(JobRow.failed_at <= now - KEPT_FAILED)
    ).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits of one kind, for the operator."""

    kind: str
    waiting: int
    failed: int
    last_error: str | None
    """Of one that was given up."""


def list_backlog(connection: Connection) -> list[Backlog]:
    """Count the jobs by kind."""
    rows = connection.execute(
        select(
            JobRow.kind,
            func.count().filter(JobRow.failed_at.is_(None)).label("waiting"),
            func.count(JobRow.failed_at).label("failed"),
            func.max(JobRow.last_error)
            .filter(JobRow.failed_at.is_not(None))
            .label("last_error"),
        )
        .group_by(JobRow.kind)
        .order_by(JobRow.kind)
    )
    return [Backlog(**row) for row in rows.mappings()]
