from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Connection, func, select

from app.assessment import queries, service
from app.assessment.domain import Attempt
from app.assessment.errors import (
    AttemptNotFoundError,
    AttemptSubmittedError,
    ItemNotFoundError,
    UnknownAnswerError,
    UnknownRoleError,
)
from app.assessment.models import AnswerRow, AttemptRow
from app.journal.models import Event
from app.kernel.database import Database
from app.proficiency.domain import Aim, EvidenceSource, Outcome
from app.proficiency.models import EvidenceRow
from app.proficiency.queries import find_aim
from tests.assessment.builders import (
    ROLE,
    add_attempt,
    answer_items,
    instrument_of,
    keys,
    submit,
)
from tests.constants import NOON
from tests.identity.builders import add_learner

LATER = NOON + timedelta(minutes=10)


def answers_of(connection: Connection, attempt: Attempt) -> dict[str, str]:
    return queries.list_answers(
        connection, attempt_id=attempt.attempt_id, learner_id=attempt.learner_id
    )


def verbs(connection: Connection, attempt: Attempt) -> list[str]:
    return sorted(
        connection.scalars(select(Event.verb).where(Event.object_ref == attempt.ref))
    )


def count(connection: Connection, table: type[AnswerRow | EvidenceRow]) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def test_start_stores_attempt_aim_and_event_together(connection: Connection) -> None:
    attempt = add_attempt(connection)

    assert (
        queries.get_attempt(
            connection, attempt_id=attempt.attempt_id, learner_id=attempt.learner_id
        )
        == attempt
    )
    assert find_aim(connection, learner_id=attempt.learner_id) == Aim(
        learner_id=attempt.learner_id,
        framework_key=attempt.framework_key,
        framework_version=attempt.framework_version,
        role_key=ROLE,
        revision=1,
    )
    assert verbs(connection, attempt) == ["started"]


def test_start_with_an_unknown_role_stores_nothing(connection: Connection) -> None:
    with pytest.raises(UnknownRoleError) as refusal:
        add_attempt(connection, role_key="king")

    assert "service-manager" in str(refusal.value.facts["allowed"])
    assert connection.scalar(select(func.count()).select_from(AttemptRow)) == 0


def test_not_sure_is_a_role_of_its_own(connection: Connection) -> None:
    attempt = add_attempt(connection, role_key=None)

    aim = find_aim(connection, learner_id=attempt.learner_id)
    assert aim is not None
    assert aim.role_key is None


def test_last_answer_to_an_item_counts(connection: Connection) -> None:
    attempt = add_attempt(connection)

    answer_items(connection, attempt, {"open-data": "1", "trust": "2"})
    answer_items(connection, attempt, {"open-data": "unknown"}, now=LATER)
    answer_items(connection, attempt, {"open-data": "unknown"}, now=LATER)

    assert answers_of(connection, attempt) == {"trust": "2", "open-data": "unknown"}
    assert count(connection, EvidenceRow) == 0


def test_one_wrong_answer_refuses_all_of_its_page(database: Database) -> None:
    with database.write() as connection:
        attempt = add_attempt(connection)

    wrong: list[tuple[type[Exception], dict[str, str]]] = [
        (ItemNotFoundError, {"trust": "1", "no-such-item": "1"}),
        (UnknownAnswerError, {"trust": "1", "open-data": "5"}),
    ]
    for error, values in wrong:
        with pytest.raises(error), database.write() as connection:
            answer_items(connection, attempt, values)

    with database.read() as connection:
        assert answers_of(connection, attempt) == {}


def test_nothing_to_save_is_fine(connection: Connection) -> None:
    attempt = add_attempt(connection)

    answer_items(connection, attempt, {})

    assert answers_of(connection, attempt) == {}


def test_somebody_elses_attempt_is_not_told_from_none(connection: Connection) -> None:
    attempt, stranger = add_attempt(connection), add_learner(connection)
    calls: list[Callable[..., object]] = [
        queries.get_attempt,
        queries.get_attempt_to_answer,
        queries.get_attempt_to_submit,
        lambda c, **ids: service.save_answers(c, values={}, now=NOON, **ids),
        lambda c, **ids: service.submit_attempt(c, now=NOON, **ids),
    ]
    wrong = [
        (attempt.attempt_id, stranger.learner_id),
        (uuid4(), attempt.learner_id),
    ]

    for call in calls:
        for attempt_id, learner_id in wrong:
            with pytest.raises(AttemptNotFoundError) as refusal:
                call(connection, attempt_id=attempt_id, learner_id=learner_id)
            assert refusal.value.facts == {"attempt_id": str(attempt_id)}


def test_submit_stores_time_evidence_and_event_together(
    connection: Connection,
) -> None:
    attempt = add_attempt(connection)
    answer_items(
        connection,
        attempt,
        {"open-data": "0", "trust": "unknown", "creativity": "not_applicable"},
    )

    submitted_at = submit(connection, attempt, now=LATER)

    assert submitted_at == LATER
    rows = connection.execute(
        select(EvidenceRow.__table__).order_by(EvidenceRow.competency_key)
    ).all()
    assert [(r.competency_key, r.outcome, r.level) for r in rows] == [
        ("creativity", Outcome.NOT_APPLICABLE, None),
        ("open-data", Outcome.LEVEL, 0),
        ("trust", Outcome.UNKNOWN, None),
    ]
    assert {(r.source, r.source_ref, r.observed_at) for r in rows} == {
        (EvidenceSource.SELF_DECLARED, attempt.ref, LATER)
    }
    assert verbs(connection, attempt) == ["started", "submitted"]


