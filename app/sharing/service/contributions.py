"""Bringing the pools in line with what people share."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from app.cohorts.domain import Cohort, Membership
from app.cohorts.queries import count_members_with, get_institution
from app.cohorts.queries.places import Place, list_places
from app.frameworks.queries import get_framework
from app.kernel.database import Upsert
from app.kernel.statements import Prebuilt
from app.sharing.domain.ledger import Ledger
from app.sharing.domain.pools import (
    ESTABLISHED,
    Attribute,
    Pairing,
    Part,
    Plan,
    PoolKey,
    Share,
    is_drawn,
    split_shares,
)
from app.sharing.domain.sums import draw_row, layout_of, name_layout
from app.sharing.files import write_ledger, write_row, write_sheet
from app.sharing.models import ChangeRow, ContributionRow, PoolCohortRow, PoolRow
from app.sharing.queries import list_shares_and_plans


class _Counted(NamedTuple):
    """In which pool a result counts, and as what."""

    pool_id: UUID
    sheet: dict[str, list[int]]
    compared_ref: str | None


COUNTS_NO_MORE: dict[str, list[int]] = {}
"""The sheet of a result that was counted where it may not be any more."""
_HAS_SHOWN = Prebuilt(
    select(PoolRow.pool_id).where(
        PoolRow.pool_id == bindparam("pool_id"), PoolRow.released_at.is_not(None)
    )
)
_IS_ASIDE = Prebuilt(
    select(PoolRow.is_aside).where(PoolRow.pool_id == bindparam("pool_id"))
)
_COHORTS = Prebuilt(
    select(PoolCohortRow.cohort_id).where(PoolCohortRow.pool_id == bindparam("pool_id"))
)
_MINE = Prebuilt(
    select(
        ContributionRow.snapshot_ref,
        ContributionRow.pool_id,
        ContributionRow.sheet,
        ContributionRow.compared_ref,
    ).where(ContributionRow.learner_id == bindparam("learner_id"))
)
_FOUND = Prebuilt(
    select(PoolRow.pool_id).where(PoolRow.pool_digest == bindparam("digest"))
)
_CONTRIBUTION = Prebuilt(
    insert(ContributionRow).values(
        {c.name: bindparam(c.name) for c in ContributionRow.__table__.columns}
    )
)
_CHANGE = Prebuilt(
    insert(ChangeRow).values(
        {c.name: bindparam(c.name) for c in ChangeRow.__table__.columns}
    )
)
_POOL = Upsert(
    PoolRow,
    values=tuple(c.name for c in PoolRow.__table__.columns),
    keys=("pool_digest",),
)
_POOL_COHORT = Upsert(
    PoolCohortRow,
    values=(
        *("cohort_id", "pool_id", "is_paired", "looks_back"),
        *("came_again", "revision"),
    ),
    keys=("cohort_id", "pool_id"),
)


def smallest_cell_of(connection: Connection, cohort: Cohort) -> int:
    """Return the fewest people behind a number of this cohort: the strictest rule."""
    institution = get_institution(connection, institution_id=cohort.institution_id)
    return max(cohort.smallest_cell, institution.smallest_cell)


def count_anew(connection: Connection, *, learner_id: UUID) -> None:
    """Bring a learner's contributions in line with what she shares."""
    shares, plans = list_shares_and_plans(connection, learner_id=learner_id)
    places = list_places(connection, learner_id=learner_id) if shares else {}
    count_shares(connection, shares, learner_id=learner_id, plans=plans, places=places)


