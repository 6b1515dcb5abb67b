"""Sending a result to a cohort and taking it back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from app.cohorts.domain import Cohort
from app.cohorts.queries import find_membership, get_cohort
from app.cohorts.queries.places import list_places
from app.cohorts.service import leave
from app.identity.domain import Learner
from app.journal.service import record
from app.kernel.database import Upsert, lock_until_commit
from app.proficiency.domain import Profile, list_occasions
from app.proficiency.errors import NoProfileError
from app.proficiency.queries import get_profile
from app.sharing.domain.cells import level_cell
from app.sharing.domain.pools import FIRST, Attribute
from app.sharing.errors import (
    NotAMemberError,
    NothingToShareError,
    UnknownAttributeError,
)
from app.sharing.models import PlanRow, ShareRow
from app.sharing.queries import list_shares, list_shares_and_plans
from app.sharing.service.contributions import (
    count_anew,
    count_shares,
    drop_contributions,
    hand_over,
)
from app.sharing.service.looking_back import find_recalled
from app.study.service import leave_group

_SHARE = Upsert(
    ShareRow,
    values=tuple(c.name for c in ShareRow.__table__.columns),
    keys=("learner_id", "cohort_id", "round"),
    updated=tuple(c.name for c in ShareRow.__table__.columns if not c.primary_key),
)
_PLAN = Upsert(
    PlanRow,
    values=("cohort_id", "attributes", "sets_aside"),
    keys=("cohort_id",),
    updated=("attributes", "sets_aside"),
)


def choose_attributes(
    connection: Connection,
    *,
    cohort_id: UUID,
    attributes: Sequence[Attribute],
    sets_aside: bool = False,
) -> None:
    """Decide what a cohort wants to see, from the next shared result on.

    Args:
        connection: The caller's transaction.
        cohort_id: Which cohort.
        attributes: By what it is broken down.
        sets_aside: Whether half of the first results are kept for before and after.
    """
    chosen = [str(each) for each in dict.fromkeys(attributes)]
    _PLAN.execute(
        connection,
        {"cohort_id": cohort_id, "attributes": chosen, "sets_aside": sets_aside},
    )


def read_attributes(typed: Sequence[str]) -> list[Attribute]:
    """Return the attributes of a form or a body.

    Raises:
        UnknownAttributeError: One is none of ours.
    """
    known = set(Attribute)
    if not set(typed) <= known:
        raise UnknownAttributeError(allowed=", ".join(sorted(known)))
    return [Attribute(each) for each in typed]


def get_joined_cohort(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID
) -> Cohort:
    """Return a cohort to one of its members.

    Raises:
        NotAMemberError: She has not joined it, or there is none.
    """
    if not find_membership(connection, learner_id=learner_id, cohort_id=cohort_id):
        raise NotAMemberError(cohort_id=str(cohort_id))
    return get_cohort(connection, cohort_id=cohort_id)


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
    now: datetime,
) -> None:
    """Send a learner's levels to a cohort; again replaces what she sent before.

    In a second round, how she sees the first one today goes along, if she has said it.

    Args:
        connection: The caller's transaction.
        learner: Whose result.
        cohort_id: A cohort she has joined.
        trainers_see: The name under which its trainers may see her levels; ``None``:
            they may not.
        now: Aware UTC instant.

    Raises:
        NotAMemberError: She has not joined it.
        NothingToShareError: She has submitted nothing on its framework.
    """
    learner_id = learner.learner_id
    lock_until_commit(connection, f"sharing:{learner_id}")
    places = list_places(connection, learner_id=learner_id, today=now.date())
    if cohort_id not in places:
        raise NotAMemberError(cohort_id=str(cohort_id))
    place = places[cohort_id]
    profile = get_result_to_share(
        connection, learner_id=learner_id, cohort=place.cohort
    )
    occasion = list_occasions(profile)[0]
    this_round = place.round or FIRST
    recalled = None
    if this_round > FIRST:
        recalled = find_recalled(
            connection, learner_id=learner_id, cohort_id=cohort_id, occasion=occasion
        )
    _SHARE.execute(
        connection,
        {
            "learner_id": learner_id,
            "cohort_id": cohort_id,
            "round": this_round,
            "with_trainers": trainers_see is not None,
            "shown_name": trainers_see,
            "framework_key": profile.framework.key,
            "framework_version": profile.framework.version,
            "role_key": profile.role_key,
            "snapshot_ref": occasion.ref,
            "levels": {
                s.competency: level_cell(s.outcome, s.level) for s in profile.standings
            },
            "looking_back": recalled.cells() if recalled else None,
            "shared_at": now,
        },
    )
    shares, plans = list_shares_and_plans(connection, learner_id=learner_id)
    if trainers_see is None and any(
        each.with_trainers for each in shares if each.cohort_id == cohort_id
    ):
        _hide_from_trainers(connection, learner_id, cohort_id)
    count_shares(connection, shares, learner_id=learner_id, plans=plans, places=places)
    record(
        connection,
        learner_id=learner_id,
        verb="shared",
        object_ref=f"cohort:{cohort_id}",
        occurred_at=now,
    )


def _hide_from_trainers(
    connection: Connection, learner_id: UUID, cohort_id: UUID
) -> None:
    """Take the name away from what was sent in other rounds: her last word counts."""
    connection.execute(
        update(ShareRow)
        .where(ShareRow.learner_id == learner_id, ShareRow.cohort_id == cohort_id)
        .values(with_trainers=False, shown_name=None)
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
    count_anew(connection, learner_id=learner_id)
    record(
        connection,
        learner_id=learner_id,
        verb="took-back",
        object_ref=f"cohort:{cohort_id}",
        occurred_at=now,
    )


def leave_cohort(
    connection: Connection, *, learner: Learner, cohort_id: UUID, now: datetime
) -> None:
    """Leave a cohort with its study group, and take back what it got.

    Again changes nothing.
    """
    leave_group(connection, learner_id=learner.learner_id, cohort_id=cohort_id, now=now)
    take_back(connection, learner=learner, cohort_id=cohort_id, now=now)
    leave(connection, learner_id=learner.learner_id, cohort_id=cohort_id, now=now)


def leave_totals(connection: Connection, *, learner_id: UUID) -> None:
    """Take a learner out of everything that is not released yet; before she is erased."""
    lock_until_commit(connection, f"sharing:{learner_id}")
    connection.execute(delete(ShareRow).where(ShareRow.learner_id == learner_id))
    drop_contributions(connection, learner_id=learner_id)


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Hand what one learner shares to another: the same person, found to be so.

    Where both share with a cohort, what the other sent stays. Nothing is counted twice.
    """
    for learner_id in sorted((from_learner, to_learner), key=str):
        lock_until_commit(connection, f"sharing:{learner_id}")
    kept = {
        (each.cohort_id, each.round)
        for each in list_shares(connection, learner_id=to_learner)
    }
    rows = connection.execute(
        select(ShareRow.__table__).where(ShareRow.learner_id == from_learner)
    ).mappings()
    moved = [
        {**row, "learner_id": to_learner}
        for row in rows
        if (row["cohort_id"], row["round"]) not in kept
    ]
    hand_over(connection, from_learner=from_learner, to_learner=to_learner)
    leave_totals(connection, learner_id=from_learner)
    if moved:
        connection.execute(insert(ShareRow), moved)
    count_anew(connection, learner_id=to_learner)
