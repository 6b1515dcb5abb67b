"""Lists as files: CSV in the encodings of real offices, and XLSX.

Whatever is in a file, reading it takes bounded time and memory, and nothing in it is
ever run: cells that a spreadsheet would take for formulas are refused.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.kernel.errors import InvalidError
from app.kernel.workbook import UnsoundBookError, read_first_sheet

MOST_BYTES = 12 * 1024 * 1024
MOST_UNPACKED = 160 * 1024 * 1024
"""Of all parts of an XLSX together; 100 000 rows have 40 MB."""
MOST_PARTS = 200
MOST_ROWS = 100_000
LONGEST_CELL = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet runs (OWASP, CSV injection)."""
_ZIP = b"PK\x03\x04"
_HIGH = re.compile(rb"[\x80-\xff]+")
_PIECE = 256 * 1024
_LOCAL_HEADER = 30


class UnreadableSheetError(InvalidError):
    """An upload is neither CSV nor XLSX, is too large, or lacks a column it needs."""

    code = "unreadable-sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a list."""

    number: int
    """As a spreadsheet or an editor counts, from 1."""
    cells: dict[str, str]
    """By column; empty ones too."""


def read_lines(
    content: bytes, *, columns: Sequence[str], needed: Collection[str]
) -> Iterator[Line]:
    """Yield the rows of a CSV or XLSX file; empty rows are passed over.

    Args:
        content: The file.
        columns: Those that it may have, in lower case.
        needed: Those that it must have.

    Raises:
        UnreadableSheetError: It is neither, too large, not sound, lacks a column, or
            has one that we do not know.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableSheetError(reason="too-large", max_bytes=MOST_BYTES)
    header: list[str] | None = None
    for number, cells in read_rows(content):
        if not any(cells):
            continue
        if header is None:
            header = _read_header(cells, columns, needed)
        elif number > MOST_ROWS + 1:
            raise UnreadableSheetError(reason="too-many-rows", max_rows=MOST_ROWS)
        else:
            yield Line(number=number, cells=dict(zip(header, cells, strict=False)))
    if header is None:
        raise UnreadableSheetError(reason="empty")


def read_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of the rows of a CSV or XLSX file.

    Raises:
        UnreadableSheetError: It is neither, or not sound.
    """
    return _read_xlsx(content) if content.startswith(_ZIP) else _read_csv(content)


def _read_header(
    cells: Sequence[str], columns: Sequence[str], needed: Collection[str]
) -> list[str]:
    header = [cell.casefold() for cell in cells]
    unknown = sorted({name[:40] for name in header if name} - set(columns))
    if unknown or not set(needed).issubset(header) or len(set(header)) != len(header):
        raise UnreadableSheetError(
            reason="header", allowed=", ".join(columns), unknown=", ".join(unknown)
        )
    return header


def _read_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decode(content)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip(" \u00a0\u200e\u200f") for cell in cells]
    except csv.Error:
        raise UnreadableSheetError(reason="csv", line=reader.line_num) from None


def decode(content: bytes) -> str:
    """Return the text of a CSV: UTF-8 with or without BOM, Windows-1256 or 1252.

    The two old encodings use the same bytes. Arabic words are runs of high bytes,
    accents of Latin ones stand alone among ASCII letters.

    Raises:
        UnreadableSheetError: It is no text.
    """
    if b"\x00" in content:
        raise UnreadableSheetError(reason="not-text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        runs = [len(run) for run in _HIGH.findall(content)]
        in_words = sum(length for length in runs if length > 1)
        encoding = "cp1256" if 2 * in_words > sum(runs) else "cp1252"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableSheetError(reason="not-text") from None


def _read_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    _check_zip(content)
    try:
        yield from read_first_sheet(content)
    except UnsoundBookError:
        raise UnreadableSheetError(reason="xlsx") from None


def _check_zip(content: bytes) -> None:
    """Unpack every part once, counting, so that none is larger than it says.

    Raises:
        UnreadableSheetError: It is not sound, encrypted, or grows too large.
    """
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise UnreadableSheetError(reason="xlsx") from None
    if len(parts) > MOST_PARTS or not any(
        part.filename == "xl/workbook.xml" for part in parts
    ):
        raise UnreadableSheetError(reason="xlsx")
    left = MOST_UNPACKED
    for part in parts:
        left -= _unpacked_size(content, part, left)


def _unpacked_size(content: bytes, part: zipfile.ZipInfo, most: int) -> int:
    head = content[part.header_offset : part.header_offset + _LOCAL_HEADER]
    names = int.from_bytes(head[26:28], "little") + int.from_bytes(
        head[28:30], "little"
    )
    start = part.header_offset + _LOCAL_HEADER + names
    if part.flag_bits & 1 or part.compress_type not in {
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    }:
        raise UnreadableSheetError(reason="xlsx")
    if part.compress_type == zipfile.ZIP_STORED:
        size = part.compress_size
    else:
        size = _inflated_size(content[start : start + part.compress_size], most)
    if size > most:
        raise UnreadableSheetError(reason="too-large", max_bytes=MOST_UNPACKED)
    return size


def _inflated_size(packed: bytes, most: int) -> int:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    try:
        while size <= most and not unpacker.eof:
            piece = unpacker.decompress(packed, _PIECE)
            if not piece and not unpacker.unconsumed_tail:
                break
            size += len(piece)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        raise UnreadableSheetError(reason="xlsx") from None
    return size
