"""Tables as CSV and XLSX; what looks like a formula stays text."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, TypeAlias

Cell: TypeAlias = str | int | float | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_NAME = 31
"""Of a sheet in XLSX."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    """May be a generator: they are read once."""
    share_columns: frozenset[int] = field(default_factory=frozenset)
    """Columns that hold shares, 0..1, to be written as percentages."""


def make_harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula; numbers are none.

    Source:
        OWASP, “CSV Injection”,
        https://owasp.org/www-community/attacks/CSV_Injection
    """
    if isinstance(cell, str) and cell.startswith(DANGEROUS):
        return f"'{cell}"
    return cell


def write_csv(sheets: Iterable[Sheet]) -> bytes:
    """Return tables one below the other, UTF-8 with a mark that Excel understands."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow([])
        writer.writerow([make_harmless(sheet.title)])
        writer.writerow([make_harmless(each) for each in sheet.header])
        for row in sheet.rows:
            writer.writerow([_short(make_harmless(each)) for each in row])
    return out.getvalue().encode("utf-8-sig")


def _short(cell: Cell) -> Cell:
    return round(cell, 4) if isinstance(cell, float) else cell


def write_xlsx(
    sheets: Iterable[Sheet], *, right_to_left: bool, title: str
) -> IO[bytes]:
    """Return a workbook with one sheet per table, as an open file at its beginning.

    Rows go to the disk as they come, so that memory does not grow with them.
    """
    # Lazily: 20 ms and 5 MB that only a download needs.
    import xlsxwriter  # noqa: PLC0415 -- heavy, loaded where it is used

    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller sends and closes it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title})
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        percent = book.add_format({"num_format": "0%"})
        for number, sheet in enumerate(sheets, 1):
            page = book.add_worksheet(_sheet_name(number, sheet.title))
            if right_to_left:
                page.right_to_left()
            page.freeze_panes(1, 1)
            page.set_column(0, 0, 38)
            page.set_column(1, 20, 13)
            page.write_row(0, 0, map(make_harmless, sheet.header), strong)
            for line, row in enumerate(sheet.rows, 1):
                for place, cell in enumerate(row):
                    style = percent if place in sheet.share_columns else None
                    page.write(line, place, make_harmless(cell), style)
    file.seek(0)
    return file


def _sheet_name(number: int, title: str) -> str:
    name = f"{number} {title.translate(_FORBIDDEN)}"
    return " ".join(name.split())[:LONGEST_NAME].strip()
