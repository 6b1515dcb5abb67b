"""Where a learner is a member, with what the rules of each cohort ask for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from app.cohorts.access import COHORT
from app.cohorts.domain import Cohort, Membership
from app.cohorts.models import CampaignRow, CohortRow, InstitutionRow, MemberRow
from app.kernel.statements import Prebuilt

_MEMBERSHIP = tuple(
    column
    for column in MemberRow.__table__.columns
    if column.key in Membership.__dataclass_fields__
)
_ROUND = (
    select(func.max(CampaignRow.round))
    .where(
        CampaignRow.cohort_id == CohortRow.cohort_id,
        CampaignRow.opens_on <= bindparam("today"),
    )
    .scalar_subquery()
)
_PLACES = Prebuilt(
    select(
        InstitutionRow.smallest_cell,
        _ROUND.label("round"),
        *_MEMBERSHIP,
        *(column.label(f"cohort_{column.key}") for column in COHORT),
    )
    .select_from(MemberRow)
    .join(CohortRow, CohortRow.cohort_id == MemberRow.cohort_id)
    .join(InstitutionRow, InstitutionRow.institution_id == CohortRow.institution_id)
    .where(MemberRow.learner_id == bindparam("learner_id"))
    .order_by(MemberRow.joined_at, MemberRow.cohort_id)
)
_MEMBERSHIP_NAMES = tuple(column.key for column in _MEMBERSHIP)
_COHORT_NAMES = tuple(column.key for column in COHORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A membership with its cohort."""

    membership: Membership
    cohort: Cohort
    smallest_cell: int
    """Fewest people behind a published figure, by cohort and institution."""
    round: int | None
    """The latest that has begun, if one has."""


def list_places(
    connection: Connection, *, learner_id: UUID, today: date | None = None
) -> dict[UUID, Place]:
    """Return a learner's places by cohort, in one statement; the oldest first.

    Args:
        connection: Any connection.
        learner_id: Whose.
        today: Which rounds have begun; without it they are not asked for.
    """
    rows = _PLACES.all(connection, {"learner_id": learner_id, "today": today})
    places = {}
    for smallest, round_, *values in rows:
        split = len(_MEMBERSHIP_NAMES)
        member = dict(zip(_MEMBERSHIP_NAMES, values[:split], strict=True))
        cohort = dict(zip(_COHORT_NAMES, values[split:], strict=True))
        cohort["role_keys"] = tuple(cohort["role_keys"])
        places[cohort["cohort_id"]] = Place(
            membership=Membership(**member),
            cohort=Cohort(**cohort),
            smallest_cell=max(smallest, cohort["smallest_cell"]),
            round=round_,
        )
    return places
