"""How long does planning weekly reminders take? (docs/benchmarks.md, “Reminders”).

Everybody is due at the same moment. A worker's process plans, with its own rests; beside
it, one person reads pages and saves answers on the site, before and meanwhile.

Example::

    python -m tests.bench.reminders --learners 1000000
"""

import argparse
import http.client
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, func, select
from typing_extensions import override

from app.identity.models import LearnerRow
from app.kernel.database import Database
from app.kernel.jobs import JobRow
from app.progress.models import ReminderRow
from app.settings import Settings
from app.worker import TASKS
from tests.bench import ground
from tests.bench.__main__ import database as make_database
from tests.bench.population import LEARNER, load
from tests.bench.servers import Server, serving
from tests.constants import NOON

REMINDER = "learner_id weekday hour zone chosen_at next_at"
CLOCKS = (
    (12, "Africa/Dakar"),
    (13, "Africa/Lagos"),
    (14, "Africa/Cairo"),
    (15, "Africa/Nairobi"),
)
"""Hours on four walls that are the noon of the tests, a Monday."""
MOST_S = 60
PAUSE_S = 0.02
"""Between two requests of the one who uses the site meanwhile."""
CALM_S = 5.0
out = Console(highlight=False, width=150)


class Timed(Database):
    """Notes how long each write transaction takes, its commit included."""

    longest_s = 0.0
    count = 0

    @override
    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            begun = time.perf_counter()
            yield connection
        self.longest_s = max(self.longest_s, time.perf_counter() - begun)
        self.count += 1


def main() -> None:
    """Run the bench and print its table; with ``--plan``, be the worker."""
    options = read_options()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    if options.plan:
        sys.stdout.buffer.write(orjson.dumps(plan(options.plan)))
        return
    table = Table(
        *("database", "planned in s", "transactions", "longest ms", "jobs"),
        *("page p50 / p99 / max ms before", "meanwhile", "save before", "meanwhile"),
        title=f"{options.learners:,} reminders due at once",
    )
    for name in options.databases:
        with (
            tempfile.TemporaryDirectory(prefix="masar-reminders-") as folder,
            make_database(name, Path(folder)) as url,
        ):
            table.add_row(name, *measure(url, Path(folder), options.learners))
    out.print(table)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.bench.reminders", description=__doc__)
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--plan", default="", help=argparse.SUPPRESS)
    parser.add_argument(
        "--databases", type=lambda t: t.split(","), default=["sqlite", "postgresql"]
    )
    return parser.parse_args()


def fill(database: Database, learners: int) -> None:
    """Let everybody want to be reminded, on one of four clocks."""
    ids = [uuid4() for _ in range(learners)]
    with database.write() as connection:
        people = ((each, "fr", "0" * 32, NOON, True) for each in ids)
        load(connection, LearnerRow, LEARNER, people)
        rows = (
            (each, 0, *CLOCKS[number % len(CLOCKS)], NOON, NOON)
            for number, each in enumerate(ids)
        )
        load(connection, ReminderRow, REMINDER, rows)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def plan(url: str) -> dict[str, float]:
    """Plan as a worker does, rests included, until nobody is due."""
    database = Timed(url)
    settings = Settings.model_validate(
        {
            "database_url": SecretStr(url),
            "secret_key": SecretStr(ground.new_secret_key()),
        }
    )
    [task] = [each for each in TASKS if each.name == "reminders"]
    begun = time.perf_counter()
    while task.run(database, settings, NOON):
        time.sleep(task.every.total_seconds())
    return {
        "seconds": time.perf_counter() - begun,
        "longest_s": database.longest_s,
        "transactions": database.count,
    }


def measure(url: str, folder: Path, learners: int) -> list[str]:
    """Plan while the site is used; return the cells of a row."""
    key = ground.new_secret_key()
    settings = Settings.model_validate(
        {"database_url": SecretStr(url), "secret_key": SecretStr(key)}
    )
    with ground.application(settings) as (client, opened):
        learner = ground.make_learner(client, opened, settings)
    database = Database(url)
    fill(database, learners)
    environment = {
        **os.environ,  # noqa: TID251 -- handed on as it is
        "MASAR_DATABASE_URL": url,
        "MASAR_SECRET_KEY": key,
        "MASAR_WORKER_IN_PROCESS": "false",
    }
    with serving(
        ["app", "serve", "--port", "PORT"],
        "/readyz",
        environment=environment,
        log=folder / "site.log",
    ) as site:
        use(site, learner, seconds=1)
        calm = use(site, learner, seconds=CALM_S)
        command = [sys.executable, "-m", "tests.bench.reminders", "--plan", url]
        with subprocess.Popen(  # noqa: S603 -- our own command
            command, stdout=subprocess.PIPE, env=environment
        ) as worker:
            busy = use(site, learner, worker=worker)
            planned = orjson.loads(worker.communicate()[0])
    with database.read() as connection:
        jobs = connection.scalars(
            select(JobRow.payload).where(JobRow.kind == "reminders")
        )
        told = sum(len(orjson.loads(each)["learners"]) for each in jobs)
        left = connection.scalar(
            select(func.count()).where(ReminderRow.next_at <= NOON)
        )
        many = connection.scalar(select(func.count()).select_from(JobRow))
    database.close()
    if (told, left) != (learners, 0):
        raise AssertionError("not everybody was planned once", told, left)
    verdict = "[green]ok[/]" if planned["seconds"] <= MOST_S else "[red]MISSED[/]"
    return [
        f"{planned['seconds']:.1f} {verdict}",
        f"{planned['transactions']:.0f}",
        f"{planned['longest_s'] * 1e3:.0f}",
        f"{many}",
        *(spread(times[shape]) for shape in ("page", "save") for times in (calm, busy)),
    ]


def use(
    site: Server,
    learner: ground.BenchLearner,
    *,
    seconds: float = 0,
    worker: subprocess.Popen[Any] | None = None,
) -> dict[str, list[float]]:
    """Read and save by turns, for a time or while a worker works; return seconds each."""
    times: dict[str, list[float]] = {"page": [], "save": []}
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    end = time.perf_counter() + seconds
    while worker.poll() is None if worker else time.perf_counter() < end:
        for shape, taken in times.items():
            method, path, body = ground.addresses(learner)[shape]
            name, value = ground.credentials(learner, shape)
            headers = {name: value, "content-type": "application/json"}
            begun = time.perf_counter()
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(shape, answer.status)
            time.sleep(PAUSE_S)
    connection.close()
    return times


def spread(times: Sequence[float]) -> str:
    """Write median, 99th percentile and maximum."""
    ordered = sorted(times)
    picked = (ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.99, 1))
    return " / ".join(f"{each * 1e3:.1f}" for each in picked)


if __name__ == "__main__":
    main()
