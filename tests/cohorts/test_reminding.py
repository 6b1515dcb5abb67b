"""Members who came by letters or a link are reminded at their account's address."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select

from app.cohorts import queries
from app.cohorts.domain import About, Campaign, make_invitation_token
from app.cohorts.models import InvitationRow, MemberRow
from app.cohorts.service import (
    Invitee,
    Letter,
    adopt,
    choose_reminders,
    get_offer,
    invite,
    join,
    leave,
    stop_mail,
    take_due_members,
)
from app.identity.domain import Learner, digest
from app.identity.domain.tokens import issue_token
from app.identity.service import erase
from app.kernel.text import Language
from app.worker import work_once
from tests.cohorts.builders import World, add_campaign, add_world, make_world, submit
from tests.conftest import make_settings
from tests.constants import NOON, SECRET
from tests.identity.builders import (
    add_account,
    add_learner,
    add_session,
    database_of,
    forget_mails,
    send,
    sign_up,
)

DAY = timedelta(days=1)
SITE = "https://masar.example/"


@pytest.fixture
def world(connection: Connection) -> World:
    return add_world(connection)


@pytest.fixture
def ada(connection: Connection, world: World) -> Learner:
    """Return a member with an account who asked to be reminded."""
    learner = add_learner(connection)
    add_account(connection, learner, email="ada@example.org")
    assert join_by_link(connection, learner, world)
    return learner


def join_by_link(connection: Connection, learner: Learner, world: World) -> bool:
    ids = [world.campaign.campaign_id]
    link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]
    join(
        connection,
        learner=learner,
        offer=get_offer(connection, key=SECRET, token=link, now=NOON),
        about=About(),
        wants_reminder=False,
        now=NOON,
    )
    return remind(connection, learner, world.campaign)


def remind(
    connection: Connection,
    learner: Learner,
    campaign: Campaign,
    *,
    wanted: bool = True,
    now: datetime = NOON,
) -> bool:
    return choose_reminders(
        connection,
        learner_id=learner.learner_id,
        campaign=campaign,
        wanted=wanted,
        now=now,
    )


def letters(connection: Connection, now: datetime) -> list[Letter]:
    return take_due_members(connection, key=SECRET, public_url=SITE, now=now, limit=100)


def days_of_letters(connection: Connection) -> list[int]:
    return [day for day in range(40) if letters(connection, NOON + day * DAY)]


@pytest.mark.usefixtures("ada")
def test_reminders_come_on_their_days_and_then_no_more(connection: Connection) -> None:
    assert days_of_letters(connection) == [7, 14]


@pytest.mark.usefixtures("ada")
def test_the_letter_leads_back_and_can_be_stopped(
    connection: Connection, world: World
) -> None:
    (letter,) = letters(connection, NOON + 7 * DAY)
    link, stop = (
        str(letter.context[name]).removeprefix(SITE + "fr/join/")
        for name in ("link", "unsubscribe_url")
    )

    offer = get_offer(connection, key=SECRET, token=link, now=NOON)
    for _ in range(2):
        token = stop.removeprefix("stop/")
        stop_mail(connection, key=SECRET, token=token, now=NOON)

    assert (letter.to, letter.template) == ("ada@example.org", "cohorts-reminder")
    assert offer.cohort == world.cohort
    assert days_of_letters(connection) == []


def test_who_is_done_left_or_erased_herself_gets_none(
    connection: Connection, world: World
) -> None:
    done, left, erased = (add_learner(connection) for _ in range(3))
    for learner in (done, left, erased):
        add_account(connection, learner, email=f"{learner.learner_id.hex}@example.org")
        assert join_by_link(connection, learner, world)

    submit(connection, done, world, NOON)
    leave(
        connection,
        learner_id=left.learner_id,
        cohort_id=world.cohort.cohort_id,
        now=NOON,
    )
    erase(connection, learner_id=erased.learner_id)

    assert days_of_letters(connection) == []
    asked = connection.scalars(select(MemberRow.remind_at)).all()
    assert list(asked) == [None]


def test_nothing_is_promised_without_an_account_or_days(
    connection: Connection, world: World, ada: Learner
) -> None:
    silent = add_campaign(connection, world.cohort, number=2, remind_after_days=())

    assert not join_by_link(connection, add_learner(connection), world)
    assert not remind(connection, ada, silent)


def test_saying_it_twice_changes_nothing_and_no_means_no(
    connection: Connection, world: World, ada: Learner
) -> None:
    assert remind(connection, ada, world.campaign, now=NOON + 6 * DAY)
    assert [day for day in range(8) if letters(connection, NOON + day * DAY)] == [7]

    assert not remind(connection, ada, world.campaign, wanted=False)
    assert days_of_letters(connection) == []


def test_no_leaves_the_reminders_of_an_invitation_alone(
    connection: Connection, world: World
) -> None:
    invited = Invitee(email="bola@example.org", language=Language.FR)
    invite(connection, key=SECRET, campaign=world.campaign, people=[invited], now=NOON)
    number = connection.scalar(select(InvitationRow.invitation_id))
    assert number is not None
    bola = add_learner(connection)
    join(
        connection,
        learner=bola,
        offer=get_offer(
            connection,
            key=SECRET,
            token=make_invitation_token(SECRET, number),
            now=NOON,
        ),
        about=About(),
        wants_reminder=True,
        now=NOON,
    )

    remind(connection, bola, world.campaign, wanted=False)

    assert connection.scalar(select(MemberRow.invitation_id)) == number


def test_a_reminder_goes_along_when_two_accounts_become_one(
    connection: Connection, world: World, ada: Learner
) -> None:
    other = add_learner(connection)
    add_account(connection, other, email="other@example.org")

    adopt(connection, from_learner=ada.learner_id, to_learner=other.learner_id)

    (letter,) = letters(connection, NOON + 7 * DAY)
    assert letter.to == "other@example.org"
    assert queries.find_membership(
        connection,
        learner_id=other.learner_id,
        cohort_id=world.cohort.cohort_id,
    )


def link_of(client: TestClient, world: World) -> str:
    ids = [world.campaign.campaign_id]
    with database_of(client).read() as connection:
        return queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]


def test_she_ticks_it_on_the_page_and_the_worker_writes(
    client: TestClient, database_url: str, tmp_path: Path
) -> None:
    world = make_world(client)
    address = f"/fr/join/{link_of(client, world)}"
    stranger = client.get(address).text
    sign_up(client)
    forget_mails(client)

    page = client.get(address).text
    joined = send(client, address, {"role": "", "remind": "yes"})
    settings = make_settings(database_url, mail_dir=tmp_path / "mail")
    work_once(database_of(client), settings, NOON + 7 * DAY)

    again = client.get(address).text
    send(client, address, {"role": ""})

    box = 'name="remind" value="yes"'
    assert box not in stranger
    assert f"{box}>" in page
    assert f"{box} checked>" in again
    assert f"{box}>" in client.get(address).text
    assert joined.status_code == 303
    assert len(list(settings.mail_dir.glob("*.eml"))) == 1


@pytest.mark.parametrize("has_account", [True, False])
def test_she_asks_for_it_by_program(client: TestClient, *, has_account: bool) -> None:
    world = make_world(client)
    with database_of(client).write() as connection:
        learner = add_learner(connection)
        if has_account:
            add_account(connection, learner)
        session = add_session(connection, learner)
    token = issue_token(
        SECRET,
        learner_id=learner.learner_id,
        now=NOON,
        lifetime=7 * DAY,
        session_ref=digest(session),
    )

    joined = client.post(
        "/api/v1/join",
        json={"code": link_of(client, world), "remind": True},
        headers={"authorization": f"Bearer {token}"},
    )

    assert joined.status_code == 201, joined.text
    with database_of(client).read() as connection:
        asked = connection.scalars(select(MemberRow.remind_at)).all()
    assert [each is not None for each in asked] == [has_account]
