"""Building the ministry, from its foundation to the released totals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random

from sqlalchemy import Connection

from app.assessment.service import save_answers, start_attempt, submit_attempt
from app.demo.domain import FULL, Ministry, Size, World, draw_answers, draw_people
from app.demo.service.founding import draft_login, found, invite_all
from app.demo.service.people import join_all, live_all, plan
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.identity.domain import make_resume_code
from app.identity.service import welcome
from app.insights.domain.participation import Stage
from app.kernel.database import Database
from app.kernel.text import Language
from app.sharing.service import release_waiting

ENOUGH_TO_COMPARE = 400
"""Members from whom on first results are kept for before and after."""


def build_ministry(
    database: Database,
    *,
    key: bytes,
    now: datetime,
    size: Size = FULL,
    rest_s: float = 0,
    tell: Callable[[], None] = lambda: None,
) -> tuple[Ministry, str]:
    """Build a ministry in short transactions; again builds another beside it.

    No mail is ever written for it: whom it invites, it invites to a round that is over.

    Args:
        database: Where to; frameworks are loaded.
        key: The installation's secret.
        now: Aware UTC instant; everything happens in the eleven weeks before.
        size: How many people.
        rest_s: Seconds to rest between two transactions, for a site beside it: who waits
            for the lock of SQLite asks for it every 0.1 s, and never gets it from
            somebody who takes it again at once.
        tell: Called ``size.steps`` times.

    Returns:
        It, and the resume code of a member with a path.

    Raises:
        FrameworkNotFoundError: Nothing is loaded.
    """
    drafts = [draft_login(who) for who in ("director", "trainer")]
    with database.write() as connection:
        world = replace(_open_world(connection, key, now), rest_s=rest_s)
        keeps_first = size.members >= ENOUGH_TO_COMPARE
        ministry = found(connection, world, drafts, keeps_first=keeps_first)
        invitations = invite_all(connection, world, ministry, people=size.invited)
    people = draw_people(
        world.chance,
        [item.competency for item in world.instrument.items],
        size=size,
        units=len(ministry.units),
    )
    pairs = list(zip(people, invitations, strict=False))
    members = join_all(database, world, ministry, pairs, tell=tell)
    live_all(database, world, ministry, members, tell=tell)
    members.sort(key=lambda m: (m[0].later is None, m[0].stage is not Stage.SHARED))
    for number, (_, learner) in enumerate(members[: size.walking]):
        plan(database, world, learner, has_learnt=number % 2 == 0)
        tell()
    while release_waiting(database, now=now):
        continue
    return ministry, make_resume_code(key, members[0][1].resume_nonce)


def add_learner(
    connection: Connection,
    *,
    key: bytes,
    language: Language,
    role_key: str,
    now: datetime,
) -> str:
    """Make one fictitious learner who has answered; return her resume code.

    Raises:
        FrameworkNotFoundError: Nothing is loaded.
        UnknownRoleError: The framework has no such role.
    """
    world = _open_world(connection, key, now)
    learner = welcome(connection, key=key, language=language, now=now)
    attempt = start_attempt(
        connection,
        learner=learner,
        framework=world.framework,
        instrument=world.instrument,
        role_key=role_key,
        now=now,
    )
    items = world.instrument.items
    asked = [item.competency for item in items]
    answers, _ = draw_answers(world.chance, asked, ahead=0)
    keys = {"attempt_id": attempt.attempt_id, "learner_id": learner.learner_id}
    values = {item.key: answers[item.competency] for item in items}
    save_answers(connection, **keys, values=values, now=now)
    submit_attempt(connection, **keys, now=now)
    return make_resume_code(key, learner.resume_nonce)


def _open_world(connection: Connection, key: bytes, now: datetime) -> World:
    framework = get_default_framework(connection)
    return World(
        key=key,
        chance=Random(now.timestamp()),  # noqa: S311 -- invents people, no secrets
        now=now,
        framework=framework,
        instrument=get_current_instrument(connection, framework),
    )
