"""What platforms report of members becomes verified progress, and goes with them."""
# ruff: noqa: D102 -- a scene explains itself

from dataclasses import dataclass
from hashlib import sha1
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.catalogue.queries import get_catalogue
from app.home.service import erase, merge
from app.identity.domain import Learner
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Entry, Kind, Mark
from app.progress.queries import list_entries
from app.records.domain.mentions import Kind as Mention
from app.records.domain.mentions import mention_key
from app.records.domain.progress import Unit
from app.records.service import map_activity
from app.worker import work_once
from tests.cohorts.builders import World, add_key, add_world
from tests.constants import NOON
from tests.identity.builders import add_account, add_learner, application, database_of
from tests.records.builders import (
    COURSE,
    Platform,
    Statement,
    mailbox,
    statement,
    voiding,
)
from tests.sharing.builders import add_member

MOOC = "unesco-oxford-ai-dt-gov"
OURS = f"http://127.0.0.1:8000/courses/{MOOC}"
AMINA = "amina@health.example"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A member of a cohort below health, and health's platform."""

    client: TestClient
    world: World
    learner: Learner
    platform: Platform

    def work(self) -> None:
        settings = application(self.client).state.settings
        work_once(database_of(self.client), settings, NOON)

    def entries(self) -> list[Entry]:
        with database_of(self.client).read() as connection:
            return list_entries(connection, learner_id=self.learner.learner_id)

    def report(self, **others: Any) -> Statement:  # noqa: ANN401 -- of a statement
        about = {"object": {"id": OURS}, **others}
        sent = statement(**{"timestamp": NOON.isoformat(), **about})
        assert self.platform.post(sent).status_code == 200
        self.work()
        return sent


@pytest.fixture
def scene(client: TestClient) -> Scene:
    with database_of(client).write() as connection:
        world = add_world(connection)
        learner = add_learner(connection)
        add_account(connection, learner, email=AMINA)
        add_member(connection, world.cohort.cohort_id, learner=learner)
        platform = Platform(client, *add_key(connection, world.health))
    return Scene(client=client, world=world, learner=learner, platform=platform)


def test_a_completed_course_is_verified_progress(scene: Scene) -> None:
    sent = scene.report()

    (entry,) = scene.entries()
    assert (entry.ref, entry.kind) == (f"xapi:{sent['id']}", Kind.COMPLETED)
    assert (entry.course_key, entry.source) == (MOOC, EvidenceSource.VERIFIED)
    assert entry.said_by == f"institution:{scene.world.health.institution_id}"
    assert (entry.occurred_at, entry.is_plausible) == (NOON, True)


def test_a_module_and_its_time_are_understood(scene: Scene) -> None:
    with database_of(scene.client).read() as connection:
        courses = {each.key: each for each in get_catalogue(connection).courses}
    module = courses[MOOC].modules[0].key

    scene.report(
        object={"id": f"http://127.0.0.1:8000/fr/courses/{MOOC}/modules/{module}"},
        result={"duration": "PT1H30M10S"},
    )

    (entry,) = scene.entries()
    assert (entry.kind, entry.module_key) == (Kind.MODULE_DONE, module)
    assert entry.minutes == 90


def test_a_course_in_forty_seconds_is_kept_and_marked(scene: Scene) -> None:
    scene.report(result={"duration": "PT40S"})

    assert [entry.marks for entry in scene.entries()] == [(Mark.TOO_FAST,)]


@pytest.mark.parametrize(
    "actor",
    [
        {"mbox": f"mailto:{AMINA.upper()}"},
        {"mbox_sha1sum": sha1(f"mailto:{AMINA}".encode()).hexdigest()},  # noqa: S324 -- as the specification has it
    ],
)
def test_a_member_is_known_by_her_address(scene: Scene, actor: Statement) -> None:
    scene.report(actor=actor)

    assert len(scene.entries()) == 1


def test_a_member_is_known_by_her_number(scene: Scene) -> None:
    number = str(scene.learner.learner_id)
    account = {"homePage": "http://127.0.0.1:8000", "name": number}

    scene.report(actor={"account": account})

    assert len(scene.entries()) == 1


