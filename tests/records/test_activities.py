"""Editors say in the browser, or by program, which course an activity is."""
# ruff: noqa: D102 -- a scene explains itself

import re
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from app.catalogue.queries import get_catalogue
from app.cohorts.domain import Institution, Office
from app.identity.domain import Learner, Strength, digest
from app.identity.domain.tokens import issue_token
from app.identity.service import open_session
from app.kernel.text import Language
from app.progress.queries import list_entries
from app.worker import work_once
from tests.cohorts.builders import add_key, add_officer, make_world
from tests.constants import NOON, SECRET
from tests.identity.builders import (
    HALF_A_YEAR,
    add_account,
    add_learner,
    application,
    database_of,
    send,
    show,
)
from tests.records.builders import Platform, statement
from tests.sharing.builders import add_member

MOOC = "unesco-oxford-ai-dt-gov"
LMS = "https://lms.example/course/7"
AMINA = "amina@health.example"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A member finished something that nobody has mapped; an editor is at the browser."""

    client: TestClient
    health: Institution
    member: Learner
    headers: dict[str, str]

    @property
    def page(self) -> str:
        return f"/fr/cohorts/institutions/{self.health.institution_id}/activities"

    @property
    def api(self) -> str:
        return f"/api/v1/institutions/{self.health.institution_id}/activities"

    @property
    def one(self) -> str:
        """The page of what was reported about."""
        text = self.client.get(self.page).text
        return str(re.findall(rf"{self.page}/[0-9a-f]{{16}}", text)[0])

    def work(self) -> None:
        settings = application(self.client).state.settings
        work_once(database_of(self.client), settings, NOON)

    def ledger(self) -> list[tuple[str, str | None]]:
        with database_of(self.client).read() as connection:
            found = list_entries(connection, learner_id=self.member.learner_id)
        return [(each.course_key, each.module_key) for each in found]


@pytest.fixture
def seen(client: TestClient) -> Scene:
    world = make_world(client)
    with database_of(client).write() as connection:
        member = add_member(
            connection, world.cohort.cohort_id, learner=add_learner(connection)
        )
        add_account(connection, member, email=AMINA)
        platform = Platform(client, *add_key(connection, world.health))
        editor = add_officer(connection, Office.EDITOR, world.health)
        session = open_session(
            connection,
            learner_id=editor.learner_id,
            now=NOON,
            lifetime=HALF_A_YEAR,
            strength=Strength.TWO_FACTOR,
        )
    token = issue_token(
        SECRET,
        learner_id=editor.learner_id,
        now=NOON,
        lifetime=HALF_A_YEAR,
        session_ref=digest(session),
    )
    names = {"fr-FR": "L’IA pour tous", "en": "AI for all"}
    done = statement(
        actor={"mbox": f"mailto:{AMINA}"},
        object={"id": LMS, "definition": {"name": names}},
        timestamp=NOON.isoformat(),
    )
    assert platform.post(done).status_code == 200
    client.cookies.set("masar_session", session)
    scene = Scene(
        client=client,
        health=world.health,
        member=member,
        headers={"authorization": f"Bearer {token}"},
    )
    scene.work()
    return scene


def test_mapping_counts_what_was_reported_before(seen: Scene) -> None:
    text = seen.client.get(seen.page).text
    assert "L’IA pour tous" in text
    assert LMS in text
    assert seen.ledger() == []

    answer = send(seen.client, seen.one, {"unit": MOOC})
    seen.work()

    assert answer.headers["location"] == seen.page
    assert show(seen.client, seen.one).checked["unit"] == MOOC
    assert seen.ledger() == [(MOOC, None)]
    send(seen.client, seen.one, {"unit": ""})
    seen.work()
    assert seen.ledger() == [(MOOC, None)]


@pytest.mark.parametrize("language", list(Language))
def test_pages_are_whole_in_every_language(seen: Scene, language: Language) -> None:
    for address in (seen.page, seen.one):
        there = address.replace("/fr/", f"/{language}/", 1)
        assert show(seen.client, there).headings


def test_an_empty_list_says_what_to_do(client: TestClient) -> None:
    world = make_world(client)
    with database_of(client).write() as connection:
        editor = add_officer(connection, Office.EDITOR, world.health)
        session = open_session(
            connection,
            learner_id=editor.learner_id,
            now=NOON,
            lifetime=HALF_A_YEAR,
            strength=Strength.TWO_FACTOR,
        )
    client.cookies.set("masar_session", session)
    home = f"/fr/cohorts/institutions/{world.health.institution_id}"

    assert home in show(client, f"{home}/activities").links


def test_nothing_unknown_is_mapped(seen: Scene) -> None:
    one = seen.one

    assert send(seen.client, one, {"unit": "nothing"}).status_code == 422
    assert send(seen.client, one, {"unit": f"{MOOC}/nothing"}).status_code == 422
    assert seen.client.get(f"{seen.page}/00000000000000ff").status_code == 404
    assert seen.client.get(f"{seen.page}/nothing").status_code in {404, 422}


def test_programs_map_too(seen: Scene) -> None:
    with database_of(seen.client).read() as connection:
        courses = {each.key: each for each in get_catalogue(connection).courses}
    module = courses[MOOC].modules[0].key
    (listed,) = seen.client.get(seen.api, headers=seen.headers).json()["items"]
    assert (listed["activity"], listed["name"]) == (LMS, "AI for all")
    assert listed["course"] is None

    wish = {"course": MOOC, "module": module}
    url = f"{seen.api}/{listed['key']}"
    mapped = seen.client.put(url, json=wish, headers=seen.headers)
    seen.work()

    assert mapped.json() == {**listed, **wish}
    assert seen.ledger() == [(MOOC, module)]
    none = seen.client.put(url, json={"course": "nothing"}, headers=seen.headers)
    assert none.status_code == 422
    far = seen.client.get(seen.api, params={"skip": 1}, headers=seen.headers)
    assert far.json() == {"items": []}
