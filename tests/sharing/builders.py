"""Cohorts with members, and people who share with them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select

from app.cohorts.domain import Gender, InstitutionKind
from app.cohorts.models import (
    AncestorRow,
    CampaignRow,
    CohortRow,
    InstitutionRow,
    MemberRow,
)
from app.identity.domain import Learner
from app.kernel.database import Database
from app.kernel.text import Language
from app.sharing.domain.cells import Measure
from app.sharing.domain.ledger import Ledger
from app.sharing.domain.pools import is_drawn
from app.sharing.files import read_ledger
from app.sharing.models import PoolCohortRow, PoolRow
from app.sharing.service import choose_attributes, release_waiting, share_result
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.identity.builders import FRAMEWORK, add_learner


def add_institution(connection: Connection, *, smallest_cell: int = 5) -> UUID:
    institution_id = uuid4()
    connection.execute(
        insert(InstitutionRow),
        {
            "institution_id": institution_id,
            "key": f"ministry-{institution_id.hex[:8]}",
            "parent_id": None,
            "kind": InstitutionKind.MINISTRY,
            "names": {"en": "Ministry of Examples"},
            "country": "SN",
            "smallest_cell": smallest_cell,
        },
    )
    connection.execute(
        insert(AncestorRow),
        {"ancestor_id": institution_id, "institution_id": institution_id, "depth": 0},
    )
    return institution_id


def add_cohort(
    connection: Connection,
    *,
    institution_id: UUID | None = None,
    smallest_cell: int = 5,
) -> UUID:
    cohort_id = uuid4()
    connection.execute(
        insert(CohortRow),
        {
            "cohort_id": cohort_id,
            "institution_id": institution_id or add_institution(connection),
            "name": "Pilot",
            "framework_key": FRAMEWORK,
            "framework_version": "1.0.0",
            "role_keys": [],
            "starts_on": date(2026, 11, 1),
            "ends_on": date(2027, 6, 30),
            "smallest_cell": smallest_cell,
            "is_fictitious": True,
            "created_at": NOON,
        },
    )
    return cohort_id


def add_member(
    connection: Connection,
    *cohort_ids: UUID,
    learner: Learner | None = None,
    gender: Gender | None = None,
    is_kept: bool = False,
) -> Learner:
    learner = learner or (
        add_kept(connection, *cohort_ids) if is_kept else add_learner(connection)
    )
    for cohort_id in cohort_ids:
        connection.execute(
            insert(MemberRow),
            {
                "learner_id": learner.learner_id,
                "cohort_id": cohort_id,
                "campaign_id": uuid4(),
                "invitation_id": None,
                "joined_at": NOON,
                "language": Language.FR,
                "country": None,
                "unit_id": None,
                "grade": None,
                "gender": gender,
            },
        )
    return learner


def add_kept(connection: Connection, *cohort_ids: UUID) -> Learner:
    """Return a new learner whose first results the lot sets aside."""
    while True:
        learner = add_learner(connection)
        if all(is_drawn(learner.learner_id, each) for each in cohort_ids):
            return learner


def set_aside(connection: Connection, *cohort_ids: UUID) -> None:
    """Let cohorts keep half of the first results for before and after."""
    for cohort_id in cohort_ids:
        choose_attributes(
            connection, cohort_id=cohort_id, attributes=[], sets_aside=True
        )


def add_share(
    connection: Connection,
    *cohort_ids: UUID,
    level: int = 1,
    gender: Gender | None = None,
    is_kept: bool = False,
) -> Learner:
    """Let somebody join, answer everything with one level, and share it."""
    learner = add_member(connection, *cohort_ids, gender=gender, is_kept=is_kept)
    add_result(connection, learner, value=str(level))
    for cohort_id in cohort_ids:
        share(connection, learner, cohort_id)
    return learner


def add_shares(
    database: Database,
    *cohort_ids: UUID,
    levels: dict[int, int],
    is_kept: bool = False,
) -> list[Learner]:
    with database.write() as connection:
        return [
            add_share(connection, *cohort_ids, level=level, is_kept=is_kept)
            for level, people in levels.items()
            for _ in range(people)
        ]


def share(connection: Connection, learner: Learner, cohort_id: UUID) -> None:
    share_result(
        connection,
        learner=learner,
        cohort_id=cohort_id,
        trainers_see=None,
        now=NOON,
    )


def add_second_round(connection: Connection, cohort_id: UUID) -> None:
    connection.execute(
        insert(CampaignRow),
        {
            "campaign_id": uuid4(),
            "cohort_id": cohort_id,
            "instrument_ref": "start@1.0.0",
            "round": 2,
            "opens_on": NOON.date(),
            "closes_on": date(2027, 6, 30),
            "remind_after_days": [],
        },
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a cohort shows of one competency, by resolution from coarse to fine."""

    people: int
    waiting: int
    counts: list[list[int]]


def release(database: Database) -> None:
    """Release until nothing is left to fold."""
    while release_waiting(database, now=NOON):
        pass


def shown(
    database: Database,
    *cohort_ids: UUID,
    competency: str = "data-governance",
    measure: Measure = Measure.LEVEL,
) -> list[Shown]:
    """Return what is released, pool by pool, the largest first."""
    with database.read() as connection:
        ledgers = list_ledgers(connection, *cohort_ids)
    return sorted(
        (_shown(ledger, competency, measure) for ledger in ledgers),
        key=lambda s: -s.people,
    )


def list_ledgers(connection: Connection, *cohort_ids: UUID) -> list[Ledger]:
    pools = select(PoolCohortRow.pool_id).where(PoolCohortRow.cohort_id.in_(cohort_ids))
    found = select(PoolRow.ledger).where(PoolRow.pool_id.in_(pools))
    return [read_ledger(content) for content in connection.scalars(found)]


def _shown(ledger: Ledger, competency: str, measure: Measure) -> Shown:
    tracks = ledger.tables.get((competency, measure), [])
    return Shown(
        people=ledger.people,
        waiting=ledger.waiting,
        counts=[track.released for track in tracks if any(track.released)],
    )
