"""Before and after against the adversary: she knows the first round, too.

The worst case: the whole pool shares again, so that every count of the first round is
known, level by level, of exactly these people; and all of them look back, so that there
are two tables of change. Of what they say looking back, the tables tell only whether it
reaches the target: so it is here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, product
from random import Random
from typing import NamedTuple

import highspy
import numpy as np
import pytest

from app.sharing.domain.cells import (
    LEVEL_CELLS,
    Measure,
    Reading,
    change_cell,
)
from app.sharing.domain.ledger import Change, Ledger
from app.sharing.domain.steps import SMALLEST_CELL

K = SMALLEST_CELL
ONE = "one"


class Story(NamedTuple):
    """What one person said."""

    before: int
    """Level cell of the first round."""
    recalled: int
    """Of the first round, looking back: the target's own level, or 0 for below it."""
    after: int
    """Level cell of the second round."""


People = Counter[Story]


def list_stories(target: int) -> list[Story]:
    cells = range(LEVEL_CELLS)
    return [Story(*each) for each in product(cells, (0, target), cells)]


def read(story: Story, target: int) -> Reading:
    return Reading(
        level=story.after,
        change=change_cell(story.before, story.after, target),
        looking_back=change_cell(story.recalled, story.after, target),
    )


class Adversary:
    """All worlds, by wave of people and story, that agree with what is released."""

    def __init__(self, target: int, *, waves: int = 1) -> None:
        self.stories = list_stories(target)
        self._number = {
            each: number
            for number, each in enumerate(product(range(waves), self.stories))
        }
        self._model = highspy.Highs()  # type: ignore[no-untyped-call]  # no hints
        self._model.setOptionValue("output_flag", False)  # noqa: FBT003 -- HiGHS's own
        # As the site sets it: HiGHS has one number of threads for the whole process.
        self._model.setOptionValue("threads", 1)
        size = len(self._number)
        for _ in range(size):
            self._model.addVar(0, 1000)
        integer = np.full(size, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        self._model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), integer
        )

    def note(
        self, waves: Iterable[int], stories: Iterable[Story], least: int, most: int
    ) -> None:
        """Remember how many people of some waves have one of the stories."""
        row = [self._number[each] for each in product(waves, stories)]
        self._model.addRow(least, most, len(row), row, [1.0] * len(row))

    def can_be(
        self, waves: Sequence[int], stories: Sequence[Story], least: int, most: int
    ) -> bool:
        """Whether so many may be there, for all she knows."""
        self.note(waves, stories, least, most)
        self._model.run()
        status = self._model.getModelStatus()
        self._model.deleteRows(1, [self._model.getNumRow() - 1])
        return bool(status == highspy.HighsModelStatus.kOptimal)

    def check(
        self, truth: Sequence[People], waves: Sequence[int], stories: Sequence[Story]
    ) -> None:
        """Fail if a number of 1 to k - 1 is fixed."""
        people = sum(truth[wave][story] for wave in waves for story in stories)
        if 1 <= people < K:
            assert self.can_be(waves, stories, 0, people - 1) or self.can_be(
                waves, stories, people + 1, 1000
            ), (waves, stories, people)


def fold(ledger: Ledger, wave: People, target: int, *, smallest: int = K) -> None:
    """Let these people share their second round, looking back, at once."""
    changes = [
        Change(sign=1, sheet={ONE: read(story, target)})
        for story, people in wave.items()
        for _ in range(people)
    ]
    ledger.fold(changes, smallest=smallest)


def make_ledger(target: int) -> Ledger:
    return Ledger.empty({ONE: target}, is_paired=True, looks_back=True)


def note_first_round(adversary: Adversary, wave: People, number: int) -> None:
    for level in range(LEVEL_CELLS):
        row = [story for story in adversary.stories if story.before == level]
        people = sum(n for story, n in wave.items() if story.before == level)
        adversary.note([number], row, people, people)


def note_tables(
    adversary: Adversary,
    ledger: Ledger,
    waves: range,
    target: int,
    known: dict[tuple[Measure, int], list[int]],
) -> None:
    """Note every table that has just moved: it counts all who came until now."""
    for (_, measure), tracks in ledger.tables.items():
        for number, track in enumerate(tracks):
            if track.released == known.get((measure, number)) or not any(
                track.released
            ):
                continue
            known[measure, number] = list(track.released)
            for cells, count in zip(track.partition, track.released, strict=True):
                row = [
                    story
                    for story in adversary.stories
                    if read(story, target).cell(measure) in cells
                ]
                adversary.note(waves, row, count, count)


