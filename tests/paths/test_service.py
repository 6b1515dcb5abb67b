from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from app.catalogue.models import ReleaseRow
from app.catalogue.service import load_catalogue
from app.identity.domain import Learner
from app.journal.models import Event
from app.kernel.database import Database
from app.kernel.text import Language
from app.paths import service
from app.paths.domain.plan import Choice, Path, Preferences
from app.paths.errors import StepNotFoundError
from app.paths.models import ChoiceRow, PathRow, PreferenceRow
from app.paths.queries import get_choices, get_preferences, get_stamp
from app.paths.schemas import write_path
from app.proficiency.errors import NoProfileError
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import add_learner

FR, EN = Language.FR, Language.EN
WANTED = Preferences(hours_per_week=10, weeks=4, languages=(EN, FR), max_mb=9000)


@dataclass(kw_only=True)
class Walk:
    """A learner with a result, and how often her path was computed."""

    database: Database
    learner: Learner
    computed: list[Path] = field(default_factory=list)

    def _write(self, path: Path) -> bytes:
        self.computed.append(path)
        return write_path(path, FR)

    def propose(self, language: Language = FR) -> dict[str, Any]:
        """Return the path, computed or as stored."""
        body = service.propose_path(
            self.database,
            learner=self.learner,
            language=language,
            write=self._write,
            now=NOON,
        )
        document: dict[str, Any] = orjson.loads(body)
        return document

    def choose(self, choice: Choice | None, key: str = MOOC) -> None:
        """Say something about a step."""
        with self.database.write() as connection:
            service.choose_step(
                connection,
                learner_id=self.learner.learner_id,
                unit_key=key,
                choice=choice,
                now=NOON,
            )

    def adapt(self, preferences: Preferences = WANTED) -> None:
        """Remember what she can spend."""
        with self.database.write() as connection:
            service.adapt_path(
                connection,
                learner_id=self.learner.learner_id,
                preferences=preferences,
                now=NOON,
            )


@pytest.fixture
def walk(database: Database) -> Walk:
    with database.write() as connection:
        learner = add_learner(connection)
        add_result(connection, learner)
    return Walk(database=database, learner=learner)


def steps(document: dict[str, Any]) -> list[str]:
    return [step["key"] for step in document["steps"]]


def test_path_is_computed_once_and_stored(walk: Walk) -> None:
    first, second = walk.propose(), walk.propose()

    assert first == second
    assert steps(first)[0] == MOOC
    assert len(walk.computed) == 1
    with walk.database.read() as connection:
        rows = connection.execute(select(PathRow.__table__)).all()
    assert [(r.learner_id, r.language, r.computed_at) for r in rows] == [
        (walk.learner.learner_id, FR, NOON)
    ]


def test_path_is_stored_per_language(walk: Walk) -> None:
    walk.propose(FR)
    walk.propose(EN)
    walk.propose(FR)

    assert len(walk.computed) == 2


def test_every_change_makes_the_path_out_of_date(walk: Walk) -> None:
    def submit_again() -> None:
        with walk.database.write() as connection:
            add_result(connection, walk.learner, value="2")

    changes: list[Callable[[], None]] = [
        submit_again,
        walk.adapt,
        partial(walk.choose, Choice.DONE),
        partial(walk.choose, Choice.ASIDE),
        partial(walk.choose, None),
        partial(change_catalogue, walk.database),
    ]
    walk.propose()

    for count, change in enumerate(changes, 2):
        change()
        walk.propose()
        walk.propose()
        assert len(walk.computed) == count, change


def change_catalogue(database: Database) -> None:
    """Take the first course out."""
    with database.write() as connection:
        data = orjson.loads(connection.scalars(select(ReleaseRow.content)).one())
        data["courses"] = data["courses"][1:]
        load_catalogue(connection, key="open-courses", data=data, now=NOON)


def test_path_follows_the_catalogue(walk: Walk) -> None:
    before = steps(walk.propose())
    change_catalogue(walk.database)
    after = steps(walk.propose())

    assert MOOC in before
    assert MOOC not in after


def test_change_of_one_learner_leaves_the_others(
    walk: Walk, database: Database
) -> None:
    walk.propose()
    with database.write() as connection:
        add_result(connection)
    walk.propose()

    assert len(walk.computed) == 1


def test_change_while_computing_is_not_lost(walk: Walk) -> None:
    def write(path: Path) -> bytes:
        walk.adapt()
        return write_path(path, FR)

    stale = service.propose_path(
        walk.database, learner=walk.learner, language=FR, write=write, now=NOON
    )

    fresh = walk.propose()
    assert orjson.loads(stale)["preferences"]["weeks"] == 12
    assert fresh["preferences"]["weeks"] == 4


def test_trying_stores_nothing(walk: Walk) -> None:
    before = walk.propose()

    body = service.try_path(
        walk.database,
        learner=walk.learner,
        preferences=WANTED,
        write=partial(write_path, language=FR),
    )

    assert orjson.loads(body)["preferences"]["hours_per_week"] == 10
    assert walk.propose() == before
    with walk.database.read() as connection:
        assert connection.execute(select(PreferenceRow.__table__)).all() == []


def test_preferences_are_remembered_and_replaced(walk: Walk) -> None:
    with walk.database.read() as connection:
        default = get_preferences(connection, learner=walk.learner)
    found = []
    for wanted in (WANTED, Preferences(languages=(Language.AR,), max_mb=0)):
        walk.adapt(wanted)
        with walk.database.read() as connection:
            found.append(get_preferences(connection, learner=walk.learner))

    assert default == Preferences(hours_per_week=3, weeks=12, languages=(FR,))
    assert found == [WANTED, Preferences(languages=(Language.AR,), max_mb=0)]


def test_choice_stores_row_event_and_new_revision_together(walk: Walk) -> None:
    with walk.database.read() as connection:
        before = get_stamp(connection, learner_id=walk.learner.learner_id)

    walk.choose(Choice.DONE)
    walk.choose(Choice.ASIDE)

    with walk.database.read() as connection:
        rows = connection.execute(select(ChoiceRow.__table__)).all()
        verbs = connection.scalars(
            select(Event.verb).where(Event.object_ref == f"step:{MOOC}")
        ).all()
        after = get_stamp(connection, learner_id=walk.learner.learner_id)
    assert [tuple(row) for row in rows] == [
        (walk.learner.learner_id, MOOC, Choice.ASIDE, NOON)
    ]
    assert sorted(verbs) == ["marked-aside", "marked-done"]
    assert before != after


def test_choice_can_be_taken_back(walk: Walk) -> None:
    walk.choose(Choice.DONE)
    walk.choose(None)
    walk.choose(None)

    with walk.database.read() as connection:
        choices = get_choices(connection, learner_id=walk.learner.learner_id)
    assert choices == {}


@pytest.mark.parametrize("key", ["", "nothing", f"{MOOC}/ethics", "a\x00b", "x" * 500])
def test_choice_about_no_step_is_refused(walk: Walk, key: str) -> None:
    with pytest.raises(StepNotFoundError):
        walk.choose(Choice.DONE, key)

    with walk.database.read() as connection:
        assert connection.execute(select(ChoiceRow.__table__)).all() == []


def test_learner_without_a_beginning_has_no_path(database: Database) -> None:
    with database.write() as connection:
        learner = add_learner(connection)
    nobody = Walk(database=database, learner=learner)

    with pytest.raises(NoProfileError):
        nobody.propose()
    with pytest.raises(NoProfileError):
        service.try_path(
            database,
            learner=learner,
            preferences=WANTED,
            write=partial(write_path, language=FR),
        )
