from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import delete, select

from app.home.service import erase, merge
from app.identity.domain import Learner
from app.identity.errors import SignInNeededError
from app.identity.models import AccountRow
from app.journal.service import record
from app.kernel.database import Database
from app.kernel.jobs import GiveUpError, Job, JobRow
from app.kernel.text import Language
from app.progress.domain.ledger import Kind
from app.progress.domain.reminders import (
    LATEST,
    QUIET,
    Rhythm,
    make_stop_token,
)
from app.progress.errors import ReminderTimeInvalidError, StopLinkUnknownError
from app.progress.models import ReminderRow
from app.progress.queries import find_reminder
from app.progress.service import (
    choose_reminders,
    plan_reminders,
    record_entries,
    stop_by_link,
    stop_reminders,
)
from app.settings import Settings
from app.web.mail import deliver
from app.worker import remind as write_letters
from tests.conftest import make_settings
from tests.constants import NOON, SECRET
from tests.home.builders import MOOC
from tests.identity.builders import add_account, add_learner
from tests.progress.builders import said

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
TUESDAY_AT_8 = Rhythm(weekday=1, hour=8, zone="Africa/Ndjamena")
"""Seven in the morning by UTC; ``NOON`` is a Monday."""
DUE = NOON + 19 * timedelta(hours=1)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, mail_dir=tmp_path / "mail")


def remind(
    database: Database, *, rhythm: Rhythm = TUESDAY_AT_8, takes: bool = True
) -> Learner:
    """Let somebody with an account take a course, and want to be reminded."""
    with database.write() as connection:
        learner = add_learner(connection)
        add_account(connection, learner)
        learner_id = learner.learner_id
        if takes:
            entries = [said(Kind.ENROLLED, MOOC, language="fr")]
            record_entries(connection, learner_id=learner_id, entries=entries, now=NOON)
        choose_reminders(connection, learner_id=learner_id, rhythm=rhythm, now=NOON)
    return learner


def plan(database: Database, now: datetime, limit: int = 100) -> int:
    with database.write() as connection:
        return plan_reminders(connection, now=now, limit=limit)


