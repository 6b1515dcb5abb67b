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


def is_safe_step(step: Sequence[int], smallest: int) -> bool:
    """Whether a row may change by this much: as if the change were a row of its own.

    Those who come and those who go are taken together: who goes alone hides among
    those who come. All cells change in one direction.

    Args:
        step: People more (or fewer, negative) per cell.
        smallest: The fewest people by whom a cell may change, ≥ 2.
    """
    return is_safe_row(step, smallest) or is_safe_row([-c for c in step], smallest)


def may_follow(released: Sequence[int], step: Sequence[int], smallest: int) -> bool:
    """Whether a released row may take this step."""
    after = [old + more for old, more in zip(released, step, strict=True)]
    return is_safe_step(step, smallest) and is_safe_row(after, smallest)
