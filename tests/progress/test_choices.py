"""What she says on the path stands in the ledger, and the path follows the ledger."""

from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.paths.domain.plan import Choice
from app.paths.errors import StepNotFoundError
from app.paths.queries import get_choices
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Kind
from app.progress.queries import count_course, get_course_progress, list_entries
from app.progress.service import choose, record_entries
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import add_learner
from tests.progress.builders import SCHOOL, said

SELF, VERIFIED = EvidenceSource.SELF_DECLARED, EvidenceSource.VERIFIED


def mark(
    connection: Connection, me: UUID, choice: Choice | None, unit: str = MOOC
) -> None:
    choose(connection, learner_id=me, unit_key=unit, choice=choice, now=NOON)


def is_done(connection: Connection, me: UUID) -> bool:
    found = get_course_progress(connection, learner_id=me, course_key=MOOC)
    return found is not None and found.completed is not None


def test_a_step_marked_as_done_is_a_word_in_the_ledger(connection: Connection) -> None:
    me = add_learner(connection).learner_id

    mark(connection, me, Choice.DONE)
    mark(connection, me, Choice.DONE)

    entries = list_entries(connection, learner_id=me)
    assert [(e.kind, e.module_key, e.source) for e in entries] == [
        (Kind.COMPLETED, None, SELF)
    ]
    assert count_course(connection, MOOC).completed == {SELF: 1}


@pytest.mark.parametrize("choice", [None, Choice.ASIDE])
def test_taken_back_it_is_done_no_longer_and_may_be_done_again(
    connection: Connection, choice: Choice | None
) -> None:
    me = add_learner(connection).learner_id
    mark(connection, me, Choice.DONE)

    mark(connection, me, choice)
    between = (is_done(connection, me), get_choices(connection, learner_id=me))
    mark(connection, me, Choice.DONE)

    assert between == (False, {} if choice is None else {MOOC: choice})
    assert is_done(connection, me)
    assert get_choices(connection, learner_id=me)[MOOC] is Choice.DONE


def test_what_others_reported_stays_done(connection: Connection) -> None:
    me = add_learner(connection).learner_id
    entry = said(Kind.COMPLETED, MOOC, ref="x", source=VERIFIED, said_by=SCHOOL)
    record_entries(connection, learner_id=me, entries=[entry], now=NOON)

    mark(connection, me, Choice.DONE)
    mark(connection, me, None)

    assert is_done(connection, me)
    assert get_choices(connection, learner_id=me)[MOOC] is Choice.DONE
    assert len(list_entries(connection, learner_id=me)) == 1


def test_an_unknown_step_is_refused(connection: Connection) -> None:
    me = add_learner(connection).learner_id

    with pytest.raises(StepNotFoundError):
        mark(connection, me, Choice.DONE, "none/such")
    assert list_entries(connection, learner_id=me) == []
