"""Lists in pages, continued from an opaque mark."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from app.kernel.errors import InvalidError

Item = TypeVar("Item")
MOST_DIGITS = 9
"""Of a place in a list."""


class UnknownMarkError(InvalidError):
    """``after`` was not given out by this list."""

    code = "unknown-page-mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """A part of a list."""

    items: Sequence[Item]
    next: str | None
    """Mark of the following part; ``None`` on the last."""

    @classmethod
    def of(
        cls, items: Sequence[Item], *, limit: int, after: str | None
    ) -> "Page[Item]":
        """Cut one page out of a short list that is in memory.

        Raises:
            UnknownMarkError: ``after`` is no mark of ours.
        """
        start = _read_mark(after)
        end = start + limit
        following = _write_mark(end) if end < len(items) else None
        return cls(items=items[start:end], next=following)


def page_by_key(
    items: Sequence[Item],
    key: Callable[[Item], str],
    *,
    limit: int,
    after: str | None,
) -> Page[Item]:
    """Cut one page out of a list in memory, behind the item that ended the last one.

    What comes or goes elsewhere in the list moves nothing. Should that very item be
    gone, the list goes on where it stood.

    Raises:
        UnknownMarkError: ``after`` is no mark of such a list.
    """
    place = read_place(after, str, int)
    start = 0
    if place is not None:
        anchor, former = place
        found = (n for n, item in enumerate(items, start=1) if key(item) == anchor)
        start = next(found, min(max(former, 0), len(items)))
    shown = items[start : start + limit]
    end = start + len(shown)
    is_last = end >= len(items) or not shown
    # The place is where the item stood: without it, the next one stands there.
    following = None if is_last else write_place(key(shown[-1]), end - 1)
    return Page(items=shown, next=following)


def write_place(*key: str | float) -> str:
    """Return the mark of a place in a list by the key of the row before it.

    Rows that come or go meanwhile move nothing: the list goes on behind that key.
    """
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def read_place(mark: str | None, *types: type) -> list[Any] | None:
    """Return the key that a mark stands for; ``None`` at the beginning.

    Args:
        mark: As it was sent.
        types: Of the parts of the key.

    Raises:
        UnknownMarkError: It is no mark of such a list.
    """
    if mark is None:
        return None
    try:
        key = orjson.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (binascii.Error, ValueError):
        raise UnknownMarkError(after=mark) from None
    if not isinstance(key, list) or [*map(type, key)] != [*types]:
        raise UnknownMarkError(after=mark)
    return key


def _write_mark(place: int) -> str:
    return base64.urlsafe_b64encode(f"at:{place}".encode()).decode().rstrip("=")


def _read_mark(mark: str | None) -> int:
    if mark is None:
        return 0
    try:
        padded = mark + "=" * (-len(mark) % 4)
        name, _, place = base64.urlsafe_b64decode(padded).decode().partition(":")
        if name != "at" or not place.isdecimal() or len(place) > MOST_DIGITS:
            raise UnknownMarkError(after=mark)
        return int(place)
    except (binascii.Error, ValueError):
        raise UnknownMarkError(after=mark) from None
