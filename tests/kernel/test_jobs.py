import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.database import Database
from app.kernel.jobs import (
    FIRST_PAUSE,
    KEPT_FAILED,
    LEASE,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    GiveUpError,
    Job,
    Outcome,
    forget_failed,
    list_backlog,
    pause_after,
    queue,
    retry_failed,
    run_due,
)
from app.settings import ROOT
from tests.constants import NOON
from tests.kernel.builders import DAY, add_job, job_rows

LATER = NOON + timedelta(hours=1)


def fail(_job: Job) -> None:
    raise ConnectionRefusedError("ada@example.org is not to be quoted")


def test_a_job_runs_once_it_is_due_and_is_gone(database: Database) -> None:
    seen: list[Job] = []
    add_job(database, run_at=LATER, who="Ada", levels=[1, 2])

    early = run_due(database, {"note": seen.append}, now=NOON, limit=9)
    due = run_due(database, {"note": seen.append}, now=LATER, limit=9)

    assert (early, due) == (0, 1)
    assert [job.payload for job in seen] == [{"who": "Ada", "levels": [1, 2]}]
    assert job_rows(database) == []


def test_a_job_is_there_only_if_its_transaction_is(database: Database) -> None:
    with database.write() as connection:
        queue(connection, kind="note", payload={}, run_at=NOON)
        connection.rollback()

    assert job_rows(database) == []


def test_queuing_twice_with_a_key_is_harmless(database: Database) -> None:
    news = []
    for key in ("a", "a", "b", None, None):
        with database.write() as connection:
            news.append(
                queue(connection, kind="note", payload={}, run_at=NOON, key=key)
            )

    assert news == [True, False, True, True, True]
    assert run_due(database, {"note": id}, now=NOON, limit=9) == 4
    with database.write() as connection:
        assert queue(connection, kind="note", payload={}, run_at=NOON, key="a")


def test_those_for_whom_somebody_waits_go_first(database: Database) -> None:
    order: list[object] = []
    for number in range(3):
        add_job(database, is_bulk=True, number=number)
    add_job(database, run_at=NOON + timedelta(seconds=1), number="a code")

    run_due(
        database,
        {"note": lambda job: order.append(job.payload["number"])},
        now=NOON + timedelta(seconds=1),
        limit=2,
    )

    assert order[0] == "a code"
    assert len(job_rows(database)) == 2


def test_a_job_that_nobody_can_do_stays(database: Database) -> None:
    add_job(database, kind="of-a-newer-version")

    assert run_due(database, {"note": fail}, now=NOON, limit=9) == 0
    assert [row.attempts for row in job_rows(database)] == [0]


def test_a_failure_is_tried_again_after_a_pause(database: Database) -> None:
    outcomes: list[Outcome] = []
    add_job(database)

    run_due(database, {"note": fail}, now=NOON, limit=9, observe=outcomes.append)
    (row,) = job_rows(database)
    at_once = run_due(database, {"note": id}, now=NOON, limit=9)
    later = run_due(database, {"note": id}, now=row.run_at, limit=9)

    assert [(o.attempts, o.is_final) for o in outcomes] == [(1, False)]
    assert FIRST_PAUSE * 0.8 <= row.run_at - NOON <= FIRST_PAUSE * 1.2 + DAY / 86400
    assert (row.last_error, row.claimed_until) == ("ConnectionRefusedError", None)
    assert (at_once, later) == (0, 1)


def test_one_failure_lets_its_kind_rest_and_no_other(database: Database) -> None:
    calls: list[str] = []

    def refuse(job: Job) -> None:
        calls.append(job.kind)
        raise TimeoutError

    for _ in range(3):
        add_job(database, kind="mail")
        add_job(database)

    done = run_due(database, {"mail": refuse, "note": id}, now=NOON, limit=99)

    assert (calls, done) == (["mail"], 3)


def test_in_the_end_it_is_given_up_and_kept_for_the_operator(
    database: Database,
) -> None:
    add_job(database)
    now = NOON
    for _ in range(MOST_ATTEMPTS + 3):
        run_due(database, {"note": fail}, now=now, limit=1)
        now += LONGEST_PAUSE * 1.3
    (row,) = job_rows(database)
    with database.write() as connection:
        (backlog,) = list_backlog(connection)
        again = retry_failed(connection, now=now)

    assert row.attempts == MOST_ATTEMPTS
    assert row.failed_at is not None
    assert (backlog.waiting, backlog.failed) == (0, 1)
    assert backlog.last_error == "ConnectionRefusedError"
    assert again == 1
    assert run_due(database, {"note": id}, now=now, limit=9) == 1


