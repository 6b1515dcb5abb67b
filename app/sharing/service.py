"""Use cases of sharing: send a result to a cohort, take it back, release totals."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, select, update

from app.cohorts.domain import Cohort, Membership
from app.cohorts.queries import (
    count_members_with,
    find_membership,
    get_cohort,
    get_institution,
    list_memberships,
)
from app.frameworks.queries import get_framework
from app.identity.domain import Learner
from app.journal.service import record
from app.kernel.database import Database, Upsert, lock_until_commit
from app.proficiency.domain import Profile, list_occasions
from app.proficiency.errors import NoProfileError
from app.proficiency.queries import get_profile
from app.sharing.domain.cells import level_cell
from app.sharing.domain.ledger import Change, Ledger
from app.sharing.domain.pools import (
    ESTABLISHED,
    FIRST,
    Attribute,
    Part,
    PoolKey,
    split_shares,
)
from app.sharing.errors import NotAMemberError, NothingToShareError
from app.sharing.files import read_ledger, read_sheet, write_ledger, write_sheet
from app.sharing.models import (
    ChangeRow,
    ContributionRow,
    PlanRow,
    PoolCohortRow,
    PoolRow,
    ShareRow,
)
from app.sharing.queries import list_attributes, list_shares, list_waiting_pools

MOST_FOLDED = 300
"""Changes taken in by one transaction: on SQLite it holds the only write lock."""
_SHARE = Upsert(
    ShareRow,
    values=tuple(c.name for c in ShareRow.__table__.columns),
    keys=("learner_id", "cohort_id", "round"),
    updated=tuple(c.name for c in ShareRow.__table__.columns if not c.primary_key),
)
_PLAN = Upsert(
    PlanRow,
    values=("cohort_id", "attributes"),
    keys=("cohort_id",),
    updated=("attributes",),
)
_POOL = Upsert(
    PoolRow,
    values=tuple(c.name for c in PoolRow.__table__.columns),
    keys=("pool_digest",),
)
_POOL_COHORT = Upsert(
    PoolCohortRow,
    values=("cohort_id", "pool_id", "is_paired"),
    keys=("cohort_id", "pool_id"),
)


def choose_attributes(
    connection: Connection, *, cohort_id: UUID, attributes: Sequence[Attribute]
) -> None:
    """Decide by what a cohort is broken down, from the next shared result on."""
    chosen = [str(each) for each in dict.fromkeys(attributes)]
    _PLAN.execute(connection, {"cohort_id": cohort_id, "attributes": chosen})


def get_result_to_share(
    connection: Connection, *, learner_id: UUID, cohort: Cohort
) -> Profile:
    """Return what a learner would send: her levels on the cohort's framework.

    Raises:
        NothingToShareError: She has submitted nothing on it.
    """
    try:
        profile = get_profile(connection, learner_id=learner_id)
    except NoProfileError:
        raise NothingToShareError from None
    if profile.observed_at is None or profile.framework.key != cohort.framework_key:
        raise NothingToShareError
    return profile


def share_result(
    connection: Connection,
    *,
    learner: Learner,
    cohort_id: UUID,
    trainers_see: str | None,
    round_: int = FIRST,
    now: datetime,
) -> None:
    """Send a learner's levels to a cohort; again replaces what she sent before.

    Args:
        connection: The caller's transaction.
        learner: Whose result.
        cohort_id: A cohort she has joined.
        trainers_see: The name under which its trainers may see her levels; ``None``:
            they may not.
        round_: 1, or 2 in the second round of the cohort.
        now: Aware UTC instant.

    Raises:
        NotAMemberError: She has not joined it.
        NothingToShareError: She has submitted nothing on its framework.
    """
    learner_id = learner.learner_id
    lock_until_commit(connection, f"sharing:{learner_id}")
    if not find_membership(connection, learner_id=learner_id, cohort_id=cohort_id):
        raise NotAMemberError(cohort_id=str(cohort_id))
    cohort = get_cohort(connection, cohort_id=cohort_id)
    profile = get_result_to_share(connection, learner_id=learner_id, cohort=cohort)
    _SHARE.execute(
        connection,
        {
            "learner_id": learner_id,
            "cohort_id": cohort_id,
            "round": round_,
            "with_trainers": trainers_see is not None,
            "shown_name": trainers_see,
            "framework_key": profile.framework.key,
            "framework_version": profile.framework.version,
            "role_key": profile.role_key,
            "snapshot_ref": list_occasions(profile)[0].ref,
            "levels": {
                s.competency: level_cell(s.outcome, s.level) for s in profile.standings
            },
            "shared_at": now,
        },
    )
    _count_anew(connection, learner_id=learner_id)
    record(
        connection,
        learner_id=learner_id,
        verb="shared",
        object_ref=f"cohort:{cohort_id}",
        occurred_at=now,
    )


def take_back(
    connection: Connection, *, learner: Learner, cohort_id: UUID, now: datetime
) -> None:
    """Stop sharing with a cohort: its trainers see nothing more from now on.

    The totals leave her out with their next release; what was counted without a name
    until then stays as it was. Doing it again changes nothing.
    """
    learner_id = learner.learner_id
    lock_until_commit(connection, f"sharing:{learner_id}")
    gone = connection.execute(
        delete(ShareRow).where(
            ShareRow.learner_id == learner_id, ShareRow.cohort_id == cohort_id
        )
    ).rowcount
    if not gone:
        return
    _count_anew(connection, learner_id=learner_id)
    record(
        connection,
        learner_id=learner_id,
        verb="took-back",
        object_ref=f"cohort:{cohort_id}",
        occurred_at=now,
    )


def leave_totals(connection: Connection, *, learner_id: UUID) -> None:
    """Take a learner out of everything that is not released yet; before she is erased."""
    lock_until_commit(connection, f"sharing:{learner_id}")
    connection.execute(delete(ShareRow).where(ShareRow.learner_id == learner_id))
    _replace_contributions(connection, learner_id=learner_id, wanted={})


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


def _count_anew(connection: Connection, *, learner_id: UUID) -> None:
    """Bring a learner's contributions in line with what she shares."""
    members = {
        each.cohort_id: each
        for each in list_memberships(connection, learner_id=learner_id)
    }
    wanted = {
        part.snapshot_ref: (
            _pool_of(connection, part, members=members),
            write_sheet(part.sheet),
        )
        for part in split_shares(list_shares(connection, learner_id=learner_id))
    }
    _replace_contributions(connection, learner_id=learner_id, wanted=wanted)


