"""Many learners, quickly: the database makes their rows itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, func, select, text

from app.assessment.models import AttemptRow
from app.frameworks.queries import get_current_instrument, get_default_framework
from app.identity.models import LearnerRow
from app.kernel.database import Database

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BODY = b'{"steps": []}'.ljust(600)
"""A small stored path: a hundredth of the disk a real one takes for a million."""
_LEARNERS = """
INSERT INTO identity_learner (learner_id, language, resume_nonce, created_at)
SELECT {uuid}, 'fr', {text}, :at FROM {series}
"""
_ATTEMPTS = """
INSERT INTO assessment_attempt (learner_id, attempt_id, framework_key,
    framework_version, instrument_ref, role_key, language, started_at, submitted_at)
SELECT learner_id, {uuid}, :key, :version, :ref, NULL, 'fr', :at, NULL
FROM identity_learner WHERE created_at = :at
"""
_ANSWERS = """
INSERT INTO assessment_answer (learner_id, attempt_id, item_key, value, answered_at)
SELECT learner_id, attempt_id, :item, '2', :at
FROM assessment_attempt WHERE started_at = :at
"""
_SESSIONS = """
INSERT INTO identity_session (token_digest, learner_id, created_at, expires_at)
SELECT {text} || {text}, learner_id, :at, :at
FROM identity_learner WHERE created_at = :at
"""
_AIMS = """
INSERT INTO proficiency_aim (learner_id, framework_key, framework_version, role_key,
    revision, updated_at)
SELECT learner_id, :key, :version, NULL, 1, :at
FROM identity_learner WHERE created_at = :at
"""
_PATHS = """
INSERT INTO paths_path (learner_id, language, stamp, body, computed_at)
SELECT learner_id, 'fr', 'old', :body, :at
FROM identity_learner WHERE created_at = :at
"""
_SQLITE = {
    "uuid": "lower(hex(randomblob(16)))",
    "text": "lower(hex(randomblob(16)))",
    "series": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s "
    "WHERE n < :many) SELECT n FROM s)",
}
_POSTGRESQL = {
    "uuid": "gen_random_uuid()",
    "text": "md5(random()::text)",
    "series": "generate_series(1, :many)",
}


def seed(url: str, learners: int) -> float:
    """Bring a database to this many learners, each with 19 answers.

    Args:
        url: SQLAlchemy URL, migrated and loaded.
        learners: How many there shall be in all.

    Returns:
        Size of the database in MB.
    """
    database = Database(url)
    with database.write() as connection:
        known = connection.scalar(select(func.count()).select_from(LearnerRow)) or 0
        if learners > known:
            _add(connection, learners - known, is_sqlite=database.is_embedded)
    with database.engine.connect() as connection:
        if database.is_embedded:
            size = Path(url.removeprefix("sqlite:///")).stat().st_size
        else:
            connection.exec_driver_sql("ANALYZE")
            asked = text("SELECT pg_database_size(current_database())")
            size = connection.scalar(asked) or 0
    database.close()
    return size / 1e6


def _add(connection: Connection, many: int, *, is_sqlite: bool) -> None:
    parts = _SQLITE if is_sqlite else _POSTGRESQL
    framework = get_default_framework(connection)
    instrument = get_current_instrument(connection, framework)
    # Each batch has an instant of its own, by which the next statements find it.
    batch = connection.scalar(select(func.count()).select_from(AttemptRow)) or 0
    moment = LONG_AGO + timedelta(seconds=batch, microseconds=uuid4().int % 1000)
    values = {
        "at": moment.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else moment,
        "key": framework.key,
        "version": framework.version,
        "ref": instrument.version_ref,
        "body": BODY,
        "many": many,
    }
    for statement in (_LEARNERS, _ATTEMPTS, _SESSIONS, _AIMS, _PATHS):
        connection.execute(text(statement.format(**parts)), values)
    for item in instrument.items:
        connection.execute(text(_ANSWERS), {**values, "item": item.key})