def groups_of(stories: Sequence[Story], target: int) -> list[list[Story]]:
    """Return every set of stories whose number she might want to know.

    How many had which level in the first round, she knows.
    """
    groups: dict[tuple[object, ...], list[Story]] = {}
    for story in stories:
        reading = read(story, target)
        cells = {
            "before": story.before,
            "after": story.after,
            "recalled": story.recalled,
            "change": reading.change,
            "looking back": reading.looking_back,
        }
        for size in (1, 2, 3):
            for names in combinations(cells, size):
                key = (names, *(cells[name] for name in names))
                groups.setdefault(key, []).append(story)
    asked = [each for key, each in groups.items() if key[0] != ("before",)]
    return list({tuple(each): each for each in asked}.values())


def check(truth: People, target: int, *, smallest: int = K) -> Ledger:
    """Look for a number of 1 to k - 1 that is fixed; return what is released."""
    ledger = make_ledger(target)
    fold(ledger, truth, target, smallest=smallest)
    adversary = Adversary(target)
    note_first_round(adversary, truth, 0)
    note_tables(adversary, ledger, range(1), target, {})
    for group in groups_of(adversary.stories, target):
        adversary.check([truth], [0], group)
    return ledger


def shown(ledger: Ledger) -> set[Measure]:
    return {m for (_, m), tracks in ledger.tables.items() if any(tracks[0].released)}


def draw_people(chance: Random, target: int, count: int) -> People:
    """Return people most of whom learn, and some of whom lower their first rating."""
    truth: People = Counter()
    for _ in range(count):
        before = chance.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
        after = max(0, min(4, before + chance.choice((-1, 0, 0, 1, 1, 2))))
        recalled = max(0, before - chance.choice((0, 0, 1, 2)))
        truth[Story(before, target if recalled >= target else 0, after)] += 1
    return truth


@pytest.mark.parametrize("seed", range(10))
def test_both_tables_together_fix_no_small_number(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 -- a story told again, not a secret
    target = chance.choice((1, 2, 3, 4))

    check(draw_people(chance, target, chance.choice((30, 60, 120))), target)


@pytest.mark.parametrize("seed", range(6))
def test_nor_do_they_wave_after_wave(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 -- a story told again, not a secret
    target = chance.choice((2, 3))
    waves = [draw_people(chance, target, chance.choice((9, 25, 40))) for _ in range(3)]
    adversary = Adversary(target, waves=len(waves))
    ledger, known = make_ledger(target), {}  # type: tuple[Ledger, dict[tuple[Measure, int], list[int]]]

    for number, wave in enumerate(waves):
        note_first_round(adversary, wave, number)
        fold(ledger, wave, target)
        note_tables(adversary, ledger, range(number + 1), target, known)

    cells = [
        [s for s in adversary.stories if read(s, target).cell(measure) == cell]
        for measure in (Measure.CHANGE, Measure.LOOKING_BACK)
        for cell in range(4)
    ]
    both = [[s for s in a if s in b] for a in cells[:4] for b in cells[4:]]
    for first, last in combinations(range(len(waves) + 1), 2):
        for group in filter(None, cells + both):
            adversary.check(waves, range(first, last), group)


def test_what_an_adversary_once_found_is_no_longer_there() -> None:
    # 26 people whose whole change in levels was shown: exactly two had fallen from 2 to 0.
    pairs = {
        (2, 0): 2,
        (3, 0): 3,
        (4, 1): 3,
        (3, 1): 2,
        (0, 0): 2,
        (2, 2): 2,
        (3, 3): 1,
        (4, 4): 5,
        (0, 1): 3,
        (2, 3): 3,
    }
    truth = Counter({Story(a, 3 if a >= 3 else 0, b): n for (a, b), n in pairs.items()})

    check(truth, target=3)


def test_a_change_that_many_share_is_shown_and_so_is_looking_back() -> None:
    truth = Counter(
        {
            Story(1, 0, 1): 12,
            Story(2, 0, 3): 9,
            Story(3, 0, 4): 3,
            Story(3, 3, 4): 6,
            Story(4, 3, 3): 7,
        }
    )

    assert shown(check(truth, target=3)) == set(Measure)


def test_looking_back_waits_for_the_ordinary_change() -> None:
    # Two fell, so the ordinary change waits; looking back alone would be safe.
    truth = Counter(
        {Story(1, 0, 1): 12, Story(2, 0, 3): 9, Story(4, 0, 1): 2, Story(4, 3, 4): 8}
    )
    ledger = check(truth, target=3)
    assert shown(ledger) == {Measure.LEVEL}
    waiting = ledger.tables[ONE, Measure.LOOKING_BACK][0].pending
    assert waiting == [14, 9, 8, 0]

    fold(ledger, Counter({Story(4, 0, 1): 5}), target=3)
    assert Measure.LOOKING_BACK not in shown(ledger)

    fold(ledger, Counter({Story(1, 0, 1): 5, Story(2, 0, 3): 5}), target=3)
    assert shown(ledger) == set(Measure)


def test_without_the_rule_she_would_find_small_numbers() -> None:
    truth = Counter({Story(1, 0, 1): 12, Story(2, 0, 3): 9, Story(3, 0, 4): 3})

    with pytest.raises(AssertionError):
        check(truth, target=3, smallest=1)
