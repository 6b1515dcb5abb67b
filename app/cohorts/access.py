"""Who may reach an institution or a cohort: loaded and checked in one query.

A route names what it needs: ``CohortReader``, ``CohortInviter`` and so on. An id that
is not hers is answered like one that does not exist.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy import ColumnElement, Connection, Row, bindparam, exists, select

from app.cohorts.domain import (
    INSTALLATION,
    Capability,
    Cohort,
    Institution,
    Office,
    ReachedCohort,
    ReachedInstitution,
)
from app.cohorts.errors import (
    CohortNotFoundError,
    InstitutionNotFoundError,
    NotYourOfficeError,
)
from app.cohorts.models import (
    AncestorRow,
    CohortRow,
    InstitutionRow,
    OfficeRow,
    TrainerRow,
)
from app.identity.access import (
    ApiLearnerDep,
    BearerDep,
    SettingsDep,
    SignedInDep,
    VisitorDep,
    secret_of,
)
from app.identity.domain import Learner, Strength
from app.identity.domain.tokens import read_token
from app.identity.errors import SecondFactorNeededError, SignInNeededError
from app.identity.queries import find_session
from app.kernel.clock import Now
from app.kernel.database import ReadDep
from app.kernel.text import Language

Reached = TypeVar("Reached", ReachedCohort, ReachedInstitution)
WITHOUT_SECOND_FACTOR = frozenset({Office.TRAINER})
"""Offices for which a password alone is enough."""
MOST_SHOWN = 500
"""Rows of a list on one page."""
INSTITUTION = (
    InstitutionRow.institution_id,
    InstitutionRow.key,
    InstitutionRow.parent_id,
    InstitutionRow.kind,
    InstitutionRow.names,
    InstitutionRow.country,
    InstitutionRow.smallest_cell,
)
COHORT = (
    CohortRow.cohort_id,
    CohortRow.institution_id,
    CohortRow.name,
    CohortRow.framework_key,
    CohortRow.framework_version,
    CohortRow.role_keys,
    CohortRow.starts_on,
    CohortRow.ends_on,
    CohortRow.smallest_cell,
    CohortRow.is_fictitious,
    CohortRow.created_at,
)
_ME = bindparam("learner_id", type_=OfficeRow.learner_id.type)


def _holds(office: Office, institution_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether she holds an office for an institution or one above it."""
    return exists(
        select(AncestorRow.depth)
        .join(OfficeRow, OfficeRow.institution_id == AncestorRow.ancestor_id)
        .where(
            AncestorRow.institution_id == institution_id,
            OfficeRow.learner_id == _ME,
            OfficeRow.role == office,
        )
        .correlate(InstitutionRow, CohortRow)
    )


_IS_OPERATOR = exists().where(
    OfficeRow.learner_id == _ME,
    OfficeRow.institution_id == INSTALLATION,
    OfficeRow.role == Office.OPERATOR,
)
_IS_TRAINER = exists().where(
    TrainerRow.learner_id == _ME, TrainerRow.cohort_id == CohortRow.cohort_id
)
_OFFICES: Mapping[Office, ColumnElement[bool]] = {
    Office.OPERATOR: _IS_OPERATOR,
    Office.ADMINISTRATOR: _holds(
        Office.ADMINISTRATOR,
        InstitutionRow.institution_id,  # type: ignore[arg-type]  # an attribute is a column
    ),
    Office.EDITOR: _holds(
        Office.EDITOR,
        InstitutionRow.institution_id,  # type: ignore[arg-type]  # an attribute is a column
    ),
}
_INSTITUTION_REACHED = select(
    *INSTITUTION, *(found.label(office) for office, found in _OFFICES.items())
)
_COHORT_REACHED = (
    select(
        *(column.label(f"cohort_{column.key}") for column in COHORT),
        *INSTITUTION,
        *(found.label(office) for office, found in _OFFICES.items()),
        _IS_TRAINER.label(Office.TRAINER),
    )
    .select_from(CohortRow)
    .join(InstitutionRow, InstitutionRow.institution_id == CohortRow.institution_id)
)


def reach_institution(
    connection: Connection, *, learner_id: UUID, institution_id: UUID
) -> ReachedInstitution:
    """Return an institution with what somebody may do to it, in one query.

    Raises:
        InstitutionNotFoundError: There is none, or none of her offices reaches it.
    """
    row = connection.execute(
        _INSTITUTION_REACHED.where(InstitutionRow.institution_id == institution_id),
        {"learner_id": learner_id},
    ).first()
    offices = _offices(row, _OFFICES) if row else frozenset()
    if row is None or not offices:
        raise InstitutionNotFoundError(institution_id=str(institution_id))
    return ReachedInstitution(institution=institution_of(row), offices=offices)


