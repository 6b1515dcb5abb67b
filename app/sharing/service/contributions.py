"""Bringing the pools in line with what people share."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select

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
    PoolKey,
    Share,
    split_shares,
)
from app.sharing.domain.sums import draw_row, layout_of, name_layout
from app.sharing.files import write_ledger, write_row, write_sheet
from app.sharing.models import ChangeRow, ContributionRow, PoolCohortRow, PoolRow
from app.sharing.queries import list_shares_and_plans

_Counted = tuple[UUID, dict[str, list[int]]]
"""In which pool a result counts, and as what."""
COUNTS_NO_MORE: dict[str, list[int]] = {}
"""The sheet of a result that was counted where it may not be any more."""
_HAS_SHOWN = Prebuilt(
    select(PoolRow.pool_id).where(
        PoolRow.pool_id == bindparam("pool_id"), PoolRow.released_at.is_not(None)
    )
)
_COHORTS = Prebuilt(
    select(PoolCohortRow.cohort_id).where(PoolCohortRow.pool_id == bindparam("pool_id"))
)
_MINE = Prebuilt(
    select(
        ContributionRow.snapshot_ref, ContributionRow.pool_id, ContributionRow.sheet
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
    values=("cohort_id", "pool_id", "is_paired", "looks_back", "revision"),
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
    plans: Mapping[UUID, Sequence[Attribute]],
    places: Mapping[UUID, Place],
) -> None:
    """Let exactly the results count that a learner's shares amount to.

    Args:
        connection: The caller's transaction.
        shares: All of hers.
        learner_id: Whose.
        plans: By what each cohort of the shares is broken down.
        places: At least those in the cohorts of the shares.
    """
    parts = split_shares(shares, lambda share: list_targets(connection, share))
    counted = _list_mine(connection, learner_id)
    wanted = {}
    for part in parts:
        here = (
            _pool_of(connection, part, plans=plans, places=places),
            write_sheet(part.sheet),
        )
        before = counted.get(part.snapshot_ref)
        wanted[part.snapshot_ref] = (
            _count_once(connection, part, before=before, here=here) if before else here
        )
    _replace(connection, learner_id=learner_id, known=counted, wanted=wanted)


def _list_mine(connection: Connection, learner_id: UUID) -> dict[str, _Counted]:
    rows = _MINE.all(connection, {"learner_id": learner_id})
    return {ref: (pool_id, sheet) for ref, pool_id, sheet in rows}


def _count_once(
    connection: Connection, part: Part, *, before: _Counted, here: _Counted
) -> _Counted:
    """Return where a result that was counted already counts from now on.

    Counted a second time among nearly the same people, it would give away the few who
    are missing there. So it moves only out of a pool that has shown nothing; otherwise
    it stays, as long as all cohorts of its pool may have it, or counts no more.
    """
    pool_id = before[0]
    if pool_id == here[0]:
        return here if before[1] else before
    if before[1] and not _HAS_SHOWN.all(connection, {"pool_id": pool_id}):
        return here
    cohorts = {row[0] for row in _COHORTS.all(connection, {"pool_id": pool_id})}
    may_stay = cohorts <= {cohort_id for cohort_id, _ in part.cohorts}
    return before if may_stay else (pool_id, COUNTS_NO_MORE)


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
    changes = [(-1, *each) for each in gone] + [(1, *each) for each in come]
    if not changes:
        return
    changes = [each for each in changes if each[2] != COUNTS_NO_MORE]
    if known:
        mine = ContributionRow.learner_id == learner_id
        connection.execute(delete(ContributionRow).where(mine))
    for ref, (pool_id, sheet) in wanted.items():
        _CONTRIBUTION.run(
            connection,
            {
                "learner_id": learner_id,
                "snapshot_ref": ref,
                "pool_id": pool_id,
                "sheet": sheet,
            },
        )
    for sign, pool_id, sheet in changes:
        _CHANGE.run(
            connection,
            {"pool_id": pool_id, "change_id": uuid4(), "sign": sign, "sheet": sheet},
        )


def _pool_of(
    connection: Connection,
    part: Part,
    *,
    plans: Mapping[UUID, Sequence[Attribute]],
    places: Mapping[UUID, Place],
) -> UUID:
    """Return the pool of a shared result; make it if it is the first there."""
    smallest = max(places[each].smallest_cell for each, _ in part.cohorts)
    group: dict[Attribute, str] = {}
    for cohort_id, _ in part.cohorts:
        group |= _group_of(
            connection,
            places[cohort_id].membership,
            plans[cohort_id],
            least=ESTABLISHED * smallest,
        )
    key = PoolKey(
        framework_key=part.framework_key,
        framework_version=part.framework_version,
        role_key=part.role_key,
        cohorts=part.cohorts,
        group=tuple(sorted(group.items())),
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
    targets = list_targets(connection, key)
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
                    "is_paired": pairing is not Pairing.SINGLE,
                    "looks_back": pairing is Pairing.LOOKED_BACK,
                    "revision": 0,
                }
                for cohort_id, pairing in key.cohorts
            ],
        )
