"""Every route × every office × one's own institution and another's.

A route that is not listed here fails: whoever adds one says who may use it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Connection
from starlette.routing import BaseRoute

from app.cohorts.domain import PERMISSIONS, Capability, Office
from app.identity.domain import Learner, Strength, digest, sign
from app.identity.domain.tokens import issue_token
from app.identity.service import open_session
from tests.architecture.waiting import (
    ACTIVITY,
    add_activity,
    add_review,
    add_shown_question,
)
from tests.cohorts.builders import World, add_officer, add_trainer, add_world
from tests.constants import NOON, SECRET
from tests.identity.builders import (
    HALF_A_YEAR,
    add_learner,
    application,
    database_of,
)

GUARDED = {
    "GET /{lang}/cohorts/institutions/{institution_id}": Capability.SEE_INSTITUTION,
    "POST /{lang}/cohorts/institutions/{institution_id}/below": (
        Capability.MANAGE_INSTITUTION
    ),
    "POST /{lang}/cohorts/institutions/{institution_id}/cell": (
        Capability.MANAGE_INSTITUTION
    ),
    "POST /{lang}/cohorts/institutions/{institution_id}/cohorts": (
        Capability.CREATE_COHORT
    ),
    "POST /{lang}/cohorts/institutions/{institution_id}/offices": (
        Capability.GRANT_OFFICE
    ),
    "GET /{lang}/cohorts/institutions/{institution_id}/log": Capability.SEE_AUDIT,
    "GET /{lang}/cohorts/institutions/{institution_id}/keys": Capability.MANAGE_KEYS,
    "POST /{lang}/cohorts/institutions/{institution_id}/keys": Capability.MANAGE_KEYS,
    "POST /{lang}/cohorts/institutions/{institution_id}/keys/{key_id}": (
        Capability.MANAGE_KEYS
    ),
    "GET /api/v1/institutions/{institution_id}/keys": Capability.MANAGE_KEYS,
    "POST /api/v1/institutions/{institution_id}/keys": Capability.MANAGE_KEYS,
    "DELETE /api/v1/institutions/{institution_id}/keys/{key_id}": (
        Capability.MANAGE_KEYS
    ),
    **dict.fromkeys(
        (
            "GET /{lang}/cohorts/institutions/{institution_id}/completions",
            "GET /{lang}/cohorts/institutions/{institution_id}/completions/template.csv",
            "POST /{lang}/cohorts/institutions/{institution_id}/completions/upload",
            "POST /{lang}/cohorts/institutions/{institution_id}/completions/again",
            "GET /{lang}/cohorts/institutions/{institution_id}/completions/{report_id}",
            "POST /{lang}/cohorts/institutions/{institution_id}/completions/{report_id}",
        ),
        Capability.REPORT_COMPLETIONS,
    ),
    **dict.fromkeys(
        (
            "GET /{lang}/cohorts/institutions/{institution_id}/activities",
            "GET /{lang}/cohorts/institutions/{institution_id}/activities/{activity_key}",
            "POST /{lang}/cohorts/institutions/{institution_id}/activities/{activity_key}",
            "GET /api/v1/institutions/{institution_id}/activities",
            "PUT /api/v1/institutions/{institution_id}/activities/{activity_key}",
        ),
        Capability.EDIT_COURSES,
    ),
    "GET /{lang}/cohorts/{cohort_id}/people": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/campaigns": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}/invitations": (
        Capability.INVITE
    ),
    "GET /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}/poster": Capability.INVITE,
    "GET /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}/qr.svg": Capability.INVITE,
    "GET /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}/qr.png": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/campaigns/{campaign_id}/rosters": (
        Capability.INVITE
    ),
    "GET /{lang}/cohorts/{cohort_id}/rosters/{roster_id}": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/rosters/{roster_id}": Capability.INVITE,
    "POST /{lang}/cohorts/{cohort_id}/change": Capability.MANAGE_COHORT,
    "POST /{lang}/cohorts/{cohort_id}/trainers": Capability.MANAGE_COHORT,
    "GET /api/v1/institutions/{institution_id}": Capability.SEE_INSTITUTION,
    "GET /api/v1/institutions/{institution_id}/institutions": (
        Capability.SEE_INSTITUTION
    ),
    "POST /api/v1/institutions/{institution_id}/institutions": (
        Capability.MANAGE_INSTITUTION
    ),
    "POST /api/v1/institutions/{institution_id}/cohorts": Capability.CREATE_COHORT,
    "GET /api/v1/cohorts/{cohort_id}": Capability.SEE_COHORT,
    "GET /api/v1/cohorts/{cohort_id}/campaigns": Capability.INVITE,
    "POST /api/v1/cohorts/{cohort_id}/campaigns": Capability.INVITE,
    "GET /api/v1/cohorts/{cohort_id}/campaigns/{campaign_id}": Capability.INVITE,
    "GET /{lang}/cohorts/{cohort_id}": Capability.SEE_COHORT,
    "GET /{lang}/cohorts/{cohort_id}/shown": Capability.SEE_SHOWN,
    "GET /{lang}/cohorts/{cohort_id}/dashboard.csv": Capability.SEE_COHORT,
    "GET /{lang}/cohorts/{cohort_id}/dashboard.xlsx": Capability.SEE_COHORT,
    "GET /{lang}/cohorts/{cohort_id}/dashboard.pdf": Capability.SEE_COHORT,
    "GET /api/v1/cohorts/{cohort_id}/dashboard": Capability.SEE_COHORT,
    "GET /{lang}/cohorts/{cohort_id}/reviews": Capability.SEE_SHOWN,
    "GET /{lang}/cohorts/{cohort_id}/reviews/{review_id}": Capability.SEE_SHOWN,
    "GET /{lang}/cohorts/{cohort_id}/reviews/{review_id}/file": Capability.SEE_SHOWN,
    "POST /{lang}/cohorts/{cohort_id}/reviews/{review_id}": Capability.SEE_SHOWN,
    "GET /api/v1/cohorts/{cohort_id}/reviews": Capability.SEE_SHOWN,
    "GET /api/v1/cohorts/{cohort_id}/reviews/{review_id}/file": Capability.SEE_SHOWN,
    "POST /api/v1/cohorts/{cohort_id}/reviews/{review_id}": Capability.SEE_SHOWN,
    **dict.fromkeys(
        (
            "GET /{lang}/cohorts/{cohort_id}/study",
            "GET /{lang}/cohorts/{cohort_id}/study/{question_id}",
            "POST /{lang}/cohorts/{cohort_id}/study/{question_id}",
            "POST /{lang}/cohorts/{cohort_id}/study/{question_id}/settle",
            "POST /{lang}/cohorts/{cohort_id}/study/posts/{post_id}",
            "GET /api/v1/cohorts/{cohort_id}/study/companions",
            "GET /api/v1/cohorts/{cohort_id}/study/questions",
            "GET /api/v1/cohorts/{cohort_id}/study/questions/{question_id}",
            "POST /api/v1/cohorts/{cohort_id}/study/questions/{question_id}/answers",
            "PUT /api/v1/cohorts/{cohort_id}/study/questions/{question_id}/settled",
            "POST /api/v1/cohorts/{cohort_id}/study/posts/{post_id}/decision",
        ),
        Capability.SEE_SHOWN,
    ),
    "GET /api/v1/institutions/{institution_id}/dashboard": Capability.SEE_INSTITUTION,
    "GET /{lang}/cohorts/{cohort_id}/breakdown": Capability.MANAGE_COHORT,
    "POST /{lang}/cohorts/{cohort_id}/breakdown": Capability.MANAGE_COHORT,
    "GET /{lang}/cohorts/institutions/{institution_id}/overview": (
        Capability.SEE_INSTITUTION
    ),
    "GET /{lang}/cohorts/institutions/{institution_id}/courses": Capability.EDIT_COURSES,
    "GET /{lang}/cohorts/institutions/{institution_id}/courses/new": Capability.EDIT_COURSES,
    "GET /{lang}/cohorts/institutions/{institution_id}/courses/template.csv": Capability.EDIT_COURSES,
    "GET /{lang}/cohorts/institutions/{institution_id}/courses/{key}": Capability.EDIT_COURSES,
    "GET /{lang}/cohorts/institutions/{institution_id}/courses/{key}/edit/{step}": Capability.EDIT_COURSES,
    "GET /{lang}/cohorts/institutions/{institution_id}/courses/{key}/preview": Capability.EDIT_COURSES,
    "POST /{lang}/cohorts/institutions/{institution_id}/courses": Capability.EDIT_COURSES,
    "POST /{lang}/cohorts/institutions/{institution_id}/courses/upload": Capability.EDIT_COURSES,
    "POST /{lang}/cohorts/institutions/{institution_id}/courses/{key}": Capability.EDIT_COURSES,
    "POST /{lang}/cohorts/institutions/{institution_id}/courses/{key}/edit/{step}": Capability.EDIT_COURSES,
    "GET /api/v1/institutions/{institution_id}/courses": Capability.EDIT_COURSES,
    "GET /api/v1/institutions/{institution_id}/links": Capability.EDIT_COURSES,
    "POST /api/v1/institutions/{institution_id}/courses": Capability.EDIT_COURSES,
    "GET /api/v1/institutions/{institution_id}/courses/{key}": Capability.EDIT_COURSES,
    "PUT /api/v1/institutions/{institution_id}/courses/{key}": Capability.EDIT_COURSES,
    "POST /api/v1/institutions/{institution_id}/courses/{key}/steps": Capability.EDIT_COURSES,
    "POST /api/v1/institutions/{institution_id}/course-imports": Capability.EDIT_COURSES,
}
"""What an office needs for what names an institution or a cohort."""


OWN = {
    "attempts/{attempt_id}",
    "assess/{attempt_id}",
    "me/shares/{cohort_id}",
    "me/study-groups/{cohort_id}",
    "{lang}/study/{cohort_id}",
    "sharing/{cohort_id}",
    "certificates/{certificate_id}",
}
"""What only its learner reaches; each room tests that another learner does not."""
PUBLIC = "/ims/case/"
"""What is published, for everybody."""
REFUSED = {401, 403, 404}
CHECKED_FIRST = {
    "PUT /api/v1/institutions/{institution_id}/courses/{key}",
    "POST /api/v1/institutions/{institution_id}/courses/{key}/steps",
}
"""Look at the shape of the body before they look for the course."""


def walk(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from walk(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def named_routes(app: FastAPI) -> set[str]:
    """Return method and path of every route that names something by its number."""
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path)}"
        for route in walk(app.routes)
        for method in route.methods or ()
        if "_id" in route.path and not route.path.startswith(PUBLIC)
    }


def test_every_route_says_who_may_use_it(client: TestClient) -> None:
    found = named_routes(application(client))
    open_to_all = {name for name in found if any(own in name for own in OWN)}

    assert found - open_to_all == set(GUARDED)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a browser and a program."""

    session: str
    token: str


