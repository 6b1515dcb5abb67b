import csv
import io
import tracemalloc
from collections.abc import Iterator

import pytest

from app.insights.files.sheets import Cell, Sheet, make_harmless, write_csv, write_xlsx
from tests.insights.builders import read_xlsx

ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1")


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_looks_like_a_formula_stays_text(attack: str) -> None:
    sheet = Sheet(title=attack, header=(attack,), rows=[(attack, -1.5)])

    lines = list(csv.reader(io.StringIO(write_csv([sheet]).decode("utf-8-sig"))))
    with write_xlsx([sheet], right_to_left=False, title=attack) as file:
        book = file.read()

    assert [line[0] for line in lines] == [f"'{attack}"] * 3
    assert lines[2][1] == "-1.5"
    assert b"<f>" not in book
    written = read_xlsx(book)[0]
    assert written[0][0].startswith("'")
    assert written[1][0].startswith("'")


def test_harmless_cells_stay_as_they_are() -> None:
    kept: list[Cell] = ["Cadres 2026", "", "– 3", 5, -0.5, None]

    assert [make_harmless(cell) for cell in kept] == kept


def rows(count: int) -> Iterator[tuple[Cell, ...]]:
    for number in range(count):
        yield (f"competency {number}", *range(10))


def test_memory_does_not_grow_with_the_rows() -> None:
    peaks = []
    for count in (200, 8_000):
        sheet = Sheet(title="Long", header=("a", "b"), rows=rows(count))
        tracemalloc.start()
        write_xlsx([sheet], right_to_left=True, title="Long").close()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] + 1_000_000


def test_every_table_has_a_sheet_with_a_name_excel_takes() -> None:
    name = "Taking part: by [role] / unit? * and a very long name"
    sheets = [Sheet(title=name, header=("a",), rows=[]) for _ in range(3)]

    with write_xlsx(sheets, right_to_left=False, title="t") as file:
        book = file.read()

    assert len(read_xlsx(book)) == 3
