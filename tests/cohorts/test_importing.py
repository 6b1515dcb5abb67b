"""Lists of people, from the upload to the invitations."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, func, select

from app.cohorts import queries
from app.cohorts.domain import Office, Roster, RosterState
from app.cohorts.errors import RosterNotFoundError, RosterNotReadyError
from app.cohorts.models import InvitationRow, RosterFileRow
from app.cohorts.service import (
    accept_roster,
    check_roster,
    forget_ended,
    import_part,
)
from app.kernel import intake
from app.kernel.database import Database
from app.settings import Settings
from app.worker import work_once
from tests.cohorts.builders import World, add_roster, add_world, be_officer, make_world
from tests.conftest import make_settings
from tests.constants import NOON, SECRET
from tests.identity.builders import database_of, read_page, show

GOOD = (
    "email;name;language;role;unit;grade;gender;country\n"
    "amina@example.org;Amina;ar;trainer;hospital;manager;woman;SN\n"
    "\n"
    "joao@example.org;João;pt;;;;;\n"
)
BAD = (
    "email,name,language,unit\n"
    "amina@example.org,Amina,fr,hospital\n"
    "no address,B,fr,\n"
    "AMINA@example.org,Again,fr,\n"
    "c@example.org,=1+1,xx,justice\n"
)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, mail_dir=tmp_path / "mail")


@pytest.fixture
def world(database: Database) -> World:
    with database.write() as connection:
        return add_world(connection)


def add(database: Database, world: World, content: str) -> UUID:
    with database.write() as connection:
        return add_roster(connection, world.campaign, content.encode())


def roster_of(database: Database, world: World, roster_id: UUID) -> Roster:
    with database.read() as connection:
        return queries.get_roster(
            connection, cohort_id=world.cohort.cohort_id, roster_id=roster_id
        )


def check(database: Database, world: World, roster_id: UUID) -> Roster:
    check_roster(
        database,
        {
            "roster_id": str(roster_id),
            "cohort_id": str(world.cohort.cohort_id),
            "language": "fr",
        },
    )
    return roster_of(database, world, roster_id)


def take_in(database: Database, world: World, roster_id: UUID, part: int) -> Roster:
    payload = {
        "roster_id": str(roster_id),
        "cohort_id": str(world.cohort.cohort_id),
        "part": part,
    }
    import_part(database, payload, key=SECRET, now=NOON)
    return roster_of(database, world, roster_id)


def accept(database: Database, roster: Roster) -> None:
    with database.write() as connection:
        accept_roster(connection, roster=roster, now=NOON)


def invited(connection: Connection, world: World) -> int:
    campaign_id = world.campaign.campaign_id
    return queries.count_people(connection, campaign_id=campaign_id).invited


def test_every_bad_row_is_named_and_nobody_is_invited(
    database: Database, world: World
) -> None:
    roster = check(database, world, add(database, world, BAD))

    assert roster.state is RosterState.REFUSED
    assert roster.report == {
        "wrong": 3,
        "problems": [
            [3, "email", "not-an-address"],
            [4, "email", "twice"],
            [5, "name", "formula"],
            [5, "language", "unknown"],
            [5, "unit", "unknown"],
        ],
    }
    with pytest.raises(RosterNotReadyError):
        accept(database, roster)
    with database.read() as connection:
        kept = select(RosterFileRow).where(RosterFileRow.roster_id == roster.roster_id)
        assert invited(connection, world) == 0
        assert connection.execute(kept).all() == []


def test_a_sound_list_becomes_invitations_with_what_it_says(
    database: Database, world: World
) -> None:
    roster = check(database, world, add(database, world, GOOD))
    accept(database, roster)

    done = take_in(database, world, roster.roster_id, 1)

    assert (roster.state, roster.rows) == (RosterState.CHECKED, 2)
    assert (done.state, done.report["invited"]) == (RosterState.DONE, 2)
    with database.read() as connection:
        rows = connection.execute(
            select(
                InvitationRow.email,
                InvitationRow.language,
                InvitationRow.role_key,
                InvitationRow.unit_id,
                InvitationRow.grade,
                InvitationRow.country,
            ).order_by(InvitationRow.email)
        ).all()
    hospital = world.hospital.institution_id
    assert [tuple(row) for row in rows] == [
        ("amina@example.org", "ar", "trainer", hospital, "manager", "SN"),
        ("joao@example.org", "pt", None, None, None, None),
    ]


def test_nobody_counts_before_the_last_part_is_in_and_a_restart_doubles_nothing(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PART", 2)
    people = "".join(f"p{n}@example.org\n" for n in range(5))
    roster = check(database, world, add(database, world, "email\n" + people))
    accept(database, roster)

    halfway = take_in(database, world, roster.roster_id, 1)
    again = take_in(database, world, roster.roster_id, 1)
    with database.read() as connection:
        early = invited(connection, world)
    take_in(database, world, roster.roster_id, 2)
    after = take_in(database, world, roster.roster_id, 3)

    assert (halfway.rows_done, again.rows_done, early) == (2, 2, 0)
    assert (after.state, after.report["invited"]) == (RosterState.DONE, 5)
    with database.read() as connection:
        assert invited(connection, world) == 5
        rows = select(func.count()).select_from(InvitationRow)
        assert connection.scalar(rows) == 5


def test_a_list_is_accepted_once(database: Database, world: World) -> None:
    roster = check(database, world, add(database, world, GOOD))
    accept(database, roster)

    with pytest.raises(RosterNotReadyError):
        accept(database, roster)


@pytest.mark.parametrize("content", ["", "email\n", "\x00", "name\nAda\n"])
def test_what_is_no_list_is_refused(
    database: Database, world: World, content: str
) -> None:
    roster = check(database, world, add(database, world, content))

    assert roster.state is RosterState.REFUSED
    assert "unreadable" in roster.report


def test_director_sends_a_list_corrects_it_and_invites(
    client: TestClient, settings: Settings
) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    database = database_of(client)
    people = f"/fr/cohorts/{world.cohort.cohort_id}/people"
    token = show(client, people).controls["form_token"][0]
    address = people.replace(
        "/people", f"/campaigns/{world.campaign.campaign_id}/rosters"
    )

    def send_file(content: str) -> str:
        answer = client.post(
            address,
            data={"form_token": token},
            files={"file": ("liste.csv", content.encode("cp1252"))},
            follow_redirects=False,
        )
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    refused = send_file(BAD)
    assert client.get(refused).headers["refresh"] == "2"
    work_once(database, settings, NOON)
    answer = client.get(refused)
    told = answer.text
    sound = send_file(GOOD)
    work_once(database, settings, NOON)
    accepted = client.post(sound, data={"form_token": token}, follow_redirects=False)
    work_once(database, settings, NOON)

    assert '<bdi dir="ltr">unit</bdi>' in told
    assert "refresh" not in answer.headers
    assert accepted.headers["location"] == sound
    assert read_page(client.get(sound)).headings
    with database.read() as connection:
        assert invited(connection, world) == 2


def test_one_person_sends_so_many_lists_and_letters_an_hour(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosters = import_module("app.cohorts.pages.rosters")
    monkeypatch.setattr(rosters, "MOST_UPLOADS", 1)
    people_pages = import_module("app.cohorts.pages.people")
    monkeypatch.setattr(people_pages, "MOST_LETTERS", 1)
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    people = f"/fr/cohorts/{world.cohort.cohort_id}/people"
    campaign = people.replace("/people", f"/campaigns/{world.campaign.campaign_id}")
    token = {"form_token": show(client, people).controls["form_token"][0]}
    file = {"file": ("liste.csv", GOOD.encode())}
    letters = {**token, "addresses": "ada@example.org"}

    lists = [
        client.post(f"{campaign}/rosters", data=token, files=file).status_code
        for _ in range(2)
    ]
    forms = [
        client.post(f"{campaign}/invitations", data=letters).status_code
        for _ in range(2)
    ]

    assert (lists, forms) == ([200, 429], [200, 429])


def test_a_file_from_elsewhere_is_refused(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    address = (
        f"/fr/cohorts/{world.cohort.cohort_id}"
        f"/campaigns/{world.campaign.campaign_id}/rosters"
    )
    file = {"file": ("liste.csv", GOOD.encode())}

    forged = client.post(address, data={"form_token": "x"}, files=file)
    urlencoded = client.post(address, data={"form_token": "x"})
    client.cookies.clear()
    stranger = client.post(address, files=file)

    assert [forged.status_code, urlencoded.status_code] == [403, 415]
    assert stranger.status_code == 401


def test_a_list_that_nobody_said_yes_to_is_forgotten(
    database: Database, world: World
) -> None:
    waiting = add(database, world, "email\nada@example.org\n")
    check(database, world, waiting)
    taken = add(database, world, "email\nbea@example.org\n")
    sound = check(database, world, taken)
    with database.write() as connection:
        accept_roster(connection, roster=sound, now=NOON)

    with database.write() as connection:
        forget_ended(connection, now=NOON + timedelta(days=31))

    with pytest.raises(RosterNotFoundError):
        roster_of(database, world, waiting)
    assert roster_of(database, world, taken).state is RosterState.IMPORTING
    with database.read() as connection:
        kept = set(connection.scalars(select(RosterFileRow.roster_id)))
    assert kept == {taken}
