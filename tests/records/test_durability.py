"""10 000 statements, twice, in random order, and a power cut in between."""

import random
from contextlib import suppress
from pathlib import Path

import httpx
from sqlalchemy import func, select

from app.kernel.database import Database
from app.records.models import StatementRow
from tests.cohorts.builders import add_key, add_ministry
from tests.records.builders import Statement, statement
from tests.web.builders import serving

STATEMENTS = 10_000
BATCH = 50


def batches(statements: list[Statement], seed: int) -> list[list[Statement]]:
    shuffled = random.Random(seed).sample(statements, len(statements))  # noqa: S311 -- an order, no secret
    return [shuffled[i : i + BATCH] for i in range(0, len(shuffled), BATCH)]


def test_each_statement_is_stored_once_whatever_happens(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        ministry = add_ministry(connection)
        key, secret = add_key(connection, ministry)
    auth = (str(key.key_id), secret)
    headers = {"x-experience-api-version": "1.0.3"}
    sent = [statement() for _ in range(STATEMENTS)]
    log = tmp_path / "server.log"
    quiet = {"worker_in_process": "false", "log_level": "ERROR"}

    def post(base: str, batch: list[Statement]) -> int:
        answer = httpx.post(
            f"{base}/xapi/statements",
            json=batch,
            auth=auth,
            headers=headers,
            trust_env=False,
            timeout=60,
        )
        return answer.status_code

    with serving(database_url, log, **quiet) as first:
        acknowledged = []
        for number, batch in enumerate(batches(sent, 1)):
            if number == STATEMENTS // BATCH // 2:
                first.process.kill()
            with suppress(httpx.TransportError):
                assert post(first.base, batch) == 200
                acknowledged += [each["id"] for each in batch]
    with serving(database_url, log, **quiet) as second:
        for order in (2, 3):
            for batch in batches(sent, order):
                assert post(second.base, batch) == 200

    with database.read() as connection:
        kept = connection.scalars(select(StatementRow.statement_id)).all()
        places = connection.scalar(select(func.count(StatementRow.position.distinct())))
    assert len(acknowledged) == STATEMENTS // 2
    assert sorted(map(str, kept)) == sorted(each["id"] for each in sent)
    assert places == STATEMENTS
