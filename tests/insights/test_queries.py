from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, insert

from app.cohorts.domain import Grade
from app.cohorts.models import InvitationRow
from app.identity.domain import Learner
from app.insights import queries, service
from app.insights.domain.dashboard import Lens
from app.insights.domain.participation import Stage, Trait
from app.kernel.database import Database
from app.kernel.text import Language
from app.paths.domain.plan import Choice
from app.paths.models import ChoiceRow
from tests.assessment.builders import add_attempt
from tests.constants import NOON
from tests.insights.builders import MANAGER, Pilot, add_pilot, answer, join, share
from tests.sharing.builders import release

LEVELS = ["1"] * 9 + ["3"] * 10


def invite(connection: Connection, pilot: Pilot, *, came: bool) -> None:
    number = uuid4()
    connection.execute(
        insert(InvitationRow),
        {
            "invitation_id": number,
            "cohort_id": pilot.cohort.cohort_id,
            "campaign_id": pilot.campaign_id,
            "email_digest": number.hex,
            "language": Language.FR,
            "invited_at": NOON,
            "mails": 1,
            "joined_at": NOON if came else None,
        },
    )


def come_along(connection: Connection, pilot: Pilot) -> list[Learner]:
    """Let one person reach each stage."""
    people = [
        join(connection, pilot.cohort, grade=grade)
        for grade in (None, Grade.OFFICER, Grade.OFFICER, Grade.MANAGER)
    ]
    add_attempt(connection, people[1], role_key=MANAGER)
    for learner in people[2:]:
        answer(connection, learner, LEVELS)
    share(connection, people[3], pilot.cohort)
    return people


def test_everybody_is_counted_at_one_stage(connection: Connection) -> None:
    pilot, other = add_pilot(connection), add_pilot(connection, key="justice")
    people = come_along(connection, pilot)
    come_along(connection, other)
    invite(connection, pilot, came=False)
    invite(connection, pilot, came=True)
    connection.execute(
        insert(ChoiceRow),
        {
            "learner_id": people[3].learner_id,
            "unit_key": "a-course",
            "choice": Choice.DONE,
            "chosen_at": NOON,
        },
    )

    turnout = queries.count_turnout(connection, cohort=pilot.cohort)

    assert (turnout.invited, turnout.joined, turnout.everybody) == (1, 4, 5)
    assert (turnout.started, turnout.submitted, turnout.shared) == (3, 2, 1)
    assert (turnout.on_path, turnout.step_done) == (0, 1)
    none = dict.fromkeys(Stage, 0)
    assert turnout.by_trait[Trait.GRADE] == {
        "": {**none, Stage.JOINED: 1},
        "officer": {**none, Stage.STARTED: 1, Stage.SUBMITTED: 1},
        "manager": {**none, Stage.SHARED: 1},
    }
    assert turnout.by_trait[Trait.ROLE][MANAGER][Stage.SHARED] == 1
    assert set(turnout.by_trait[Trait.LANGUAGE]) == {"fr"}


def test_a_unit_is_named_as_it_is_stored(connection: Connection) -> None:
    pilot = add_pilot(connection)
    unit_id = pilot.institution.institution_id
    join(connection, pilot.cohort, unit_id=unit_id)

    turnout = queries.count_turnout(connection, cohort=pilot.cohort)
    names = queries.list_unit_names(connection, [unit_id])

    assert set(turnout.by_trait[Trait.UNIT]) == {str(unit_id)}
    assert names == {str(unit_id): {"fr": "Ministère health"}}


def test_small_cohorts_are_counted_at_every_look_large_ones_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as connection:
        pilot = add_pilot(connection)
        join(connection, pilot.cohort)

    def joined() -> int:
        with database.read() as connection:
            return queries.get_turnout(connection, cohort=pilot.cohort).joined

    assert joined() == 1
    with database.write() as connection:
        join(connection, pilot.cohort)
    assert joined() == 2
    monkeypatch.setattr(queries, "FEW_MEMBERS", 1)
    assert joined() == 2
    with database.write() as connection:
        join(connection, pilot.cohort)
    assert joined() == 2
    monkeypatch.setattr(queries, "monotonic", lambda: 1e12)
    assert joined() == 3


def test_a_subtree_adds_up_its_cohorts_and_nobody_elses(database: Database) -> None:
    with database.write() as connection:
        pilot, other = add_pilot(connection), add_pilot(connection, key="justice")
        for cohort in (pilot.cohort, other.cohort):
            for number in range(10):
                learner = join(connection, cohort)
                answer(connection, learner, LEVELS if number % 2 else LEVELS[::-1])
                share(connection, learner, cohort)
    release(database)

    with database.read() as connection:
        found = service.get_overview(
            connection,
            institution_id=pilot.institution.institution_id,
            lens=Lens(),
        )
        nothing = service.get_overview(
            connection, institution_id=UUID(int=7), lens=Lens()
        )

    assert [(line.members, line.shared) for line in found.lines] == [(10, 10)]
    assert found.view is not None
    assert found.view.dashboard.people == 10
    assert (nothing.lines, nothing.view) == ((), None)
