"""What the site does when nobody asks: jobs that are due, tasks that come round.

It runs in a thread beside the site, or in a process of its own (``masar worker``);
any number may run at once.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from app.catalogue.queries.links import list_due
from app.catalogue.service.links import check_links, open_prober
from app.cohorts import service as rosters
from app.cohorts.queries import is_mail_due
from app.cohorts.service import forget_ended, take_due, take_due_members
from app.home.service import apply_retention
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.jobs import Handler, Job, Outcome, forget_failed, run_due
from app.paths.schemas import write_path
from app.progress import service as documents
from app.progress import service as walking
from app.progress.domain.reminders import Slot
from app.progress.files.documents import Folder
from app.progress.queries import is_reminder_due
from app.records import service as records
from app.settings import Settings
from app.sharing.service import release_waiting
from app.web import mail

MOST_JOBS = 100
"""Done in one go, before the tasks have their turn."""
LINKS_AT_ONCE = 4
LETTERS_AT_ONCE = 50
"""Of each kind, rendered in one transaction."""
REMINDERS_AT_ONCE = 1000
"""Planned in one transaction."""
BREATH_S = 0.005
"""Between two of them: who waits to write goes first."""
PLANNING_S = 2.0
"""In one go, before other tasks and jobs have their turn."""
SHORTEST_IDLE_S = 0.2
LONGEST_IDLE_S = 1.0
"""Between two looks for jobs, each one SELECT; it doubles while there are none."""
AFTER_FAILURE_S = 5.0
"""Rest of what failed: the database may be away."""
STOP_S = 15.0
"""A job in progress may take so long to end when the worker is told to stop."""
_log = logging.getLogger("masar.worker")
JOBS = Counter("masar_jobs_total", "Attempts at queued jobs.", ["kind", "outcome"])
TASK_RUNS = Counter("masar_task_runs_total", "Runs of tasks.", ["task", "outcome"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that comes round."""

    name: str
    every: timedelta
    run: Callable[[Database, Settings, datetime], int]
    """Returns how much it found to do, which is logged unless 0. Another process may
    run it at the same time, and it may be run too often: it must not mind."""


def _tidy(database: Database, settings: Settings, now: datetime) -> int:
    gone = apply_retention(database, unused=settings.unused_lifetime, now=now)
    folder = Folder(settings.documents_folder)
    gone += documents.sweep_documents(database, folder=folder, now=now)
    with database.write() as connection:
        gone += forget_failed(connection, now=now)
        gone += records.forget_old(connection, now=now)
        return gone + forget_ended(connection, now=now)


def _release(database: Database, _settings: Settings, now: datetime) -> int:
    return release_waiting(database, now=now)


def _write_to_invited(database: Database, settings: Settings, now: datetime) -> int:
    """Queue invitations and reminders of cohorts, a few at a time: releases wait."""
    with database.read() as connection:
        if not is_mail_due(connection, now=now):
            return 0
    with database.write() as connection:
        letters = [
            letter
            for take in (take_due, take_due_members)
            for letter in take(
                connection,
                key=bytes.fromhex(settings.secret_key.get_secret_value()),
                public_url=str(settings.public_url),
                now=now,
                limit=LETTERS_AT_ONCE,
            )
        ]
        for letter in letters:
            mail.queue_mail(
                connection,
                to=letter.to,
                template=letter.template,
                language=letter.language,
                context=letter.context,
                now=now,
            )
    return len(letters)


def _check_links(database: Database, settings: Settings, now: datetime) -> int:
    """Check a few links that are due: other work waits for the answers."""
    if not settings.check_links:
        return 0
    with database.read() as connection:
        addresses = list_due(connection, now=now, limit=LINKS_AT_ONCE)
    if not addresses:
        return 0
    prober = open_prober(
        public_url=str(settings.public_url), is_private=settings.private_links
    )
    try:
        found = check_links(database, prober=prober, addresses=addresses, now=now)
    finally:
        prober.close()
    return len(found)


def _look_again(database: Database, _settings: Settings, now: datetime) -> int:
    return records.look_again(database, now=now)


def _plan_reminders(database: Database, _settings: Settings, now: datetime) -> int:
    """Plan reminders in short transactions, with room for the site's between them."""
    found, started = 0, time.monotonic()
    with database.read() as connection:
        if not is_reminder_due(connection, now=now):
            return 0
    while time.monotonic() - started < PLANNING_S:
        with database.write() as connection:
            planned = walking.plan_reminders(
                connection, now=now, limit=REMINDERS_AT_ONCE
            )
        found += planned
        if planned < REMINDERS_AT_ONCE:
            break
        time.sleep(BREATH_S)
    return found


TASKS: tuple[Task, ...] = (
    Task(name="tidy", every=timedelta(hours=1), run=_tidy),
    Task(name="completions", every=timedelta(minutes=30), run=_look_again),
    Task(name="links", every=timedelta(seconds=30), run=_check_links),
    Task(name="release", every=timedelta(milliseconds=300), run=_release),
    Task(name="invitations", every=timedelta(seconds=2), run=_write_to_invited),
    Task(name="reminders", every=timedelta(milliseconds=300), run=_plan_reminders),
)


