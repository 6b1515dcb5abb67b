from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from app.journal.models import Event
from app.journal.service import record
from app.kernel.database import Database
from tests.constants import NOON
from tests.identity.builders import add_learner


def test_event_is_appended_each_time(connection: Connection) -> None:
    ada = add_learner(connection).learner_id

    for _ in range(2):
        record(
            connection,
            learner_id=ada,
            verb="started",
            object_ref="attempt:1",
            occurred_at=NOON,
        )

    rows = connection.execute(select(Event.__table__)).all()
    assert len({row.event_id for row in rows}) == 2
    assert {(r.learner_id, r.verb, r.object_ref, r.occurred_at) for r in rows} == {
        (ada, "started", "attempt:1", NOON)
    }


def test_event_goes_with_its_transaction(database: Database) -> None:
    with database.write() as connection:
        ada = add_learner(connection).learner_id

    with suppress(RuntimeError), database.write() as connection:
        record(connection, learner_id=ada, verb="x", object_ref="x:1", occurred_at=NOON)
        raise RuntimeError

    with database.read() as connection:
        assert connection.execute(select(Event.__table__)).all() == []


def test_event_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        record(
            connection,
            learner_id=uuid4(),
            verb="x",
            object_ref="x:1",
            occurred_at=NOON,
        )
