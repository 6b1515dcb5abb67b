from datetime import timedelta

import pytest
from sqlalchemy import Connection

from app.cohorts import queries
from app.cohorts.domain import (
    INSTALLATION,
    Institution,
    InstitutionKind,
    Office,
)
from app.cohorts.errors import (
    FirstRoundMissingError,
    InstitutionExistsError,
    RoundExistsError,
    UnknownChoiceError,
)
from app.cohorts.service import (
    grant_office,
    raise_smallest_cell,
    revoke_office,
)
from tests.cohorts.builders import (
    TODAY,
    World,
    add_campaign,
    add_cohort,
    add_ministry,
    add_world,
)
from tests.constants import NOON
from tests.identity.builders import add_learner

DAY = timedelta(days=1)


@pytest.fixture
def world(connection: Connection) -> World:
    return add_world(connection)


def test_institutions_form_a_tree(connection: Connection, world: World) -> None:
    below = queries.list_institutions_below(
        connection, institution_id=world.country.institution_id
    )
    above = queries.list_ancestors(
        connection, institution_id=world.hospital.institution_id
    )
    cohorts = queries.list_cohorts_below(
        connection, institution_id=world.health.institution_id
    )

    assert [each.key for each in below] == ["senegal", "health", "justice", "hospital"]
    assert [each.key for each in above] == ["senegal", "health", "hospital"]
    assert cohorts == [world.cohort]
    assert world.hospital.country == "SN"


def test_a_key_is_given_once(connection: Connection, world: World) -> None:
    with pytest.raises(InstitutionExistsError):
        add_ministry(connection, world.justice.key)


def test_smallest_cell_is_raised_everywhere_below_and_never_lowered(
    connection: Connection, world: World
) -> None:
    def change(institution: Institution, cell: int) -> None:
        raise_smallest_cell(
            connection,
            actor_id=INSTALLATION,
            institution=institution,
            smallest_cell=cell,
            now=NOON,
        )

    change(world.health, 12)

    found = queries.get_cohort(connection, cohort_id=world.cohort.cohort_id)
    other = queries.get_cohort(connection, cohort_id=world.foreign_cohort.cohort_id)
    hospital = queries.get_institution(
        connection, institution_id=world.hospital.institution_id
    )
    assert (found.smallest_cell, other.smallest_cell) == (12, 5)
    with pytest.raises(UnknownChoiceError):
        change(hospital, 11)
    assert add_cohort(connection, hospital).smallest_cell == 12


def test_an_operator_is_one_everywhere_and_others_nowhere_else(
    connection: Connection, world: World
) -> None:
    learner = add_learner(connection)
    wrong = [
        (Office.OPERATOR, world.health.institution_id),
        (Office.ADMINISTRATOR, INSTALLATION),
    ]

    for office, institution_id in wrong:
        with pytest.raises(UnknownChoiceError):
            grant_office(
                connection,
                actor_id=INSTALLATION,
                learner_id=learner.learner_id,
                office=office,
                institution_id=institution_id,
                now=NOON,
            )


def test_an_office_is_granted_once_and_taken_back(
    connection: Connection, world: World
) -> None:
    learner = add_learner(connection)
    office = {
        "actor_id": INSTALLATION,
        "learner_id": learner.learner_id,
        "institution_id": world.health.institution_id,
    }

    for _ in range(2):
        grant_office(connection, office=Office.TRAINER, now=NOON, **office)
    held = queries.list_offices(connection, learner_id=learner.learner_id)
    revoke_office(connection, office=Office.TRAINER, now=NOON, **office)

    assert held == [(world.health.institution_id, Office.TRAINER)]
    assert queries.list_offices(connection, learner_id=learner.learner_id) == []


def test_a_second_round_follows_a_first(connection: Connection, world: World) -> None:
    empty = add_cohort(connection, world.justice, name="Neuf")
    with pytest.raises(FirstRoundMissingError):
        add_campaign(connection, empty, number=2)
    with pytest.raises(RoundExistsError):
        add_campaign(connection, world.cohort)

    second = add_campaign(
        connection,
        world.cohort,
        number=2,
        opens_on=TODAY + 60 * DAY,
        closes_on=TODAY + 90 * DAY,
    )

    found = queries.list_campaigns(connection, cohort_id=world.cohort.cohort_id)
    assert found == [world.campaign, second]


def test_kinds_lie_where_they_belong(connection: Connection, world: World) -> None:
    school = add_ministry(
        connection, "ena", parent=world.country, kind=InstitutionKind.SCHOOL
    )

    assert queries.list_children(
        connection, institution_id=world.country.institution_id
    ) == [school, world.health, world.justice]
