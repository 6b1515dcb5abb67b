"""How sure a figure is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""1.96."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A figure that lies between two others; both are the figure when it is known."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Half way."""
        return (self.low + self.high) / 2

    @property
    def is_exact(self) -> bool:
        """Whether the figure is known."""
        return self.low == self.high

    def __add__(self, other: "Bounds") -> "Bounds":
        """Return the bounds of a sum."""
        return Bounds(low=self.low + other.low, high=self.high + other.high)

    def times(self, factor: float) -> "Bounds":
        """Return the bounds of a multiple; the factor is not negative."""
        return Bounds(low=self.low * factor, high=self.high * factor)


NOTHING = Bounds(low=0, high=0)


def bound_mean(fraction: Bounds, *, known: int, everybody: int | None) -> Bounds:
    """Return a 95% interval for the mean of something that lies in 0..1.

    Wilson's interval with the variance p (1 - p): no distribution on 0..1 with mean p
    has a larger one, so the interval errs on the wide side, and never leaves 0..1. If
    ``everybody`` is given, those known count as drawn from them without replacement:
    when all are known, nothing is uncertain but what is merged.

    Args:
        fraction: Mean of those known; bounds where levels are merged.
        known: People behind it, ≥ 1.
        everybody: All whom it should speak for, ≥ ``known``; ``None``: any number.

    Source:
        Wilson (1927), doi:10.1080/01621459.1927.10502953; Bhatia & Davis (2000),
        “A better bound on the variance”, doi:10.2307/2589180; finite populations:
        Cochran (1977), Sampling Techniques, 3rd ed., eq. 2.20 and 3.7.
    """
    if everybody is None:
        size = float(known)
    elif everybody <= known:
        return fraction
    else:
        size = known * (everybody - 1) / (everybody - known)
    return Bounds(
        low=min(fraction.low, _wilson(fraction.low, size, -1)),
        high=max(fraction.high, _wilson(fraction.high, size, 1)),
    )


def _wilson(p: float, size: float, side: int) -> float:
    shrink = 1 + Z * Z / size
    middle = (p + Z * Z / (2 * size)) / shrink
    half = Z / shrink * sqrt(p * (1 - p) / size + Z * Z / (4 * size * size))
    return max(0.0, min(1.0, middle + side * half))


def t_quantile(freedom: int) -> float:
    """Return Student's t beyond which 2.5% lie on either side.

    Args:
        freedom: Degrees of freedom, ≥ 3; the error is then below 0.02.

    Source:
        Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.7.5.

    Example:
        >>> round(t_quantile(9), 2)
        2.26
    """
    z, v = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z)
        / (92160 * v**4)
    )


def bound_average(groups: Sequence[tuple[int, Bounds]]) -> tuple[Bounds, Bounds]:
    """Return the average of people of whom only bounds are known, and its 95% interval.

    Student's t; of every person the value counts that is farthest from the middle, so
    that merged levels make the interval wider, never narrower.

    Args:
        groups: How many people, and what each of them lies between; ≥ 4 people.

    Source:
        Student (1908), doi:10.1093/biomet/6.1.1.
    """
    people = sum(count for count, _ in groups)
    low = sum(count * each.low for count, each in groups) / people
    high = sum(count * each.high for count, each in groups) / people
    middle = (low + high) / 2
    squares = sum(
        count * max((each.low - middle) ** 2, (each.high - middle) ** 2)
        for count, each in groups
    )
    reach = t_quantile(people - 1) * sqrt(squares / (people - 1) / people)
    return Bounds(low=low, high=high), Bounds(low=low - reach, high=high + reach)
