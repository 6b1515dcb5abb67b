from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.paths.domain.relaxation import Relaxation, Vector, fractions

Problem = tuple[Vector, Vector, Vector]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    columns, rows = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    whole = st.integers(-4, 6)
    matrix = [[draw(whole) for _ in range(columns)] for _ in range(rows)]
    most = [draw(whole) for _ in range(rows)]
    price = [draw(whole) for _ in range(columns)]
    return np.array(matrix, float), np.array(most, float), np.array(price, float)


def answers(rows: Vector, most: Vector) -> list[Vector]:
    every = [np.array(one, float) for one in product((0, 1), repeat=rows.shape[1])]
    return [one for one in every if (rows @ one <= most).all()]


def everything(problem: Problem) -> Relaxation:
    rows, most, price = problem
    return Relaxation(rows, most, price, (np.zeros(len(price)), np.ones(len(price))))


@settings(max_examples=300, deadline=None)
@given(problems())
def test_cuts_never_cost_an_answer(problem: Problem) -> None:
    rows, most, price = problem
    relaxation = everything(problem)
    best = min((price @ one for one in answers(rows, most)), default=None)

    for _ in range(4):
        top = relaxation.solve(*relaxation.box())
        if top is None:
            assert best is None
            return
        assert best is None or top.bound <= best
        if fractions(top.point).max(initial=0) < 1e-6:
            assert top.value == pytest.approx(best)
            return
        if not relaxation.cut(top.point):
            return


def test_a_cut_brings_the_bound_to_the_best_whole_answer() -> None:
    triangle = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], float)
    relaxation = everything((triangle, np.ones(3), -np.ones(3)))
    before = relaxation.solve(*relaxation.box())

    assert before is not None
    assert relaxation.cut(before.point)

    after = relaxation.solve(*relaxation.box())
    assert after is not None
    assert before.value == pytest.approx(-1.5)
    assert after.value == pytest.approx(-1)


def test_a_broken_row_is_seen_where_no_column_is_free() -> None:
    rows = np.array([[1, 0], [-1, 0]], float)
    relaxation = everything((rows, np.array([0.0, -1.0]), np.ones(2)))
    low, high = relaxation.box()

    assert relaxation.within(low, low).solve(np.zeros(0), np.zeros(0)) is None
    assert relaxation.solve(low, high) is None


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    relaxation = everything((np.ones((1, 2)), np.ones(1), -np.ones(2)))

    relaxation.solve(*relaxation.box())

    assert capfd.readouterr() == ("", "")
