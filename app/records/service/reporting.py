"""A list of completions on its way into ledgers: check it all, then import it in parts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from app.catalogue.queries import get_catalogue
from app.cohorts.domain.keys import Key
from app.journal.service import audit
from app.kernel.database import Database
from app.kernel.intake import Intake, IntakeState, Upload
from app.kernel.jobs import queue
from app.kernel.sheets import Line
from app.records.domain.completions import Clerk, Row, conflict_of
from app.records.errors import CompletionsWrongError, ReportNotReadyError
from app.records.files import read_completions
from app.records.models import ReportFileRow, ReportRow
from app.records.queries.completions import Report, find_completions, get_report
from app.records.service.crediting import take_in

CHECK, IMPORT = "completions-check", "completions-import"
"""Kinds of the two jobs."""
_INTAKE = Intake(ReportRow, ReportFileRow, key="report_id")


def upload_report(
    connection: Connection,
    *,
    actor_id: UUID,
    tenant: UUID,
    file: Upload,
    now: datetime,
) -> UUID:
    """Keep a file and queue the check of it; return the list's number."""
    report_id = uuid4()
    _INTAKE.keep(
        connection,
        report_id,
        file,
        actor_id=actor_id,
        now=now,
        institution_id=tenant,
    )
    payload = {"report_id": str(report_id), "institution": str(tenant)}
    key = f"{CHECK}:{report_id}"
    queue(connection, kind=CHECK, payload=payload, run_at=now, key=key)
    return report_id


def check_report(
    database: Database, payload: Mapping[str, Any], *, secret: bytes, now: datetime
) -> None:
    """Check an upload (a job): every bad row is found before anything is recorded."""
    tenant, report_id = UUID(payload["institution"]), UUID(payload["report_id"])
    with database.read() as connection:
        report = get_report(connection, institution_id=tenant, report_id=report_id)
        content = _INTAKE.part(connection, report_id, 0)
        clerk = _clerk(connection, tenant, secret, now)
    if report.state is not IntakeState.CHECKING or content is None:
        return
    judge = partial(_judge, clerk=clerk)
    found = _INTAKE.check(database, report_id, read_completions(content), judge)
    for part in found.parts:
        rows = _read_part(part)
        with database.read() as connection:
            wrong = _contradictions(connection, tenant, rows)
        for row, problem in wrong:
            found.note(row.line, [problem])
    with database.write() as connection:
        _INTAKE.settle(connection, report_id, found)


def _clerk(connection: Connection, tenant: UUID, secret: bytes, now: datetime) -> Clerk:
    return Clerk(
        tenant=tenant,
        secret=secret,
        courses=get_catalogue(connection).courses,
        today=now.date(),
    )


def _judge(
    line: Line, *, clerk: Clerk
) -> tuple[Sequence[tuple[str, str]], Mapping[str, Any]]:
    problems, row = clerk.read(line.number, line.cells)
    return problems, {} if row is None else asdict(row)


def _read_part(content: bytes) -> list[Row]:
    return [Row(**said) for said in orjson.loads(content)]


def _contradictions(
    connection: Connection, tenant: UUID, rows: Sequence[Row]
) -> list[tuple[Row, tuple[str, str]]]:
    """Return the rows that contradict what was reported before, and how."""
    known = find_completions(connection, tenant=tenant, keys={row.key for row in rows})
    found = ((row, conflict_of(row, known.get(row.key))) for row in rows)
    return [(row, problem) for row, problem in found if problem]


def accept_report(connection: Connection, *, report: Report, now: datetime) -> None:
    """Begin the import of a list with nothing wrong.

    Raises:
        ReportNotReadyError: It is not checked yet, was refused, or was begun already.
    """
    if not _INTAKE.accept(connection, report.report_id):
        raise ReportNotReadyError(state=report.state)
    _queue_part(connection, report, 1, now)


def _queue_part(
    connection: Connection, report: Report, part: int, now: datetime
) -> None:
    payload = {
        "report_id": str(report.report_id),
        "institution": str(report.institution_id),
        "part": part,
    }
    key = f"{IMPORT}:{report.report_id}:{part}"
    queue(connection, kind=IMPORT, payload=payload, run_at=now, key=key)


def import_part(
    database: Database, payload: Mapping[str, Any], *, now: datetime
) -> None:
    """Import one part of a list and queue the next (a job); again is harmless."""
    with database.write() as connection:
        report = get_report(
            connection,
            institution_id=UUID(payload["institution"]),
            report_id=UUID(payload["report_id"]),
        )
        import_report_part(connection, report=report, part=payload["part"], now=now)


def import_report_part(
    connection: Connection, *, report: Report, part: int, now: datetime
) -> None:
    """Import one part in the caller's transaction."""
    content = _INTAKE.part(connection, report.report_id, part)
    if content is None or report.state is not IntakeState.IMPORTING:
        return
    rows = _read_part(content)
    counts = take_in(connection, tenant=report.institution_id, rows=rows, now=now)
    totals = _INTAKE.end_part(
        connection,
        report.report_id,
        listed=report,
        part=part,
        rows=len(rows),
        counts=counts,
    )
    if totals is None:
        _queue_part(connection, report, part + 1, now)
    else:
        _note(connection, report.actor_id, report.institution_id, totals, now)


def _note(
    connection: Connection,
    actor_id: UUID,
    tenant: UUID,
    totals: Mapping[str, int],
    now: datetime,
) -> None:
    changed = totals["new"] + totals["withdrawn"]
    if changed:
        audit(
            connection,
            actor_id=actor_id,
            scope_id=tenant,
            verb="completions-reported",
            object_ref=f"completions:{changed}",
            occurred_at=now,
        )


def report_completions(
    connection: Connection,
    *,
    by: Key,
    secret: bytes,
    items: Sequence[Mapping[str, str]],
    is_trial: bool,
    now: datetime,
) -> dict[str, int]:
    """Record completions that a program reports, all or none of them.

    Args:
        connection: The caller's transaction.
        by: The key of the institution that reports.
        secret: The installation's.
        items: Cells by column, as a row of a list has them.
        is_trial: Only check.
        now: Aware UTC instant.

    Raises:
        CompletionsWrongError: Something is wrong with some; nothing was recorded.
    """
    tenant = by.institution_id
    clerk = _clerk(connection, tenant, secret, now)
    rows: list[Row] = []
    problems: list[tuple[int, str, str]] = []
    for number, cells in enumerate(items, start=1):
        wrong, row = clerk.read(number, cells)
        problems += [(number, *each) for each in wrong]
        rows += [row] if row else []
    problems += [
        (row.line, *problem)
        for row, problem in _contradictions(connection, tenant, rows)
    ]
    if problems:
        raise CompletionsWrongError(sorted(problems))
    if is_trial:
        return {}
    counts = take_in(connection, tenant=tenant, rows=rows, now=now)
    _note(connection, by.key_id, tenant, counts, now)
    return counts
