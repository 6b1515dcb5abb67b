"""Giving certificates in tests."""

from uuid import UUID

from app.kernel.database import Database
from app.progress.domain.certificates import Certificate, Check, Result
from app.progress.service import Desk, Given, give_certificate
from tests.constants import NOON
from tests.identity.builders import add_learner
from tests.progress.documents import COURSE, NAME


def person(database: Database) -> UUID:
    """Return a new learner."""
    with database.write() as connection:
        return add_learner(connection).learner_id


def give(
    database: Database, desk: Desk, learner_id: UUID, content: bytes, name: str = NAME
) -> Certificate:
    """Give a certificate for the course."""
    return give_certificate(
        database,
        desk=desk,
        learner_id=learner_id,
        course_key=COURSE,
        given=Given(content=content, name=name),
        now=NOON,
    )


def words(certificate: Certificate) -> dict[Check, tuple[Result, str]]:
    """Return the results by check."""
    return {each.check: (each.result, each.why) for each in certificate.findings}
