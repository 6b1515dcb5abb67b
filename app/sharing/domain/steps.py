"""When a total may change: the rule that keeps single people out of it.

The argument, its limits and its sources are in docs/privacy.md.
"""

from collections.abc import Sequence

SMALLEST_CELL = 5
"""Fewest people behind a published number, unless an institution asks for more."""


def is_safe_row(row: Sequence[int], smallest: int) -> bool:
    """Whether a row of counts shows no few people, and not everyone in one cell.

    Args:
        row: People per cell.
        smallest: The fewest people a non-empty cell may hold, ≥ 2.
    """
    filled = [count for count in row if count]
    return all(count >= smallest for count in filled) and len(filled) != 1


def may_follow(released: Sequence[int], step: Sequence[int], smallest: int) -> bool:
    """Whether a released row may take this step.

    The step must be a row that could be published by itself: who goes hides among more
    who come, in every cell. A row never shrinks otherwise, or the few who stay behind
    would be what it showed before minus what it lost; it only empties, when nobody is
    left.

    Args:
        released: People per cell.
        step: People more (or fewer, negative) per cell.
        smallest: The fewest people by whom a cell may change, ≥ 2.
    """
    after = [old + more for old, more in zip(released, step, strict=True)]
    return is_safe_row(step, smallest) or not any(after)
