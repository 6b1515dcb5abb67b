"""From an invitation to the mailbox and back, by the worker and the real pages."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.cohorts import queries
from app.cohorts.service import Invitee, invite
from app.kernel.database import Database
from app.kernel.text import Language
from app.settings import Settings
from app.worker import work_once
from tests.cohorts.builders import World, make_world
from tests.conftest import Clock, make_settings
from tests.constants import NOON, SECRET
from tests.identity.builders import database_of, read_page, send


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, mail_dir=tmp_path / "mail")


def invite_ada(client: TestClient, language: Language) -> World:
    world = make_world(client)
    ada = Invitee(email="ada@example.org", language=language, name="Ada <b>")
    with database_of(client).write() as connection:
        invite(connection, key=SECRET, campaign=world.campaign, people=[ada], now=NOON)
    return world


def mails(settings: Settings) -> list[EmailMessage]:
    found = sorted(
        settings.mail_dir.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
    )
    return [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in found
    ]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", Language)
def test_invitation_arrives_leads_to_the_cohort_and_can_be_stopped(
    client: TestClient, settings: Settings, language: Language
) -> None:
    world = invite_ada(client, language)
    database = database_of(client)

    work_once(database, settings, NOON)
    work_once(database, settings, NOON + timedelta(days=1))

    (mail,) = mails(settings)
    link, stop = re.findall(r"https?://[^\s/]+(/\S+)", text_of(mail))
    assert link.startswith(f"/{language}/join/")
    assert stop in str(mail["list-unsubscribe"])
    assert read_page(client.get(link)).headings == [world.cohort.name]
    assert client.get(stop).status_code == 200
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    work_once(database, settings, NOON + timedelta(days=7))
    assert len(mails(settings)) == 1


def test_reminder_comes_and_the_link_still_joins(
    client: TestClient, settings: Settings, clock: Clock
) -> None:
    world = invite_ada(client, Language.FR)
    database: Database = database_of(client)
    for days in (0, 7):
        work_once(database, settings, NOON + timedelta(days=days))
    clock.now = NOON + timedelta(days=7)

    first, second = (
        re.findall(r"https?://[^\s/]+(/\S+)", text_of(m)) for m in mails(settings)
    )
    joined = send(client, second[0], {"role": "", "remind": "yes"})

    assert first == second
    assert joined.status_code == 303
    with database.read() as connection:
        people = queries.count_people(
            connection, campaign_id=world.campaign.campaign_id
        )
        members = queries.count_members(connection, cohort_id=world.cohort.cohort_id)
    assert (people.invited, people.accepted, members) == (1, 1, 1)
