"""How fast do cohorts share, release and show? (docs/benchmarks.md, “Cohorts”).

Example::

    python -m tests.bench.cohorts --learners 1000,10000,100000
"""

import argparse
import logging
import os
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.cohorts.models import CohortRow
from app.cohorts.queries import get_cohort
from app.frameworks.domain import Framework
from app.identity.domain import Learner
from app.insights.domain.dashboard import Lens
from app.insights.queries import count_turnout
from app.insights.service import get_view
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.text import Language
from app.sharing.domain.steps import SMALLEST_CELL
from app.sharing.models import PoolCohortRow
from app.sharing.queries import list_released
from app.sharing.service import release_waiting, share_result
from app.worker import TASKS, Worker
from tests.assessment.builders import (
    add_attempt,
    answer_items,
    instrument_of,
    keys,
    submit,
)
from tests.bench.__main__ import database as make_database
from tests.bench.ledgers import check_exactness, time_folding
from tests.bench.population import (
    Population,
    add_cohort,
    add_people,
    populate,
)
from tests.conftest import make_settings
from tests.sharing.builders import add_member, share

LOOKS = 300
MAX_P99_MS = 10
MAX_GROWTH = 2
MAX_RELEASE_S = 1
MIN_SHARE = 1 / 2
PER_SECOND = 300
SENDERS = 4
SUBMISSIONS = 150
LOOK_EVERY_S = 0.02
SETTLED_S = 1.5
out = Console(highlight=False, width=160)


def main() -> None:
    """Run the bench and print its tables."""
    options = read_options()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    framework: Framework | None = None
    for name in options.databases:
        shown = Table(
            "learners",
            "pools",
            "filled s",
            "cohort: people / pools",
            "p50 / p99 ms",
            "first ms",
            "participation ms",
            "country: cohorts / pools",
            "p50 / p99 ms",
            "first ms",
            title=f"{name}: data of a dashboard, of the largest cohort and of a country",
        )
        for learners in options.learners:
            with (
                tempfile.TemporaryDirectory(prefix="masar-cohorts-") as folder,
                make_database(name, Path(folder)) as url,
            ):
                framework = measure(Database(url), learners, shown, options)
        out.print(shown)
    if framework:
        time_folding(framework)
    out.print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.bench.cohorts", description=__doc__)
    parser.add_argument(
        "--learners",
        type=lambda text: [int(part) for part in text.split(",") if part],
        default=[1000, 10_000, 100_000],
    )
    parser.add_argument(
        "--databases", type=lambda t: t.split(","), default=["sqlite", "postgresql"]
    )
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args()


def measure(
    database: Database, learners: int, shown: Table, options: argparse.Namespace
) -> Framework:
    """Fill a database, look at dashboards; in the largest, share and release too."""
    began = time.perf_counter()
    population = populate(database, learners)
    filled_s = time.perf_counter() - began
    large, country = population.cohorts[:1], population.country
    first, again = look(database, large)
    first_all, again_all = look(database, country)
    with database.read() as connection:
        cohort = get_cohort(connection, cohort_id=large[0])
        began = time.perf_counter()
        turnout = count_turnout(connection, cohort=cohort)
        counted_s = time.perf_counter() - began
    shown.add_row(
        f"{learners:,}",
        f"{population.pools:,}",
        f"{filled_s:.1f}",
        f"{turnout.joined:,} / {count_pools(database, large)}",
        percentiles(again),
        f"{first * 1e3:.0f}",
        f"{counted_s * 1e3:.0f}",
        f"{len(country)} / {count_pools(database, country)}",
        percentiles(again_all),
        f"{first_all * 1e3:.0f}",
    )
    if learners == max(options.learners):
        compare_sending(database, population)
        time_release(database, population, options.seconds)
    database.close()
    return population.framework


def look(database: Database, cohort_ids: list[UUID]) -> tuple[float, list[float]]:
    """Return how long the first look at a dashboard takes, and many more, in s."""
    times = []
    with database.read() as connection:
        cohorts = [get_cohort(connection, cohort_id=each) for each in cohort_ids]
        for _ in range(LOOKS + 1):
            began = time.perf_counter()
            get_view(connection, cohorts=cohorts, lens=Lens(), everybody=None)
            times.append(time.perf_counter() - began)
    return times[0], times[1:]


def count_pools(database: Database, cohort_ids: list[UUID]) -> int:
    """Return how many pools count for some cohorts."""
    found = select(PoolCohortRow.pool_id.distinct()).where(
        PoolCohortRow.cohort_id.in_(cohort_ids)
    )
    with database.read() as connection:
        return len(connection.execute(found).all())


def percentiles(times: list[float]) -> str:
    """Write p50 and p99 in ms."""
    ordered = sorted(times)
    p99 = ordered[int(0.99 * len(ordered))] * 1e3
    ok = "[green]ok[/]" if p99 < MAX_P99_MS else "[red]MISSED[/]"
    return f"{ordered[len(ordered) // 2] * 1e3:.2f} / {p99:.2f} {ok}"


