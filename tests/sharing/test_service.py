from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from app.cohorts.domain import Gender
from app.cohorts.models import CohortRow
from app.identity.domain import Learner
from app.identity.service import erase
from app.journal.models import Event
from app.kernel.database import Database
from app.sharing.domain.cells import Measure
from app.sharing.domain.pools import Attribute
from app.sharing.errors import NotAMemberError, NothingToShareError
from app.sharing.models import ChangeRow, ContributionRow, ShareRow
from app.sharing.queries import (
    list_released,
    list_shares,
    list_shown_to_trainers,
)
from app.sharing.service import (
    choose_attributes,
    leave_totals,
    release_waiting,
    share_result,
    take_back,
)
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.sharing.builders import (
    Shown,
    add_cohort,
    add_institution,
    add_member,
    add_second_round,
    add_share,
    add_shares,
    release,
    set_aside,
    share,
    shown,
)

COARSE, EVERY = 0, 2
DAY = timedelta(days=1)


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


def test_levels_are_released_when_enough_people_share(
    database: Database, cohort_id: UUID
) -> None:
    add_shares(database, cohort_id, levels={1: 6, 4: 4})
    release(database)
    before = shown(database, cohort_id)

    add_shares(database, cohort_id, levels={4: 5})
    release(database)

    assert before == [Shown(people=10, waiting=0, counts=[])]
    assert shown(database, cohort_id)[0].counts[COARSE] == [6, 9]


def test_four_results_wait(database: Database, cohort_id: UUID) -> None:
    add_shares(database, cohort_id, levels={1: 4})

    release(database)

    assert shown(database, cohort_id) == [Shown(people=0, waiting=4, counts=[])]


def test_an_institution_may_ask_for_larger_cells(database: Database) -> None:
    with database.write() as connection:
        institution_id = add_institution(connection, smallest_cell=8)
        cohort_id = add_cohort(connection, institution_id=institution_id)
    add_shares(database, cohort_id, levels={1: 7, 4: 9})
    release(database)
    assert shown(database, cohort_id)[0].counts == []

    add_shares(database, cohort_id, levels={1: 1})
    add_shares(database, cohort_id, levels={1: 8, 4: 8})
    release(database)

    assert shown(database, cohort_id)[0].counts[COARSE] == [16, 17]


def test_what_is_shared_is_levels_and_an_event(
    database: Database, cohort_id: UUID
) -> None:
    [learner] = add_shares(database, cohort_id, levels={2: 1})

    with database.read() as connection:
        [kept] = list_shares(connection, learner_id=learner.learner_id)
        verbs = connection.scalars(
            select(Event.verb).where(Event.learner_id == learner.learner_id)
        ).all()

    assert (kept.cohort_id, kept.round) == (cohort_id, 1)
    assert set(kept.levels.values()) == {2}
    assert len(kept.levels) == 19
    assert "shared" in verbs


def test_sharing_twice_counts_once(database: Database, cohort_id: UUID) -> None:
    [learner] = add_shares(database, cohort_id, levels={1: 1})

    with database.write() as connection:
        share(connection, learner, cohort_id)
    with database.read() as connection:
        changes = connection.scalar(select(func.count()).select_from(ChangeRow))

    assert changes == 1


