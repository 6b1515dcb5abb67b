"""Which courses hold which word, as sets of bits: course number 3 is bit 3."""

from bisect import bisect_left
from collections.abc import Iterable

MOST_LISTED = 12
"""A word in more courses than this keeps them as bits, in fewer as numbers."""
_LAST = "\U0010ffff"


def bits_of(places: Iterable[int]) -> int:
    """Return the set of some courses."""
    places = tuple(places)
    if not places:
        return 0
    flags = bytearray(max(places) // 8 + 1)
    for place in places:
        flags[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(flags, "little")


class Postings:
    """An inverted index of one field; grows, and forgets nothing.

    Readers may look while a course is added: they mask out what they do not know.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, ...] | int] = {}
        self._words: list[str] = []
        """Sorted, for those that begin alike."""

    @property
    def words(self) -> list[str]:
        """Every word, sorted; not to be changed."""
        return self._words

    def fill(self, texts: Iterable[tuple[int, Iterable[str]]]) -> None:
        """Add many courses to an empty index: their numbers, rising, and words."""
        lists: dict[str, list[int]] = {}
        for place, words in texts:
            for word in words:
                lists.setdefault(word, []).append(place)
        self._places = {
            word: tuple(places) if len(places) <= MOST_LISTED else bits_of(places)
            for word, places in lists.items()
        }
        self._words = sorted(lists)

    def add(self, place: int, words: Iterable[str]) -> None:
        """Add one course, each of its words once."""
        fresh = []
        for word in words:
            held = self._places.get(word)
            if held is None:
                self._places[word] = (place,)
                fresh.append(word)
            elif isinstance(held, int):
                self._places[word] = held | 1 << place
            elif len(held) < MOST_LISTED:
                self._places[word] = (*held, place)
            else:
                self._places[word] = bits_of((*held, place))
        # Another list: somebody may be between two places of this one.
        self._words = sorted([*self._words, *fresh])

    def beginning(self, start: str) -> list[str]:
        """Return the words with this beginning, sorted."""
        words = self._words
        first = bisect_left(words, start)
        return words[first : bisect_left(words, start + _LAST, lo=first)]

    def exactly(self, word: str) -> int:
        """Return the courses that hold a word."""
        held = self._places.get(word, 0)
        return held if isinstance(held, int) else bits_of(held)

    def starting(self, start: str) -> int:
        """Return the courses that hold a word with this beginning."""
        found = 0
        listed: set[int] = set()
        for word in self.beginning(start):
            held = self._places[word]
            if isinstance(held, int):
                found |= held
            else:
                listed.update(held)
        return found | bits_of(listed)
