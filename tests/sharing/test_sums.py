"""Adding pools up as rows of numbers gives what adding their tables up would give."""

from hypothesis import given
from hypothesis import strategies as st

from app.sharing.domain.cells import LEVEL_CELLS, Measure, Partition, Reading
from app.sharing.domain.ledger import Change, Ledger, Track
from app.sharing.domain.steps import SMALLEST_CELL
from app.sharing.domain.sums import draw_row, layout_of, name_layout, read_row
from app.sharing.files import add_rows, write_row

ONE, OTHER = "one", "other"
KEY = (ONE, Measure.LEVEL)
changes = st.lists(
    st.tuples(st.sampled_from((1, 1, 1, -1)), st.integers(0, LEVEL_CELLS - 1)),
    max_size=60,
)


def make_ledger(story: list[tuple[int, int]], *, is_paired: bool = False) -> Ledger:
    ledger = Ledger.empty({ONE: 3, OTHER: None}, is_paired=is_paired)
    for start in range(0, len(story), 9):
        some = [
            Change(sign=sign, sheet={ONE: Reading(level=level)})
            for sign, level in story[start : start + 9]
        ]
        ledger.fold(some, smallest=SMALLEST_CELL)
    return ledger


def largest(tracks: list[Track], resolution: int) -> Track:
    """Return the table with most people of those as fine as this, the coarsest first."""
    fine = tracks[resolution:]
    return max(fine, key=lambda track: sum(track.released))


def merged(track: Track, partition: Partition) -> list[int]:
    people = dict(zip(track.partition, track.released, strict=True))
    return [
        sum(n for bin_, n in people.items() if set(bin_) <= set(into))
        for into in partition
    ]


@given(st.lists(changes, min_size=1, max_size=5))
def test_a_sum_of_rows_is_the_sum_of_what_each_pool_shows(
    stories: list[list[tuple[int, int]]],
) -> None:
    ledgers = [make_ledger(story) for story in stories]
    layout = layout_of(ledgers[0])

    summed = add_rows(write_row(draw_row(ledger)) for ledger in ledgers)

    tables = {t.partition: t.counts for t in read_row(layout, summed)[KEY]}
    assert summed[0] == sum(ledger.people for ledger in ledgers)
    assert summed[1] == sum(abs(ledger.waiting) for ledger in ledgers)
    for resolution, track in enumerate(ledgers[0].tables[KEY]):
        parts = [
            merged(largest(ledger.tables[KEY], resolution), track.partition)
            for ledger in ledgers
        ]
        expected = tuple(map(sum, zip(*parts, strict=True)))
        assert tables.get(track.partition, (0,) * len(expected)) == expected


@given(changes)
def test_one_pool_shows_its_own_tables(story: list[tuple[int, int]]) -> None:
    ledger = make_ledger([(1, level) for _, level in story])

    shown = read_row(layout_of(ledger), draw_row(ledger))

    for key, tracks in ledger.tables.items():
        assert [t.counts for t in shown[key]] == [
            tuple(t.released) for t in tracks if any(t.released)
        ]


def test_rows_are_added_only_where_the_layout_is_the_same() -> None:
    single, paired = make_ledger([]), make_ledger([], is_paired=True)

    assert name_layout(layout_of(single)) == name_layout(layout_of(make_ledger([])))
    assert name_layout(layout_of(single)) != name_layout(layout_of(paired))
