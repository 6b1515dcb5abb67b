from datetime import datetime, timedelta

from sqlalchemy import Row, select

from app.kernel.database import Database
from app.kernel.jobs import JobRow, queue
from tests.constants import NOON


def add_job(
    database: Database,
    *,
    kind: str = "note",
    run_at: datetime = NOON,
    is_bulk: bool = False,
    **payload: object,
) -> None:
    """Queue one job."""
    with database.write() as connection:
        queue(connection, kind=kind, payload=payload, run_at=run_at, is_bulk=is_bulk)


def job_rows(database: Database) -> list[Row[*tuple[object, ...]]]:
    """Return every job there is."""
    with database.read() as connection:
        return list(connection.execute(select(*JobRow.__table__.c)))


DAY = timedelta(days=1)
