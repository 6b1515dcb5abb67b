"""Releasing totals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from app.kernel.database import Database
from app.sharing.domain.ledger import Change
from app.sharing.files import read_ledger, read_sheet, write_ledger
from app.sharing.models import ChangeRow, PoolRow
from app.sharing.queries import list_waiting_pools

MOST_FOLDED = 300
"""Changes taken in by one transaction: on SQLite it holds the only write lock."""


def release_waiting(database: Database, *, now: datetime, limit: int = 50) -> int:
    """Fold waiting changes into their pools and release what may be released.

    Each pool in a transaction of its own; another process that does the same is not
    waited for.

    Returns:
        How many changes were taken in.
    """
    with database.read() as connection:
        waiting = list_waiting_pools(connection, limit=limit)
    folded = 0
    for pool_id in waiting:
        with database.write() as connection:
            folded += _fold_pool(connection, pool_id=pool_id, now=now)
    return folded


def _fold_pool(connection: Connection, *, pool_id: UUID, now: datetime) -> int:
    pool = connection.execute(
        select(PoolRow.ledger, PoolRow.smallest_cell)
        .where(PoolRow.pool_id == pool_id)
        .with_for_update(skip_locked=True)
    ).first()
    if pool is None:
        return 0
    rows = connection.execute(
        select(ChangeRow.change_id, ChangeRow.sign, ChangeRow.sheet)
        .where(ChangeRow.pool_id == pool_id)
        .limit(MOST_FOLDED)
    ).all()
    if not rows:
        return 0
    ledger = read_ledger(pool.ledger)
    before = [track.released for tracks in ledger.tables.values() for track in tracks]
    ledger.fold(
        (Change(sign=row.sign, sheet=read_sheet(row.sheet)) for row in rows),
        smallest=pool.smallest_cell,
    )
    after = [track.released for tracks in ledger.tables.values() for track in tracks]
    values = {"ledger": write_ledger(ledger)}
    if after != before:
        values["released_at"] = now  # type: ignore[assignment]  # columns differ in type
    connection.execute(
        update(PoolRow).where(PoolRow.pool_id == pool_id).values(**values)
    )
    connection.execute(
        delete(ChangeRow).where(
            ChangeRow.pool_id == pool_id,
            ChangeRow.change_id.in_([row.change_id for row in rows]),
        )
    )
    return len(rows)
