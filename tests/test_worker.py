import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from sqlalchemy import event

from app import worker as module
from app.kernel.database import Database
from app.kernel.jobs import KEPT_FAILED, queue
from app.kernel.text import Language
from app.main import create_app
from app.settings import ROOT, Settings
from app.web.mail import KIND, queue_mail
from app.worker import TASKS, Task, Worker, work_once
from tests.conftest import alembic_config, make_settings
from tests.constants import NOON, SECRET_KEY
from tests.identity.builders import add_learner, add_session
from tests.kernel.builders import job_rows


def post(database: Database, to: str = "ada@example.org") -> None:
    with database.write() as connection:
        queue_mail(
            connection,
            to=to,
            template="test",
            language=Language.FR,
            context={"public_url": "https://masar.example.org/"},
            now=NOON,
        )


def eventually(is_so: Callable[[], bool], *, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, mail_dir=tmp_path / "mail")


def letters(settings: Settings) -> list[Path]:
    return sorted(settings.mail_dir.glob("*.eml"))


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def test_once_means_every_task_and_every_job(
    database: Database, settings: Settings
) -> None:
    post(database)
    post(database)
    with database.write() as connection:
        add_session(connection, add_learner(connection))
    later = NOON + timedelta(days=1000)

    found = [work_once(database, settings, later) for _ in range(2)]

    assert found == [4, 0]  # two letters, a session that ended, its unused learner
    assert len(letters(settings)) == 2


def test_mail_that_was_given_up_is_forgotten_by_and_by(
    database: Database, settings: Settings
) -> None:
    post(database, to="nobody")
    work_once(database, settings, NOON)
    kept = len(job_rows(database))
    work_once(database, settings, NOON + KEPT_FAILED + timedelta(minutes=1))

    assert (kept, job_rows(database)) == (1, [])


def test_a_worker_finds_what_is_queued_and_stops_at_once(
    database: Database, settings: Settings
) -> None:
    worker = Worker(database, settings, tasks=())

    with working(worker):
        post(database)
        assert eventually(lambda: len(letters(settings)) == 1)
        started = time.monotonic()

    assert time.monotonic() - started < 1
    assert job_rows(database) == []


def test_an_idle_worker_asks_once_a_second(
    database: Database, settings: Settings
) -> None:
    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )

    with working(Worker(database, settings, tasks=())):
        time.sleep(3.5)

    assert 3 <= len(statements) <= 6
    assert {statement[:6] for statement in statements} == {"SELECT"}


def test_tasks_come_round_and_one_that_fails_stops_no_other(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[str] = []

    def fail(*_given: object) -> int:
        runs.append("failing")
        raise ValueError("ada@example.org")

    def count(*_given: object) -> int:
        runs.append("counting")
        return 0

    quick = timedelta(milliseconds=10)
    tasks = (
        Task(name="failing", every=quick, run=fail),
        Task(name="counting", every=quick, run=count),
    )

    with caplog.at_level(logging.ERROR), working(Worker(database, settings, tasks)):
        assert eventually(lambda: runs.count("counting") > 5)

    assert runs.count("failing") == 1
    assert "task failed: failing" in caplog.messages
    assert _counted("masar_task_runs_total", task="failing", outcome="failed") >= 1


def test_outcomes_are_counted_and_named_without_what_they_said(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before = _counted("masar_jobs_total", kind=KIND, outcome="given up")
    post(database, to="ada.lovelace@@example.org")

    work_once(database, settings, NOON)

    said = [vars(record) for record in caplog.records]
    assert [each["error"] for each in said] == ["unusable-address"]
    assert "lovelace" not in str(said)
    assert _counted("masar_jobs_total", kind=KIND, outcome="given up") == before + 1


def test_a_fault_in_a_job_shows_where_it_arose(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write() as connection:
        queue(connection, kind=KIND, payload={"to": "ada"}, run_at=NOON)

    work_once(database, settings, NOON)

    assert caplog.messages == ["job", "job failed: mail"]
    assert [row.last_error for row in job_rows(database)] == ["KeyError"]


def test_a_worker_outlives_a_database_that_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AFTER_FAILURE_S", 0.05)
    url = f"sqlite:///{tmp_path / 'late.sqlite'}"
    settings = make_settings(url, mail_dir=tmp_path / "mail")
    database = Database(url)

    with working(Worker(database, settings, TASKS)):
        time.sleep(0.3)
        command.upgrade(alembic_config(url), "head")
        post(database)
        assert eventually(lambda: len(letters(settings)) == 1)
    database.close()


@pytest.mark.parametrize("is_wanted", [True, False])
def test_the_site_brings_a_worker_unless_told_otherwise(
    database: Database, database_url: str, tmp_path: Path, *, is_wanted: bool
) -> None:
    settings = make_settings(
        database_url, mail_dir=tmp_path / "mail", worker_in_process=is_wanted
    )
    post(database)

    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as site:
        assert site.get("/healthz").status_code == 200
        sent = eventually(lambda: len(letters(settings)) == 1, seconds=3)

    assert sent is is_wanted


def test_the_command_works_until_it_is_asked_to_stop(
    database: Database, database_url: str, settings: Settings
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "worker"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "MASAR_SECRET_KEY": SECRET_KEY,
            "MASAR_DATABASE_URL": database_url,
            "MASAR_MAIL_DIR": str(settings.mail_dir),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    post(database, to="ada.lovelace@example.org")
    sent = eventually(lambda: len(letters(settings)) == 1, seconds=60)
    process.send_signal(signal.SIGTERM)
    told, logged = process.communicate(timeout=30)

    assert sent
    assert process.returncode == 0
    assert "Waiting for work" in told
    assert "nothing was left half done" in told
    assert '"outcome": "done"' in logged
    assert "lovelace" not in told + logged


def _counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0
