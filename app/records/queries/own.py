"""Reading what a learner did, as statements."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from app.assessment.queries import list_attempts
from app.catalogue.queries import get_catalogue
from app.frameworks.queries import get_default_framework, get_framework
from app.proficiency.queries import list_observations
from app.progress.queries import get_progress
from app.records.domain import Json
from app.records.domain.own import Teller, in_order


def list_own_statements(
    connection: Connection, *, learner_id: UUID, site: str
) -> Sequence[Json]:
    """Return everything a learner did here as statements, the oldest first.

    Args:
        connection: Any connection.
        learner_id: Whose.
        site: Where browsers reach this installation, without a slash at the end.
    """
    attempts = list_attempts(connection, learner_id=learner_id)
    default = get_default_framework(connection)
    # The newest version that she answered names its competencies.
    frameworks = {default.key: default} | {
        each.framework_key: get_framework(
            connection, each.framework_key, each.framework_version
        )
        for each in reversed(attempts)
    }
    teller = Teller(
        learner_id=learner_id,
        site=site,
        courses={each.key: each for each in get_catalogue(connection).courses},
        frameworks=frameworks,
    )
    levelled = [
        said
        for key in frameworks
        for said in teller.levelled(
            key,
            list_observations(connection, learner_id=learner_id, framework_key=key),
        )
    ]
    completed = [
        said
        for course in get_progress(connection, learner_id=learner_id).values()
        for said in teller.completed(course.counted)
    ]
    return in_order([*teller.assessed(attempts), *levelled, *completed])
