"""Reading institutions, cohorts and campaigns; who asks was checked in access."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, exists, func, or_, select

from app.cohorts.access import (
    COHORT,
    INSTITUTION,
    MOST_SHOWN,
    cohort_of,
    institution_of,
)
from app.cohorts.domain import (
    About,
    Campaign,
    Cohort,
    Institution,
    Invitation,
    Membership,
    Office,
    People,
    Roster,
    RosterState,
)
from app.cohorts.errors import (
    CampaignNotFoundError,
    CohortNotFoundError,
    InstitutionNotFoundError,
    RosterNotFoundError,
)
from app.cohorts.models import (
    AncestorRow,
    CampaignRow,
    CohortRow,
    InstitutionRow,
    InvitationRow,
    JoinCodeRow,
    MemberRow,
    OfficeRow,
    RosterRow,
    TrainerRow,
)
from app.kernel.statements import Prebuilt

_CAMPAIGN = select(
    CampaignRow.campaign_id,
    CampaignRow.cohort_id,
    CampaignRow.instrument_ref,
    CampaignRow.round,
    CampaignRow.opens_on,
    CampaignRow.closes_on,
    CampaignRow.remind_after_days,
)
_CAMPAIGNS = Prebuilt(
    _CAMPAIGN.where(CampaignRow.cohort_id == bindparam("cohort_id")).order_by(
        CampaignRow.round
    )
)
_INSTITUTION = Prebuilt(
    select(*INSTITUTION).where(
        InstitutionRow.institution_id == bindparam("institution_id")
    )
)
_COHORT = Prebuilt(select(*COHORT).where(CohortRow.cohort_id == bindparam("cohort_id")))
_MEMBERSHIP = (
    MemberRow.learner_id,
    MemberRow.cohort_id,
    MemberRow.campaign_id,
    MemberRow.joined_at,
    MemberRow.language,
    MemberRow.country,
    MemberRow.unit_id,
    MemberRow.grade,
    MemberRow.gender,
    MemberRow.remind_at,
)
_MEMBERSHIPS = Prebuilt(
    select(*_MEMBERSHIP)
    .where(MemberRow.learner_id == bindparam("learner_id"))
    .order_by(MemberRow.joined_at, MemberRow.cohort_id)
)


def list_offices(
    connection: Connection, *, learner_id: UUID
) -> list[tuple[UUID, Office]]:
    """Return what somebody does, and for which institution."""
    rows = connection.execute(
        select(OfficeRow.institution_id, OfficeRow.role)
        .where(OfficeRow.learner_id == learner_id)
        .order_by(OfficeRow.institution_id, OfficeRow.role)
    )
    return [(row.institution_id, row.role) for row in rows]


def get_institution(connection: Connection, *, institution_id: UUID) -> Institution:
    """Return an institution.

    Raises:
        InstitutionNotFoundError: There is none.
    """
    row = _INSTITUTION.first(connection, {"institution_id": institution_id})
    if row is None:
        raise InstitutionNotFoundError(institution_id=str(institution_id))
    return institution_of(row)


def get_institution_by_key(connection: Connection, *, key: str) -> Institution:
    """Return an institution by its key.

    Raises:
        InstitutionNotFoundError: There is none.
    """
    row = connection.execute(
        select(*INSTITUTION).where(InstitutionRow.key == key)
    ).first()
    if row is None:
        raise InstitutionNotFoundError(key=key[:64])
    return institution_of(row)


def list_children(
    connection: Connection, *, institution_id: UUID | None
) -> list[Institution]:
    """Return the institutions right below one, or the roots; ordered by key."""
    found = select(*INSTITUTION).where(InstitutionRow.parent_id == institution_id)
    return _institutions(connection, found.limit(MOST_SHOWN))


def list_institutions_below(
    connection: Connection, *, institution_id: UUID
) -> list[Institution]:
    """Return an institution and everything below it, ordered by depth and key."""
    found = (
        select(*INSTITUTION)
        .join(AncestorRow, AncestorRow.institution_id == InstitutionRow.institution_id)
        .where(AncestorRow.ancestor_id == institution_id)
        .order_by(AncestorRow.depth)
    )
    return _institutions(connection, found)


def list_ancestors(
    connection: Connection, *, institution_id: UUID
) -> list[Institution]:
    """Return what lies above an institution, the root first, itself last."""
    found = (
        select(*INSTITUTION)
        .join(AncestorRow, AncestorRow.ancestor_id == InstitutionRow.institution_id)
        .where(AncestorRow.institution_id == institution_id)
        .order_by(AncestorRow.depth.desc())
    )
    return _institutions(connection, found)


def get_cohort(connection: Connection, *, cohort_id: UUID) -> Cohort:
    """Return a cohort.

    Raises:
        CohortNotFoundError: There is none.
    """
    row = _COHORT.first(connection, {"cohort_id": cohort_id})
    if row is None:
        raise CohortNotFoundError(cohort_id=str(cohort_id))
    return cohort_of(row)


def list_smallest_cells(
    connection: Connection, *, cohort_ids: Collection[UUID]
) -> dict[UUID, int]:
    """Return the smallest cell of some cohorts; raised, it is another from then on."""
    rows = connection.execute(
        select(CohortRow.cohort_id, CohortRow.smallest_cell).where(
            CohortRow.cohort_id.in_(cohort_ids)
        )
    )
    return {row.cohort_id: row.smallest_cell for row in rows}


def list_cohorts_below(connection: Connection, *, institution_id: UUID) -> list[Cohort]:
    """Return the cohorts of an institution and of all below it, oldest first."""
    rows = connection.execute(
        select(*COHORT)
        .join(AncestorRow, AncestorRow.institution_id == CohortRow.institution_id)
        .where(AncestorRow.ancestor_id == institution_id)
        .order_by(CohortRow.created_at, CohortRow.cohort_id)
    )
    return [cohort_of(row) for row in rows]


def list_memberships(connection: Connection, *, learner_id: UUID) -> list[Membership]:
    """Return the cohorts a learner has joined, oldest first."""
    rows = _MEMBERSHIPS.all(connection, {"learner_id": learner_id})
    names = [column.key for column in _MEMBERSHIP]
    return [Membership(**dict(zip(names, row, strict=True))) for row in rows]


def find_membership(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID
) -> Membership | None:
    """Return a learner's place in a cohort, if she has joined it."""
    found = list_memberships(connection, learner_id=learner_id)
    return next((each for each in found if each.cohort_id == cohort_id), None)


