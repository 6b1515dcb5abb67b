"""Members who came by letters or a link are reminded at their account's address."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select

from app.assessment.service import start_attempt, submit_attempt
from app.cohorts import queries
from app.cohorts.domain import About
from app.cohorts.models import MemberRow
from app.cohorts.service import (
    Letter,
    adopt,
    ask_to_be_reminded,
    get_offer,
    join,
    leave,
    stop_mail,
    take_due_members,
)
from app.frameworks.queries import get_framework, get_instrument
from app.identity.domain import Learner, digest
from app.identity.domain.tokens import issue_token
from app.identity.service import erase
from app.worker import work_once
from tests.cohorts.builders import World, add_campaign, add_world, make_world
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
    return ask_to_be_reminded(
        connection, learner_id=learner.learner_id, campaign=world.campaign, now=NOON
    )


def letters(connection: Connection, now: datetime) -> list[Letter]:
    return take_due_members(connection, key=SECRET, public_url=SITE, now=now, limit=100)


def days_of_letters(connection: Connection) -> list[int]:
    return [day for day in range(40) if letters(connection, NOON + day * DAY)]


def submit(connection: Connection, learner: Learner, world: World) -> None:
    name = world.cohort.framework_key, world.cohort.framework_version
    attempt = start_attempt(
        connection,
        learner=learner,
        framework=get_framework(connection, *name),
        instrument=get_instrument(connection, *name, world.campaign.instrument_ref),
        role_key=None,
        now=NOON,
    )
    submit_attempt(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=learner.learner_id,
        now=NOON,
    )


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

    submit(connection, done, world)
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
    assert not ask_to_be_reminded(
        connection, learner_id=ada.learner_id, campaign=silent, now=NOON
    )


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

    assert 'name="remind"' not in stranger
    assert 'name="remind"' in page
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
