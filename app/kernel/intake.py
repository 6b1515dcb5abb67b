"""Lists that come as files: check all of it, then take it in part by part.

What is wrong is found before anything is taken in. Each part is one transaction with
the job for the next, so that a restart goes on where it was and nothing is done twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy import Connection, delete, insert, select, update

from app.kernel.database import Base, Database
from app.kernel.sheets import FORMULA, LONGEST_CELL, Line, UnreadableSheetError

PART = 1000  # rows; other writers wait for one part
MOST_PROBLEMS = 200
TOLD_EVERY = 5000
LONGEST_NAME = 120


class IntakeState(StrEnum):
    """How far a list has come."""

    CHECKING = "checking"
    REFUSED = "refused"
    """Something is wrong with it; nothing was taken in."""
    CHECKED = "checked"
    """Nothing is wrong; it waits for somebody to say yes."""
    IMPORTING = "importing"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Upload:
    """A file as it came."""

    name: str
    content: bytes


class Listed(Protocol):
    """How far a list is, as its room reads it."""

    @property
    def state(self) -> IntakeState: ...  # noqa: D102
    @property
    def rows(self) -> int: ...  # noqa: D102
    @property
    def rows_done(self) -> int: ...  # noqa: D102
    @property
    def report(self) -> Mapping[str, object]: ...  # noqa: D102


@dataclass(slots=True, kw_only=True)
class DryRun:
    """What checking a list has found."""

    parts: list[bytes] = field(default_factory=list)
    """The rows as JSON, ``PART`` in each; without the wrong ones."""
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, column, code; the first ``MOST_PROBLEMS``."""
    rows: int = 0
    wrong: int = 0
    """Rows with at least one problem."""
    unreadable: Mapping[str, object] | None = None
    """Why it is no list at all."""
    _sound: list[Mapping[str, Any]] = field(default_factory=list)

    def add(
        self, line: int, problems: Sequence[tuple[str, str]], said: Mapping[str, Any]
    ) -> None:
        """Take what was found in one row."""
        self.rows += 1
        if problems:
            self.note(line, problems)
        else:
            self._sound.append(said)
        if len(self._sound) == PART:
            self.close()

    def close(self) -> None:
        """Make a part of the rows that are in none."""
        if self._sound:
            self.parts.append(orjson.dumps(self._sound))
            self._sound.clear()

    def note(self, line: int, problems: Sequence[tuple[str, str]]) -> None:
        """Count a wrong row and list it, if there is room."""
        self.wrong += 1
        room = MOST_PROBLEMS - len(self.problems)
        self.problems += [(line, *each) for each in problems[:room]]
        self.problems.sort(key=lambda problem: problem[0])

    @property
    def report(self) -> dict[str, object]:
        """For the page: no cell of the file stands in it."""
        if self.unreadable is not None:
            unreadable = dict(self.unreadable)
            return {"wrong": 1, "problems": [], "unreadable": unreadable}
        return {"wrong": self.wrong, "problems": self.problems}


Judge = Callable[[Line], tuple[Sequence[tuple[str, str]], Mapping[str, Any]]]
"""Says of a row what is wrong with it, by column and code; what it says as JSON may
hold, if nothing is."""


def dry_run(
    lines: Iterable[Line],
    judge: Judge,
    tell: Callable[[int], object] = lambda _rows: None,
) -> DryRun:
    """Check every row; nothing is written.

    Args:
        lines: As ``sheets.read_lines`` yields them.
        judge: Asked once for each row, in their order.
        tell: Told every 5 000 rows how many there were.
    """
    found = DryRun()
    try:
        for line in lines:
            found.add(line.number, *judge(line))
            if found.rows % TOLD_EVERY == 0:
                tell(found.rows)
    except UnreadableSheetError as error:
        return DryRun(wrong=1, unreadable=error.facts)
    found.close()
    if not found.rows:
        return DryRun(wrong=1, unreadable={"reason": "empty"})
    return found


def cell_problem(cell: str, longest: int = LONGEST_CELL) -> str | None:
    """Return what is wrong with any cell of this text; ``None``: nothing."""
    if len(cell) > min(longest, LONGEST_CELL):
        return "too-long"
    if cell.startswith(FORMULA):
        return "formula"
    return None if cell.isprintable() else "not-printable"


