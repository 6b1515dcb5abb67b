"""Reading completions that institutions reported in lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.kernel.intake import IntakeState
from app.records.domain.completions import Completion, CompletionState
from app.records.errors import ReportNotFoundError
from app.records.models import CompletionRow, CreditRow, ReportRow

_COMPLETION = select(
    *(CompletionRow.__table__.c[name] for name in Completion._fields),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An uploaded list of completions."""

    report_id: UUID
    institution_id: UUID
    file_name: str
    state: IntakeState
    actor_id: UUID
    rows: int
    rows_done: int
    report: Mapping[str, object]
    """``wrong`` and ``problems`` of the dry run; ``new``, ``known``, ``withdrawn`` and
    ``waiting`` of the import."""
    uploaded_at: datetime


def get_report(
    connection: Connection, *, institution_id: UUID, report_id: UUID
) -> Report:
    """Return an uploaded list of an institution.

    Raises:
        ReportNotFoundError: The institution has none of that number.
    """
    row = connection.execute(
        select(*ReportRow.__table__.c).where(
            ReportRow.institution_id == institution_id,
            ReportRow.report_id == report_id,
        )
    ).first()
    if row is None:
        raise ReportNotFoundError(report_id=str(report_id))
    return Report(**row._mapping)  # noqa: SLF001 -- a Row's public mapping


def find_completions(
    connection: Connection, *, tenant: UUID, keys: Collection[str]
) -> dict[str, Completion]:
    """Return those of an institution that have these keys, by key."""
    rows = connection.execute(
        _COMPLETION.where(
            CompletionRow.institution_id == tenant,
            CompletionRow.completion_key.in_(keys),
        )
    )
    return {row.completion_key: Completion(*row) for row in rows}


def list_waiting(
    connection: Connection, *, tenant: UUID, after: str, limit: int
) -> list[Completion]:
    """Return completions for which nobody was found yet, by key."""
    rows = connection.execute(
        _COMPLETION.where(
            CompletionRow.institution_id == tenant,
            CompletionRow.state == CompletionState.WAITING,
            CompletionRow.completion_key > after,
        )
        .order_by(CompletionRow.completion_key)
        .limit(limit)
    )
    return [Completion(*row) for row in rows]


def count_completions(
    connection: Connection, *, tenant: UUID
) -> dict[CompletionState, int]:
    """Count an institution's reported completions by what has become of them."""
    rows = connection.execute(
        select(CompletionRow.state, func.count())
        .where(CompletionRow.institution_id == tenant)
        .group_by(CompletionRow.state)
    )
    return {row[0]: row[1] for row in rows}


def list_reporters(connection: Connection) -> list[UUID]:
    """Return the institutions with completions that wait for somebody."""
    found = select(CompletionRow.institution_id).where(
        CompletionRow.state == CompletionState.WAITING
    )
    return list(connection.scalars(found.distinct()))


def list_credited(
    connection: Connection, *, tenant: UUID, keys: Collection[str]
) -> dict[str, UUID]:
    """Return whose these completions are, where they are somebody's."""
    rows = connection.execute(
        select(CreditRow.completion_key, CreditRow.learner_id).where(
            CreditRow.institution_id == tenant, CreditRow.completion_key.in_(keys)
        )
    )
    return {row.completion_key: row.learner_id for row in rows}
