"""Institutions, cohorts and the people who run them, in a small world."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.assessment.service import start_attempt, submit_attempt
from app.catalogue.domain.own import Editor, OwnCourse
from app.catalogue.service import draft_course
from app.cohorts.domain import (
    INSTALLATION,
    Campaign,
    Cohort,
    Institution,
    InstitutionKind,
    Office,
)
from app.cohorts.domain.keys import Key, Scope
from app.cohorts.service import (
    CampaignDraft,
    CohortDraft,
    InstitutionDraft,
    KeyDraft,
    add_institution,
    assign_trainer,
    found_cohort,
    grant_office,
    issue_key,
    open_campaign,
    upload,
)
from app.frameworks.queries import (
    get_default_framework,
    get_framework,
    get_instrument,
)
from app.identity.domain import Learner, Strength
from app.identity.service import open_session
from app.kernel.intake import Upload
from app.kernel.text import Language, LocalizedText
from app.records.service import upload_report
from tests.catalogue.builders import course
from tests.constants import NOON
from tests.identity.builders import HALF_A_YEAR, add_learner, database_of

TODAY: date = NOON.date()


def add_ministry(
    connection: Connection,
    key: str = "health",
    *,
    parent: Institution | None = None,
    kind: InstitutionKind = InstitutionKind.MINISTRY,
    country: str | None = "SN",
) -> Institution:
    return add_institution(
        connection,
        actor_id=INSTALLATION,
        parent=parent,
        draft=InstitutionDraft(
            key=key,
            kind=kind,
            names={Language.FR: f"Ministère {key}"},
            country=country,
            smallest_cell=None,
        ),
        now=NOON,
    )


def add_cohort(
    connection: Connection,
    institution: Institution,
    *,
    name: str = "Cadres 2026",
    role_keys: tuple[str, ...] = (),
    smallest_cell: int | None = None,
) -> Cohort:
    return found_cohort(
        connection,
        actor_id=INSTALLATION,
        institution=institution,
        framework=get_default_framework(connection),
        draft=CohortDraft(
            name=name,
            role_keys=role_keys,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=180),
            smallest_cell=smallest_cell,
        ),
        now=NOON,
    )


def add_campaign(
    connection: Connection,
    cohort: Cohort,
    *,
    number: int = 1,
    opens_on: date = TODAY,
    closes_on: date = TODAY + timedelta(days=28),
    remind_after_days: tuple[int, ...] = (7, 14),
) -> Campaign:
    return open_campaign(
        connection,
        actor_id=INSTALLATION,
        cohort=cohort,
        framework=get_default_framework(connection),
        draft=CampaignDraft(
            round=number,
            opens_on=opens_on,
            closes_on=closes_on,
            remind_after_days=remind_after_days,
        ),
        now=NOON,
    )


def add_officer(
    connection: Connection, office: Office, institution: Institution | None
) -> Learner:
    learner = add_learner(connection)
    grant_office(
        connection,
        actor_id=INSTALLATION,
        learner_id=learner.learner_id,
        office=office,
        institution_id=institution.institution_id if institution else INSTALLATION,
        now=NOON,
    )
    return learner


def add_trainer(connection: Connection, cohort: Cohort) -> Learner:
    learner = add_learner(connection)
    assign_trainer(
        connection,
        actor_id=INSTALLATION,
        cohort=cohort,
        learner_id=learner.learner_id,
        now=NOON,
    )
    return learner


@dataclass(frozen=True, kw_only=True)
class World:
    """A country with two ministries; one has a department with a cohort."""

    country: Institution
    health: Institution
    hospital: Institution
    justice: Institution
    cohort: Cohort
    """Of the hospital, below health."""
    campaign: Campaign
    foreign_cohort: Cohort
    """Of justice."""
    foreign_campaign: Campaign
    roster_id: UUID
    foreign_roster_id: UUID
    key_id: UUID
    """Of health."""
    foreign_key_id: UUID
    """Of justice."""
    course: OwnCourse
    """A draft of health's."""
    foreign_course: OwnCourse
    report_id: UUID
    """A list of finished courses of health."""
    foreign_report_id: UUID
    review_ids: list[UUID] = field(default_factory=list)
    """Of certificates that wait for the trainers of ``cohort``."""
    question_ids: list[UUID] = field(default_factory=list)
    """Of questions that the trainers of ``cohort`` may see."""


