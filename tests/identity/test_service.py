from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from app.identity import service
from app.identity.domain import Learner, digest
from app.identity.errors import (
    ResumeCodeMistypedError,
    ResumeCodeUnknownError,
    TooManyAttemptsError,
)
from app.identity.models import LearnerRow, ResumeCodeRow, SessionRow, ThrottleRow
from app.identity.queries import (
    find_learner,
    find_learner_by_code,
    find_session,
)
from app.journal.models import Event
from app.kernel.database import Database
from app.kernel.text import Language
from tests.constants import NOON, SECRET
from tests.home.builders import add_whole_life, personal_counts
from tests.identity.builders import add_learner, add_session, code_of

HOUR = timedelta(hours=1)
LIMIT = 3
UNKNOWN = "0000-0000-0000"


def resume(
    database: Database, typed: str, *, address: str = "10.0.0.1", now: datetime = NOON
) -> Learner:
    return service.resume(
        database,
        key=SECRET,
        typed=typed,
        address=address,
        limit=LIMIT,
        now=now,
    )


def uses(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(select(ThrottleRow.uses)))


def test_welcome_stores_a_learner_who_is_found_by_her_code(
    connection: Connection,
) -> None:
    learner = add_learner(connection, language=Language.PT)

    row = connection.execute(select(LearnerRow.__table__)).one()
    assert tuple(row) == (
        learner.learner_id,
        Language.PT,
        learner.resume_nonce,
        NOON,
        False,
    )
    assert find_learner_by_code(connection, code=code_of(learner)) == learner
    stored = connection.scalars(select(ResumeCodeRow.code_digest)).all()
    assert stored == [digest(code_of(learner))]


def whose(connection: Connection, token: str, *, now: datetime = NOON) -> UUID | None:
    found = find_session(connection, session_ref=digest(token), now=now)
    return found.learner_id if found else None


def test_session_is_stored_as_a_digest_and_ends(connection: Connection) -> None:
    learner = add_learner(connection)
    token = add_session(connection, learner, lifetime=HOUR)

    at = [NOON, NOON + HOUR - timedelta(seconds=1), NOON + HOUR]
    found = [whose(connection, token, now=now) for now in at]

    assert found == [learner.learner_id, learner.learner_id, None]
    assert connection.scalars(select(SessionRow.token_digest)).all() == [digest(token)]


def test_close_session_forgets_one_browser_only(connection: Connection) -> None:
    learner = add_learner(connection)
    phone, desk = add_session(connection, learner), add_session(connection, learner)

    service.close_session(connection, token=phone)

    assert whose(connection, phone) is None
    assert whose(connection, desk) == learner.learner_id


def test_choose_language_changes_hers_only(connection: Connection) -> None:
    ada, bob = add_learner(connection), add_learner(connection)

    changed = service.choose_language(connection, learner=ada, language=Language.AR)

    assert changed == replace(ada, language=Language.AR)
    assert find_learner(connection, learner_id=ada.learner_id) == changed
    assert find_learner(connection, learner_id=bob.learner_id) == bob


def test_resume_finds_the_learner_and_writes_it_down(database: Database) -> None:
    with database.write() as connection:
        learner = add_learner(connection)

    found = resume(database, code_of(learner).lower())

    assert found == learner
    with database.read() as connection:
        events = connection.execute(select(Event.verb, Event.object_ref)).all()
    assert [tuple(row) for row in events] == [
        ("resumed", f"learner:{learner.learner_id}")
    ]


def test_resume_of_a_mistyped_code_costs_no_try(database: Database) -> None:
    with pytest.raises(ResumeCodeMistypedError):
        resume(database, "K7PM-2XQ4-9BTC")

    assert uses(database) == []


def test_resume_counts_a_wrong_code_although_it_is_refused(
    database: Database,
) -> None:
    for count in range(1, LIMIT + 1):
        with pytest.raises(ResumeCodeUnknownError):
            resume(database, UNKNOWN)
        assert uses(database) == [count]

    with pytest.raises(TooManyAttemptsError) as refusal:
        resume(database, UNKNOWN)

    assert refusal.value.facts == {"retry_after_s": 3600}


def test_resume_does_not_count_right_codes(database: Database) -> None:
    with database.write() as connection:
        learner = add_learner(connection)

    found = [resume(database, code_of(learner)) for _ in range(LIMIT + 2)]

    assert found == [learner] * (LIMIT + 2)
    assert uses(database) == [0]


def test_resume_limit_is_for_one_address_and_one_hour(database: Database) -> None:
    with database.write() as connection:
        learner = add_learner(connection)
    for _ in range(LIMIT):
        with pytest.raises(ResumeCodeUnknownError):
            resume(database, UNKNOWN)

    with pytest.raises(TooManyAttemptsError):
        resume(database, code_of(learner))
    assert resume(database, code_of(learner), address="10.0.0.2") == learner
    assert resume(database, code_of(learner), now=NOON + HOUR) == learner


def test_retry_after_is_what_is_left_of_the_hour(connection: Connection) -> None:
    late = NOON + timedelta(minutes=59, seconds=30)
    scope = service.throttle_scope(SECRET, purpose="x", address="a", now=late)
    service.count_use(connection, scope=scope, limit=1, now=late)

    with pytest.raises(TooManyAttemptsError) as refusal:
        service.count_use(connection, scope=scope, limit=1, now=late)

    assert refusal.value.facts == {"retry_after_s": 30}


def test_throttle_does_not_keep_the_address() -> None:
    scope = service.throttle_scope(SECRET, purpose="x", address="10.0.0.1", now=NOON)

    assert len(scope) == 64
    assert "10.0.0.1" not in scope


def test_forget_expired_deletes_what_has_ended(connection: Connection) -> None:
    learner = add_learner(connection)
    add_session(connection, learner, lifetime=HOUR)
    kept = add_session(connection, learner, lifetime=2 * HOUR)
    service.count_use(connection, scope="x" * 64, limit=1, now=NOON)

    gone = service.forget_expired(connection, now=NOON + HOUR)

    assert gone == 2
    assert connection.scalars(select(SessionRow.token_digest)).all() == [digest(kept)]


def test_erase_removes_every_row_of_one_learner_only(database: Database) -> None:
    ada, bob = add_whole_life(database), add_whole_life(database)
    with database.read() as connection:
        of_bob = personal_counts(connection, bob.learner_id)

    with database.write() as connection:
        service.erase(connection, learner_id=ada.learner_id)
        service.erase(connection, learner_id=ada.learner_id)

    empty = {table for table, count in of_bob.items() if not count}
    # Their own rooms test that these go with the person, or what keeps a number only.
    elsewhere = ("progress_", "records_", "study_", "assessment_recollection")
    assert {table for table in empty if not table.startswith(elsewhere)} == set()
    with database.read() as connection:
        assert set(personal_counts(connection, ada.learner_id).values()) == {0}
        assert personal_counts(connection) == of_bob
