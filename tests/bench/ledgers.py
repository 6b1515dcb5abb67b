"""The ledger by itself: is it exact, and how fast does it take changes in?"""

import time
from collections import Counter
from random import Random
from uuid import UUID

from rich.console import Console
from sqlalchemy import select

from app.frameworks.domain import Framework
from app.kernel.database import Database
from app.sharing.domain.cells import LEVEL_CELLS, Measure, count_bins
from app.sharing.domain.ledger import Change, Ledger
from app.sharing.domain.steps import SMALLEST_CELL
from app.sharing.files import read_ledger
from app.sharing.models import ChangeRow, ContributionRow, PoolCohortRow, PoolRow
from app.sharing.service.releases import MOST_FOLDED
from tests.bench.population import (
    draw_results,
)

FOLDED = 20_000
out = Console(highlight=False, width=160)


def check_exactness(database: Database, cohort_ids: list[UUID]) -> None:
    """Compare released and waiting numbers with a count over the contributions."""
    with database.read() as connection:
        waiting = connection.scalars(select(ChangeRow.change_id)).all()
        pools = connection.execute(
            select(PoolRow.pool_id, PoolRow.ledger)
            .join(PoolCohortRow, PoolCohortRow.pool_id == PoolRow.pool_id)
            .where(PoolCohortRow.cohort_id.in_(cohort_ids))
        ).all()
        rows = connection.execute(
            select(ContributionRow.pool_id, ContributionRow.sheet).where(
                ContributionRow.pool_id.in_([pool.pool_id for pool in pools])
            )
        ).all()
    counted: Counter[tuple[UUID, str, int]] = Counter()
    for row in rows:
        for competency, (level, _) in row.sheet.items():
            counted[row.pool_id, competency, level] += 1
    wrong = 0
    for pool in pools:
        for (competency, measure), tracks in read_ledger(pool.ledger).tables.items():
            cells = [
                counted[pool.pool_id, competency, cell] for cell in range(LEVEL_CELLS)
            ]
            for track in tracks:
                total = zip(track.released, track.pending, strict=True)
                is_right = [a + b for a, b in total] == count_bins(
                    cells, track.partition
                )
                wrong += measure is Measure.LEVEL and not is_right
    verdict = "[green]equal[/]" if not (wrong or waiting) else "[red]DIFFERENT[/]"
    out.print(
        f"released + waiting against a count over {len(rows)} results in "
        f"{len(pools)} pools: {verdict}"
    )


def time_folding(framework: Framework) -> None:
    """Take changes into the ledger of one pool, one and 300 at a time."""
    chance = Random(3)  # noqa: S311 -- repeatable, not secret
    results = draw_results(framework, chance)
    targets = {each.key: chance.randint(1, 4) for each in framework.competencies}
    for at_once, many in ((1, FOLDED // 10), (MOST_FOLDED, FOLDED)):
        ledger = Ledger.empty(targets, is_paired=False)
        changes = [
            Change(sign=1, sheet=chance.choice(results).sheet) for _ in range(many)
        ]
        began = time.process_time()
        for start in range(0, many, at_once):
            ledger.fold(changes[start : start + at_once], smallest=SMALLEST_CELL)
        rate = many / (time.process_time() - began)
        out.print(
            f"ledger: {rate:,.0f} changes a second of processor, {at_once} at once"
        )
