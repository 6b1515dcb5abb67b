import subprocess
import sys

import pytest
from sqlalchemy import Connection

from app.proficiency import queries, service
from app.proficiency.domain import Outcome
from app.proficiency.errors import NoProfileError
from app.settings import ROOT
from tests.assessment.builders import ROLE, add_attempt, add_result
from tests.constants import NOON
from tests.identity.builders import FRAMEWORK, add_learner
from tests.proficiency.builders import DAY, observation


def test_profile_of_nobody_is_an_error(connection: Connection) -> None:
    learner = add_learner(connection)

    assert queries.find_aim(connection, learner_id=learner.learner_id) is None
    with pytest.raises(NoProfileError):
        queries.get_profile(connection, learner_id=learner.learner_id)


def test_profile_is_hers_only(connection: Connection) -> None:
    ada, bob = add_result(connection, value="3"), add_attempt(connection)

    of_ada = queries.get_profile(connection, learner_id=ada.learner_id)
    of_bob = queries.get_profile(connection, learner_id=bob.learner_id)

    assert {s.level for s in of_ada.standings} == {3}
    assert {s.outcome for s in of_bob.standings} == {Outcome.MISSING}
    assert (of_ada.role_key, of_ada.observed_at) == (ROLE, NOON)


def test_evidence_on_another_framework_stays_apart(connection: Connection) -> None:
    attempt = add_attempt(connection)
    service.record_evidence(
        connection,
        learner_id=attempt.learner_id,
        framework_key="small",
        observations=[observation("open-data", 4)],
    )

    profile = queries.get_profile(connection, learner_id=attempt.learner_id)

    assert profile.framework.key == FRAMEWORK
    assert profile.observed_at is None


def test_evidence_is_listed_newest_first(connection: Connection) -> None:
    learner = add_learner(connection)
    add_result(connection, learner, value="1")
    add_result(connection, learner, value="2", now=NOON + DAY)

    seen = queries.list_observations(
        connection, learner_id=learner.learner_id, framework_key=FRAMEWORK
    )

    assert [o.level for o in seen] == [2] * 19 + [1] * 19


@pytest.mark.parametrize("models", ["assessment", "journal", "paths", "proficiency"])
def test_columns_know_their_types_whichever_room_is_imported_first(
    models: str,
) -> None:
    program = (
        f"import app.{models}.models\n"
        "from app.kernel.database import Base\n"
        "print([str(c) for t in Base.metadata.tables.values() for c in t.c"
        " if c.type._isnull])"
    )

    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
