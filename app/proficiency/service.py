"""Taking evidence in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select, update

from app.kernel.database import Upsert
from app.kernel.statements import copy_rows
from app.proficiency.domain import Observation
from app.proficiency.models import AimRow, EvidenceRow

_AIM = Upsert(
    AimRow,
    values=(
        "learner_id",
        "framework_key",
        "framework_version",
        "role_key",
        "revision",
        "updated_at",
    ),
    keys=("learner_id",),
    updated=("framework_key", "framework_version", "role_key", "updated_at"),
)
_EVIDENCE = Upsert(
    EvidenceRow,
    values=(
        "learner_id",
        "source_ref",
        "competency_key",
        "framework_key",
        "source",
        "outcome",
        "level",
        "observed_at",
        "subject",
    ),
    keys=("learner_id", "source_ref", "competency_key"),
)
_REVISE = (
    update(AimRow)
    .where(AimRow.learner_id == bindparam("whose"))
    .values(revision=AimRow.revision + 1)
)


def choose_aim(
    connection: Connection,
    *,
    learner_id: UUID,
    framework: tuple[str, str],
    role_key: str | None,
    now: datetime,
) -> None:
    """Remember the framework version and role a learner measures herself against.

    Args:
        connection: The caller's transaction.
        learner_id: Whose aim.
        framework: Key and version; must be loaded.
        role_key: A role of that framework, or ``None`` for “not sure”.
        now: Aware UTC instant.
    """
    key, version = framework
    _AIM.execute(
        connection,
        {
            "learner_id": learner_id,
            "framework_key": key,
            "framework_version": version,
            "role_key": role_key,
            "revision": 0,
            "updated_at": now,
        },
    )
    mark_changed(connection, learner_id=learner_id)


def mark_changed(connection: Connection, *, learner_id: UUID) -> None:
    """Make everything computed for a learner before this transaction out of date."""
    connection.execute(_REVISE, {"whose": learner_id})


def record_evidence(
    connection: Connection,
    *,
    learner_id: UUID,
    framework_key: str,
    observations: Sequence[Observation],
) -> None:
    """Append observations in the caller's transaction.

    What the same source has said before about the same competency stays as it is:
    a retry changes nothing.
    """
    rows = [
        {
            "learner_id": learner_id,
            "source_ref": observation.source_ref,
            "competency_key": observation.competency,
            "framework_key": framework_key,
            "source": observation.source,
            "outcome": observation.outcome,
            "level": observation.level,
            "observed_at": observation.observed_at,
            "subject": observation.subject,
        }
        for observation in observations
    ]
    if rows:
        _EVIDENCE.execute(connection, rows)
    mark_changed(connection, learner_id=learner_id)


def withdraw_evidence(
    connection: Connection, *, learner_id: UUID, source_ref: str
) -> None:
    """Forget what a source said that has taken it back, such as a voided report."""
    connection.execute(
        delete(EvidenceRow).where(
            EvidenceRow.learner_id == learner_id, EvidenceRow.source_ref == source_ref
        )
    )
    mark_changed(connection, learner_id=learner_id)


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Give a learner the evidence of another who is the same person, and her aim.

    Of two aims the newer stays. The caller's transaction then erases
    ``from_learner``; without rows of hers nothing happens.
    """
    copy_rows(
        connection, EvidenceRow, column="learner_id", old=from_learner, new=to_learner
    )
    aims = {
        row.learner_id: row
        for row in connection.execute(
            select(AimRow.__table__).where(
                AimRow.learner_id.in_([from_learner, to_learner])
            )
        )
    }
    moved, own = aims.get(from_learner), aims.get(to_learner)
    if moved is not None and (own is None or own.updated_at < moved.updated_at):
        choose_aim(
            connection,
            learner_id=to_learner,
            framework=(moved.framework_key, moved.framework_version),
            role_key=moved.role_key,
            now=moved.updated_at,
        )
    mark_changed(connection, learner_id=to_learner)