class Intake:
    """The two tables of lists of one sort, and what happens to their rows.

    Args:
        lists: Has ``file_name``, ``state``, ``actor_id``, ``rows``, ``rows_done``,
            ``report`` and ``uploaded_at`` beside its number and whose it is.
        files: Has that number, ``part`` and ``content``: the upload is part 0, what
            was found sound comes after; each goes when it is of no use any more.
        key: Name of the column with the number, in both.
    """

    def __init__(self, lists: type[Base], files: type[Base], *, key: str) -> None:
        self._lists, self._files = lists.__table__, files.__table__
        self._key = key

    def keep(
        self,
        connection: Connection,
        list_id: UUID,
        file: Upload,
        *,
        actor_id: UUID,
        now: datetime,
        **others: object,
    ) -> None:
        """Keep a file that is to be checked; ``others``: whose list it is."""
        row = {
            self._key: list_id,
            "file_name": file.name[:LONGEST_NAME],
            "state": IntakeState.CHECKING,
            "actor_id": actor_id,
            "rows": 0,
            "rows_done": 0,
            "report": {},
            "uploaded_at": now,
            **others,
        }
        connection.execute(insert(self._lists), row)  # type: ignore[arg-type]  # a mapped table
        self._add_part(connection, list_id, 0, file.content)

    def check(
        self, database: Database, list_id: UUID, lines: Iterable[Line], judge: Judge
    ) -> DryRun:
        """Check a list and write from time to time how far it is."""

        def tell(rows: int) -> None:
            with database.write() as connection:
                self.change(connection, list_id, rows_done=rows)

        return dry_run(lines, judge, tell)

    def settle(self, connection: Connection, list_id: UUID, found: DryRun) -> None:
        """Write down what was found; of a sound list, its rows in parts."""
        connection.execute(
            delete(self._files).where(self._files.c[self._key] == list_id)  # type: ignore[arg-type]  # a mapped table
        )
        for part, rows in enumerate([] if found.wrong else found.parts, start=1):
            self._add_part(connection, list_id, part, rows)
        self.change(
            connection,
            list_id,
            state=IntakeState.REFUSED if found.wrong else IntakeState.CHECKED,
            rows=found.rows,
            rows_done=0,
            report=found.report,
        )

    def accept(self, connection: Connection, list_id: UUID) -> bool:
        """Let a checked list be imported; return whether that is the first time."""
        begun = connection.execute(
            update(self._lists)  # type: ignore[arg-type]  # a mapped table
            .where(
                self._lists.c[self._key] == list_id,
                self._lists.c.state == IntakeState.CHECKED,
            )
            .values(state=IntakeState.IMPORTING)
        )
        return begun.rowcount == 1

    def part(self, connection: Connection, list_id: UUID, part: int) -> bytes | None:
        """Return a part of a list, if it is still there."""
        found: bytes | None = connection.scalar(
            select(self._files.c.content).where(*self._at(list_id, part))
        )
        return found

    def end_part(
        self,
        connection: Connection,
        list_id: UUID,
        *,
        listed: Listed,
        part: int,
        rows: int,
        counts: Mapping[str, int],
    ) -> dict[str, int] | None:
        """Note that a part is in; return all counts once it was the last.

        Args:
            connection: The transaction that took it in.
            list_id: Which list.
            listed: How it was before.
            part: From 1.
            rows: In this part.
            counts: Of this part, added up in the list's report.
        """
        connection.execute(delete(self._files).where(*self._at(list_id, part)))  # type: ignore[arg-type]  # a mapped table
        done = listed.rows_done + rows
        before = {name: int(str(listed.report.get(name, 0))) for name in counts}
        totals = {name: before[name] + more for name, more in counts.items()}
        is_last = done >= listed.rows
        self.change(
            connection,
            list_id,
            rows_done=done,
            report={**listed.report, **totals},
            state=IntakeState.DONE if is_last else IntakeState.IMPORTING,
        )
        return totals if is_last else None

    def change(self, connection: Connection, list_id: UUID, **values: object) -> None:
        """Write something else about a list."""
        connection.execute(
            update(self._lists)  # type: ignore[arg-type]  # a mapped table
            .where(self._lists.c[self._key] == list_id)
            .values(values)
        )

    def _at(self, list_id: UUID, part: int) -> tuple[Any, Any]:
        columns = self._files.c
        return columns[self._key] == list_id, columns.part == part

    def _add_part(
        self, connection: Connection, list_id: UUID, part: int, content: bytes
    ) -> None:
        row = {self._key: list_id, "part": part, "content": content}
        connection.execute(insert(self._files), row)  # type: ignore[arg-type]  # a mapped table
