from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.kernel.database import Database
from app.proficiency import service
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from app.proficiency.models import AimRow, EvidenceRow
from app.proficiency.queries import find_aim, list_observations
from tests.constants import NOON
from tests.identity.builders import add_learner
from tests.proficiency.builders import DAY, observation

SMALL = ("small", "1.0.0")


def aim_at(connection: Connection, role_key: str | None = "director") -> UUID:
    learner = add_learner(connection)
    service.choose_aim(
        connection,
        learner_id=learner.learner_id,
        framework=SMALL,
        role_key=role_key,
        now=NOON,
    )
    return learner.learner_id


def record(connection: Connection, learner_id: UUID, *seen: Observation) -> None:
    service.record_evidence(
        connection, learner_id=learner_id, framework_key="small", observations=seen
    )


def revision(connection: Connection, learner_id: UUID) -> int:
    aim = find_aim(connection, learner_id=learner_id)
    assert aim is not None
    return aim.revision


def test_choose_aim_replaces_the_former_and_makes_it_newer(
    connection: Connection,
) -> None:
    ada = aim_at(connection)

    service.choose_aim(
        connection, learner_id=ada, framework=SMALL, role_key=None, now=NOON + DAY
    )

    rows = connection.execute(select(AimRow.__table__)).all()
    assert [tuple(row) for row in rows] == [(ada, *SMALL, None, 2, NOON + DAY)]


def test_evidence_is_stored_and_what_was_computed_before_is_out_of_date(
    connection: Connection,
) -> None:
    ada = aim_at(connection)
    seen = [observation(), observation("trust", outcome=Outcome.UNKNOWN)]

    record(connection, ada, *seen)

    stored = list_observations(connection, learner_id=ada, framework_key="small")
    assert stored == seen
    assert revision(connection, ada) == 2


def test_retry_neither_doubles_nor_changes_evidence(connection: Connection) -> None:
    ada = aim_at(connection)
    first = observation(level=1)

    record(connection, ada, first)
    record(connection, ada, first, replace(first, level=4, observed_at=NOON + DAY))

    stored = list_observations(connection, learner_id=ada, framework_key="small")
    assert stored == [first]


def test_what_a_source_takes_back_is_forgotten_and_nothing_else(
    connection: Connection,
) -> None:
    ada, bob = aim_at(connection), aim_at(connection)
    report = replace(
        observation(ref="progress:1", source=EvidenceSource.VERIFIED), subject="mooc"
    )
    record(connection, ada, observation(), report)
    record(connection, bob, report)

    service.withdraw_evidence(connection, learner_id=ada, source_ref="progress:1")

    for learner, left in ((ada, [observation()]), (bob, [report])):
        kept = list_observations(connection, learner_id=learner, framework_key="small")
        assert kept == left
    assert revision(connection, ada) == 3


def test_of_one_report_to_two_who_are_the_same_person_one_is_kept(
    connection: Connection,
) -> None:
    ada, same = aim_at(connection), aim_at(connection)
    report = observation(ref="progress:1", source=EvidenceSource.VERIFIED)
    record(connection, ada, report)
    record(connection, same, report, observation("trust", ref="progress:2"))

    service.adopt(connection, from_learner=same, to_learner=ada)

    kept = list_observations(connection, learner_id=ada, framework_key="small")
    assert kept == [report, observation("trust", ref="progress:2")]


def test_no_evidence_is_fine(connection: Connection) -> None:
    ada = aim_at(connection)

    record(connection, ada)

    assert connection.execute(select(EvidenceRow.__table__)).all() == []


def test_mark_changed_is_hers_only(connection: Connection) -> None:
    ada, bob = aim_at(connection), aim_at(connection)

    service.mark_changed(connection, learner_id=ada)

    assert (revision(connection, ada), revision(connection, bob)) == (2, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(observation(), level=5),
        replace(observation(), level=-1),
        replace(observation(), level=None),
        replace(observation(outcome=Outcome.UNKNOWN), level=0),
        replace(observation(outcome=Outcome.NOT_APPLICABLE), level=0),
    ],
)
def test_database_refuses_a_level_that_is_none(
    database: Database, wrong: Observation
) -> None:
    with database.write() as connection:
        ada = aim_at(connection)

    with pytest.raises(IntegrityError), database.write() as connection:
        record(connection, ada, wrong)