def test_what_cannot_succeed_is_given_up_at_once(database: Database) -> None:
    def refuse(_job: Job) -> None:
        raise GiveUpError("refused-550")

    with database.write() as connection:
        queue(connection, kind="note", payload={}, run_at=NOON, key="k")

    run_due(database, {"note": refuse}, now=NOON, limit=1)

    (row,) = job_rows(database)
    assert (row.last_error, row.attempts, row.key) == ("refused-550", 1, None)
    assert row.failed_at is not None


def test_given_up_jobs_are_forgotten_after_a_while(database: Database) -> None:
    def refuse(_job: Job) -> None:
        raise GiveUpError("no")

    add_job(database)
    run_due(database, {"note": refuse}, now=NOON, limit=1)
    add_job(database)

    with database.write() as connection:
        young = forget_failed(connection, now=NOON + KEPT_FAILED - DAY)
        old = forget_failed(connection, now=NOON + KEPT_FAILED + DAY)

    assert (young, old) == (0, 1)
    assert len(job_rows(database)) == 1


def test_two_workers_never_share_a_job(database: Database, database_url: str) -> None:
    for number in range(40):
        add_job(database, number=number)
    seen: list[int] = []
    start = Barrier(2)

    def work() -> int:
        own = Database(database_url)
        start.wait()
        done = run_due(
            own, {"note": lambda job: seen.append(job.payload["number"])},
            now=NOON, limit=99,
        )  # fmt: skip
        own.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(work) for _ in range(2)]

    assert sum(worker.result() for worker in workers) == 40
    assert sorted(seen) == list(range(40))
    assert job_rows(database) == []


def test_a_worker_that_is_killed_leads_to_exactly_one_more_run(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    add_job(database, log=str(log))

    killed = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", DYING, database_url],
        cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    too_early = run_due(database, {"note": note}, now=NOON, limit=9)
    after = [
        run_due(database, {"note": note}, now=NOON + 2 * LEASE, limit=9)
        for _ in range(2)
    ]

    assert killed.returncode == -9
    assert (too_early, after) == (0, [1, 0])
    assert log.read_text().splitlines() == ["begun 1", "done 2"]


def note(job: Job) -> None:
    with Path(job.payload["log"]).open("a") as log:
        log.write(f"done {job.attempts}\n")


DYING = """
import os, sys
from pathlib import Path
from app.kernel.database import Database
from app.kernel.jobs import run_due
from tests.constants import NOON

def die(job):
    Path(job.payload["log"]).write_text(f"begun {job.attempts}\\n")
    os.kill(os.getpid(), 9)

run_due(Database(sys.argv[1]), {"note": die}, now=NOON, limit=1)
"""


def test_a_job_that_ends_every_worker_is_given_up(database: Database) -> None:
    add_job(database)
    now = NOON

    class Killed(BaseException):
        """Ends the worker without a word, as SIGKILL does."""

    def die(_job: Job) -> None:
        raise Killed

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            run_due(database, {"note": die}, now=now, limit=1)
        now += 2 * LEASE
    run_due(database, {"note": die}, now=now, limit=1)

    (row,) = job_rows(database)
    assert row.last_error == "interrupted"
    assert row.failed_at is not None


def test_a_slow_worker_does_not_disturb_who_took_over(database: Database) -> None:
    add_job(database)

    def overtaken(_job: Job) -> None:
        run_due(database, {"note": fail}, now=NOON + 2 * LEASE, limit=1)
        raise TimeoutError

    run_due(database, {"note": overtaken}, now=NOON, limit=1)

    (row,) = job_rows(database)
    assert (row.attempts, row.last_error) == (2, "ConnectionRefusedError")


@given(attempts=st.integers(1, MOST_ATTEMPTS), job_id=st.uuids())
def test_pauses_grow_within_bounds(attempts: int, job_id: UUID) -> None:
    pause = pause_after(attempts, job_id)

    assert FIRST_PAUSE * 0.8 <= pause <= LONGEST_PAUSE * 1.2
    assert pause <= pause_after(attempts + 1, job_id)
