"""A learner who has used everything there is."""

from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select

from app.cohorts.domain import INSTALLATION, Office
from app.cohorts.queries import get_cohort
from app.cohorts.service import assign_trainer, grant_office
from app.identity.domain import Learner
from app.identity.domain.tickets import Purpose
from app.identity.models import ResumeCodeRow
from app.identity.service import issue_ticket, link_subject
from app.kernel.database import Base, Database
from app.kernel.text import Language
from app.paths import service
from app.paths.schemas import ChoiceIn, PreferencesIn, write_path
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.identity.builders import (
    ADA_MAIL,
    add_account,
    add_learner,
    add_session,
)
from tests.sharing.builders import add_cohort, add_member, share

MOOC = "unesco-oxford-ai-dt-gov"


def add_whole_life(database: Database) -> Learner:
    """Give a new learner a row in every table that knows learners."""
    with database.write() as connection:
        learner = add_learner(connection)
        add_account(connection, learner)
        # Her resume code ended with that; an older program may have left one.
        connection.execute(
            insert(ResumeCodeRow),
            {"code_digest": uuid4().hex, "learner_id": learner.learner_id},
        )
        issue_ticket(
            connection,
            purpose=Purpose.SIGN_IN,
            learner_id=learner.learner_id,
            address=ADA_MAIL,
            now=NOON,
        )
        link_subject(
            connection,
            provider_key="ministry",
            subject_digest=uuid4().hex,
            learner_id=learner.learner_id,
            now=NOON,
        )
        add_session(connection, learner)
        add_result(connection, learner)
        _take_part(connection, learner)
        wanted = PreferencesIn(hours_per_week=3, weeks=12, languages=[Language.FR])
        service.adapt_path(
            connection,
            learner_id=learner.learner_id,
            preferences=wanted.to_domain(),
            now=NOON,
        )
        service.choose_step(
            connection,
            learner_id=learner.learner_id,
            unit_key=MOOC,
            choice=ChoiceIn(choice="done").to_domain(),
            now=NOON,
        )
    service.propose_path(
        database,
        learner=learner,
        language=Language.FR,
        write=partial(write_path, language=Language.FR),
        now=NOON,
    )
    return learner


def _take_part(connection: Connection, learner: Learner) -> None:
    """Let a learner be in a cohort, share her result, and hold offices."""
    cohort_id = add_cohort(connection)
    add_member(connection, cohort_id, learner=learner)
    share(connection, learner, cohort_id)
    cohort = get_cohort(connection, cohort_id=cohort_id)
    assign_trainer(
        connection,
        actor_id=INSTALLATION,
        cohort=cohort,
        learner_id=learner.learner_id,
        now=NOON,
    )
    grant_office(
        connection,
        actor_id=INSTALLATION,
        learner_id=learner.learner_id,
        office=Office.ADMINISTRATOR,
        institution_id=cohort.institution_id,
        now=NOON,
    )


def personal_counts(
    connection: Connection, learner_id: UUID | None = None
) -> dict[str, int]:
    """Count the rows of every table that knows a learner."""
    counts = {}
    for name, table in Base.metadata.tables.items():
        if "learner_id" in table.c:
            query = select(func.count()).select_from(table)
            if learner_id is not None:
                query = query.where(table.c.learner_id == learner_id)
            counts[name] = connection.scalar(query) or 0
    return counts
