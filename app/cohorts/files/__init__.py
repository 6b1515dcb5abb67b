"""Lists of people as files."""

from collections.abc import Iterator

from app.kernel.sheets import Line, read_lines

COLUMNS = (
    *("email", "name", "language", "role"),
    *("unit", "grade", "gender", "country"),
)


def read_roster(content: bytes) -> Iterator[Line]:
    """Yield the people of a CSV or XLSX file; empty rows are passed over.

    Raises:
        UnreadableSheetError: It is no such file, has no column ``email``, or one that
            we do not know.
    """
    return read_lines(content, columns=COLUMNS, needed={"email"})
