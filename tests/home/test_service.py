"""Joining two learners who are one person, keeping no longer, erasing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from app.assessment.models import AnswerRow, AttemptRow
from app.home import service
from app.identity.domain import Learner, Strength, Visitor
from app.identity.errors import EmailTakenError
from app.identity.models import LearnerRow, SessionRow
from app.identity.queries import (
    find_account,
    find_account_by_email,
    find_learner,
    find_learner_by_email,
    find_session,
)
from app.journal.models import Event
from app.kernel.database import Database
from app.kernel.text import Language
from app.paths.domain.plan import Choice
from app.paths.queries import get_choices
from app.paths.service import choose_step
from app.proficiency.models import AimRow, EvidenceRow
from tests.assessment.builders import add_result
from tests.constants import NOON, SECRET
from tests.home.builders import MOOC, add_whole_life, personal_counts
from tests.identity.builders import add_account, add_learner, add_session
from tests.sharing.builders import add_cohort, add_share

YEARS = timedelta(days=730)
LATER = NOON + timedelta(hours=1)


def by(visitor: Learner | None) -> service.Arrival:
    return service.Arrival(
        visitor=Visitor(learner=visitor, form_token="x"),  # noqa: S106 -- of no form
        strength=Strength.SIGNED_IN,
        device="Firefox, Android",
        lifetime=timedelta(days=30),
        now=NOON,
    )


def add_guest(connection: Connection) -> Learner:
    guest = add_learner(connection)
    add_result(connection, guest)
    choose_step(
        connection,
        learner_id=guest.learner_id,
        unit_key=MOOC,
        choice=Choice.DONE,
        now=NOON,
    )
    return guest


def add_owner(connection: Connection) -> Learner:
    owner = add_learner(connection)
    add_account(connection, owner)
    return owner


def rows_of(connection: Connection, learner: Learner) -> dict[str, int]:
    counts = personal_counts(connection, learner.learner_id)
    return {name: count for name, count in counts.items() if count}


def test_merge_moves_every_row_and_leaves_none(connection: Connection) -> None:
    guest, owner = add_guest(connection), add_owner(connection)
    before = rows_of(connection, guest)

    service.merge(
        connection,
        from_learner=guest.learner_id,
        to_learner=owner.learner_id,
        now=NOON,
    )

    after = rows_of(connection, owner)
    assert rows_of(connection, guest) == {}
    for table in (AttemptRow, AnswerRow, EvidenceRow, AimRow):
        assert after[table.__tablename__] == before[table.__tablename__] >= 1
    assert get_choices(connection, learner_id=owner.learner_id) == {MOOC: Choice.DONE}
    assert after["journal_event"] == before["journal_event"] + 2  # registered, merged


def test_merge_again_changes_nothing(connection: Connection) -> None:
    guest, owner = add_guest(connection), add_owner(connection)
    keys = {"from_learner": guest.learner_id, "to_learner": owner.learner_id}
    service.merge(connection, **keys, now=NOON)
    once = rows_of(connection, owner)

    service.merge(connection, **keys, now=NOON)

    assert rows_of(connection, owner) == once


def test_two_tabs_that_sign_in_at_once_merge_once(database: Database) -> None:
    with database.write() as connection:
        guest, owner = add_guest(connection), add_owner(connection)
        before = rows_of(connection, guest)

    def enter(_tab: int) -> str:
        with database.write() as connection:
            return service.enter(connection, learner_id=owner.learner_id, by=by(guest))

    with ThreadPoolExecutor(4) as tabs:
        tokens = list(tabs.map(enter, range(4)))

    with database.read() as connection:
        after = rows_of(connection, owner)
    assert len(set(tokens)) == after["identity_session"] == 4
    assert after["assessment_answer"] == before["assessment_answer"]
    assert after["proficiency_evidence"] == before["proficiency_evidence"]


def test_merge_keeps_the_newer_aim_and_choice(connection: Connection) -> None:
    guest, owner = add_guest(connection), add_owner(connection)
    choose_step(
        connection,
        learner_id=owner.learner_id,
        unit_key=MOOC,
        choice=Choice.ASIDE,
        now=LATER,
    )

    service.enter(connection, learner_id=owner.learner_id, by=by(guest))

    assert get_choices(connection, learner_id=owner.learner_id) == {MOOC: Choice.ASIDE}


def test_merge_takes_what_is_shared_along(connection: Connection) -> None:
    cohort_id = add_cohort(connection)
    guest, owner = add_share(connection, cohort_id), add_owner(connection)

    service.enter(connection, learner_id=owner.learner_id, by=by(guest))

    after = rows_of(connection, owner)
    assert (after["cohorts_member"], after["sharing_share"]) == (1, 1)
    assert after["sharing_contribution"] == 1


def test_two_accounts_never_merge(connection: Connection) -> None:
    ada, bob = add_owner(connection), add_owner(connection)
    add_result(connection, ada)
    known = find_learner(connection, learner_id=ada.learner_id)

    service.enter(connection, learner_id=bob.learner_id, by=by(known))

    assert "assessment_attempt" in rows_of(connection, ada)
    assert "assessment_attempt" not in rows_of(connection, bob)


def test_entering_ends_the_former_session(connection: Connection) -> None:
    owner = add_owner(connection)
    first = service.enter(connection, learner_id=owner.learner_id, by=by(None))
    [ref] = connection.scalars(select(SessionRow.token_digest))
    known = find_session(connection, session_ref=ref, now=NOON)
    again = service.Arrival(
        visitor=Visitor(learner=owner, form_token="x", session=known),  # noqa: S106 -- nobody's
        strength=Strength.TWO_FACTOR,
        device="",
        lifetime=timedelta(days=30),
        now=LATER,
    )

    second = service.enter(connection, learner_id=owner.learner_id, by=again)

    [row] = connection.execute(select(SessionRow.__table__)).all()
    assert first != second
    assert (row.token_digest != ref, row.strength) == (True, Strength.TWO_FACTOR)
    assert (row.proved_at, row.expires_at) == (LATER, LATER + timedelta(days=30))


def test_register_keeps_number_and_answers(connection: Connection) -> None:
    guest = add_guest(connection)
    add_session(connection, guest)
    before = rows_of(connection, guest)

    service.register(
        connection,
        key=SECRET,
        email="Ada@Example.org",
        language=Language.FR,
        by=by(guest),
    )

    after = rows_of(connection, guest)
    assert after["assessment_answer"] == before["assessment_answer"]
    assert "identity_resume_code" not in after
    assert after["identity_session"] == 1
    found = find_learner_by_email(connection, key=SECRET, email="ada@example.ORG")
    assert found is not None
    assert (found.learner_id, found.has_account) == (guest.learner_id, True)


def test_one_address_belongs_to_one_account(database: Database) -> None:
    def register(_number: int) -> str:
        try:
            with database.write() as connection:
                return service.register(
                    connection,
                    key=SECRET,
                    email="ada@example.org",
                    language=Language.FR,
                    by=by(None),
                )
        except EmailTakenError:
            return ""

    with ThreadPoolExecutor(4) as people:
        tokens = list(people.map(register, range(4)))

    assert len([token for token in tokens if token]) == 1
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(LearnerRow)) == 1


def test_account_never_prints_what_is_personal(connection: Connection) -> None:
    owner = add_owner(connection)
    account = find_account(connection, learner_id=owner.learner_id)

    assert account is not None
    assert account.email not in repr(account)
    stranger = find_account_by_email(connection, key=SECRET, email="no@example.org")
    assert stranger is None


def test_retention_forgets_guests_whom_nobody_was_for_long(
    database: Database,
) -> None:
    with database.write() as connection:
        idle, owner = add_learner(connection), add_owner(connection)
        known, active = add_learner(connection), add_learner(connection)
        add_session(connection, known, lifetime=2 * YEARS)
        add_result(connection, active, now=NOON + timedelta(days=1))

    early = service.apply_retention(database, unused=YEARS, now=NOON + YEARS)
    gone = service.apply_retention(database, unused=YEARS, now=LATER + YEARS)

    with database.read() as connection:
        left = set(connection.scalars(select(LearnerRow.learner_id)))
    assert (early, gone) == (0, 1)
    assert left == {owner.learner_id, known.learner_id, active.learner_id}
    assert idle.learner_id not in left


def test_retention_works_in_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    with database.write() as connection:
        for _ in range(5):
            add_learner(connection)

    gone = service.apply_retention(database, unused=YEARS, now=LATER + YEARS)

    assert gone == 5


def test_erasing_leaves_nothing_of_a_whole_life(database: Database) -> None:
    ada = add_whole_life(database)

    with database.write() as connection:
        service.erase(connection, learner_id=ada.learner_id)

    with database.read() as connection:
        assert set(personal_counts(connection).values()) == {0}
        assert connection.scalar(select(func.count()).select_from(Event)) == 0