def test_submitting_again_changes_nothing(connection: Connection) -> None:
    attempt = add_attempt(connection)
    answer_items(connection, attempt, {"open-data": "1"})
    submit(connection, attempt)
    aim = find_aim(connection, learner_id=attempt.learner_id)

    again = submit(connection, attempt, now=LATER)

    assert again == NOON
    assert find_aim(connection, learner_id=attempt.learner_id) == aim
    assert count(connection, EvidenceRow) == 1
    assert verbs(connection, attempt) == ["started", "submitted"]


def test_submitting_nothing_gives_no_evidence(connection: Connection) -> None:
    attempt = add_attempt(connection)

    submit(connection, attempt)

    assert count(connection, EvidenceRow) == 0
    assert verbs(connection, attempt) == ["started", "submitted"]


def test_answers_are_final_after_submission(connection: Connection) -> None:
    attempt = add_attempt(connection)
    answer_items(connection, attempt, {"open-data": "1"})
    submit(connection, attempt)

    with pytest.raises(AttemptSubmittedError):
        answer_items(connection, attempt, {"open-data": "2"})

    assert answers_of(connection, attempt) == {"open-data": "1"}


def test_attempts_are_listed_newest_first_and_hers_only(
    connection: Connection,
) -> None:
    ada, bob = add_learner(connection), add_learner(connection)
    first = add_attempt(connection, ada)
    second = add_attempt(connection, ada, now=LATER)
    add_attempt(connection, bob)

    listed = queries.list_attempts(connection, learner_id=ada.learner_id)

    assert listed == [second, first]
    assert queries.find_open_attempt(connection, learner_id=ada.learner_id) == second
    submit(connection, second)
    assert queries.find_open_attempt(connection, learner_id=ada.learner_id) is None


def test_attempts_begun_at_once_have_one_order(connection: Connection) -> None:
    ada = add_learner(connection)
    begun = [add_attempt(connection, ada) for _ in range(5)]

    listed = queries.list_attempts(connection, learner_id=ada.learner_id)

    assert listed == sorted(begun, key=lambda attempt: attempt.attempt_id)


def in_two_tabs(*tabs: Callable[[], object]) -> list[object]:
    """Run functions at the same moment, each in a thread."""
    barrier = Barrier(len(tabs))

    def run(tab: Callable[[], object]) -> object:
        barrier.wait()
        return tab()

    with ThreadPoolExecutor(len(tabs)) as pool:
        return list(pool.map(run, tabs))


def test_two_tabs_submit_once(database: Database) -> None:
    with database.write() as connection:
        attempt = add_attempt(connection)
        answer_items(connection, attempt, {"open-data": "1"})

    def tab(minutes: int) -> object:
        with database.write() as connection:
            return submit(connection, attempt, now=NOON + timedelta(minutes=minutes))

    times = in_two_tabs(*(partial(tab, minutes) for minutes in range(4)))

    assert len(set(times)) == 1
    with database.read() as connection:
        assert count(connection, EvidenceRow) == 1
        assert verbs(connection, attempt) == ["started", "submitted"]


def test_no_acknowledged_answer_is_lost_when_another_tab_submits(
    database: Database,
) -> None:
    with database.write() as connection:
        attempt = add_attempt(connection)
        items = keys(instrument_of(connection))
    acknowledged: list[str] = []

    def answer() -> None:
        for item in items * 20:
            try:
                with database.write() as connection:
                    answer_items(connection, attempt, {item: "2"})
            except AttemptSubmittedError:
                return
            acknowledged.append(item)

    def hand_in() -> None:
        while len(acknowledged) < len(items) // 2:
            pass
        with database.write() as connection:
            submit(connection, attempt)

    in_two_tabs(answer, hand_in)

    with database.read() as connection:
        evidence = set(connection.scalars(select(EvidenceRow.competency_key)))
        assert set(answers_of(connection, attempt)) == set(acknowledged) == evidence


def test_two_tabs_answering_the_same_questions_keep_one_answer_each(
    database: Database,
) -> None:
    with database.write() as connection:
        attempt = add_attempt(connection)
        items = keys(instrument_of(connection))

    def tab(value: str, order: list[str]) -> None:
        for item in order:
            with database.write() as connection:
                answer_items(connection, attempt, {item: value})

    in_two_tabs(lambda: tab("1", items), lambda: tab("2", items[::-1]))

    with database.read() as connection:
        kept = answers_of(connection, attempt)
        assert count(connection, AnswerRow) == len(items)
    assert set(kept.values()) <= {"1", "2"}


def test_two_tabs_saving_whole_pages_in_other_orders_do_not_block_each_other(
    database: Database,
) -> None:
    with database.write() as connection:
        attempt = add_attempt(connection)
        items = keys(instrument_of(connection))
        answer_items(connection, attempt, dict.fromkeys(items, "0"))

    def tab(value: str, order: list[str]) -> None:
        for _ in range(20):
            with database.write() as connection:
                answer_items(connection, attempt, dict.fromkeys(order, value))

    in_two_tabs(lambda: tab("1", items), lambda: tab("2", items[::-1]))

    with database.read() as connection:
        assert len(set(answers_of(connection, attempt).values())) == 1