def list_campaigns(connection: Connection, *, cohort_id: UUID) -> list[Campaign]:
    """Return the campaigns of a cohort by round."""
    rows = _CAMPAIGNS.all(connection, {"cohort_id": cohort_id})
    names = _CAMPAIGN.selected_columns.keys()
    return [_campaign(dict(zip(names, row, strict=True))) for row in rows]


def get_campaign(
    connection: Connection, *, cohort_id: UUID, campaign_id: UUID
) -> Campaign:
    """Return a campaign of a cohort.

    Raises:
        CampaignNotFoundError: The cohort has none of that number.
    """
    row = connection.execute(
        _CAMPAIGN.where(
            CampaignRow.cohort_id == cohort_id, CampaignRow.campaign_id == campaign_id
        )
    ).first()
    if row is None:
        raise CampaignNotFoundError(campaign_id=str(campaign_id))
    return _campaign(row._mapping)  # noqa: SLF001 -- a Row's public mapping


def find_campaign_by_code(connection: Connection, *, code: str) -> Campaign | None:
    """Return the campaign that a code or link leads to."""
    row = connection.execute(
        _CAMPAIGN.join(
            JoinCodeRow, JoinCodeRow.campaign_id == CampaignRow.campaign_id
        ).where(JoinCodeRow.code == code)
    ).first()
    return None if row is None else _campaign(row._mapping)  # noqa: SLF001 -- a Row's public mapping


def find_invitation(
    connection: Connection, *, invitation_id: UUID
) -> Invitation | None:
    """Return an invitation, whoever accepted it; none that its list has not brought."""
    row = connection.execute(
        select(*InvitationRow.__table__.c)
        .outerjoin(RosterRow, RosterRow.roster_id == InvitationRow.roster_id)
        .where(
            InvitationRow.invitation_id == invitation_id,
            InvitationRow.roster_id.is_(None) | (RosterRow.state == RosterState.DONE),
        )
    ).first()
    if row is None:
        return None
    return Invitation(
        invitation_id=row.invitation_id,
        cohort_id=row.cohort_id,
        campaign_id=row.campaign_id,
        has_address=row.email is not None,
        role_key=row.role_key,
        about=About(
            country=row.country,
            unit_id=row.unit_id,
            grade=row.grade,
            gender=row.gender,
        ),
    )