def enter(
    connection: Connection, learner: Learner, strength: Strength = Strength.TWO_FACTOR
) -> Person:
    session = open_session(
        connection,
        learner_id=learner.learner_id,
        now=NOON,
        lifetime=HALF_A_YEAR,
        strength=strength,
    )
    token = issue_token(
        SECRET,
        learner_id=learner.learner_id,
        now=NOON,
        lifetime=HALF_A_YEAR,
        session_ref=digest(session),
    )
    return Person(session=session, token=token)


def addresses(world: World) -> tuple[dict[str, str], dict[str, str]]:
    """Return the numbers of what lies below health, and of what is another's."""
    own = {
        "lang": "fr",
        "institution_id": str(world.health.institution_id),
        "cohort_id": str(world.cohort.cohort_id),
        "campaign_id": str(world.campaign.campaign_id),
        "roster_id": str(world.roster_id),
        "key_id": str(world.key_id),
        "report_id": str(world.report_id),
        "key": world.course.course_key,
        "step": "about",
        "review_id": str(world.review_ids[0]),
        "activity_key": ACTIVITY,
        "question_id": str(world.question_ids[0]),
        "post_id": str(world.question_ids[0]),
    }
    foreign = {
        "lang": "fr",
        "institution_id": str(world.justice.institution_id),
        "cohort_id": str(world.foreign_cohort.cohort_id),
        "campaign_id": str(world.foreign_campaign.campaign_id),
        "roster_id": str(world.foreign_roster_id),
        "key_id": str(world.foreign_key_id),
        "report_id": str(world.foreign_report_id),
        "key": world.foreign_course.course_key,
        "step": "about",
        "review_id": str(world.review_ids[0]),
        "activity_key": ACTIVITY,
        "question_id": str(world.question_ids[0]),
        "post_id": str(world.question_ids[0]),
    }
    return own, foreign