def test_only_a_member_with_a_result_may_share(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        stranger = add_member(connection)
        add_result(connection, stranger)
        newcomer = add_member(connection, cohort_id)
    for learner, refusal in (
        (stranger, NotAMemberError),
        (newcomer, NothingToShareError),
    ):
        with pytest.raises(refusal), database.write() as connection:
            share(connection, learner, cohort_id)


def test_who_takes_back_leaves_with_the_next_release(
    database: Database, cohort_id: UUID
) -> None:
    [first, *_] = add_shares(database, cohort_id, levels={1: 8, 4: 8})
    release(database)

    with database.write() as connection:
        take_back(connection, learner=first, cohort_id=cohort_id, now=NOON)
        take_back(connection, learner=first, cohort_id=cohort_id, now=NOON)
    release(database)
    waiting = shown(database, cohort_id)
    add_shares(database, cohort_id, levels={1: 6, 4: 5})
    release(database)

    assert waiting[0].counts[COARSE] == [8, 8]
    assert waiting[0].waiting == -1
    assert shown(database, cohort_id)[0].counts[COARSE] == [13, 13]
    with database.read() as connection:
        assert list_shares(connection, learner_id=first.learner_id) == []


def test_erasing_a_person_keeps_the_totals_and_nothing_of_her(
    database: Database, cohort_id: UUID
) -> None:
    [first, *_] = add_shares(database, cohort_id, levels={1: 8, 4: 8})
    release(database)

    with database.write() as connection:
        leave_totals(connection, learner_id=first.learner_id)
        erase(connection, learner_id=first.learner_id)
    release(database)

    assert shown(database, cohort_id)[0].counts[COARSE] == [8, 8]
    with database.read() as connection:
        for table in (ShareRow, ContributionRow):
            rows = connection.scalar(
                select(func.count())
                .select_from(table)
                .where(table.learner_id == first.learner_id)
            )
            assert rows == 0


def test_who_shares_with_two_cohorts_counts_once_in_their_union(
    database: Database,
) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
    add_shares(database, one, levels={1: 5, 4: 5})
    add_shares(database, one, other, levels={1: 6, 4: 6})
    add_shares(database, other, levels={1: 7, 4: 7})
    release(database)

    def total(*cohorts: UUID) -> int:
        return sum(sum(pool.counts[COARSE]) for pool in shown(database, *cohorts))

    assert total(one) == 22
    assert total(other) == 26
    assert total(one, other) == 36


def test_a_result_that_was_shown_is_not_counted_again_in_another_cohort(
    database: Database,
) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
    learners = add_shares(database, one, levels={1: 7, 4: 8})
    release(database)

    with database.write() as connection:
        for learner in learners[:14]:
            add_member(connection, other, learner=learner)
            share(connection, learner, other)
    release(database)

    # Fourteen of fifteen beside fifteen would say where the one stands.
    [pool, empty] = shown(database, one)
    assert (pool.counts[COARSE], empty.people) == ([7, 8], 0)
    assert shown(database, other) == [empty]

    with database.write() as connection:
        for learner in learners[:14]:
            take_back(connection, learner=learner, cohort_id=one, now=NOON)
    release(database)

    assert not any(each.people for each in shown(database, other))
    assert [pool.waiting for pool in shown(database, one)] == [-14, 0]


def test_a_result_of_which_nothing_was_shown_counts_in_a_second_cohort(
    database: Database,
) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
    learners = add_shares(database, one, levels={1: 3, 4: 8})
    release(database)

    with database.write() as connection:
        for learner in learners:
            add_member(connection, other, learner=learner)
            share(connection, learner, other)
    add_shares(database, one, other, levels={1: 2})
    release(database)

    assert [pool.counts[COARSE] for pool in shown(database, other)] == [[5, 8]]


def test_two_people_in_both_cohorts_stay_hidden(database: Database) -> None:
    with database.write() as connection:
        one, other = add_cohort(connection), add_cohort(connection)
    add_shares(database, one, levels={1: 10, 4: 10})
    add_shares(database, one, other, levels={1: 1, 4: 1})

    release(database)

    assert [pool.people for pool in shown(database, one)] == [20, 0]
    assert shown(database, other) == [Shown(people=0, waiting=2, counts=[])]


def test_a_second_round_counts_the_change_of_the_same_people(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        set_aside(connection, cohort_id)
    learners = add_shares(database, cohort_id, levels={1: 12}, is_kept=True)
    release(database)
    assert shown(database, cohort_id) == [Shown(people=12, waiting=0, counts=[])]

    with database.write() as connection:
        add_second_round(connection, cohort_id)
        for number, learner in enumerate(learners):
            value = "4" if number % 2 else "1"
            add_result(connection, learner, value=value, now=NOON + DAY)
            share(connection, learner, cohort_id)
    release(database)

    pools = shown(database, cohort_id, measure=Measure.CHANGE)
    assert pools[0].people == 12
    assert pools[0].counts[-1] == [6, 6, 0, 0]
    assert [pool.people for pool in shown(database, cohort_id)] == [12, 0]


def test_a_group_is_counted_apart_once_it_is_large(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        choose_attributes(
            connection, cohort_id=cohort_id, attributes=[Attribute.GENDER]
        )
        for _ in range(40):
            add_member(connection, cohort_id, gender=Gender.WOMAN)
        for level in (1, 4) * 6:
            add_share(connection, cohort_id, level=level, gender=Gender.WOMAN)
            add_share(connection, cohort_id, level=level, gender=Gender.MAN)
    release(database)

    with database.read() as connection:
        pools = list_released(connection, cohort_ids=[cohort_id])

    groups = {str(pool.group.get("gender")): pool.people for pool in pools}
    assert groups == {"woman": 12, "None": 12}


def test_trainers_see_those_who_let_them_and_nobody_else(
    database: Database, cohort_id: UUID
) -> None:
    add_shares(database, cohort_id, levels={1: 2})
    with database.write() as connection:
        learner = add_member(connection, cohort_id)
        add_result(connection, learner, value="3")
        share_result(
            connection,
            learner=learner,
            cohort_id=cohort_id,
            trainers_see="Awa Diop",
            now=NOON,
        )

    with database.read() as connection:
        found = list_shown_to_trainers(connection, cohort_id=cohort_id, since=NOON)

        later = list_shown_to_trainers(
            connection, cohort_id=cohort_id, since=NOON + DAY
        )

    assert later == []
    assert [(name, set(shared.levels.values())) for name, shared in found] == [
        ("Awa Diop", {3})
    ]


def test_who_shows_nothing_to_trainers_any_more_hides_the_first_round_too(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        learner = add_member(connection, cohort_id)
        add_result(connection, learner, value="3")
        share_result(
            connection,
            learner=learner,
            cohort_id=cohort_id,
            trainers_see="Awa Diop",
            now=NOON,
        )
        add_second_round(connection, cohort_id)
        share(connection, learner, cohort_id)

    with database.read() as connection:
        assert list_shown_to_trainers(connection, cohort_id=cohort_id, since=NOON) == []
        assert len(list_shares(connection, learner_id=learner.learner_id)) == 2


def test_larger_cells_count_from_then_on_for_pools_that_are_there(
    database: Database, cohort_id: UUID
) -> None:
    add_shares(database, cohort_id, levels={1: 5, 4: 5})
    release(database)
    with database.write() as connection:
        connection.execute(
            update(CohortRow)
            .where(CohortRow.cohort_id == cohort_id)
            .values(smallest_cell=8)
        )
    add_shares(database, cohort_id, levels={1: 5, 4: 5})
    release(database)

    waiting = shown(database, cohort_id)
    add_shares(database, cohort_id, levels={1: 4, 4: 4})
    release(database)

    assert waiting[0].counts[EVERY] == [0, 5, 0, 0, 5, 0, 0]
    assert shown(database, cohort_id)[0].counts[EVERY] == [0, 14, 0, 0, 14, 0, 0]


def test_a_change_of_an_unknown_pool_is_nobodys(database: Database) -> None:
    assert release_waiting(database, now=NOON) == 0
    with database.read() as connection:
        assert list_released(connection, cohort_ids=[uuid4()]) == []


def test_everyone_is_counted_while_many_share_and_several_release(
    database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        people = [add_member(connection, cohort_id) for _ in range(24)]
        for number, learner in enumerate(people):
            add_result(connection, learner, value="1" if number % 2 else "4")

    def send(learners: list[Learner]) -> None:
        for learner in learners:
            with database.write() as opened:
                share(opened, learner, cohort_id)
            release_waiting(database, now=NOON)

    threads = [Thread(target=send, args=(people[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    release(database)

    [pool] = shown(database, cohort_id)
    assert pool.people + pool.waiting == 24
    assert sum(pool.counts[COARSE]) in {0, *range(10, 25)}
