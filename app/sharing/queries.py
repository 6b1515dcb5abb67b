"""Reading shares and released totals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, select

from app.kernel.statements import Prebuilt
from app.sharing.domain.pools import Attribute, Plan, Released, Share
from app.sharing.domain.sums import Layout, layout_of, read_row
from app.sharing.files import add_rows, read_ledger
from app.sharing.models import ChangeRow, PlanRow, PoolCohortRow, PoolRow, ShareRow

_layouts: dict[str, Layout] = {}
"""By name; a name is a digest, so it means the same in every database."""
_Kept = tuple[tuple[int, int] | None, list[Released]]
_known: WeakKeyDictionary[Engine, dict[frozenset[UUID], _Kept]] = WeakKeyDictionary()
"""What was released of some cohorts at some revision; what was asked for last is last."""
MOST_KEPT = 400
"""Sums that a process keeps, 20 KB each."""
_SHARE = select(
    ShareRow.cohort_id,
    ShareRow.round,
    ShareRow.with_trainers,
    ShareRow.framework_key,
    ShareRow.framework_version,
    ShareRow.role_key,
    ShareRow.snapshot_ref,
    ShareRow.levels,
    ShareRow.looking_back,
    ShareRow.shared_at,
)
_SHARES = Prebuilt(
    _SHARE.where(ShareRow.learner_id == bindparam("learner_id")).order_by(
        ShareRow.shared_at, ShareRow.cohort_id, ShareRow.round
    )
)
_SHARES_AND_PLANS = Prebuilt(
    _SHARE.add_columns(PlanRow.attributes, PlanRow.sets_aside)
    .outerjoin(PlanRow, PlanRow.cohort_id == ShareRow.cohort_id)
    .where(ShareRow.learner_id == bindparam("learner_id"))
)
_NAMES = tuple(_SHARE.selected_columns.keys())
_PLAN = Prebuilt(
    select(PlanRow.attributes, PlanRow.sets_aside).where(
        PlanRow.cohort_id == bindparam("cohort_id")
    )
)


def list_shares(connection: Connection, *, learner_id: UUID) -> list[Share]:
    """Return what a learner shares, with whom; the oldest first."""
    rows = _SHARES.all(connection, {"learner_id": learner_id})
    return [Share(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def list_shares_and_plans(
    connection: Connection, *, learner_id: UUID
) -> tuple[list[Share], dict[UUID, Plan]]:
    """Return what a learner shares, and what each of those cohorts wants to see."""
    shares, plans = [], {}
    for *values, chosen, sets_aside in _SHARES_AND_PLANS.all(
        connection, {"learner_id": learner_id}
    ):
        share = Share(**dict(zip(_NAMES, values, strict=True)))
        shares.append(share)
        plans[share.cohort_id] = _read_plan(chosen, sets_aside)
    return shares, plans


def list_shown_to_trainers(
    connection: Connection, *, cohort_id: UUID, since: datetime
) -> list[tuple[str, Share]]:
    """Return name and result of those who let the trainers of a cohort see them.

    Args:
        connection: Any connection.
        cohort_id: Which cohort.
        since: When the trainer who asks was appointed: who agreed before did not agree
            to her.
    """
    rows = connection.execute(
        _SHARE.add_columns(ShareRow.shown_name)
        .where(
            ShareRow.cohort_id == cohort_id,
            ShareRow.with_trainers,
            ShareRow.shared_at >= since,
        )
        .order_by(ShareRow.shown_name, ShareRow.learner_id, ShareRow.round)
    )
    shown = []
    for row in rows.mappings():
        values = dict(row)
        name = values.pop("shown_name") or ""
        shown.append((name, Share(**values)))
    return shown


def get_plan(connection: Connection, *, cohort_id: UUID) -> Plan:
    """Return what a cohort has chosen to see of results; nothing, if it chose nothing."""
    found = _PLAN.first(connection, {"cohort_id": cohort_id})
    return _read_plan(*found) if found else Plan()


def _read_plan(chosen: Sequence[str] | None, sets_aside: bool | None) -> Plan:  # noqa: FBT001 -- a column
    return Plan(
        attributes=tuple(Attribute(each) for each in chosen or ()),
        sets_aside=bool(sets_aside),
    )


def list_released(
    connection: Connection, *, cohort_ids: Collection[UUID]
) -> list[Released]:
    """Return everything released of some cohorts together, each person once.

    Pools that differ only in the cohorts of their people are added up.

    Args:
        connection: Any connection.
        cohort_ids: Cohorts that the caller may see.

    Complexity:
        One sum by index while nothing has changed. Otherwise O(pools), about 20 µs
        for each; the process keeps the result.
    """
    revision = get_revision(connection, cohort_ids=cohort_ids)
    known = _known.setdefault(connection.engine, {})
    name = frozenset(cohort_ids)
    kept, released = known.pop(name, (None, []))
    if kept != revision:
        released = _add_pools_up(connection, cohort_ids)
    while known and sum(len(each) for _, each in known.values()) > MOST_KEPT:
        known.pop(next(iter(known)), None)
    known[name] = (revision, released)
    return released


def _add_pools_up(
    connection: Connection, cohort_ids: Collection[UUID]
) -> list[Released]:
    rows = connection.execute(
        select(
            PoolRow.pool_id,
            PoolRow.role_key,
            PoolRow.group,
            PoolRow.is_aside,
            PoolRow.smallest_cell,
            PoolRow.released_at,
            PoolRow.layout,
            PoolRow.row,
            PoolCohortRow.is_paired,
            PoolCohortRow.looks_back,
            PoolCohortRow.came_again,
        )
        .join(PoolCohortRow, PoolCohortRow.pool_id == PoolRow.pool_id)
        .where(PoolCohortRow.cohort_id.in_(cohort_ids))
    )
    # A pool of two of the cohorts is here twice: it counts once, with the more of both.
    pools: dict[UUID, Any] = {}
    for row in rows:
        known = pools.get(row.pool_id)
        if known is None or _shares_of(row) > _shares_of(known):
            pools[row.pool_id] = row
    alike: dict[tuple[object, ...], list[Any]] = {}
    for row in pools.values():
        group = tuple(sorted(row.group.items()))
        key = (row.role_key or "", group, *_shares_of(row), row.layout)
        alike.setdefault(key, []).append(row)
    return [_add_up(connection, alike[key]) for key in sorted(alike)]


def _shares_of(row: Any) -> tuple[bool, bool, bool]:  # noqa: ANN401 -- a row
    return (row.is_paired, row.looks_back, row.came_again)


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
        is_paired=first.is_paired,
        looks_back=first.looks_back,
        is_aside=first.is_aside,
        came_again=first.came_again,
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
