"""Completions that an institution reports in a list, and what is wrong with a row."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.catalogue.domain import Course
from app.identity.domain import sign
from app.identity.domain.addresses import (
    digest_of_address,
    read_address,
    same_address,
)
from app.identity.errors import EmailInvalidError
from app.kernel.intake import cell_problem
from app.kernel.text import fold

COLUMNS = (
    *("member", "course", "completed_on"),
    *("language", "hours", "score", "reference", "status"),
)
NEEDED = frozenset({"member", "course", "completed_on"})
EARLIEST = date(2000, 1, 1)
MOST_HOURS = 10_000
MOST_SCORE = 100
LONGEST_REFERENCE = 120
LONGEST_TITLE = 300
LONGEST_NUMBER = 12
_DAY = 10
_TIME = re.compile(r" \d\d:\d\d:\d\d(\.\d+)?")
"""What spreadsheets add to a day."""
_KEY_DIGITS = 40
COMPLETED, WITHDRAWN = "completed", "withdrawn"


class CompletionState(StrEnum):
    """What has become of a reported completion."""

    WAITING = "waiting"
    """Nobody with this address has joined a cohort of the institution yet."""
    CREDITED = "credited"
    """It stands in a member's ledger."""
    WITHDRAWN = "withdrawn"
    """The institution has taken it back, for good."""
    ERASED = "erased"
    """The person has erased herself; only the key is left, so that a repeated file
    does not bring her back."""


class Completion(NamedTuple):
    """A reported completion as it is kept."""

    completion_key: str
    member: str | None
    member_digest: str
    course_key: str
    language: str | None
    completed_on: date
    minutes: int | None
    score: float | None
    reference: str
    state: CompletionState

    @property
    def ref(self) -> str:
        """Name of the ledger entry."""
        return f"report:{self.completion_key}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Row:
    """What a sound row says."""

    line: int
    key: str
    """Names the completion for ever: by its reference, or else by what it says."""
    member: str
    member_digest: str
    course_key: str
    language: str | None
    completed_on: str
    """ISO 8601 date."""
    minutes: int | None
    score: float | None
    reference: str
    is_withdrawn: bool
    is_in_list: bool
    """An earlier row of the list reports what this one takes back."""

    @property
    def about(self) -> tuple[str, str, str]:
        """Whom and what it is about."""
        return self.member_digest, self.course_key, self.completed_on


class Clerk:
    """Reads the rows of one list, one after the other.

    Args:
        tenant: The institution that reports.
        secret: The installation's.
        courses: Of the catalogue.
        today: Nothing was completed later.
    """

    def __init__(
        self, *, tenant: UUID, secret: bytes, courses: Iterable[Course], today: date
    ) -> None:
        self._tenant, self._secret, self._today = str(tenant), secret, today
        self._courses: dict[str, Course | None] = {}
        known = list(courses)
        for course in known:
            title = fold(course.title)
            self._courses[title] = None if title in self._courses else course
        self._courses |= {course.key: course for course in known}
        self._seen: dict[tuple[str, bool], Row] = {}

    def read(
        self, line: int, cells: Mapping[str, str]
    ) -> tuple[list[tuple[str, str]], Row | None]:
        """Return what is wrong with a row by column and code, or what it says."""
        problems = list(_cell_problems(cells)) or list(self._problems(cells))
        if problems:
            return problems, None
        row = self._row(line, cells)
        column = "reference" if row.reference else "member"
        if (row.key, row.is_withdrawn) in self._seen:
            return [(column, "twice")], None
        reported = self._seen.get((row.key, False))
        if reported and reported.about != row.about:
            return [(column, "of-another")], None
        self._seen[row.key, row.is_withdrawn] = row
        return [], row

    def _problems(self, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        try:
            read_address(cells["member"])
        except EmailInvalidError:
            yield "member", "not-an-address"
        course = self._find(cells["course"])
        if course is None:
            is_shared = fold(cells["course"]) in self._courses
            yield "course", "several" if is_shared else "unknown"
        day = read_day(cells["completed_on"])
        if day is None or day < EARLIEST:
            yield "completed_on", "not-a-day"
        elif day > self._today:
            yield "completed_on", "in-future"
        yield from _further_problems(cells, course)

    def _find(self, cell: str) -> Course | None:
        return self._courses.get(cell) or self._courses.get(fold(cell))

    def _row(self, line: int, cells: Mapping[str, str]) -> Row:
        member = read_address(cells["member"])
        course = self._find(cells["course"])
        day = read_day(cells["completed_on"])
        if course is None or day is None:
            raise ValueError("a row with problems says nothing")
        reference = cells.get("reference", "")
        said = (
            ["reference", reference]
            if reference
            else ["row", same_address(member), course.key, day.isoformat()]
        )
        hours = read_number(cells.get("hours", ""))
        whole = sign(self._secret, "completion", json.dumps([self._tenant, *said]))
        return Row(
            line=line,
            key=whole[:_KEY_DIGITS],
            member=member,
            member_digest=digest_of_address(self._secret, member),
            course_key=course.key,
            language=cells.get("language", "").lower() or None,
            completed_on=day.isoformat(),
            minutes=None if hours is None else round(hours * 60),
            score=read_number(cells.get("score", "")),
            reference=reference,
            is_withdrawn=cells.get("status", "").lower() == WITHDRAWN,
            is_in_list=(whole[:_KEY_DIGITS], False) in self._seen,
        )


def _further_problems(
    cells: Mapping[str, str], course: Course | None
) -> Iterator[tuple[str, str]]:
    language = cells.get("language", "").lower()
    if course and language and language not in course.languages():
        yield "language", "not-run"
    for column, most in (("hours", MOST_HOURS), ("score", MOST_SCORE)):
        cell = cells.get(column, "")
        number = read_number(cell)
        if cell and (number is None or number > most):
            yield column, "not-a-number"
    if cells.get("status", "").lower() not in {"", COMPLETED, WITHDRAWN}:
        yield "status", "unknown"


def conflict_of(row: Row, known: Completion | None) -> tuple[str, str] | None:
    """Return what is wrong with a row beside what was reported before.

    Args:
        row: Sound by itself.
        known: What is kept under its key, if anything.
    """
    if known is None:
        is_lost = row.is_withdrawn and not row.is_in_list
        return ("status", "not-reported") if is_lost else None
    if known.state is CompletionState.ERASED:
        return None
    about = (known.member_digest, known.course_key, known.completed_on.isoformat())
    return None if about == row.about else ("reference", "of-another")


def _cell_problems(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column in COLUMNS:
        cell = cells.get(column, "")
        longest = LONGEST_REFERENCE if column == "reference" else LONGEST_TITLE
        problem = cell_problem(cell, longest)
        if column in NEEDED and not cell:
            problem = "missing"
        if problem:
            yield column, problem


def read_day(cell: str) -> date | None:
    """Return a day written 2027-03-15, as spreadsheets hand it on too."""
    text = cell[:_DAY] if _TIME.fullmatch(cell[_DAY:]) else cell
    try:
        return date.fromisoformat(text) if text.count("-") == 2 else None  # noqa: PLR2004 -- parts of a day
    except ValueError:
        return None


def read_number(cell: str) -> float | None:
    """Return a number of 0 or more, with a point or a comma; ``None``: it is none."""
    if not cell.isascii() or len(cell) > LONGEST_NUMBER:
        return None
    whole, _, part = cell.replace(",", ".").partition(".")
    is_number = whole.isdigit() and (not part or part.isdigit())
    return float(f"{whole}.{part or 0}") if is_number else None
