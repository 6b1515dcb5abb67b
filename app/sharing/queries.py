"""Reading shares and released totals."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from app.kernel.database import any_true
from app.sharing.domain.ledger import Track
from app.sharing.domain.pools import Attribute, Released, Share, Table
from app.sharing.files import read_ledger
from app.sharing.models import ChangeRow, PlanRow, PoolCohortRow, PoolRow, ShareRow

_SHARE = select(
    ShareRow.cohort_id,
    ShareRow.round,
    ShareRow.with_trainers,
    ShareRow.framework_key,
    ShareRow.framework_version,
    ShareRow.role_key,
    ShareRow.snapshot_ref,
    ShareRow.levels,
    ShareRow.shared_at,
)


def list_shares(connection: Connection, *, learner_id: UUID) -> list[Share]:
    """Return what a learner shares, with whom; the oldest first."""
    rows = connection.execute(
        _SHARE.where(ShareRow.learner_id == learner_id).order_by(
            ShareRow.shared_at, ShareRow.cohort_id, ShareRow.round
        )
    )
    return [Share(**row) for row in rows.mappings()]


def list_shown_to_trainers(
    connection: Connection, *, cohort_id: UUID
) -> list[tuple[str, Share]]:
    """Return name and result of those who let the trainers of a cohort see them."""
    rows = connection.execute(
        _SHARE.add_columns(ShareRow.shown_name)
        .where(ShareRow.cohort_id == cohort_id, ShareRow.with_trainers)
        .order_by(ShareRow.shown_name, ShareRow.learner_id, ShareRow.round)
    )
    shown = []
    for row in rows.mappings():
        values = dict(row)
        name = values.pop("shown_name") or ""
        shown.append((name, Share(**values)))
    return shown


def count_shares(connection: Connection, *, cohort_id: UUID) -> int:
    """Return how many people share with a cohort."""
    found = select(func.count(ShareRow.learner_id.distinct())).where(
        ShareRow.cohort_id == cohort_id
    )
    return connection.scalar(found) or 0


def list_attributes(connection: Connection, *, cohort_id: UUID) -> list[Attribute]:
    """Return by what a cohort is broken down, beside the role."""
    found = connection.scalar(
        select(PlanRow.attributes).where(PlanRow.cohort_id == cohort_id)
    )
    return [Attribute(each) for each in found or ()]


def list_released(
    connection: Connection, *, cohort_ids: Collection[UUID]
) -> list[Released]:
    """Return everything released of some cohorts together, each pool once.

    Args:
        connection: Any connection.
        cohort_ids: Cohorts that the caller may see.
    """
    pools = (
        select(PoolCohortRow.pool_id, any_true(PoolCohortRow.is_paired).label("paired"))
        .where(PoolCohortRow.cohort_id.in_(cohort_ids))
        .group_by(PoolCohortRow.pool_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            PoolRow.pool_id,
            PoolRow.role_key,
            PoolRow.group,
            PoolRow.smallest_cell,
            PoolRow.ledger,
            PoolRow.released_at,
            pools.c.paired,
        )
        .join(pools, pools.c.pool_id == PoolRow.pool_id)
        .order_by(PoolRow.pool_id)
    )
    return [_released(row) for row in rows]


def list_waiting_pools(connection: Connection, *, limit: int) -> list[UUID]:
    """Return pools to which changes wait to be folded in."""
    return list(connection.scalars(select(ChangeRow.pool_id).distinct().limit(limit)))


def _released(row: Row[*tuple[object, ...]]) -> Released:
    ledger = read_ledger(row.ledger)
    return Released(
        pool_id=row.pool_id,
        role_key=row.role_key,
        group=row.group,
        is_paired=bool(row.paired),
        people=ledger.people,
        waiting=ledger.waiting,
        smallest_cell=row.smallest_cell,
        released_at=row.released_at,
        tables={
            key: tuple(_table(track) for track in tracks if any(track.released))
            for key, tracks in ledger.tables.items()
        },
    )


def _table(track: Track) -> Table:
    return Table(partition=track.partition, counts=tuple(track.released))
