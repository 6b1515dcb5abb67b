"""Nothing grows until nobody reads it."""

from pathlib import Path

import pytest

MOST_LINES = 400
FILES = sorted(
    path
    for folder in ("app", "migrations", "tests")
    for suffix in ("*.py", "*.html", "*.css", "*.js")
    for path in Path(folder).rglob(suffix)
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_is_longer_than_a_reader_can_hold(path: Path) -> None:
    lines = len(path.read_text().splitlines())

    assert lines <= MOST_LINES
