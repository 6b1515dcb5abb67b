"""Counts of a course that everybody may see."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import CourseCount, Kind, fold
from app.progress.domain.showing import FEWEST, STEP, ShownCount, show_count
from app.progress.queries import count_course, list_entries
from app.progress.service import record_entries
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import add_learner
from tests.progress.builders import SCHOOL, said

SELF, VERIFIED = EvidenceSource.SELF_DECLARED, EvidenceSource.VERIFIED
NUMBERS = st.integers(0, 40)


def count(alone: int, proven: int, rest: int) -> CourseCount:
    started = alone + proven + rest
    completed = {by: n for by, n in ((SELF, alone), (VERIFIED, proven)) if n}
    return CourseCount(enrolled=started, started=started, completed=completed)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_no_figure_is_about_a_few(alone: int, proven: int, rest: int) -> None:
    shown = show_count(count(alone, proven, rest))

    if min(alone + proven, rest) < FEWEST:
        assert shown is None
        return
    assert shown is not None
    assert shown.started == (alone + proven + rest) // STEP * STEP
    assert shown.finished == (alone + proven) // STEP * STEP
    safe = min(alone, proven) >= FEWEST
    assert shown.proven == (proven // STEP * STEP if safe else None)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_most_single_people_change_nothing_that_is_shown(
    alone: int, proven: int, rest: int
) -> None:
    shown = [show_count(count(alone, proven, rest + more)) for more in range(STEP)]

    assert len({each.started for each in shown if each}) <= 2


def add_people(connection: Connection, number: int, *kinds: Kind) -> list[UUID]:
    people = [add_learner(connection).learner_id for _ in range(number)]
    for who in people:
        entries = [
            said(kind, MOOC, ref=kind, source=VERIFIED, said_by=SCHOOL)
            for kind in kinds
        ]
        record_entries(connection, learner_id=who, entries=entries, now=NOON)
    return people


def test_the_counters_say_what_the_ledgers_say(connection: Connection) -> None:
    people = [
        *add_people(connection, 6, Kind.ENROLLED),
        *add_people(connection, 8, Kind.STARTED),
        *add_people(connection, 7, Kind.COMPLETED),
    ]

    walked = [fold(list_entries(connection, learner_id=who))[MOOC] for who in people]
    counted = count_course(connection, MOOC)

    assert counted.started == sum(each.started is not None for each in walked) == 15
    assert counted.completed == {
        VERIFIED: sum(each.completed is not None for each in walked)
    }
    assert show_count(counted) == ShownCount(started=15, finished=5, proven=None)
