"""Reading a workbook where it can do no harm: a small process with little memory.

A few kilobytes of XLSX can ask for terabytes of memory (one cell at the far corner, a
long text that a million cells refer to), and the parser ends its process when it gets
none. So it runs in one of its own, and this file is all that it runs.
"""

import resource
import subprocess
import sys
from collections.abc import Iterator

import orjson

MOST_MEMORY = 1024**3
"""Bytes of address space; 100 000 rows of eight columns need a third."""
MOST_SECONDS = 60
MOST_COLUMNS = 40
"""More have no name that we know; the others of a row are left out."""
LONGEST_TEXT = 1000
"""Characters of a cell that are passed on: enough to see that it is too long."""
_EDGES = " \u00a0\u200e\u200f"


class UnsoundBookError(Exception):
    """It is no workbook, or wants more than it gets."""


def read_first_sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of the rows of the first sheet that are not empty.

    Raises:
        UnsoundBookError: It cannot be read within ``MOST_MEMORY`` and ``MOST_SECONDS``.
    """
    with subprocess.Popen(  # noqa: S603 -- ourselves; the content is only its input
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as child:
        try:
            if child.stdin is None or child.stdout is None:
                raise UnsoundBookError
            child.stdin.write(content)
            child.stdin.close()
            for line in child.stdout:
                number, cells = orjson.loads(line)
                yield number, cells
            if child.wait():
                raise UnsoundBookError
        except (BrokenPipeError, orjson.JSONDecodeError):
            raise UnsoundBookError from None
        finally:
            child.kill()


def _serve() -> None:
    """Write the rows of the book on the standard input as lines of JSON."""
    from python_calamine import load_workbook  # noqa: PLC0415 -- only in the child

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sheet = load_workbook(sys.stdin.buffer).get_sheet_by_index(0)
    start = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows(), start=start[0] + 1):
        cells = [_write(value) for value in row[:MOST_COLUMNS]]
        if any(cells):
            sys.stdout.buffer.write(orjson.dumps((number, cells)) + b"\n")


def _write(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip(_EDGES)[:LONGEST_TEXT]


if __name__ == "__main__":
    _serve()
