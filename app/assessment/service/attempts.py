"""Starting, answering and submitting a questionnaire."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert, update

from app.assessment.domain import Attempt, check_value, observe
from app.assessment.errors import (
    AttemptSubmittedError,
    ItemNotFoundError,
    UnknownRoleError,
)
from app.assessment.models import AnswerRow, AttemptRow, RecollectionRow
from app.assessment.queries import (
    get_attempt_to_answer,
    get_attempt_to_submit,
    list_answers,
)
from app.frameworks.domain import Framework, Instrument
from app.frameworks.queries import get_instrument
from app.identity.domain import Learner
from app.journal.service import record
from app.kernel.database import Upsert
from app.kernel.statements import copy_rows
from app.proficiency.queries import find_aim
from app.proficiency.service import choose_aim, record_evidence

_ANSWER = Upsert(
    AnswerRow,
    values=("learner_id", "attempt_id", "item_key", "value", "answered_at"),
    keys=("learner_id", "attempt_id", "item_key"),
    updated=("value", "answered_at"),
)
_SUBMIT = (
    update(AttemptRow)
    .where(
        AttemptRow.learner_id == bindparam("whose"),
        AttemptRow.attempt_id == bindparam("which"),
    )
    .values(submitted_at=bindparam("at"))
)


def start_attempt(
    connection: Connection,
    *,
    learner: Learner,
    framework: Framework,
    instrument: Instrument,
    role_key: str | None,
    now: datetime,
) -> Attempt:
    """Begin a questionnaire and aim at a role.

    Args:
        connection: The caller's transaction.
        learner: Who begins; she answers in her language.
        framework: What is measured.
        instrument: With which questions.
        role_key: A role of the framework, or ``None`` for “not sure”.
        now: Aware UTC instant.

    Raises:
        UnknownRoleError: The framework has no such role.
    """
    check_role(framework, role_key)
    attempt = Attempt(
        attempt_id=uuid4(),
        learner_id=learner.learner_id,
        framework_key=framework.key,
        framework_version=framework.version,
        instrument_ref=instrument.version_ref,
        role_key=role_key,
        language=learner.language,
        started_at=now,
        submitted_at=None,
    )
    connection.execute(
        insert(AttemptRow),
        {
            "attempt_id": attempt.attempt_id,
            "learner_id": learner.learner_id,
            "framework_key": framework.key,
            "framework_version": framework.version,
            "instrument_ref": instrument.version_ref,
            "role_key": role_key,
            "language": learner.language,
            "started_at": now,
            "submitted_at": None,
        },
    )
    # A result stays as it is until new answers are handed in.
    if find_aim(connection, learner_id=learner.learner_id) is None:
        choose_aim(
            connection,
            learner_id=learner.learner_id,
            framework=(framework.key, framework.version),
            role_key=role_key,
            now=now,
        )
    record(
        connection,
        learner_id=learner.learner_id,
        verb="started",
        object_ref=attempt.ref,
        occurred_at=now,
    )
    return attempt


def check_role(framework: Framework, role_key: str | None) -> None:
    """Refuse a role the framework does not have.

    Raises:
        UnknownRoleError: It does not.
    """
    known = [role.key for role in framework.roles]
    if role_key is not None and role_key not in known:
        raise UnknownRoleError(role=role_key, allowed=", ".join(known))


def save_answer(
    connection: Connection,
    *,
    attempt_id: UUID,
    learner_id: UUID,
    item_key: str,
    value: str,
    now: datetime,
) -> None:
    """Keep one answer; the same again, or another in its place, is fine.

    Raises:
        AttemptNotFoundError: Not this learner's attempt.
        AttemptSubmittedError: Its answers are final.
        ItemNotFoundError: The questionnaire has no such item.
        UnknownAnswerError: The item does not offer this value.
    """
    save_answers(
        connection,
        attempt_id=attempt_id,
        learner_id=learner_id,
        values={item_key: value},
        now=now,
    )


def save_answers(
    connection: Connection,
    *,
    attempt_id: UUID,
    learner_id: UUID,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep several answers, all or none.

    Raises:
        AttemptNotFoundError: Not this learner's attempt.
        AttemptSubmittedError: Its answers are final.
        ItemNotFoundError: The questionnaire has no item of one of the keys.
        UnknownAnswerError: An item does not offer its value.
    """
    attempt = get_attempt_to_answer(
        connection, attempt_id=attempt_id, learner_id=learner_id
    )
    if not attempt.is_open:
        raise AttemptSubmittedError(attempt_id=str(attempt_id))
    instrument = get_instrument(
        connection,
        attempt.framework_key,
        attempt.framework_version,
        attempt.instrument_ref,
    )
    items = instrument.items_by_key
    rows = []
    # One order for all: two tabs that save the same page do not wait for each other.
    for item_key, value in sorted(values.items()):
        if item_key not in items:
            raise ItemNotFoundError(item=item_key[:64])
        rows.append(
            {
                "learner_id": learner_id,
                "attempt_id": attempt_id,
                "item_key": item_key,
                "value": check_value(items[item_key], value),
                "answered_at": now,
            }
        )
    if rows:
        _ANSWER.execute(connection, rows[0] if len(rows) == 1 else rows)


def submit_attempt(
    connection: Connection, *, attempt_id: UUID, learner_id: UUID, now: datetime
) -> datetime:
    """Make the answers final and hand them on as evidence; again changes nothing.

    Everything happens in the caller's transaction: submission, evidence and event
    are stored together or not at all.

    Returns:
        When the attempt was submitted: now, or the first time.

    Raises:
        AttemptNotFoundError: Not this learner's attempt.
    """
    attempt = get_attempt_to_submit(
        connection, attempt_id=attempt_id, learner_id=learner_id
    )
    if attempt.submitted_at is not None:
        return attempt.submitted_at
    instrument = get_instrument(
        connection,
        attempt.framework_key,
        attempt.framework_version,
        attempt.instrument_ref,
    )
    answers = list_answers(connection, attempt_id=attempt_id, learner_id=learner_id)
    connection.execute(_SUBMIT, {"whose": learner_id, "which": attempt_id, "at": now})
    choose_aim(
        connection,
        learner_id=learner_id,
        framework=(attempt.framework_key, attempt.framework_version),
        role_key=attempt.role_key,
        now=now,
    )
    record_evidence(
        connection,
        learner_id=learner_id,
        framework_key=attempt.framework_key,
        observations=observe(attempt, instrument, answers, at=now),
    )
    record(
        connection,
        learner_id=learner_id,
        verb="submitted",
        object_ref=attempt.ref,
        occurred_at=now,
    )
    return now


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Give a learner the questionnaires, answers and recollections of another who is the same person.

    They are copied in the caller's transaction, which then erases ``from_learner``;
    without rows of hers nothing happens.
    """
    for row_type in (AttemptRow, AnswerRow, RecollectionRow):
        copy_rows(
            connection,
            row_type,
            column="learner_id",
            old=from_learner,
            new=to_learner,
        )