def reach_cohort(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID
) -> ReachedCohort:
    """Return a cohort with what somebody may do to it, in one query.

    Raises:
        CohortNotFoundError: There is none, or none of her offices reaches it.
    """
    row = connection.execute(
        _COHORT_REACHED.where(CohortRow.cohort_id == cohort_id),
        {"learner_id": learner_id},
    ).first()
    offices = _offices(row, (*_OFFICES, Office.TRAINER)) if row else frozenset()
    if row is None or not offices:
        raise CohortNotFoundError(cohort_id=str(cohort_id))
    return ReachedCohort(
        cohort=cohort_of(row, "cohort_"),
        institution=institution_of(row),
        offices=offices,
    )


def list_reached_cohorts(
    connection: Connection, *, learner_id: UUID, institution_id: UUID | None = None
) -> list[ReachedCohort]:
    """Return the cohorts somebody may see, newest first, at most ``MOST_SHOWN``.

    Args:
        connection: Any connection.
        learner_id: Who asks.
        institution_id: Only those of this institution itself.
    """
    found = _COHORT_REACHED.where(
        _IS_OPERATOR | _OFFICES[Office.ADMINISTRATOR] | _IS_TRAINER
    ).order_by(CohortRow.created_at.desc(), CohortRow.cohort_id)
    if institution_id is not None:
        found = found.where(CohortRow.institution_id == institution_id)
    rows = connection.execute(found.limit(MOST_SHOWN), {"learner_id": learner_id})
    return [
        ReachedCohort(
            cohort=cohort_of(row, "cohort_"),
            institution=institution_of(row),
            offices=_offices(row, (*_OFFICES, Office.TRAINER)),
        )
        for row in rows
    ]


def find_trainer_since(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID
) -> datetime | None:
    """Return since when somebody runs a cohort; what was shown before is not for her."""
    return connection.scalar(
        select(TrainerRow.assigned_at).where(
            TrainerRow.learner_id == learner_id, TrainerRow.cohort_id == cohort_id
        )
    )


def list_own_institutions(
    connection: Connection, *, learner_id: UUID
) -> list[Institution]:
    """Return where somebody administrates: her institutions; for operators, the roots."""
    mine = exists().where(
        OfficeRow.learner_id == _ME,
        OfficeRow.institution_id == InstitutionRow.institution_id,
        OfficeRow.role == Office.ADMINISTRATOR,
    )
    found = select(*INSTITUTION).where(
        mine | (_IS_OPERATOR & InstitutionRow.parent_id.is_(None))
    )
    rows = connection.execute(
        found.order_by(InstitutionRow.key), {"learner_id": learner_id}
    )
    return [institution_of(row) for row in rows]


def _offices(
    row: Row[*tuple[Any, ...]], offices: Sequence[Office] | Mapping[Office, object]
) -> frozenset[Office]:
    return frozenset(office for office in offices if getattr(row, office))


def institution_of(row: Row[*tuple[Any, ...]]) -> Institution:
    """Return the institution of a row with ``INSTITUTION``."""
    return Institution(
        institution_id=row.institution_id,
        key=row.key,
        parent_id=row.parent_id,
        kind=row.kind,
        names={Language(code): name for code, name in row.names.items()},
        country=row.country,
        smallest_cell=row.smallest_cell,
    )


