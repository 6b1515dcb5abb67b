"""Reading attempts and answers; always the asking learner's own."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    bindparam,
    literal_column,
    select,
)
from sqlalchemy.sql.functions import aggregate_strings

from app.assessment.domain import (
    Attempt,
    LookingBack,
    Recollection,
    check_comparable,
    compare,
)
from app.assessment.errors import AttemptNotFoundError
from app.assessment.models import AnswerRow, AttemptRow, RecollectionRow
from app.frameworks.queries import get_instrument
from app.kernel.statements import Prebuilt

_COLUMNS = select(
    AttemptRow.attempt_id,
    AttemptRow.framework_key,
    AttemptRow.framework_version,
    AttemptRow.instrument_ref,
    AttemptRow.role_key,
    AttemptRow.language,
    AttemptRow.started_at,
    AttemptRow.submitted_at,
).where(AttemptRow.learner_id == bindparam("learner_id"))
_ONE = _COLUMNS.where(AttemptRow.attempt_id == bindparam("attempt_id"))
_ATTEMPT = Prebuilt(_ONE)
# A submission waits until a running answer is in, and the reverse (no-op on SQLite,
# where a write is alone anyway).
_ATTEMPT_SHARED = Prebuilt(_ONE.with_for_update(read=True))
_ATTEMPT_LOCKED = Prebuilt(_ONE.with_for_update())
_ATTEMPTS = _COLUMNS.order_by(AttemptRow.started_at.desc(), AttemptRow.attempt_id)
_HER_ANSWER = (
    AnswerRow.learner_id == bindparam("learner_id"),
    AnswerRow.attempt_id == bindparam("attempt_id"),
)
_ANSWERS = Prebuilt(
    select(AnswerRow.item_key, AnswerRow.value)
    .where(*_HER_ANSWER)
    .order_by(AnswerRow.answered_at)
)
_BETWEEN: ColumnElement[str] = literal_column("';'", String)
"""Keys and values are lower-case words: it occurs in none of them."""
_PAIRS = aggregate_strings(
    AnswerRow.item_key + _BETWEEN + AnswerRow.value,
    _BETWEEN,  # type: ignore[arg-type]  # a value would be bound at each execution
)
_ATTEMPT_WITH_ANSWERS = Prebuilt(
    _ONE.add_columns(
        select(_PAIRS).where(*_HER_ANSWER).scalar_subquery().label("answers")
    )
)


def get_attempt(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID
) -> Attempt:
    """Return a learner's own attempt.

    Raises:
        AttemptNotFoundError: No such attempt, or another learner's.
    """
    return _get(connection, _ATTEMPT, attempt_id, learner_id)


def get_attempt_with_answers(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID
) -> tuple[Attempt, dict[str, str]]:
    """Return a learner's own attempt and its answers, value by item key, in one query.

    Raises:
        AttemptNotFoundError: No such attempt, or another learner's.
    """
    keys = {"attempt_id": attempt_id, "learner_id": learner_id}
    row = _ATTEMPT_WITH_ANSWERS.first(connection, keys)
    if row is None:
        raise AttemptNotFoundError(attempt_id=str(attempt_id))
    parts = row.answers.split(";") if row.answers else []
    answers = dict(zip(parts[::2], parts[1::2], strict=True))
    return _attempt(row, learner_id), answers


def get_attempt_to_answer(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID
) -> Attempt:
    """Return an attempt that nobody can submit until this transaction ends.

    Raises:
        AttemptNotFoundError: No such attempt, or another learner's.
    """
    return _get(connection, _ATTEMPT_SHARED, attempt_id, learner_id)


def get_attempt_to_submit(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID
) -> Attempt:
    """Return an attempt that nobody can answer until this transaction ends.

    Raises:
        AttemptNotFoundError: No such attempt, or another learner's.
    """
    return _get(connection, _ATTEMPT_LOCKED, attempt_id, learner_id)


def _get(
    connection: Connection,
    statement: Prebuilt,
    attempt_id: UUID,
    learner_id: UUID,
) -> Attempt:
    keys = {"attempt_id": attempt_id, "learner_id": learner_id}
    row = statement.first(connection, keys)
    if row is None:
        raise AttemptNotFoundError(attempt_id=str(attempt_id))
    return _attempt(row, learner_id)


def list_attempts(connection: Connection, *, learner_id: UUID) -> list[Attempt]:
    """Return a learner's attempts, newest first."""
    rows = connection.execute(_ATTEMPTS, {"learner_id": learner_id})
    return [_attempt(row, learner_id) for row in rows]


def find_open_attempt(connection: Connection, *, learner_id: UUID) -> Attempt | None:
    """Return the newest attempt if it is open; what lies before it was given up."""
    newest = next(iter(list_attempts(connection, learner_id=learner_id)), None)
    return newest if newest is not None and newest.is_open else None


def list_answers(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID
) -> dict[str, str]:
    """Return value by item key; unanswered items are not in it."""
    keys = {"attempt_id": attempt_id, "learner_id": learner_id}
    return dict(_ANSWERS.all(connection, keys))


def list_recalled(
    connection: Connection, *, learner_id: UUID, attempt_id: UUID, earlier_id: UUID
) -> dict[str, str]:
    """Return by competency where a learner says that she stood at an earlier attempt."""
    rows = connection.execute(
        select(RecollectionRow.competency_key, RecollectionRow.value).where(
            RecollectionRow.learner_id == learner_id,
            RecollectionRow.attempt_id == attempt_id,
            RecollectionRow.earlier_id == earlier_id,
        )
    )
    return {row.competency_key: row.value for row in rows}


def get_looking_back(
    connection: Connection, *, learner_id: UUID, attempt_id: UUID, earlier_id: UUID
) -> LookingBack:
    """Return what a learner says of an earlier attempt of hers after a later one.

    Raises:
        AttemptNotFoundError: One of the two is not hers.
        NothingToLookBackAtError: They cannot be compared.
    """
    later = get_attempt(connection, attempt_id=attempt_id, learner_id=learner_id)
    earlier = get_attempt(connection, attempt_id=earlier_id, learner_id=learner_id)
    check_comparable(earlier, later)
    return LookingBack(
        earlier=earlier,
        later=later,
        recalled=list_recalled(
            connection,
            learner_id=learner_id,
            attempt_id=attempt_id,
            earlier_id=earlier_id,
        ),
    )


def list_recollections(
    connection: Connection, looking_back: LookingBack
) -> list[Recollection]:
    """Return every competency as it was rated then, is seen from today, and is now."""
    later = looking_back.later
    instrument = get_instrument(
        connection, later.framework_key, later.framework_version, later.instrument_ref
    )
    return compare(
        looking_back,
        instrument,
        _by_competency(connection, looking_back.earlier),
        _by_competency(connection, later),
    )


def _by_competency(connection: Connection, attempt: Attempt) -> dict[str, str]:
    instrument = get_instrument(
        connection,
        attempt.framework_key,
        attempt.framework_version,
        attempt.instrument_ref,
    )
    answers = list_answers(
        connection, attempt_id=attempt.attempt_id, learner_id=attempt.learner_id
    )
    items = instrument.items_by_key
    return {items[key].competency: value for key, value in answers.items()}


def _attempt(row: Row[*tuple[Any, ...]], learner_id: UUID) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id,
        learner_id=learner_id,
        framework_key=row.framework_key,
        framework_version=row.framework_version,
        instrument_ref=row.instrument_ref,
        role_key=row.role_key,
        language=row.language,
        started_at=row.started_at,
        submitted_at=row.submitted_at,
    )
