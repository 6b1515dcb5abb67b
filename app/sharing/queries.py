"""Reading shares and released totals."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.kernel.database import any_true
from app.sharing.domain.pools import Attribute, Released, Share
from app.sharing.domain.sums import Layout, layout_of, read_row
from app.sharing.files import add_rows, read_ledger
from app.sharing.models import ChangeRow, PlanRow, PoolCohortRow, PoolRow, ShareRow

_layouts: dict[str, Layout] = {}
"""By name; a name is a digest, so it means the same in every database."""
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
    """Return everything released of some cohorts together, each person once.

    Pools that differ only in the cohorts of their people are added up.

    Args:
        connection: Any connection.
        cohort_ids: Cohorts that the caller may see.

    Complexity:
        O(pools), in numbers of C: about 20 µs for each.
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
            PoolRow.released_at,
            PoolRow.layout,
            PoolRow.row,
            pools.c.paired,
        ).join(pools, pools.c.pool_id == PoolRow.pool_id)
    )
    alike: dict[tuple[object, ...], list[Any]] = {}
    for row in rows:
        group = tuple(sorted(row.group.items()))
        key = (row.role_key or "", group, bool(row.paired), row.layout)
        alike.setdefault(key, []).append(row)
    return [_add_up(connection, alike[key]) for key in sorted(alike)]


def get_revision(
    connection: Connection, *, cohort_ids: Collection[UUID]
) -> tuple[int, int]:
    """Return numbers that differ whenever what is released of some cohorts differs.

    Whoever keeps something drawn from ``list_released`` asks for them first.
    """
    found = select(
        func.count(), func.coalesce(func.sum(PoolCohortRow.revision), 0)
    ).where(PoolCohortRow.cohort_id.in_(cohort_ids))
    pools, revisions = connection.execute(found).one()
    return pools, int(revisions)


def list_waiting_pools(connection: Connection, *, limit: int) -> list[UUID]:
    """Return pools to which changes wait to be folded in."""
    return list(connection.scalars(select(ChangeRow.pool_id).distinct().limit(limit)))


def _add_up(connection: Connection, rows: Sequence[Any]) -> Released:
    """Add up pools of the same role, group, pairing and layout."""
    first = rows[0]
    summed = add_rows(row.row for row in rows)
    layout = _get_layout(connection, first.layout, pool_id=first.pool_id)
    return Released(
        role_key=first.role_key,
        group=first.group,
        is_paired=bool(first.paired),
        people=summed[0],
        waiting=summed[1],
        smallest_cell=max(row.smallest_cell for row in rows),
        released_at=max(
            (row.released_at for row in rows if row.released_at), default=None
        ),
        tables=read_row(layout, summed),
    )


def _get_layout(connection: Connection, name: str, *, pool_id: UUID) -> Layout:
    layout = _layouts.get(name)
    if layout is None:
        found = select(PoolRow.ledger).where(PoolRow.pool_id == pool_id)
        layout = layout_of(read_ledger(connection.scalars(found).one()))
        _layouts[name] = layout
    return layout
