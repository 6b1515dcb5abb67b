"""Releasing totals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, update

from app.cohorts.queries import list_smallest_cells
from app.kernel.database import Database
from app.sharing.domain.ledger import Change, Ledger
from app.sharing.domain.sums import draw_row
from app.sharing.files import read_ledger, read_sheet, write_ledger, write_row
from app.sharing.models import ChangeRow, PoolCohortRow, PoolRow
from app.sharing.queries import list_waiting_pools

MOST_FOLDED = 300
"""Changes taken in by one transaction: on SQLite it holds the only write lock."""
POOLS_AT_ONCE = 25
"""Pools changed by one transaction: each costs a millisecond, a commit several."""
MOST_POOLS = 500
"""Pools of one run."""
_KEPT = (
    update(PoolRow)
    .where(PoolRow.pool_id == bindparam("which"))
    .values(
        {
            name: bindparam(name)
            for name in ("ledger", "row", "smallest_cell", "released_at")
        }
    )
)
_CHANGED = (
    update(PoolCohortRow)
    .where(PoolCohortRow.pool_id == bindparam("which"))
    .values(revision=PoolCohortRow.revision + 1)
)


def release_waiting(
    database: Database, *, now: datetime, limit: int = MOST_POOLS
) -> int:
    """Fold waiting changes into their pools and release what may be released.

    Some pools in each transaction; another process that does the same is not waited
    for, and nor are those who share meanwhile.

    Returns:
        How many changes were taken in.
    """
    with database.read() as connection:
        waiting = list_waiting_pools(connection, limit=limit)
    folded = 0
    for start in range(0, len(waiting), POOLS_AT_ONCE):
        with database.write() as connection:
            some = waiting[start : start + POOLS_AT_ONCE]
            folded += _fold_pools(connection, some, now=now)
    return folded


def _fold_pools(
    connection: Connection, pool_ids: Sequence[UUID], *, now: datetime
) -> int:
    # Not FOR UPDATE: whoever queues a change holds the key of its pool, which must
    # neither wait for this transaction nor keep it from the pool.
    pools = connection.execute(
        select(
            PoolRow.pool_id, PoolRow.ledger, PoolRow.smallest_cell, PoolRow.released_at
        )
        .where(PoolRow.pool_id.in_(pool_ids))
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    changes = _take_changes(connection, [pool.pool_id for pool in pools])
    strictest = _find_strictest(connection, list(changes))
    folded = [
        _fold(pool, changes[pool.pool_id], least=strictest[pool.pool_id], now=now)
        for pool in pools
        if pool.pool_id in changes
    ]
    if folded:
        connection.execute(_KEPT, folded)
        connection.execute(_CHANGED, [{"which": each["which"]} for each in folded])
    return sum(map(len, changes.values()))


def _find_strictest(
    connection: Connection, pool_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Return the smallest cell that the cohorts of each pool ask for today."""
    rows = connection.execute(
        select(PoolCohortRow.pool_id, PoolCohortRow.cohort_id).where(
            PoolCohortRow.pool_id.in_(pool_ids)
        )
    ).all()
    cells = list_smallest_cells(connection, cohort_ids={row.cohort_id for row in rows})
    strictest = dict.fromkeys(pool_ids, 0)
    for row in rows:
        asked = cells.get(row.cohort_id, 0)
        strictest[row.pool_id] = max(strictest[row.pool_id], asked)
    return strictest


def _take_changes(
    connection: Connection, pool_ids: Sequence[UUID]
) -> dict[UUID, list[Change]]:
    """Remove what waits for some pools, and return it."""
    waiting = (
        select(ChangeRow.change_id)
        .where(ChangeRow.pool_id.in_(pool_ids))
        .limit(MOST_FOLDED)
    )
    rows = connection.execute(
        delete(ChangeRow)
        .where(ChangeRow.pool_id.in_(pool_ids), ChangeRow.change_id.in_(waiting))
        .returning(ChangeRow.pool_id, ChangeRow.sign, ChangeRow.sheet)
    )
    taken: dict[UUID, list[Change]] = {}
    for row in rows:
        change = Change(sign=row.sign, sheet=read_sheet(row.sheet))
        taken.setdefault(row.pool_id, []).append(change)
    return taken


def _fold(
    pool: Any,  # noqa: ANN401 -- a row
    changes: Sequence[Change],
    *,
    least: int,
    now: datetime,
) -> dict[str, Any]:
    ledger = read_ledger(pool.ledger)
    before = _released(ledger)
    smallest = max(pool.smallest_cell, least)
    ledger.fold(changes, smallest=smallest)
    return {
        "which": pool.pool_id,
        "ledger": write_ledger(ledger),
        "row": write_row(draw_row(ledger)),
        "smallest_cell": smallest,
        "released_at": now if _released(ledger) != before else pool.released_at,
    }


def _released(ledger: Ledger) -> list[list[int]]:
    return [track.released for tracks in ledger.tables.values() for track in tracks]