def _replace_contributions(
    connection: Connection,
    *,
    learner_id: UUID,
    wanted: Mapping[str, tuple[UUID, dict[str, list[int]]]],
) -> None:
    mine = ContributionRow.learner_id == learner_id
    rows = connection.execute(
        select(
            ContributionRow.snapshot_ref, ContributionRow.pool_id, ContributionRow.sheet
        ).where(mine)
    )
    known = {row.snapshot_ref: (row.pool_id, row.sheet) for row in rows}
    gone = [known[ref] for ref in known if wanted.get(ref) != known[ref]]
    come = [wanted[ref] for ref in wanted if wanted[ref] != known.get(ref)]
    changes = [(-1, *each) for each in gone] + [(1, *each) for each in come]
    if not changes:
        return
    connection.execute(delete(ContributionRow).where(mine))
    if wanted:
        connection.execute(
            insert(ContributionRow),
            [
                {
                    "learner_id": learner_id,
                    "snapshot_ref": ref,
                    "pool_id": pool_id,
                    "sheet": sheet,
                }
                for ref, (pool_id, sheet) in wanted.items()
            ],
        )
    connection.execute(
        insert(ChangeRow),
        [
            {"pool_id": pool_id, "change_id": uuid4(), "sign": sign, "sheet": sheet}
            for sign, pool_id, sheet in changes
        ],
    )


def _pool_of(
    connection: Connection,
    part: Part,
    *,
    members: Mapping[UUID, Membership],
) -> UUID:
    """Return the pool of a shared result; make it if it is the first there."""
    cohorts = [get_cohort(connection, cohort_id=each) for each, _ in part.cohorts]
    smallest = max(
        max(
            cohort.smallest_cell,
            get_institution(
                connection, institution_id=cohort.institution_id
            ).smallest_cell,
        )
        for cohort in cohorts
    )
    group: dict[Attribute, str] = {}
    for cohort in cohorts:
        group |= _group_of(
            connection,
            members[cohort.cohort_id],
            least=ESTABLISHED * smallest,
        )
    key = PoolKey(
        framework_key=part.framework_key,
        framework_version=part.framework_version,
        role_key=part.role_key,
        cohorts=part.cohorts,
        group=tuple(sorted(group.items())),
    )
    found = select(PoolRow.pool_id).where(PoolRow.pool_digest == key.digest)
    pool_id = connection.scalar(found)
    if pool_id is None:
        _open_pool(connection, key, smallest=smallest)
        pool_id = connection.scalars(found).one()
    return pool_id


def _group_of(
    connection: Connection, member: Membership, *, least: int
) -> dict[Attribute, str]:
    """Return the attributes by which a member is counted apart.

    One after the other, as long as enough members have all of them together; what
    people answered plays no part.
    """
    values = {
        Attribute.UNIT: str(member.unit_id or ""),
        Attribute.GRADE: str(member.grade or ""),
        Attribute.GENDER: str(member.gender or ""),
        Attribute.COUNTRY: member.country or "",
    }
    group: dict[Attribute, str] = {}
    for attribute in list_attributes(connection, cohort_id=member.cohort_id):
        if not values[attribute]:
            continue
        tried = {**group, attribute: values[attribute]}
        people = count_members_with(
            connection,
            cohort_id=member.cohort_id,
            values={str(name): value for name, value in tried.items()},
        )
        if people >= least:
            group = tried
    return group


def _open_pool(connection: Connection, key: PoolKey, *, smallest: int) -> None:
    framework = get_framework(connection, key.framework_key, key.framework_version)
    needs = framework.role(key.role_key).targets()
    targets = {
        each.key: needs[each.key].level if each.key in needs else None
        for each in framework.competencies
    }
    ledger = Ledger.empty(targets, is_paired=key.is_paired)
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
            "ledger": write_ledger(ledger),
            "released_at": None,
        },
    )
    if made:
        _POOL_COHORT.execute(
            connection,
            [
                {"cohort_id": cohort_id, "pool_id": pool_id, "is_paired": is_paired}
                for cohort_id, is_paired in key.cohorts
            ],
        )
