from collections import Counter
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.cohorts.domain import Gender
from app.cohorts.models import InstitutionRow, InvitationRow
from app.demo.domain import MARK, Login, Ministry, Size
from app.demo.service import build_ministry
from app.insights.queries import count_turnout
from app.kernel.database import Database
from app.kernel.jobs import JobRow
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute, Released
from app.sharing.queries import list_released, list_shown_to_trainers
from app.worker import work_once
from tests.conftest import make_settings
from tests.constants import NOON, SECRET
from tests.home.second_factor import answer_with
from tests.identity.builders import database_of, send, show, sign_in, sign_out

SMALL = Size(invited=130, members=110, returning=40, group=14, walking=4)
"""Gender needs 40 members to be told apart."""
TINY = Size(invited=20, members=16, returning=4, group=6, walking=2)


def build(database: Database) -> tuple[Ministry, str]:
    return build_ministry(database, key=SECRET, now=NOON, size=TINY)


def enter(client: TestClient, login: Login, code: str) -> None:
    asked = sign_in(client, login.email, login.password)
    assert answer_with(client, asked, code).status_code == 303


def released(database: Database, ministry: Ministry) -> list[Released]:
    with database.read() as connection:
        return list_released(connection, cohort_ids=[ministry.cohort.cohort_id])


def test_ministry_has_people_at_every_stage_and_released_totals(
    database: Database,
) -> None:
    told = Counter[str]()

    ministry, _ = build_ministry(
        database,
        key=SECRET,
        now=NOON,
        size=SMALL,
        tell=lambda: told.update(["step"]),
    )

    with database.read() as connection:
        turnout = count_turnout(connection, cohort=ministry.cohort)
        group = count_turnout(connection, cohort=ministry.group)
    assert told["step"] == SMALL.steps
    assert (turnout.invited, turnout.joined, turnout.everybody) == (20, 110, 130)
    assert 80 <= turnout.shared < turnout.submitted < turnout.started < 110
    assert (turnout.on_path, turnout.step_done) == (4, 2)
    assert (group.joined, group.shared) == (14, 14)
    shown = [pool for pool in released(database, ministry) if pool.people]
    assert sum(pool.people for pool in shown) >= 60
    groups = {pool.group.get(Attribute.GENDER) for pool in shown}
    assert groups >= {Gender.WOMAN, Gender.MAN}
    # Too few to keep first results for before and after: these go on counting.
    again = [pool for pool in shown if pool.came_again]
    assert sum(pool.people for pool in again) >= 20
    assert not any(pool.tables for pool in again)


def test_everybody_is_marked_as_invented(database: Database) -> None:
    ministry, _ = build(database)

    with database.read() as connection:
        names = list(connection.scalars(select(InstitutionRow.names)))
        people = list_shown_to_trainers(
            connection,
            cohort_id=ministry.group.cohort_id,
            since=NOON - timedelta(days=400),
        )
        others = list_shown_to_trainers(
            connection,
            cohort_id=ministry.cohort.cohort_id,
            since=NOON - timedelta(days=400),
        )
    assert others == []
    assert len(names) == 5
    assert all(
        MARK[Language(code)] in text for each in names for code, text in each.items()
    )
    assert len(people) == 6
    assert all(any(mark in name for mark in MARK.values()) for name, _ in people)
    assert ministry.cohort.is_fictitious
    assert ministry.group.is_fictitious


def test_no_mail_is_ever_written(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = make_settings(database_url, mail_dir=tmp_path / "mail")
    build(database)

    for days in (0, 0, 8, 40):
        work_once(database, settings, NOON + timedelta(days=days))

    with database.read() as connection:
        jobs = connection.scalar(select(func.count()).select_from(JobRow))
        kept = select(func.count()).where(InvitationRow.email.is_not(None))
        assert (jobs, connection.scalar(kept)) == (0, 0)
    assert not (tmp_path / "mail").exists()


def test_director_opens_her_dashboard_with_what_was_printed(client: TestClient) -> None:
    ministry, _ = build(database_of(client))
    page = f"/fr/cohorts/{ministry.cohort.cohort_id}"

    enter(client, ministry.director, ministry.director.codes[0])
    shown = client.get(page)
    sign_out(client)
    enter(client, ministry.director, ministry.director.codes[1])

    assert shown.status_code == 200
    assert "generative-ai" in shown.text or "IA générative" in shown.text
    assert client.get(f"/fr/cohorts/{ministry.group.cohort_id}").status_code == 200
    assert show(client, f"{page}/people").headings


def test_trainer_sees_her_group_and_no_other(client: TestClient) -> None:
    ministry, _ = build(database_of(client))

    enter(client, ministry.trainer, ministry.trainer.codes[4])

    pages = (ministry.group, ministry.cohort)
    answers = [client.get(f"/fr/cohorts/{each.cohort_id}") for each in pages]
    assert [answer.status_code for answer in answers] == [200, 404]


def test_learner_comes_back_to_two_results_and_a_path(client: TestClient) -> None:
    ministry, code = build(database_of(client))

    answer = send(client, "/fr/resume", {"code": code})

    assert answer.status_code == 303
    assert client.get("/fr/profile").status_code == 200
    assert client.get("/fr/path").status_code == 200
    shared = client.get("/fr/sharing").text
    assert ministry.cohort.name in shared


def test_the_open_round_is_open(client: TestClient) -> None:
    ministry, _ = build(database_of(client))

    by_link = client.get(f"/fr/join/{ministry.links[1]}")
    by_letters = send(client, "/fr/join", {"code": ministry.letters})

    assert by_link.status_code == 200
    assert ministry.links[1] in by_letters.headers["location"]


def test_again_builds_another_beside_it(database: Database) -> None:
    first, _ = build(database)
    second, _ = build(database)

    assert (first.number, second.number) == (1, 2)
    assert first.cohort.cohort_id != second.cohort.cohort_id
    assert first.director.email != second.director.email
