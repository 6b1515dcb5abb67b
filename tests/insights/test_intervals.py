import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.insights.domain.intervals import (
    Bounds,
    bound_average,
    bound_mean,
    t_quantile,
)

FRACTION = st.floats(0, 1)


def exactly(value: float) -> Bounds:
    return Bounds(low=value, high=value)


def test_wilson_agrees_with_the_literature() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263.
    found = bound_mean(exactly(81 / 263), known=263, everybody=None)

    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize(
    ("freedom", "expected"), [(3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042)]
)
def test_t_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert t_quantile(freedom) == pytest.approx(expected, abs=0.02)


@given(FRACTION, FRACTION, st.integers(1, 500), st.integers(0, 500))
def test_the_interval_holds_the_figure_and_stays_on_the_scale(
    a: float, b: float, known: int, unknown: int
) -> None:
    fraction = Bounds(low=min(a, b), high=max(a, b))

    found = bound_mean(fraction, known=known, everybody=known + unknown)
    wider = bound_mean(fraction, known=known, everybody=None)

    assert 0 <= found.low <= fraction.low <= fraction.high <= found.high <= 1
    assert wider.low <= found.low + 1e-9
    assert wider.high >= found.high - 1e-9


def test_nothing_is_uncertain_when_everybody_is_known() -> None:
    assert bound_mean(exactly(0.3), known=20, everybody=20) == exactly(0.3)


@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(-2, 2), st.integers(0, 2)),
        min_size=4,
        max_size=8,
    )
)
def test_merged_levels_make_the_interval_wider_never_narrower(
    groups: list[tuple[int, int, int]],
) -> None:
    known = [(n, exactly(float(v))) for n, v, _ in groups]
    merged = [(n, Bounds(low=v - w, high=v + w)) for n, v, w in groups]

    mean, interval = bound_average(known)
    wide_mean, wide = bound_average(merged)

    assert mean.is_exact
    assert wide_mean.low <= mean.low + 1e-9
    assert wide.low <= interval.low + 1e-9
    assert wide.high >= interval.high - 1e-9


def test_student_agrees_with_a_worked_example() -> None:
    # Ten people up by one, ten unchanged: mean 0.5, s = 0.513, t(19) = 2.093.
    _, interval = bound_average([(10, exactly(0)), (10, exactly(1))])

    assert interval.low == pytest.approx(0.26, abs=0.005)
    assert interval.high == pytest.approx(0.74, abs=0.005)
