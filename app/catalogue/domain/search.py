"""Finding courses by words and filters, best first, in memory.

A question's words must all occur, each whole or as a beginning, in the title, the
provider, the titles of the modules, or what we say in the visitor's language (notes,
names of the competencies served). A word nobody wrote is taken for the one most like
it. The rank of a course is the sum, over the words, of the best place each is found in;
equal ones stand in the catalogue's order. The rule is ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from operator import and_

from app.catalogue.domain import Course
from app.catalogue.domain.filters import Counts, Filter, Shelves
from app.catalogue.domain.postings import Postings
from app.catalogue.domain.words import asked_words, forms, looser
from app.kernel.text import Language, LocalizedText

WEIGHTS = (16, 11, 7, 4)
"""Of a whole word in the title, provider, modules, our words; each ours."""
LESS_AS_BEGINNING = 2
LESS_IN_ANOTHER_FORM = 3
MIN_BEGINNING = 2
"""Letters that are looked for as the beginning of a word."""
MIN_LETTERS_ONE_WRONG = 4
MIN_LETTERS_TWO_WRONG = 8
_BITS = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a visitor is shown."""

    courses: Sequence[Course]
    """Best first."""
    total: int
    """Courses without any filter."""
    counts: Counts
    read_as: Mapping[str, str]
    """Words nobody wrote, with those they were taken for."""
    without: Mapping[str, int]
    """If nothing is found: how many courses each filter, taken away, would leave."""


class Index:
    """The courses of one release of the catalogue, ready to be searched.

    Args:
        courses: In the catalogue's order.
        competencies: Names by key.
        before: An index of an earlier release: what stayed the same is not read anew.
    """

    def __init__(
        self,
        courses: Sequence[Course],
        competencies: Mapping[str, LocalizedText],
        before: "Index | None" = None,
    ) -> None:
        is_near = before is not None and before.texts.can_take(courses, competencies)
        self.texts: Texts = (
            before.texts if before and is_near else Texts(courses, competencies)
        )
        self.texts.add(courses)
        known = self.texts.places
        places = [(known[id(course)], course) for course in courses]
        self._order = {place: number for number, (place, _) in enumerate(places)}
        self._is_in_order = places == sorted(places, key=lambda pair: pair[0])
        self._shelves = Shelves(places)

    @property
    def languages(self) -> list[str]:
        """Codes of the languages courses run in."""
        return self._shelves.languages

    def find(self, wanted: Filter, language: Language) -> Found:
        """Return what fits, best first.

        Args:
            wanted: Filters and words.
            language: Of the visitor, for the words that are ours.
        """
        every = self._shelves.every
        chosen = self._shelves.choose(wanted)
        ranks, read_as = self.texts.rank(wanted.q, every, language)
        said = sum(ranks.values())  # disjoint
        kept = reduce(and_, chosen.values(), said)
        found = [
            course
            for rank in sorted(ranks, reverse=True)
            for course in self._list(ranks[rank] & kept)
        ]
        return Found(
            courses=found,
            total=every.bit_count(),
            counts=self._shelves.count(wanted, chosen, said),
            read_as=read_as,
            without={} if found else self._count_without(wanted, language),
        )

    def _list(self, mask: int) -> list[Course]:
        bits = format(mask, "b")[::-1].encode().translate(_BITS)
        if self._is_in_order:
            return list(compress(self.texts.courses, bits))
        places = sorted(compress(range(len(bits)), bits), key=self._order.__getitem__)
        return [self.texts.courses[place] for place in places]

    def _count_without(self, wanted: Filter, language: Language) -> dict[str, int]:
        every = self._shelves.every
        counted = {}
        for name in wanted.active():
            fewer = wanted.without(name)
            ranks, _ = self.texts.rank(fewer.q, every, language)
            chosen = self._shelves.choose(fewer).values()
            counted[name] = reduce(and_, chosen, sum(ranks.values())).bit_count()
        return {name: number for name, number in counted.items() if number}


