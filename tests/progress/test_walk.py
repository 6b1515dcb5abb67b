from datetime import date
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.domain import Course, Module, Run, RunState
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Entry, Kind, fold
from app.progress.domain.walk import (
    LEAST_LEFT,
    Part,
    Planned,
    State,
    Task,
    Walk,
    draw_walk,
    lay_out,
    minutes_left,
)
from tests.constants import NOON
from tests.paths.catalogues import TEXT, course
from tests.progress.builders import DAY, entry

MONDAY = date(2026, 11, 23)
tasks = st.lists(
    st.one_of(st.none(), st.integers(1, 900)).map(lambda m: Task(key="", minutes=m)),
    max_size=12,
).map(
    lambda found: [
        Task(key=str(place), minutes=task.minutes) for place, task in enumerate(found)
    ]
)


@given(tasks, st.integers(1, 600), st.integers(0, 700))
def test_the_plan_loses_nothing_and_keeps_hours_and_order(
    found: list[Task], minutes_per_week: int, spent: int
) -> None:
    parts = lay_out(found, minutes_per_week=minutes_per_week, spent=spent)

    order = [key for key, _ in groupby(part.key for part in parts)]
    assert order == [task.key for task in found]
    for task in found:
        own = [part.minutes for part in parts if part.key == task.key]
        assert own == [None] if task.minutes is None else sum_of(own) == task.minutes
    weeks = [part.week for part in parts]
    assert weeks == sorted(weeks)
    for week, each in groupby(parts, lambda part: part.week):
        used = sum_of([part.minutes for part in each])
        free = minutes_per_week - (spent if week == 1 else 0)
        assert used <= max(0, free)


def sum_of(minutes: list[int | None]) -> int:
    return sum(each or 0 for each in minutes)


def test_a_plan_needs_time() -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        lay_out([], minutes_per_week=0)


def module(key: str, hours: float | None = None) -> Module:
    return Module(
        key=key,
        title=TEXT,
        is_announced_theme=False,
        hours=hours,
        serves=(),
        source="",
    )


MOOC = course(
    "mooc",
    hours=6,
    modules=tuple(module(key) for key in ("one", "two", "three")),
    runs=(
        Run(language="fr", state=RunState.OPEN, url="https://example.org/fr"),
        Run(language="ar", state=RunState.OPEN, url="https://example.org/ar"),
    ),
)
OTHER, OWN = course("other", hours=2), course("own", hours=1)
COURSES = {each.key: each for each in (MOOC, OTHER, OWN)}


def planned(whole: Course) -> Planned:
    return Planned(
        key=whole.key,
        course_key=whole.key,
        module_key=None,
        url=whole.url,
        hours=whole.hours or 0,
    )


def walk(*entries: Entry, today: date = MONDAY, said: tuple[str, ...] = ()) -> Walk:
    return draw_walk(
        [planned(MOOC), planned(OTHER)],
        entries,
        COURSES,
        said_done=said,
        minutes_per_week=180,
        today=today,
    )


def tick(key: str) -> Entry:
    return entry(Kind.MODULE_DONE, "mooc", module_key=key)


def test_steps_lie_in_the_weeks_from_this_one_on() -> None:
    found = walk()

    assert [(s.key, s.state, s.first_week, s.last_week) for s in found.steps] == [
        ("mooc", State.NEXT, 1, 2),
        ("other", State.NEXT, 3, 3),
    ]
    assert (found.weeks, found.minutes_left) == (3, 480)


def test_a_month_away_moves_the_plan_and_loses_nothing() -> None:
    before = walk(entry(Kind.ENROLLED, "mooc"))
    later = walk(entry(Kind.ENROLLED, "mooc"), today=date(2026, 12, 28))

    assert later == before


def test_what_is_done_makes_the_rest_shorter() -> None:
    found = walk(tick("one"), tick("two"))

    [mooc, _] = found.steps
    assert (mooc.state, mooc.minutes, mooc.modules_done) == (State.DOING, 120, 2)
    assert found.current == mooc


def test_what_is_finished_is_never_planned_again() -> None:
    found = walk(*(tick(key) for key in ("one", "two", "three")), said=("other",))

    assert [(s.key, s.state, s.done_by) for s in found.steps] == [
        ("other", State.DONE, EvidenceSource.SELF_DECLARED),
        ("mooc", State.DONE, EvidenceSource.SELF_DECLARED),
    ]
    assert (found.this_week, found.current, found.weeks) == ((), None, 0)


def test_a_course_of_her_own_choice_comes_first() -> None:
    found = walk(entry(Kind.ENROLLED, "own"))

    assert [s.key for s in found.steps] == ["own", "mooc", "other"]
    left = walk(
        entry(Kind.ENROLLED, "own"),
        entry(Kind.WITHDRAWN, "own", occurred_at=NOON + DAY),
    )
    assert [s.key for s in left.steps] == ["mooc", "other"]


def test_time_spent_this_week_is_taken_from_it() -> None:
    found = walk(entry(Kind.SPENT, "mooc", module_key="one", minutes=100))

    assert [(s.key, m) for s, m in found.this_week] == [("mooc", 80)]
    assert found.minutes_spent == 100


def test_the_language_she_takes_says_where_to_go_on() -> None:
    found = walk(entry(Kind.ENROLLED, "mooc", language="ar"), tick("one"))

    assert found.steps[0].url == "https://example.org/ar"


@pytest.mark.parametrize("minutes", [100, 100_000])
def test_time_alone_never_finishes_a_course(minutes: int) -> None:
    spent = fold([entry(Kind.SPENT, "own", minutes=minutes)])["own"]

    assert minutes_left(OWN, spent) == LEAST_LEFT


def test_unknown_length_is_not_invented() -> None:
    unknown = course("own", hours=None)

    assert minutes_left(unknown, None) is None
    assert lay_out([Task(key="own", minutes=None)], minutes_per_week=60) == (
        Part(week=1, key="own", minutes=None),
    )
