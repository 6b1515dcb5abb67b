"""Reading evidence and aims."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, select

from app.frameworks.queries import get_framework
from app.kernel.statements import Prebuilt
from app.proficiency.domain import Aim, Observation, Profile, draw_profile
from app.proficiency.errors import NoProfileError
from app.proficiency.models import AimRow, EvidenceRow

_AIM = Prebuilt(
    select(
        AimRow.framework_key, AimRow.framework_version, AimRow.role_key, AimRow.revision
    ).where(AimRow.learner_id == bindparam("learner_id"))
)
_OBSERVED = (
    EvidenceRow.competency_key,
    EvidenceRow.outcome,
    EvidenceRow.level,
    EvidenceRow.source,
    EvidenceRow.source_ref,
    EvidenceRow.observed_at,
    EvidenceRow.subject,
)
_ORDER = (EvidenceRow.observed_at.desc(), EvidenceRow.competency_key)
_EVIDENCE = Prebuilt(
    select(*_OBSERVED)
    .where(
        EvidenceRow.learner_id == bindparam("learner_id"),
        EvidenceRow.framework_key == bindparam("framework_key"),
    )
    .order_by(*_ORDER)
)
_AIM_AND_EVIDENCE = Prebuilt(
    select(AimRow.framework_key, AimRow.framework_version, AimRow.role_key, *_OBSERVED)
    .outerjoin(
        EvidenceRow,
        and_(
            EvidenceRow.learner_id == AimRow.learner_id,
            EvidenceRow.framework_key == AimRow.framework_key,
        ),
    )
    .where(AimRow.learner_id == bindparam("learner_id"))
    .order_by(*_ORDER)
)


def find_aim(connection: Connection, *, learner_id: UUID) -> Aim | None:
    """Return what a learner measures herself against, if she has begun."""
    row = _AIM.first(connection, {"learner_id": learner_id})
    if row is None:
        return None
    return Aim(
        learner_id=learner_id,
        framework_key=row.framework_key,
        framework_version=row.framework_version,
        role_key=row.role_key,
        revision=row.revision,
    )


def list_observations(
    connection: Connection, *, learner_id: UUID, framework_key: str
) -> list[Observation]:
    """Return a learner's evidence on one framework, newest first."""
    keys = {"learner_id": learner_id, "framework_key": framework_key}
    return _observations(_EVIDENCE.all(connection, keys))


def get_profile(connection: Connection, *, learner_id: UUID) -> Profile:
    """Return where a learner stands against her role.

    Raises:
        NoProfileError: She has not begun.
    """
    rows = _AIM_AND_EVIDENCE.all(connection, {"learner_id": learner_id})
    if not rows:
        raise NoProfileError
    framework_key, framework_version, role_key, *newest = rows[0]
    framework = get_framework(connection, framework_key, framework_version)
    given = [row[3:] for row in rows] if newest[0] is not None else []
    return draw_profile(framework, role_key, _observations(given))


def _observations(rows: Iterable[Sequence[Any]]) -> list[Observation]:
    return [
        Observation(
            competency=competency,
            outcome=outcome,
            level=level,
            source=source,
            source_ref=source_ref,
            observed_at=observed_at,
            subject=subject,
        )
        for competency, outcome, level, source, source_ref, observed_at, subject in rows
    ]