def is_mail_due(connection: Connection, *, now: datetime) -> bool:
    """Whether somebody invited or a member is to be looked at: one cheap look, often."""
    found = select(
        or_(
            exists().where(InvitationRow.due_at <= now),
            exists().where(MemberRow.remind_at <= now),
        )
    )
    return bool(connection.scalar(found))


def count_people(connection: Connection, *, campaign_id: UUID) -> People:
    """Count who was invited to a campaign, who came, and who wants no mail."""
    row = connection.execute(
        select(
            func.count(),
            func.count(InvitationRow.joined_at),
            func.count(InvitationRow.stopped_at),
        )
        .select_from(InvitationRow)
        .outerjoin(RosterRow, RosterRow.roster_id == InvitationRow.roster_id)
        .where(
            InvitationRow.campaign_id == campaign_id,
            InvitationRow.roster_id.is_(None) | (RosterRow.state == RosterState.DONE),
        )
    ).one()
    return People(invited=row[0], accepted=row[1], stopped=row[2])


def list_unaccepted(connection: Connection, *, campaign_id: UUID) -> list[UUID]:
    """Return the numbers of invitations to a campaign with which nobody came."""
    found = select(InvitationRow.invitation_id).where(
        InvitationRow.campaign_id == campaign_id, InvitationRow.joined_at.is_(None)
    )
    return list(connection.scalars(found.order_by(InvitationRow.invitation_id)))


def count_members(connection: Connection, *, cohort_id: UUID) -> int:
    """Count who has joined a cohort, by whatever way."""
    found = select(func.count()).where(MemberRow.cohort_id == cohort_id)
    return connection.scalar(found) or 0


def list_trainers(connection: Connection, *, cohort_id: UUID) -> list[UUID]:
    """Return the numbers of a cohort's trainers."""
    found = select(TrainerRow.learner_id).where(TrainerRow.cohort_id == cohort_id)
    return list(connection.scalars(found.order_by(TrainerRow.learner_id)))


def get_roster(connection: Connection, *, cohort_id: UUID, roster_id: UUID) -> Roster:
    """Return an uploaded list of a cohort.

    Raises:
        RosterNotFoundError: The cohort has none of that number.
    """
    row = connection.execute(
        select(*RosterRow.__table__.c).where(
            RosterRow.cohort_id == cohort_id, RosterRow.roster_id == roster_id
        )
    ).first()
    if row is None:
        raise RosterNotFoundError(roster_id=str(roster_id))
    return Roster(**row._mapping)  # noqa: SLF001 -- a Row's public mapping


def list_join_codes(
    connection: Connection, *, campaign_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, str]]:
    """Return letters and link of each campaign; no letters once it is long over."""
    rows = connection.execute(
        select(JoinCodeRow.campaign_id, JoinCodeRow.is_link, JoinCodeRow.code).where(
            JoinCodeRow.campaign_id.in_(campaign_ids)
        )
    )
    found = {(row.campaign_id, row.is_link): row.code for row in rows}
    return {
        each: (found.get((each, False), ""), found[each, True]) for each in campaign_ids
    }


def _institutions(
    connection: Connection, found: Select[*tuple[Any, ...]]
) -> list[Institution]:
    rows = connection.execute(found.order_by(InstitutionRow.key))
    return [institution_of(row) for row in rows]


def _campaign(row: Mapping[Any, Any]) -> Campaign:
    values = dict(row)
    values["remind_after_days"] = tuple(values["remind_after_days"])
    return Campaign(**values)


def count_members_with(
    connection: Connection, *, cohort_id: UUID, values: Mapping[str, str], up_to: int
) -> int:
    """Return how many members of a cohort said all of this about themselves.

    Args:
        connection: Any connection.
        cohort_id: Which cohort.
        values: By attribute: ``unit``, ``grade``, ``gender``, ``language``, ``country``.
        up_to: Where to stop counting: nobody asks for more.
    """
    columns = {
        "unit": MemberRow.unit_id,
        "grade": MemberRow.grade,
        "gender": MemberRow.gender,
        "language": MemberRow.language,
        "country": MemberRow.country,
    }
    found = select(MemberRow.learner_id).where(MemberRow.cohort_id == cohort_id)
    for name, value in values.items():
        given = UUID(value) if name == "unit" else value
        found = found.where(columns[name] == given)
    some = found.limit(up_to).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0