def jobs(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.read() as connection:
        rows = connection.scalars(select(JobRow.payload).where(JobRow.kind == kind))
        return [orjson.loads(row) for row in rows]


def write(database: Database, settings: Settings, now: datetime) -> None:
    """Do the jobs that write letters, and leave them there."""
    for payload in jobs(database, "reminders"):
        job = Job(job_id=uuid4(), kind="reminders", payload=payload, attempts=1)
        write_letters(database, settings, job, now=now)


def next_at(database: Database, learner: Learner) -> datetime | None:
    with database.read() as connection:
        found = find_reminder(connection, learner_id=learner.learner_id)
    return found.next_at if found else None


def test_a_letter_says_what_comes_this_week(
    database: Database, settings: Settings
) -> None:
    learner = remind(database)
    assert next_at(database, learner) == DUE

    assert plan(database, DUE - DAY / 24) == 0
    assert plan(database, DUE) == 1
    write(database, settings, DUE)

    [mail] = jobs(database, "mail")
    assert mail["to"] == f"{learner.learner_id.hex}@example.org"
    assert mail["language"] == "fr"
    assert "AI and Digital Transformation" in mail["text"]
    token = make_stop_token(SECRET, learner.learner_id)
    assert str(mail["unsubscribe_url"]).endswith(f"/fr/reminders/stop/{token}")
    assert mail["until"] == (DUE + LATEST).isoformat()
    assert next_at(database, learner) == DUE + WEEK


def test_a_week_has_one_letter_whatever_happens(
    database: Database, settings: Settings
) -> None:
    learner = remind(database)
    plan(database, DUE)
    for _ in range(3):  # a worker that died, and two that did its work
        write(database, settings, DUE)
    with database.write() as connection:
        for weekday in (3, 1):
            choose_reminders(
                connection,
                learner_id=learner.learner_id,
                rhythm=Rhythm(weekday=weekday, hour=9, zone="Africa/Ndjamena"),
                now=DUE,
            )
            stop_reminders(connection, learner_id=learner.learner_id, now=DUE)
        choose_reminders(
            connection,
            learner_id=learner.learner_id,
            rhythm=Rhythm(weekday=6, hour=9, zone="Africa/Ndjamena"),
            now=DUE,
        )

    assert len(jobs(database, "mail")) == 1
    assert next_at(database, learner) == datetime(2026, 12, 6, 8, tzinfo=UTC)


def test_two_workers_plan_everybody_once(database: Database) -> None:
    for _ in range(30):
        remind(database, takes=False)
    found: list[int] = []

    def work() -> None:
        while planned := plan(database, DUE, limit=4):
            found.append(planned)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(found) == 30
    planned = [each for job in jobs(database, "reminders") for each in job["learners"]]
    assert len(planned) == len(set(planned)) == 30


@pytest.mark.parametrize("late", [LATEST, LATEST + timedelta(seconds=1), 3 * WEEK])
def test_what_is_too_late_is_left_out(
    database: Database, settings: Settings, late: timedelta
) -> None:
    learner = remind(database)

    plan(database, DUE + late)
    write(database, settings, DUE + late)

    assert len(jobs(database, "mail")) == (late <= LATEST)
    following = next_at(database, learner)
    assert following is not None
    assert DUE + late < following <= DUE + late + WEEK


def test_a_letter_that_waits_too_long_is_not_written(
    database: Database, settings: Settings
) -> None:
    remind(database)
    plan(database, DUE)

    write(database, settings, DUE + LATEST + DAY)

    assert jobs(database, "mail") == []


def test_a_mail_that_waits_too_long_is_given_up(
    database: Database, settings: Settings
) -> None:
    remind(database)
    plan(database, DUE)
    write(database, settings, DUE)
    [payload] = jobs(database, "mail")
    mail = Job(job_id=uuid4(), kind="mail", payload=payload, attempts=9)

    with pytest.raises(GiveUpError, match="too-late"):  # the server was down for a day
        deliver(settings, mail, now=DUE + DAY)

    assert not settings.mail_dir.exists()
    deliver(settings, mail, now=DUE)
    assert len(list(settings.mail_dir.glob("*.eml"))) == 1


def _stop(database: Database, learner: Learner) -> None:
    with database.write() as connection:
        token = make_stop_token(SECRET, learner.learner_id)
        stop_by_link(connection, key=SECRET, token=token, now=DUE)


def _leave(database: Database, learner: Learner) -> None:
    with database.write() as connection:
        erase(connection, learner_id=learner.learner_id)


def _lose_account(database: Database, learner: Learner) -> None:
    with database.write() as connection:
        connection.execute(
            delete(AccountRow).where(AccountRow.learner_id == learner.learner_id)
        )


@pytest.mark.parametrize("leave", [_stop, _leave, _lose_account])
def test_who_goes_between_planning_and_writing_gets_no_letter(
    database: Database,
    settings: Settings,
    leave: Callable[[Database, Learner], None],
) -> None:
    learner = remind(database)
    plan(database, DUE)

    leave(database, learner)
    write(database, settings, DUE)

    assert jobs(database, "mail") == []


def test_who_has_nothing_to_do_gets_no_letter(
    database: Database, settings: Settings
) -> None:
    remind(database, takes=False)
    plan(database, DUE)
    write(database, settings, DUE)

    assert jobs(database, "mail") == []


def test_after_weeks_of_silence_a_last_letter_says_that_they_stop(
    database: Database, settings: Settings
) -> None:
    learner = remind(database)
    came_back = remind(database)
    first = DUE - WEEK
    for week in range(1, 12):
        now = first + week * WEEK
        with database.write() as connection:
            record(
                connection,
                learner_id=came_back.learner_id,
                verb="resumed",
                object_ref="page:progress",
                occurred_at=now - DAY,
            )
        plan(database, now)
        write(database, settings, now)

    mine = [
        mail
        for mail in jobs(database, "mail")
        if mail["to"] == f"{learner.learner_id.hex}@example.org"
    ]
    assert len(mine) == QUIET // WEEK + 1
    assert sum(mail["unsubscribe_url"] is not None for mail in mine) == len(mine)
    assert len({mail["subject"] for mail in mine}) == 2
    assert next_at(database, learner) is None
    assert len(jobs(database, "mail")) == len(mine) + 11


def test_reminders_need_an_account_and_a_time(database: Database) -> None:
    with database.write() as connection:
        guest = add_learner(connection).learner_id
        with pytest.raises(SignInNeededError):
            choose_reminders(
                connection, learner_id=guest, rhythm=TUESDAY_AT_8, now=NOON
            )
        for weekday, hour, zone in ((7, 8, "UTC"), (0, 24, "UTC"), (0, 8, "Mars/X")):
            rhythm = Rhythm(weekday=weekday, hour=hour, zone=zone)
            with pytest.raises(ReminderTimeInvalidError):
                choose_reminders(connection, learner_id=guest, rhythm=rhythm, now=NOON)
        with pytest.raises(StopLinkUnknownError):
            stop_by_link(connection, key=SECRET, token="0" * 64, now=NOON)


def test_a_choice_goes_along_when_two_are_one_and_goes_with_her(
    database: Database,
) -> None:
    former = remind(database)
    with database.write() as connection:
        ada = add_learner(connection, language=Language.AR)
        merge(
            connection,
            from_learner=former.learner_id,
            to_learner=ada.learner_id,
            now=NOON,
        )
    assert next_at(database, ada) == DUE

    _leave(database, ada)

    with database.read() as connection:
        assert connection.execute(select(ReminderRow.learner_id)).all() == []
