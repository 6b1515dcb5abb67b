"""A cohort whose people stand at different levels, in several roles and grades."""

import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert

from app.assessment.queries import list_attempts
from app.assessment.service import look_back
from app.cohorts.domain import Cohort, Grade, Institution
from app.cohorts.models import MemberRow
from app.identity.domain import Learner, Strength, digest
from app.identity.domain.tokens import issue_token
from app.identity.service import open_session
from app.kernel.database import Database
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute
from app.sharing.service import choose_attributes, share_result
from tests.assessment.builders import (
    add_attempt,
    answer_items,
    instrument_of,
    keys,
    submit,
)
from tests.cohorts.builders import add_campaign, add_cohort, add_ministry
from tests.constants import NOON, SECRET
from tests.identity.builders import HALF_A_YEAR, add_learner, database_of
from tests.sharing.builders import add_kept, add_second_round, release, set_aside

MANAGER = "service-manager"
FRONT_LINE = "front-line"
GRADES = (Grade.OFFICER, Grade.MANAGER)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """A ministry with one cohort."""

    institution: Institution
    cohort: Cohort
    campaign_id: UUID


def add_pilot(connection: Connection, *, key: str = "health") -> Pilot:
    institution = add_ministry(connection, key)
    cohort = add_cohort(connection, institution)
    campaign = add_campaign(connection, cohort)
    return Pilot(
        institution=institution, cohort=cohort, campaign_id=campaign.campaign_id
    )


def join(
    connection: Connection,
    cohort: Cohort,
    *,
    grade: Grade | None = None,
    language: Language = Language.FR,
    unit_id: UUID | None = None,
    learner: Learner | None = None,
) -> Learner:
    learner = learner or add_learner(connection, language=language)
    connection.execute(
        insert(MemberRow),
        {
            "learner_id": learner.learner_id,
            "cohort_id": cohort.cohort_id,
            "campaign_id": uuid4(),
            "invitation_id": None,
            "joined_at": NOON,
            "language": language,
            "country": None,
            "unit_id": unit_id,
            "grade": grade,
            "gender": None,
        },
    )
    return learner


def answer(
    connection: Connection,
    learner: Learner,
    values: Sequence[str],
    *,
    role_key: str | None = MANAGER,
    days: int = 0,
) -> None:
    """Answer one value per question, in their order, and submit."""
    now = NOON + timedelta(days=days)
    attempt = add_attempt(connection, learner, role_key=role_key, now=now)
    items = keys(instrument_of(connection))
    answers = dict(zip(items, values, strict=True))
    answer_items(connection, attempt, answers, now=now)
    submit(connection, attempt, now=now)


def share(
    connection: Connection,
    learner: Learner,
    cohort: Cohort,
    *,
    trainers_see: str | None = None,
    days: int = 0,
) -> None:
    share_result(
        connection,
        learner=learner,
        cohort_id=cohort.cohort_id,
        trainers_see=trainers_see,
        now=NOON + timedelta(days=days),
    )


def headers_of(
    client: TestClient, learner: Learner, strength: Strength = Strength.TWO_FACTOR
) -> dict[str, str]:
    with database_of(client).write() as connection:
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
        session_ref=digest(session),
        now=NOON,
        lifetime=HALF_A_YEAR,
    )
    return {"authorization": f"Bearer {token}"}


def draw_values(chance: random.Random, *, skill: float) -> list[str]:
    """Return 19 answers around a skill of 0..4; some are not levels."""
    values = []
    for _ in range(19):
        if chance.random() < 0.06:
            values.append(chance.choice(["unknown", "not_applicable"]))
        else:
            values.append(str(max(0, min(4, round(chance.gauss(skill, 1))))))
    return values


def populate(
    connection: Connection,
    cohort: Cohort,
    *,
    people: int,
    roles: Sequence[str | None] = (MANAGER,),
    seed: int = 1,
    is_kept: bool = False,
) -> list[Learner]:
    """Let people join, answer and share; half of them officers, half managers."""
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    languages = (Language.FR, Language.FR, Language.AR)
    learners = []
    for number in range(people):
        learner = join(
            connection,
            cohort,
            grade=GRADES[number % 2],
            language=languages[number % 3],
            learner=add_kept(connection, cohort.cohort_id) if is_kept else None,
        )
        values = draw_values(chance, skill=1.4 + 0.4 * (number % 2))
        role_key = roles[number % len(roles)]
        answer(connection, learner, values, role_key=role_key)
        share(connection, learner, cohort)
        learners.append(learner)
    return learners


def repeat(connection: Connection, cohort: Cohort, learners: Sequence[Learner]) -> None:
    """Let people answer again in a second round, a little better, and share."""
    chance = random.Random(7)  # noqa: S311 -- told again, not a secret
    add_second_round(connection, cohort.cohort_id)
    for learner in learners:
        answer(connection, learner, draw_values(chance, skill=2.6), days=120)
        share(connection, learner, cohort, days=120)


def lower_their_first(connection: Connection, cohort: Cohort) -> None:
    """Let 26 people share both rounds, of whom 8 see their first one lower today.

    10 never reach the target, 8 reach it in the second round, 8 in both.
    """
    set_aside(connection, cohort.cohort_id)
    add_second_round(connection, cohort.cohort_id)
    for then, now in [("1", "1")] * 10 + [("1", "4")] * 8 + [("4", "4")] * 8:
        kept = add_kept(connection, cohort.cohort_id)
        learner = join(connection, cohort, learner=kept)
        answer(connection, learner, [then] * 19)
        share(connection, learner, cohort, days=-1)
        answer(connection, learner, [now] * 19, days=120)
        recall(connection, learner, ["1"] * 19, days=120)
        share(connection, learner, cohort, days=120)


def recall(
    connection: Connection, learner: Learner, values: Sequence[str], *, days: int
) -> None:
    """Look back from the last result at the first."""
    attempts = list_attempts(connection, learner_id=learner.learner_id)
    asked = [item.competency for item in instrument_of(connection).items]
    look_back(
        connection,
        learner_id=learner.learner_id,
        attempt_id=attempts[0].attempt_id,
        earlier_id=attempts[-1].attempt_id,
        values=dict(zip(asked, values, strict=True)),
        now=NOON + timedelta(days=days),
    )


def break_down_by_grade(connection: Connection, cohort: Cohort) -> None:
    choose_attributes(
        connection, cohort_id=cohort.cohort_id, attributes=[Attribute.GRADE]
    )


def released_pilot(
    database: Database,
    *,
    people: int = 40,
    roles: Sequence[str | None] = (MANAGER,),
    key: str = "health",
) -> Pilot:
    """Return a cohort with released results."""
    with database.write() as connection:
        pilot = add_pilot(connection, key=key)
        populate(connection, pilot.cohort, people=people, roles=roles)
    release(database)
    return pilot


def read_xlsx(content: bytes) -> list[list[list[str]]]:
    """Return the filled cells of each row of each sheet, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        names = sorted(n for n in book.namelist() if n.startswith("xl/worksheets/"))
        pages = [ET.fromstring(book.read(name)) for name in names]  # noqa: S314 -- our own file
    return [
        [
            ["".join(cell.itertext()) for cell in row.iter(f"{_MAIN}c")]
            for row in page.iter(f"{_MAIN}row")
        ]
        for page in pages
    ]
