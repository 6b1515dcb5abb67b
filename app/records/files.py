"""Completions as a file."""

import csv
import io
from collections.abc import Iterator

from app.kernel.sheets import Line, read_lines
from app.records.domain.completions import COLUMNS, NEEDED

EXAMPLE = (
    *("amina@example.org", "unesco-oxford-ai-dt-gov", "2027-03-15"),
    *("fr", "12", "85", "2027-0042", "completed"),
)


def read_completions(content: bytes) -> Iterator[Line]:
    """Yield the rows of a CSV or XLSX file; empty rows are passed over.

    Raises:
        UnreadableSheetError: It is no such file, lacks a column, or has another one.
    """
    return read_lines(content, columns=COLUMNS, needed=NEEDED)


def write_template() -> str:
    """Return an empty sheet with its columns and one example, as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS, EXAMPLE])
    return out.getvalue()