def ask(client: TestClient, name: str, person: Person, numbers: dict[str, str]) -> int:
    """Call a route as somebody; return how it was answered."""
    method, _, path = name.partition(" ")
    client.cookies.clear()
    address = path.format(**numbers)
    if path.startswith("/api/"):
        headers = {"authorization": f"Bearer {person.token}"}
        body: dict[str, Any] = {"json": {}} if method in {"POST", "PUT"} else {}
        answer = client.request(method, address, headers=headers, **body)
    else:
        client.cookies.set("masar_session", person.session)
        form = {"form_token": sign(SECRET, "form", person.session)}
        body = {"data": form} if method == "POST" else {}
        if path.endswith(("/rosters", "/upload")):
            body["files"] = {"file": ("list.csv", b"")}
        answer = client.request(method, address, follow_redirects=False, **body)
    is_sent_away = "/sign-in" in answer.headers.get("location", "")
    return 401 if is_sent_away else answer.status_code


def expected(office: Office | None, name: str, *, is_own: bool) -> int | None:
    """Return the refusal that somebody is to get; ``None``: what she asked for."""
    of_cohort = "{cohort_id}" in name
    reaches = {
        None: False,
        Office.OPERATOR: True,
        Office.ADMINISTRATOR: is_own,
        Office.EDITOR: is_own,
        Office.TRAINER: is_own and of_cohort,
    }[office]
    if not reaches or office is None:
        return 404
    return None if GUARDED[name] in PERMISSIONS[office] else 403