def add_key(
    connection: Connection,
    institution: Institution,
    *scopes: Scope,
    **others: Any,  # noqa: ANN401 -- of a key
) -> tuple[Key, str]:
    draft = KeyDraft(name="Moodle", scopes=scopes or (Scope.ALL,), **others)
    return issue_key(
        connection,
        actor_id=INSTALLATION,
        institution_id=institution.institution_id,
        draft=draft,
        now=NOON,
    )


def add_roster(
    connection: Connection, campaign: Campaign, content: bytes = b"email\na@b.example"
) -> UUID:
    return upload(
        connection,
        actor_id=INSTALLATION,
        campaign=campaign,
        file=Upload(name="list.csv", content=content),
        language=Language.FR,
        now=NOON,
    )


def editor_for(institution: Institution, learner_id: UUID = INSTALLATION) -> Editor:
    return Editor(
        learner_id=learner_id,
        institution_id=institution.institution_id,
        institution_names=LocalizedText(texts=institution.names),
    )


def add_course(connection: Connection, institution: Institution) -> OwnCourse:
    data: Any = course(f"{institution.key}-course")
    return draft_course(connection, editor=editor_for(institution), data=data, now=NOON)


def add_report(
    connection: Connection, institution: Institution, content: bytes = b""
) -> UUID:
    """Add a list of finished courses that the worker has not looked at."""
    return upload_report(
        connection,
        actor_id=INSTALLATION,
        tenant=institution.institution_id,
        file=Upload(name="done.csv", content=content),
        now=NOON,
    )


def add_world(connection: Connection) -> World:
    country = add_ministry(connection, "senegal", kind=InstitutionKind.COUNTRY)
    health = add_ministry(connection, "health", parent=country)
    hospital = add_ministry(
        connection, "hospital", parent=health, kind=InstitutionKind.DEPARTMENT
    )
    justice = add_ministry(connection, "justice", parent=country)
    cohort = add_cohort(connection, hospital)
    foreign = add_cohort(connection, justice, name="Juges")
    campaign = add_campaign(connection, cohort)
    foreign_campaign = add_campaign(connection, foreign)
    return World(
        country=country,
        health=health,
        hospital=hospital,
        justice=justice,
        cohort=cohort,
        campaign=campaign,
        foreign_cohort=foreign,
        foreign_campaign=foreign_campaign,
        roster_id=add_roster(connection, campaign),
        foreign_roster_id=add_roster(connection, foreign_campaign),
        key_id=add_key(connection, health)[0].key_id,
        foreign_key_id=add_key(connection, justice)[0].key_id,
        course=add_course(connection, health),
        foreign_course=add_course(connection, justice),
        report_id=add_report(connection, health),
        foreign_report_id=add_report(connection, justice),
    )


def make_world(client: TestClient) -> World:
    with database_of(client).write() as connection:
        return add_world(connection)


def sign_in(
    client: TestClient, learner_id: UUID, strength: Strength = Strength.TWO_FACTOR
) -> None:
    """Let this browser be somebody who has just proved who she is."""
    with database_of(client).write() as connection:
        token = open_session(
            connection,
            learner_id=learner_id,
            now=NOON,
            lifetime=HALF_A_YEAR,
            strength=strength,
        )
    client.cookies.set("masar_session", token)


def be_officer(
    client: TestClient, office: Office, institution: Institution | None
) -> Learner:
    with database_of(client).write() as connection:
        learner = add_officer(connection, office, institution)
    sign_in(client, learner.learner_id)
    return learner


def submit(
    connection: Connection, learner: Learner, world: World, at: datetime
) -> None:
    name = world.cohort.framework_key, world.cohort.framework_version
    attempt = start_attempt(
        connection,
        learner=learner,
        framework=get_framework(connection, *name),
        instrument=get_instrument(connection, *name, world.campaign.instrument_ref),
        role_key=None,
        now=at,
    )
    submit_attempt(
        connection,
        attempt_id=attempt.attempt_id,
        learner_id=learner.learner_id,
        now=at,
    )