def compare_sending(database: Database, population: Population) -> None:
    """Submit, with and without sharing, taking turns; one sender, a commit each."""
    name = "SQLite" if database.is_embedded else "PostgreSQL"
    cohort_id = population.cohorts[0]
    for what, is_whole, many in (
        ("submit", False, SUBMISSIONS),
        ("19 answers and submit", True, SUBMISSIONS // 5),
    ):
        without, used = send_results(database, cohort_id, many, is_whole=is_whole)
        shared, used_more = send_results(
            database, cohort_id, many, is_whole=is_whole, is_shared=True
        )
        ratio = without / shared
        verdict = "[green]ok[/]" if ratio >= MIN_SHARE else "[red]MISSED[/]"
        out.print(
            f"{name}: {what}: {many / without:.0f} a second ({used / many * 1e6:.0f} µs "
            f"of processor); and share: {many / shared:.0f} "
            f"({used_more / many * 1e6:.0f} µs): {ratio:.2f} {verdict}"
        )


def send_results(
    database: Database,
    cohort_id: UUID,
    many: int,
    *,
    is_whole: bool,
    is_shared: bool = False,
) -> tuple[float, float]:
    """Let members submit; return seconds and seconds of processor.

    Args:
        database: Where.
        cohort_id: Theirs.
        many: How many people.
        is_whole: Answer 19 questions one by one, too.
        is_shared: Share the result with the cohort, too.
    """
    with database.write() as connection:
        answers = dict.fromkeys(keys(instrument_of(connection)), "2")
        begun = []
        for _ in range(many):
            learner = add_member(connection, cohort_id)
            begun.append((learner, add_attempt(connection, learner)))
            if not is_whole:
                answer_items(connection, begun[-1][1], answers)
    began, cpu = time.perf_counter(), time.process_time()
    for learner, attempt in begun:
        for item, value in answers.items() if is_whole else ():
            with database.write() as connection:
                answer_items(connection, attempt, {item: value})
        with database.write() as connection:
            submit(connection, attempt)
        if is_shared:
            with database.write() as connection:
                share(connection, learner, cohort_id)
    return time.perf_counter() - began, time.process_time() - cpu


@dataclass(kw_only=True)
class Watch:
    """What was sent when, and what was shown when."""

    sent: dict[str, list[float]] = field(default_factory=dict)
    """By role: each role is a pool of its own."""
    shown: list[tuple[float, str, int]] = field(default_factory=list)
    """When, of which role, how many people."""
    failed: list[BaseException] = field(default_factory=list)


def time_release(database: Database, population: Population, seconds: float) -> None:
    """Share 300 results a second while the worker releases and somebody watches."""
    name = "SQLite" if database.is_embedded else "PostgreSQL"
    with database.write() as connection:
        home = connection.scalars(
            select(CohortRow.institution_id).where(
                CohortRow.cohort_id == population.cohorts[0]
            )
        ).one()
        cohort_id = add_cohort(connection, population.framework, home)
    people = add_people(database, population, cohort_id, int(PER_SECOND * seconds))
    watch = Watch(sent={role: [] for _, role in people})
    tasks = [task for task in TASKS if task.name == "release"]
    url = database.engine.url.render_as_string(hide_password=False)
    worker = Worker(database, make_settings(url), tasks)
    worker.start()
    began, cpu = time.perf_counter(), time.process_time()
    threads = [
        threading.Thread(
            target=_send, args=(database, people[n::SENDERS], cohort_id, watch, n)
        )
        for n in range(SENDERS)
    ]
    for thread in threads:
        thread.start()
    watch_releases(database, cohort_id, watch, threads)
    worker.stop()
    cpu_s = time.process_time() - cpu
    sent = sorted(moment for moments in watch.sent.values() for moment in moments)
    spent = sent[-1] - began
    delays = release_delays(watch)
    slowest = max(delays)
    verdict = "[green]ok[/]" if slowest < MAX_RELEASE_S else "[red]MISSED[/]"
    out.print(
        f"{name}: {len(sent)} results in {spent:.1f} s ({len(sent) / spent:.0f}"
        f" a second; processor {cpu_s / len(sent) * 1e6:.0f} µs each, worker and "
        f"watcher included): from the k-th waiting result to its appearance "
        f"p50 {sorted(delays)[len(delays) // 2]:.2f} s, most {slowest:.2f} s {verdict}; "
        f"failed: {len(watch.failed)}"
    )
    while release_waiting(database, now=current_time()):
        pass
    check_exactness(database, [cohort_id])


def watch_releases(
    database: Database,
    cohort_id: UUID,
    watch: Watch,
    threads: list[threading.Thread],
) -> None:
    """Note what is shown, until nobody sends any more and the worker has had its turn."""
    last: dict[str, int] = {}
    end = 0.0
    while not end or time.perf_counter() < end:
        with database.read() as connection:
            pools = list_released(connection, cohort_ids=[cohort_id])
        now = time.perf_counter()
        for pool in pools:
            role = pool.role_key or ""
            if pool.people != last.get(role, 0):
                last[role] = pool.people
                watch.shown.append((now, role, pool.people))
        if not end and not any(thread.is_alive() for thread in threads):
            end = now + SETTLED_S
        time.sleep(LOOK_EVERY_S)


def _send(
    database: Database,
    people: list[tuple[UUID, str]],
    cohort_id: UUID,
    watch: Watch,
    number: int,
) -> None:
    gap = SENDERS / PER_SECOND
    due = time.perf_counter() + gap * number / SENDERS
    try:
        for learner_id, role in people:
            time.sleep(max(0, due - time.perf_counter()))
            due += gap
            learner = Learner(
                learner_id=learner_id, language=Language.FR, resume_nonce=""
            )
            with database.write() as connection:
                share_result(
                    connection,
                    learner=learner,
                    cohort_id=cohort_id,
                    trainers_see=None,
                    now=current_time(),
                )
            watch.sent[role].append(time.perf_counter())
    except Exception as error:  # noqa: BLE001 -- told at the end
        watch.failed.append(error)


def release_delays(watch: Watch) -> list[float]:
    """Return of each release: seconds since k results more than before were sent."""
    sent = {role: sorted(moments) for role, moments in watch.sent.items()}
    before = dict.fromkeys(sent, 0)
    delays = []
    for moment, role, people in watch.shown:
        needed = min(before[role] + SMALLEST_CELL, people)
        delays.append(moment - sent[role][needed - 1])
        before[role] = people
    return delays


if __name__ == "__main__":
    main()