def handlers(database: Database, settings: Settings) -> Mapping[str, Handler]:
    """Return who does which kind of job."""
    key = bytes.fromhex(settings.secret_key.get_secret_value())
    return {
        records.MATCH: lambda job: records.match(
            database,
            job.payload,
            site=records.Site(secret=key, base=str(settings.public_url).rstrip("/")),
            now=current_time(),
        ),
        mail.KIND: lambda job: mail.deliver(settings, job, now=current_time()),
        walking.LETTERS: lambda job: remind(
            database, settings, job, now=current_time()
        ),
        rosters.CHECK: lambda job: rosters.check_roster(database, job.payload),
        rosters.IMPORT: lambda job: rosters.import_part(
            database, job.payload, key=key, now=current_time()
        ),
        records.CHECK: lambda job: records.check_report(
            database, job.payload, secret=key, now=current_time()
        ),
        records.IMPORT: lambda job: records.import_part(
            database, job.payload, now=current_time()
        ),
        documents.FORGET: lambda job: documents.forget_document(
            database, job.payload, folder=Folder(settings.documents_folder)
        ),
    }


def remind(database: Database, settings: Settings, job: Job, *, now: datetime) -> None:
    """Write the reminders of a few people; again is harmless, each week has one."""
    post = walking.Post(
        key=bytes.fromhex(settings.secret_key.get_secret_value()),
        public_url=str(settings.public_url),
        write_in=lambda language: partial(write_path, language=language),
    )
    slot = Slot(
        at=datetime.fromisoformat(job.payload["at"]),
        week=date.fromisoformat(job.payload["week"]),
    )
    for each in job.payload["learners"]:
        letter = walking.write_letter(
            database, learner_id=UUID(each), slot=slot, post=post, now=now
        )
        if letter is None:
            continue
        with database.write() as connection:
            if walking.take_letter(connection, letter):
                mail.queue_mail(
                    connection,
                    to=letter.to,
                    template=letter.template,
                    language=letter.language,
                    context=letter.context,
                    now=now,
                )


def work_once(database: Database, settings: Settings, now: datetime) -> int:
    """Run every task and the jobs that are due; return how much there was to do."""
    done = sum(task.run(database, settings, now) for task in TASKS)
    return done + run_due(
        database,
        handlers(database, settings),
        now=now,
        limit=MOST_JOBS,
        observe=_observe,
    )


class Worker:
    """Works until it is told to stop.

    Args:
        database: May be shared with the site of this process.
        settings: Of the installation.
        tasks: What comes round; each at once, then at its own interval.
    """

    def __init__(
        self, database: Database, settings: Settings, tasks: Sequence[Task] = TASKS
    ) -> None:
        self._database = database
        self._settings = settings
        self._handlers = handlers(database, settings)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._tasks = tasks
        self._task_at = dict.fromkeys((task.name for task in tasks), 0.0)
        self._jobs_at = 0.0
        self._idle_s = SHORTEST_IDLE_S

    def start(self) -> None:
        """Work in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is in progress.

        What does not end in time is done again by another worker.
        """
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def ask_to_stop(self, *_signal: object) -> None:
        """Begin nothing more; for a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Work in this thread."""
        while not self._stopping.is_set():
            for task in self._tasks:
                if self._task_at[task.name] <= time.monotonic():
                    rest_s = self._run_task(task)
                    self._task_at[task.name] = time.monotonic() + rest_s
            if self._jobs_at <= time.monotonic():
                self._jobs_at = time.monotonic() + self._run_jobs()
            soonest = min(self._jobs_at, *self._task_at.values(), self._jobs_at)
            self._stopping.wait(max(soonest - time.monotonic(), 0))

    def _run_task(self, task: Task) -> float:
        """Run a task; return how many seconds it may rest."""
        every_s = task.every.total_seconds()
        started = time.perf_counter()
        try:
            found = task.run(self._database, self._settings, current_time())
        except Exception as error:  # noqa: BLE001 -- the other tasks go on
            TASK_RUNS.labels(task.name, "failed").inc()
            _log.error("task failed: %s", task.name, exc_info=error)
            return max(every_s, AFTER_FAILURE_S)
        TASK_RUNS.labels(task.name, "done").inc()
        if found:
            took_ms = round((time.perf_counter() - started) * 1000)
            _log.info("task", extra={"task": task.name, "found": found, "ms": took_ms})
        return every_s

    def _run_jobs(self) -> float:
        """Run what is due; return how many seconds until the next look."""
        try:
            done = run_due(
                self._database,
                self._handlers,
                now=current_time(),
                limit=MOST_JOBS,
                observe=_observe,
                go_on=lambda: not self._stopping.is_set(),
            )
        except SQLAlchemyError as error:
            _log.warning(
                "jobs wait: no database", extra={"error": type(error).__name__}
            )
            return AFTER_FAILURE_S
        self._idle_s = (
            SHORTEST_IDLE_S if done else min(2 * self._idle_s, LONGEST_IDLE_S)
        )
        return 0 if done else self._idle_s


def _observe(outcome: Outcome) -> None:
    """Count and log an attempt; what failed is named, what it said is not."""
    error = outcome.error
    if error is None:
        word = "done"
    else:
        word = "given up" if outcome.is_final else "retried later"
    JOBS.labels(outcome.kind, word).inc()
    _log.log(
        logging.INFO if error is None else logging.WARNING,
        "job",
        extra={
            "kind": outcome.kind,
            "outcome": word,
            "attempts": outcome.attempts,
            "ms": round(outcome.seconds * 1000),
            "error": outcome.reason,
        },
    )
    if error is not None and outcome.is_unexpected:
        _log.error("job failed: %s", outcome.kind, exc_info=error)