def count_shares(
    connection: Connection,
    shares: Sequence[Share],
    *,
    learner_id: UUID,
    plans: Mapping[UUID, Plan],
    places: Mapping[UUID, Place],
) -> None:
    """Let exactly the results count that a learner's shares amount to.

    Args:
        connection: The caller's transaction.
        shares: All of hers.
        learner_id: Whose.
        plans: What each cohort of the shares wants to see.
        places: At least those in the cohorts of the shares.
    """
    counted = _list_mine(connection, learner_id)
    parts = split_shares(
        shares,
        lambda share: list_targets(connection, share),
        may_compare=lambda first, last: _may_compare(
            connection, first, last, counted=counted, shares=shares
        ),
    )
    # Where a result has counted, though it counts no more.
    wanted = {ref: each._replace(sheet=COUNTS_NO_MORE) for ref, each in counted.items()}
    for part in parts:
        before = counted.get(part.snapshot_ref)
        # Where it has counted, a table may show it at any moment: then it is too late.
        is_aside = _is_aside(connection, before) or (
            part.is_first
            and before is None
            and any(
                plans[cohort_id].sets_aside and is_drawn(learner_id, cohort_id)
                for cohort_id, _ in part.cohorts
            )
        )
        here = _Counted(
            pool_id=_pool_of(
                connection, part, plans=plans, places=places, is_aside=is_aside
            ),
            sheet=write_sheet(part.sheet),
            compared_ref=part.compared_ref,
        )
        wanted[part.snapshot_ref] = (
            _count_once(connection, part, before=before, here=here) if before else here
        )
    _replace(connection, learner_id=learner_id, known=counted, wanted=wanted)


def _is_aside(connection: Connection, counted: _Counted | None) -> bool:
    """Whether a result has been kept for before and after, wherever it counted."""
    if counted is None:
        return False
    row = _IS_ASIDE.first(connection, {"pool_id": counted[0]})
    return row is not None and bool(row[0])


def _may_compare(
    connection: Connection,
    first: Share,
    last: Share,
    *,
    counted: Mapping[str, _Counted],
    shares: Sequence[Share],
) -> bool:
    """Whether what changed since a first result counts it nowhere a second time.

    It was kept for this, and no other result is or has been shown compared with it.
    """
    shared = {share.snapshot_ref for share in shares}
    return _is_aside(connection, counted.get(first.snapshot_ref)) and not any(
        each.compared_ref == first.snapshot_ref
        and ref != last.snapshot_ref
        and (ref in shared or _HAS_SHOWN.all(connection, {"pool_id": each.pool_id}))
        for ref, each in counted.items()
    )


def _list_mine(connection: Connection, learner_id: UUID) -> dict[str, _Counted]:
    rows = _MINE.all(connection, {"learner_id": learner_id})
    return {ref: _Counted(*each) for ref, *each in rows}


def _count_once(
    connection: Connection, part: Part, *, before: _Counted, here: _Counted
) -> _Counted:
    """Return where a result that was counted already counts from now on.

    Counted a second time among nearly the same people, it would give away the few who
    are missing there. So it moves only out of a pool that has shown nothing; otherwise
    it stays, as long as all cohorts of its pool may have it, or counts no more.
    """
    pool_id = before.pool_id
    if not _HAS_SHOWN.all(connection, {"pool_id": pool_id}):
        return here
    if not before.sheet:
        return before
    if pool_id == here.pool_id:
        return here
    cohorts = {row[0] for row in _COHORTS.all(connection, {"pool_id": pool_id})}
    may_stay = cohorts <= {cohort_id for cohort_id, _ in part.cohorts}
    return before if may_stay else before._replace(sheet=COUNTS_NO_MORE)