def cohort_of(row: Row[*tuple[Any, ...]], prefix: str = "") -> Cohort:
    """Return the cohort of a row with ``COHORT``."""
    values = {c.key: getattr(row, f"{prefix}{c.key}") for c in COHORT}
    values["role_keys"] = tuple(values["role_keys"])
    return Cohort(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who has signed in, and how well she has proved who she is."""

    learner: Learner
    proved_twice: bool

    def weigh(self, found: Reached) -> Reached:
        """Leave only the offices that count for what she has proved."""
        if self.proved_twice:
            return found
        return replace(found, offices=found.offices & WITHOUT_SECOND_FACTOR)

    def settle(self, found: Reached, capability: Capability) -> Reached:
        """Return what she may do, if that includes what she wants to do.

        Raises:
            NotYourOfficeError: She sees the thing, but may not do this.
            SecondFactorNeededError: She may, once she has given her second factor.
        """
        if not found.may(capability):
            raise NotYourOfficeError(needed=capability)
        weighed = self.weigh(found)
        if not weighed.may(capability):
            raise SecondFactorNeededError
        return weighed


def _staff(found: VisitorDep, learner: SignedInDep) -> Staff:
    session = found.session
    return Staff(
        learner=learner,
        proved_twice=session is not None and session.strength is Strength.TWO_FACTOR,
    )


def _api_staff(
    token: BearerDep,
    learner: ApiLearnerDep,
    settings: SettingsDep,
    connection: ReadDep,
    now: Now,
) -> Staff:
    said = read_token(secret_of(settings), token or "", now=now)
    session = (
        None
        if said.session_ref is None
        else find_session(connection, session_ref=said.session_ref, now=now)
    )
    if session is None:
        raise SignInNeededError
    return Staff(learner=learner, proved_twice=session.strength is Strength.TWO_FACTOR)


StaffDep = Annotated[Staff, Depends(_staff)]
ApiStaffDep = Annotated[Staff, Depends(_api_staff)]


CohortId = Annotated[UUID, Path(examples=["5d0c6f0e-3b52-4f0e-9a1f-6c5b1d2e7f80"])]
InstitutionId = Annotated[UUID, Path(examples=["0f4a2c9e-8b1d-4c57-b2a6-1e9d7c3f5a62"])]


def _cohort_for(
    capability: Capability, who: Callable[..., Staff] = _staff
) -> Callable[..., ReachedCohort]:
    def reached(
        cohort_id: CohortId,
        staff: Annotated[Staff, Depends(who)],
        connection: ReadDep,
    ) -> ReachedCohort:
        learner_id = staff.learner.learner_id
        found = reach_cohort(connection, learner_id=learner_id, cohort_id=cohort_id)
        return staff.settle(found, capability)

    return reached


def _institution_for(
    capability: Capability, who: Callable[..., Staff] = _staff
) -> Callable[..., ReachedInstitution]:
    def reached(
        institution_id: InstitutionId,
        staff: Annotated[Staff, Depends(who)],
        connection: ReadDep,
    ) -> ReachedInstitution:
        found = reach_institution(
            connection,
            learner_id=staff.learner.learner_id,
            institution_id=institution_id,
        )
        return staff.settle(found, capability)

    return reached


CohortReader = Annotated[ReachedCohort, Depends(_cohort_for(Capability.SEE_COHORT))]
ShownReader = Annotated[ReachedCohort, Depends(_cohort_for(Capability.SEE_SHOWN))]
CohortInviter = Annotated[ReachedCohort, Depends(_cohort_for(Capability.INVITE))]
CohortManager = Annotated[ReachedCohort, Depends(_cohort_for(Capability.MANAGE_COHORT))]
InstitutionReader = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.SEE_INSTITUTION))
]
InstitutionManager = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.MANAGE_INSTITUTION))
]
CohortFounder = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.CREATE_COHORT))
]
OfficeGranter = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.GRANT_OFFICE))
]
AuditReader = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.SEE_AUDIT))
]
ApiCohortReader = Annotated[
    ReachedCohort, Depends(_cohort_for(Capability.SEE_COHORT, _api_staff))
]
ApiShownReader = Annotated[
    ReachedCohort, Depends(_cohort_for(Capability.SEE_SHOWN, _api_staff))
]
ApiCohortInviter = Annotated[
    ReachedCohort, Depends(_cohort_for(Capability.INVITE, _api_staff))
]
ApiInstitutionReader = Annotated[
    ReachedInstitution,
    Depends(_institution_for(Capability.SEE_INSTITUTION, _api_staff)),
]
ApiInstitutionManager = Annotated[
    ReachedInstitution,
    Depends(_institution_for(Capability.MANAGE_INSTITUTION, _api_staff)),
]
ApiCohortFounder = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.CREATE_COHORT, _api_staff))
]
KeyManager = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.MANAGE_KEYS))
]
ApiKeyManager = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.MANAGE_KEYS, _api_staff))
]
CourseEditor = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.EDIT_COURSES))
]
ApiCourseEditor = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.EDIT_COURSES, _api_staff))
]
CompletionReporter = Annotated[
    ReachedInstitution, Depends(_institution_for(Capability.REPORT_COMPLETIONS))
]
