"""Saying, after a later questionnaire, where one stood at an earlier one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.assessment.domain import check_value
from app.assessment.errors import ItemNotFoundError
from app.assessment.models import RecollectionRow
from app.assessment.queries import get_looking_back
from app.frameworks.queries import get_instrument
from app.journal.service import record
from app.kernel.database import Upsert

_RECOLLECTION = Upsert(
    RecollectionRow,
    values=tuple(c.name for c in RecollectionRow.__table__.columns),
    keys=("learner_id", "attempt_id", "earlier_id", "competency_key"),
    updated=("value", "rated_at"),
)


def look_back(
    connection: Connection,
    *,
    learner_id: UUID,
    attempt_id: UUID,
    earlier_id: UUID,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep where a learner says today that she stood then; all or nothing.

    Neither questionnaire changes, and it is no evidence: no level of hers rests on it.
    What is not among the values stays as it was; the same again changes nothing.

    Args:
        connection: The caller's transaction.
        learner_id: Who looks back.
        attempt_id: After which of her questionnaires.
        earlier_id: At which earlier one.
        values: By competency, what its question offers.
        now: Aware UTC instant.

    Raises:
        AttemptNotFoundError: One of the two is not hers.
        NothingToLookBackAtError: They cannot be compared.
        ItemNotFoundError: The questionnaire asks nothing about a competency.
        UnknownAnswerError: Its question does not offer the value.
    """
    found = get_looking_back(
        connection, learner_id=learner_id, attempt_id=attempt_id, earlier_id=earlier_id
    )
    later = found.later
    instrument = get_instrument(
        connection,
        later.framework_key,
        later.framework_version,
        later.instrument_ref,
    )
    items = {item.competency: item for item in instrument.items}
    rows = []
    # One order for all: two tabs that save the same page do not wait for each other.
    for competency, value in sorted(values.items()):
        if competency not in items:
            raise ItemNotFoundError(item=competency[:64])
        rows.append(
            {
                "learner_id": learner_id,
                "attempt_id": attempt_id,
                "earlier_id": earlier_id,
                "competency_key": competency,
                "value": check_value(items[competency], value),
                "rated_at": now,
            }
        )
    if not rows:
        return
    _RECOLLECTION.execute(connection, rows)
    if not found.recalled:
        record(
            connection,
            learner_id=learner_id,
            verb="looked-back",
            object_ref=later.ref,
            occurred_at=now,
        )