def hand_over(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Let what one learner has in the pools be another's, as far as it is not."""
    kept = list(_list_mine(connection, to_learner))
    connection.execute(
        update(ContributionRow)
        .where(
            ContributionRow.learner_id == from_learner,
            ContributionRow.snapshot_ref.not_in(kept),
        )
        .values(learner_id=to_learner)
    )


def drop_contributions(connection: Connection, *, learner_id: UUID) -> None:
    """Let no result of a learner count any more; queue what that changes."""
    known = _list_mine(connection, learner_id)
    _replace(connection, learner_id=learner_id, known=known, wanted={})


def _replace(
    connection: Connection,
    *,
    learner_id: UUID,
    known: Mapping[str, _Counted],
    wanted: Mapping[str, _Counted],
) -> None:
    gone = [known[ref] for ref in known if wanted.get(ref) != known[ref]]
    come = [wanted[ref] for ref in wanted if wanted[ref] != known.get(ref)]
    if not gone and not come:
        return
    changes = [(sign, each) for sign, some in ((-1, gone), (1, come)) for each in some]
    if known:
        mine = ContributionRow.learner_id == learner_id
        connection.execute(delete(ContributionRow).where(mine))
    for ref, each in wanted.items():
        _CONTRIBUTION.run(
            connection,
            {
                "learner_id": learner_id,
                "snapshot_ref": ref,
                **each._asdict(),
            },
        )
    for sign, each in changes:
        if each.sheet == COUNTS_NO_MORE:
            continue
        change = {"pool_id": each.pool_id, "sheet": each.sheet}
        _CHANGE.run(connection, {**change, "change_id": uuid4(), "sign": sign})


def _pool_of(
    connection: Connection,
    part: Part,
    *,
    plans: Mapping[UUID, Plan],
    places: Mapping[UUID, Place],
    is_aside: bool,
) -> UUID:
    """Return the pool of a shared result; make it if it is the first there."""
    smallest = max(places[each].smallest_cell for each, _ in part.cohorts)
    group: dict[Attribute, str] = {}
    for cohort_id, _ in part.cohorts:
        group |= _group_of(
            connection,
            places[cohort_id].membership,
            plans[cohort_id].attributes,
            least=ESTABLISHED * smallest,
        )
    key = PoolKey(
        framework_key=part.framework_key,
        framework_version=part.framework_version,
        role_key=part.role_key,
        cohorts=part.cohorts,
        group=tuple(sorted(group.items())),
        is_aside=is_aside,
    )
    which = {"digest": key.digest}
    found = _FOUND.all(connection, which)
    if not found:
        _open_pool(connection, key, smallest=smallest)
        found = _FOUND.all(connection, which)
    pool_id: UUID = found[0][0]
    return pool_id


def _group_of(
    connection: Connection,
    member: Membership,
    plan: Sequence[Attribute],
    *,
    least: int,
) -> dict[Attribute, str]:
    """Return the attributes by which a member is counted apart.

    One after the other, as long as enough members have all of them together; what
    people answered plays no part.
    """
    values = {
        Attribute.UNIT: str(member.unit_id or ""),
        Attribute.GRADE: str(member.grade or ""),
        Attribute.GENDER: str(member.gender or ""),
        Attribute.LANGUAGE: str(member.language),
        Attribute.COUNTRY: member.country or "",
    }
    group: dict[Attribute, str] = {}
    for attribute in plan:
        if not values[attribute]:
            continue
        tried = {**group, attribute: values[attribute]}
        people = count_members_with(
            connection,
            cohort_id=member.cohort_id,
            values={str(name): value for name, value in tried.items()},
            up_to=least,
        )
        if people >= least:
            group = tried
    return group


def list_targets(
    connection: Connection, asked: PoolKey | Share
) -> dict[str, int | None]:
    """Return by competency the level that a role asks for, if it does."""
    framework = get_framework(connection, asked.framework_key, asked.framework_version)
    needs = framework.role(asked.role_key).targets()
    return {
        each.key: needs[each.key].level if each.key in needs else None
        for each in framework.competencies
    }


def _open_pool(connection: Connection, key: PoolKey, *, smallest: int) -> None:
    # Nothing is ever shown of a table that is not there.
    targets = list_targets(connection, key) if key.has_tables else {}
    ledger = Ledger.empty(targets, is_paired=key.is_paired, looks_back=key.looks_back)
    pool_id = uuid4()
    made = _POOL.execute(
        connection,
        {
            "pool_id": pool_id,
            "pool_digest": key.digest,
            "framework_key": key.framework_key,
            "framework_version": key.framework_version,
            "role_key": key.role_key,
            "group": {str(name): value for name, value in key.group},
            "is_aside": key.is_aside,
            "smallest_cell": smallest,
            "released_at": None,
            "layout": name_layout(layout_of(ledger)),
            "row": write_row(draw_row(ledger)),
            "ledger": write_ledger(ledger),
        },
    )
    if made:
        _POOL_COHORT.execute(
            connection,
            [
                {
                    "cohort_id": cohort_id,
                    "pool_id": pool_id,
                    "is_paired": pairing.is_paired,
                    "looks_back": pairing is Pairing.LOOKED_BACK,
                    "came_again": pairing is Pairing.AGAIN,
                    "revision": 0,
                }
                for cohort_id, pairing in key.cohorts
            ],
        )
