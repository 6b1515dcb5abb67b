"""Courses of an institution as files: the YAML that ships, or a sheet.

In a sheet each row is a run, or a course without one; rows with the same key belong to
one course, whose facts stand in the first of them.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from app.cohorts.errors import UnreadableCoursesError
from app.kernel.sheets import UnreadableSheetError, read_rows
from app.kernel.yaml import Data, Document, Place, Where, parse_document

MOST_BYTES = 1024 * 1024
MOST_ROWS = 5000
LONGEST_NUMBER = 12
YAML_ENDINGS = (".yaml", ".yml")
TEXTS = (
    *("key", "title", "title_language", "provider", "url", "url_kind"),
    *("registration_url", "delivery", "cost", "certificate", "audience", "licence"),
    *("checked_on",),
)
NUMBERS = ("hours", "seats")
ANSWERS = ("hours_are_approximate", "needs_selection")
"""``yes`` or ``no``."""
LISTS = ("serves", "prerequisites", "sources")
"""Parts with a semicolon between: ``open-data 0-2``, ``trust 1``, an address."""
RUN: Mapping[str, str] = {
    "language": "language",
    "state": "state",
    "run_url": "url",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "apply_by": "apply_by",
    "run_seats": "seats",
}
"""Fields of a run by column."""
COLUMNS = (*TEXTS, *NUMBERS, *ANSWERS, *LISTS, *RUN)
EXAMPLE: Mapping[str, str] = {
    "key": "my-school-open-data",
    "title": "Données ouvertes",
    "title_language": "fr",
    "provider": "My school",
    "url": "https://example.org/open-data",
    "delivery": "cohort",
    "cost": "free",
    "certificate": "free",
    "audience": "public_servants",
    "hours": "12",
    "seats": "30",
    "needs_selection": "yes",
    "serves": "data-governance 0-2",
    "language": "fr",
    "state": "announced",
    "starts_on": "2027-02-01",
    "ends_on": "2027-03-15",
    "apply_by": "2027-01-15",
}


def read_courses(name: str, content: bytes, *, today: date) -> Document:
    """Read an upload as the data of a course file, with the place of each part.

    Args:
        name: Of the file; its ending tells YAML from CSV.
        content: Its bytes.
        today: Stands for the day at which the facts were read, where none is given.

    Raises:
        UnreadableCoursesError: It is too large, none of the three kinds, not sound,
            or has no column ``key``, or one that we do not know.
        DocumentError: It is wrong as YAML.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableCoursesError(reason="too-large", max_bytes=MOST_BYTES)
    if name.lower().endswith(YAML_ENDINGS):
        return parse_document(Path(name), content)
    try:
        rows = [(number, cells) for number, cells in _rows(content) if any(cells)]
    except UnreadableSheetError as error:
        raise UnreadableCoursesError(**error.facts) from None
    if not rows:
        raise UnreadableCoursesError(reason="empty")
    header = _read_header(rows[0][1])
    sheet = _Sheet(today)
    for number, cells in rows[1:]:
        sheet.add(number, header, cells)
    return sheet.document(Path(name))


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for count, row in enumerate(read_rows(content)):
        if count > MOST_ROWS:
            raise UnreadableSheetError(reason="too-many-rows", max_rows=MOST_ROWS)
        yield row


def _read_header(cells: Sequence[str]) -> list[str]:
    header = [cell.casefold() for cell in cells]
    unknown = sorted({name[:40] for name in header if name} - set(COLUMNS))
    named = [name for name in header if name]
    if "key" not in header or unknown or len(set(named)) != len(named):
        raise UnreadableCoursesError(
            reason="header", allowed=", ".join(COLUMNS), unknown=", ".join(unknown)
        )
    return header


class _Sheet:
    """Gathers the rows of each course."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._courses: dict[str, dict[str | int, Data]] = {}
        self._runs: dict[str, list[Data]] = {}
        self._index: dict[str, int] = {}
        self._places: dict[Where, Place] = {(): (1, 1), ("courses",): (1, 1)}

    def document(self, path: Path) -> Document:
        """Return the courses as a course file has them."""
        courses: list[Data] = []
        for key, course in self._courses.items():
            runs = self._runs[key]
            courses.append({**course, "runs": runs} if runs else course)
        return Document(path=path, data={"courses": courses}, places=self._places)

    def add(self, number: int, header: Sequence[str], cells: Sequence[str]) -> None:
        """Add one row."""
        given = {
            name: (cell.strip().removesuffix(" 00:00:00"), column)
            for column, (name, cell) in enumerate(zip(header, cells, strict=False), 1)
            if name and cell.strip()
        }
        key = given.get("key", ("", 1))[0]
        is_first = key not in self._courses
        where: Where = ("courses", self._index.setdefault(key, len(self._index)))
        if is_first:
            self._places[where] = (number, 1)
            self._courses[key] = self._course(number, where, given)
            self._runs[key] = []
        self._add_run(number, (*where, "runs", len(self._runs[key])), key, given)

    def _course(
        self, number: int, where: Where, given: Mapping[str, tuple[str, int]]
    ) -> dict[str | int, Data]:
        course: dict[str | int, Data] = {}
        for name, (text, column) in given.items():
            if name not in RUN:
                course[name] = _read(name, text)
                self._places[(*where, name)] = (number, column)
        course.setdefault("url_kind", "course_page")
        course.setdefault("verification", "provider")
        course.setdefault("audience", "public_servants")
        course.setdefault("checked_on", self._today.isoformat())
        course.setdefault("sources", [course.get("url", "")])
        return course

    def _add_run(
        self,
        number: int,
        where: Where,
        key: str,
        given: Mapping[str, tuple[str, int]],
    ) -> None:
        run: dict[str | int, Data] = {}
        for name, field in RUN.items():
            if name in given:
                text, column = given[name]
                run[field] = read_number(text) if field == "seats" else text
                self._places[(*where, field)] = (number, column)
        if run:
            self._places[where] = (number, 1)
            self._runs[key].append(run)


def _read(name: str, text: str) -> Data:
    if name in NUMBERS:
        return read_number(text)
    if name not in LISTS:
        answers = {"yes": True, "no": False} if name in ANSWERS else {}
        return answers.get(text.casefold(), text)
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if name == "sources":
        return [*parts]
    read_part = _read_serve if name == "serves" else _read_need
    return [read_part(part) for part in parts]


def read_number(text: str) -> Data:
    """Return the number that was typed, or the text where it is none."""
    if len(text) > LONGEST_NUMBER or not text.isascii():
        return text
    if text.isdigit():
        return int(text)
    whole, _, part = text.replace(",", ".").partition(".")
    return float(f"{whole}.{part}") if whole.isdigit() and part.isdigit() else text


def _read_serve(part: str) -> Data:
    """Read ``open-data 0-2``."""
    competency, _, levels = part.rpartition(" ")
    first, _, last = levels.partition("-")
    return {
        "competency": competency.strip() or part,
        "from_level": read_number(first),
        "to_level": read_number(last),
    }


def _read_need(part: str) -> Data:
    """Read ``trust 1``."""
    competency, _, level = part.rpartition(" ")
    return {"competency": competency.strip() or part, "level": read_number(level)}


def write_template() -> str:
    """Return an empty sheet with its columns and one example, as CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    writer.writerow(EXAMPLE)
    return out.getvalue()