class Texts:
    """The words of courses by field; grows from one release to the next."""

    def __init__(
        self, courses: Sequence[Course], competencies: Mapping[str, LocalizedText]
    ) -> None:
        self.competencies = competencies
        self._names = {
            (key, language): frozenset(forms(title.in_language(language)))
            for key, title in competencies.items()
            for language in Language
        }
        self.courses = list(courses)
        self.places = {id(course): place for place, course in enumerate(courses)}
        """The number of a course, found by the object itself."""
        self._shared = (Postings(), Postings(), Postings())
        self._ours = {language: Postings() for language in Language}
        numbered = list(enumerate(courses))
        readers = (_title, _provider, _modules)
        for postings, read in zip(self._shared, readers, strict=True):
            postings.fill((place, set(read(one))) for place, one in numbered)
        for language, postings in self._ours.items():
            postings.fill(
                (place, set(self._say(one, language))) for place, one in numbered
            )

    @property
    def fields(self) -> tuple[Postings, ...]:
        """Every field in every language, to be looked at."""
        return (*self._shared, *self._ours.values())

    def can_take(
        self, courses: Sequence[Course], competencies: Mapping[str, LocalizedText]
    ) -> bool:
        """Whether to grow into another release; not if half would be out of date."""
        new = sum(id(course) not in self.places for course in courses)
        return self.competencies == competencies and (
            len(self.courses) + new <= 2 * len(courses)
        )

    def add(self, courses: Sequence[Course]) -> None:
        """Take in the courses that are new, behind the others."""
        for course in courses:
            if id(course) in self.places:
                continue
            place = len(self.courses)
            self.courses.append(course)
            readers = (_title, _provider, _modules)
            for postings, read in zip(self._shared, readers, strict=True):
                postings.add(place, set(read(course)))
            for language, postings in self._ours.items():
                postings.add(place, set(self._say(course, language)))
            self.places[id(course)] = place

    def _say(self, course: Course, language: Language) -> Iterator[str]:
        if course.note:
            yield from forms(course.note.in_language(language))
        for serve in course.serves:
            yield from self._names.get((serve.competency, language), ())

    def rank(
        self, question: str, every: int, language: Language
    ) -> tuple[dict[int, int], dict[str, str]]:
        """Return disjoint sets of courses by rank, and the words that were mended."""
        fields = (*self._shared, self._ours[language])
        ranks, read_as = {0: every}, {}
        for word in asked_words(question):
            matches = _match(fields, word)
            if not matches:
                mended = _mend(fields, word)
                if mended is None:
                    return {}, {}
                read_as[word] = mended
                matches = _match(fields, mended)
            ranks = _combine(ranks, matches)
        return ranks, read_as


def _title(course: Course) -> Iterator[str]:
    return forms(course.title)


def _provider(course: Course) -> Iterator[str]:
    return forms(course.provider)


def _modules(course: Course) -> Iterator[str]:
    for module in course.modules:
        for text in module.title.texts.values():
            yield from forms(text)


def _match(fields: Sequence[Postings], word: str) -> list[tuple[int, int]]:
    """Return weights, falling, with the courses whose best place for a word it is."""
    weighed: dict[int, int] = {}

    def note(weight: int, mask: int) -> None:
        weighed[weight] = weighed.get(weight, 0) | mask

    for weight, postings in zip(WEIGHTS, fields, strict=True):
        note(weight, postings.exactly(word))
        if len(word) >= MIN_BEGINNING:
            note(weight - LESS_AS_BEGINNING, postings.starting(word))
        for other in looser(word):
            note(weight - LESS_IN_ANOTHER_FORM, postings.starting(other))
    best, seen = [], 0
    for weight in sorted(weighed, reverse=True):
        if fresh := weighed[weight] & ~seen:
            best.append((weight, fresh))
            seen |= fresh
    return best


def _combine(
    ranks: Mapping[int, int], matches: Sequence[tuple[int, int]]
) -> dict[int, int]:
    combined: dict[int, int] = {}
    for rank, courses in ranks.items():
        for weight, mask in matches:
            if both := courses & mask:
                combined[rank + weight] = combined.get(rank + weight, 0) | both
    return combined


def _mend(fields: Sequence[Postings], word: str) -> str | None:
    """Return the word most like one that nobody wrote; its first letter is right."""
    if len(word) < MIN_LETTERS_ONE_WRONG:
        return None
    from rapidfuzz import process  # noqa: PLC0415 -- 5 MB, for a slip only
    from rapidfuzz.distance import OSA  # noqa: PLC0415 -- likewise

    wrong = 1 if len(word) < MIN_LETTERS_TWO_WRONG else 2
    best: str | None = None
    for postings in fields:
        near = process.extractOne(
            word, postings.beginning(word[0]), scorer=OSA.distance, score_cutoff=wrong
        )
        if near is not None:
            best, wrong = near[0], int(near[1]) - 1
    return best