@pytest.mark.parametrize("office", [*Office, None])
def test_each_office_reaches_what_is_its_own_and_nothing_else(
    client: TestClient, office: Office | None
) -> None:
    with database_of(client).write() as connection:
        world = add_world(connection)
        add_review(connection, client, world)
        add_shown_question(connection, world)
        add_activity(connection, world.health)
        add_activity(connection, world.justice)
        if office is None:
            learner = add_learner(connection)
        elif office is Office.TRAINER:
            learner = add_trainer(connection, world.cohort)
        else:
            where = None if office is Office.OPERATOR else world.health
            learner = add_officer(connection, office, where)
        person = enter(connection, learner)

    wrong = {
        (name, is_own): status
        for name in GUARDED
        for is_own, numbers in zip((True, False), addresses(world), strict=True)
        if (status := ask(client, name, person, numbers)) >= 500
        or (status if status in REFUSED else None)
        != expected(office, name, is_own=is_own)
    }

    assert wrong == {}


@pytest.mark.parametrize("strength", [Strength.ANONYMOUS, Strength.SIGNED_IN])
def test_an_operator_reaches_nothing_without_a_second_factor(
    client: TestClient, strength: Strength
) -> None:
    with database_of(client).write() as connection:
        world = add_world(connection)
        add_review(connection, client, world)
        add_shown_question(connection, world)
        add_activity(connection, world.health)
        add_activity(connection, world.justice)
        learner = add_officer(connection, Office.OPERATOR, None)
        person = enter(connection, learner, strength)

    answers = {name: ask(client, name, person, addresses(world)[0]) for name in GUARDED}

    assert {name: s for name, s in answers.items() if s not in {303, 401, 403}} == {}


def test_a_campaign_of_another_cohort_is_not_reached_through_ones_own(
    client: TestClient,
) -> None:
    with database_of(client).write() as connection:
        world = add_world(connection)
        add_review(connection, client, world)
        add_shown_question(connection, world)
        add_activity(connection, world.health)
        add_activity(connection, world.justice)
        person = enter(connection, add_officer(connection, Office.OPERATOR, None))
    own, foreign = addresses(world)
    mixed = {
        **own,
        "campaign_id": foreign["campaign_id"],
        "roster_id": foreign["roster_id"],
        "key_id": foreign["key_id"],
        "report_id": foreign["report_id"],
        "key": foreign["key"],
    }

    answers = {
        name: ask(client, name, person, mixed)
        for name in GUARDED
        if any(
            each in name
            for each in (
                "{campaign_id}",
                "{roster_id}",
                "{key_id}",
                "{key}",
                "{report_id}",
            )
        )
        and name not in CHECKED_FIRST
    }

    assert set(answers.values()) == {404}
