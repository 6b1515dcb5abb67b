"""Pages of a list that changes between two calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.pagination import (
    UnknownMarkError,
    page_by_key,
    read_place,
    write_place,
)

KEYS = st.lists(st.text("abcdefgh", min_size=1, max_size=3), unique=True, max_size=20)


def read_all(first: list[str], then: list[str], limit: int) -> list[str]:
    """Read the first page of one list and the rest of another."""
    page = page_by_key(first, str, limit=limit, after=None)
    found, mark = list(page.items), page.next
    while mark is not None:
        page = page_by_key(then, str, limit=limit, after=mark)
        found, mark = found + list(page.items), page.next
    return found


@given(KEYS, st.integers(1, 7))
def test_pages_together_are_the_list(keys: list[str], limit: int) -> None:
    assert read_all(keys, keys, limit) == keys


@given(KEYS, KEYS, st.integers(1, 7))
def test_nothing_that_stays_is_missed_or_shown_twice(
    before: list[str], new: list[str], limit: int
) -> None:
    after = [key for key in new if key not in before] + before

    found = read_all(before, after, limit)

    assert [key for key in found if key in before] == before


@given(KEYS, st.integers(1, 7))
def test_the_list_goes_on_where_a_vanished_item_stood(
    keys: list[str], limit: int
) -> None:
    gone = keys[:limit][-1:]
    after = [key for key in keys if key not in gone]

    assert read_all(keys, after, limit) == keys


@pytest.mark.parametrize("mark", ["", "x", "YXQ6NTA", write_place(1), "[", "{}"])
def test_a_mark_of_another_list_is_refused(mark: str) -> None:
    with pytest.raises(UnknownMarkError):
        read_place(mark, str, int)