@pytest.mark.parametrize(
    "others",
    [
        {"verb": {"id": "http://adlnet.gov/expapi/verbs/attempted"}},
        {"result": {"completion": False}},
        {"result": {"success": False}},
        {"object": {"id": COURSE}},
        {"actor": mailbox("stranger")},
        {"actor": {"openid": "https://a.example"}},
    ],
)
def test_anything_else_is_no_progress(scene: Scene, others: Statement) -> None:
    scene.report(**others)

    assert scene.entries() == []


def test_who_has_not_joined_is_left_alone(scene: Scene) -> None:
    with database_of(scene.client).write() as connection:
        foreign = Platform(scene.client, *add_key(connection, scene.world.justice))
    foreign.post(statement(object={"id": OURS}))
    scene.work()

    assert scene.entries() == []


def test_voiding_corrects_what_was_recorded(scene: Scene) -> None:
    sent = scene.report()
    void = voiding(sent)
    scene.platform.post(void)
    scene.work()

    correction = {entry.ref: entry for entry in scene.entries()}[f"xapi:{void['id']}"]
    assert (correction.kind, correction.corrects) == (
        Kind.CORRECTION,
        f"xapi:{sent['id']}",
    )


def test_voided_before_it_was_looked_at_is_never_recorded(scene: Scene) -> None:
    sent = statement(object={"id": OURS})
    scene.platform.post(sent)
    scene.platform.post(voiding(sent))
    scene.work()

    assert scene.entries() == []


def test_mapping_an_activity_brings_its_statements(scene: Scene) -> None:
    scene.report(object={"id": COURSE})
    tenant = scene.world.health.institution_id

    with database_of(scene.client).write() as connection:
        map_activity(
            connection,
            tenant=tenant,
            activity_key=mention_key(tenant, Mention.ACTIVITY, COURSE),
            unit=Unit(course_key=MOOC),
            now=NOON,
        )
    scene.work()

    assert [entry.course_key for entry in scene.entries()] == [MOOC]


def test_erasing_a_person_erases_what_was_reported_of_her(scene: Scene) -> None:
    done = scene.report()
    seen = scene.report(
        verb={"id": "http://x.example/seen"}, attachments=[], object={"id": COURSE}
    )
    voided = scene.report(verb={"id": "http://x.example/seen"})
    scene.platform.post(voiding(voided))
    taught = scene.report(actor=mailbox("bintou"), context={"instructor": mailbox()})
    place = {
        "activityId": COURSE,
        "agent": f'{{"mbox":"mailto:{AMINA}"}}',
        "stateId": "page",
    }
    scene.platform.call("PUT", "activities/state", params=place, json=1)

    with database_of(scene.client).write() as connection:
        erase(connection, learner_id=scene.learner.learner_id)

    gone = [scene.platform.get(statementId=each["id"]) for each in (done, seen)]
    assert [each.status_code for each in gone] == [404, 404]
    assert scene.platform.get(voidedStatementId=voided["id"]).status_code == 404
    assert scene.platform.get("activities/state", **place).status_code == 404
    left = scene.platform.get(statementId=taught["id"]).json()
    assert left["context"]["instructor"]["account"]["name"] == "erased"
    assert "amina" not in scene.platform.get().text
    for version in ("exact", "ids", "canonical"):
        assert "amina" not in scene.platform.get(format=version).text


def test_what_was_erased_is_not_brought_back_by_a_retry(scene: Scene) -> None:
    sent = scene.report()
    with database_of(scene.client).write() as connection:
        erase(connection, learner_id=scene.learner.learner_id)

    assert scene.platform.post(sent).status_code == 200
    assert scene.platform.get(statementId=sent["id"]).status_code == 404
    assert scene.platform.ids() == []


def test_joining_two_learners_keeps_what_was_reported(scene: Scene) -> None:
    with database_of(scene.client).write() as connection:
        guest = add_learner(connection)
        add_member(connection, scene.world.cohort.cohort_id, learner=guest)
    account = {"homePage": "http://127.0.0.1:8000", "name": str(guest.learner_id)}
    sent = scene.report(actor={"account": account})

    with database_of(scene.client).write() as connection:
        merge(
            connection,
            from_learner=guest.learner_id,
            to_learner=scene.learner.learner_id,
            now=NOON,
        )

    assert scene.platform.get(statementId=sent["id"]).status_code == 200
    assert [entry.ref for entry in scene.entries()] == [f"xapi:{sent['id']}"]
