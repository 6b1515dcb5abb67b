import pytest

from app.catalogue.domain import (
    RunState,
)
from app.paths.domain.plan import (
    Choice,
    Path,
    Reason,
    Uncovered,
)
from app.proficiency.domain import Outcome, draw_profile
from tests.paths.catalogues import (
    TARGETS,
    course,
    draw,
    keys,
    module,
    open_gaps,
    profile,
    runs,
)
from tests.proficiency.builders import FRAMEWORK, observation


def test_no_course_is_a_path_without_steps() -> None:
    path = draw()

    assert (path.steps, path.weeks, path.plan.closed) == ((), 0, 0)
    assert path.total == 3 * 3 + 2 * 2 + 3 * 1
    assert open_gaps(path) == {
        "open-data": (0, 3, Uncovered.NO_COURSE, None),
        "data-governance": (0, 2, Uncovered.NO_COURSE, None),
        "trust": (0, 3, Uncovered.PRACTICE, None),
    }


def test_no_gap_needs_no_path() -> None:
    there = profile(open_data=3, data_governance=4, trust=3)

    path = draw(course("a", "open-data:0-3"), at=there)

    assert (path.steps, path.gaps, path.uncovered, path.more) == ((), (), (), None)


def test_unknown_levels_are_no_gaps() -> None:
    seen = [observation(key, outcome=Outcome.UNKNOWN) for key in TARGETS]
    unclear = draw_profile(FRAMEWORK, "director", seen)

    assert draw(course("a", "open-data:0-3"), at=unclear).gaps == ()


def test_steps_follow_one_another_week_by_week() -> None:
    path = draw(
        course("second", "open-data:2-3", hours=4),
        course("first", "open-data:0-2", hours=5),
        hours=3,
    )

    assert keys(path) == ["first", "second"]
    assert [(s.first_week, s.last_week) for s in path.steps] == [(1, 2), (2, 3)]
    assert path.weeks == 3


def reasons(path: Path) -> dict[str, tuple[Reason, int | None]]:
    return {s.offer.unit.key: (s.reason, s.depends_on) for s in path.steps}


def test_every_step_has_its_reason() -> None:
    path = draw(
        course("mooc", "data-governance:0-1", is_flagship=True),
        course("only", "data-governance:1-2", hours=2),
        course("best", "open-data:0-1", hours=2),
        course("worse", "open-data:0-1", hours=3),
    )

    assert reasons(path) == {
        "mooc": (Reason.FLAGSHIP, None),
        "only": (Reason.BUILDS_ON, 1 + keys(path).index("mooc")),
        "best": (Reason.BEST, None),
    }


def test_only_course_for_a_gap_says_so() -> None:
    assert reasons(draw(course("a", "open-data:0-2"))) == {"a": (Reason.ONLY, None)}


def test_step_that_only_prepares_names_the_later_one() -> None:
    first = module("m1", hours=1)
    second = module("m2", "open-data:0-2", hours=1)

    path = draw(course("c", modules=(first, second), hours=2))

    assert keys(path) == ["c/m1", "c/m2"]
    assert reasons(path)["c/m1"] == (Reason.PREPARES, 2)


WHY_OPEN = {
    Uncovered.PUT_ASIDE: course("a", "open-data:0-3"),
    Uncovered.OVER_BUDGET: course("a", "open-data:0-3", hours=37),
    Uncovered.HOURS_UNKNOWN: course("a", "open-data:0-3", hours=None),
    Uncovered.DATA_UNKNOWN: course("a", "open-data:0-3", delivery=None),
    Uncovered.NEEDS_LEVEL: course("a", "open-data:1-3"),
    Uncovered.OTHER_LANGUAGE: course("a", "open-data:0-3", runs=runs("en")),
    Uncovered.NOT_OPEN: course(
        "a", "open-data:0-3", runs=runs("fr", state=RunState.ANNOUNCED)
    ),
}


@pytest.mark.parametrize("reason", WHY_OPEN)
def test_open_gap_says_why_and_names_the_nearest_course(reason: Uncovered) -> None:
    path = draw(
        WHY_OPEN[reason],
        choices={"a": Choice.ASIDE} if reason is Uncovered.PUT_ASIDE else None,
        max_mb=10_000 if reason is Uncovered.DATA_UNKNOWN else None,
    )

    assert path.steps == ()
    assert open_gaps(path)["open-data"] == (0, 3, reason, "a")


def test_gap_that_is_half_closed_stays_open_from_there() -> None:
    path = draw(course("a", "open-data:0-2", "data-governance:0-2"))

    assert open_gaps(path)["open-data"] == (2, 3, Uncovered.NO_COURSE, None)
    assert "data-governance" not in open_gaps(path)


def test_done_counts_for_the_plan_and_not_for_the_result() -> None:
    first, second = course("a", "open-data:0-2"), course("b", "open-data:2-3")
    at = profile()

    path = draw(first, second, choices={"a": Choice.DONE}, at=at)

    assert keys(path) == ["b"]
    assert [offer.unit.key for offer in path.done] == ["a"]
    assert {gap.competency: gap.level for gap in path.gaps}["open-data"] == 2
    assert at.gaps[0].level == 0


def test_done_does_not_jump_over_a_level() -> None:
    path = draw(course("a", "open-data:1-3"), choices={"a": Choice.DONE})

    assert {gap.competency: gap.level for gap in path.gaps}["open-data"] == 0


def test_aside_is_replaced_by_the_next_best() -> None:
    courses = course("a", "open-data:0-3"), course("b", "open-data:0-2", hours=9)

    before, after = draw(*courses), draw(*courses, choices={"a": Choice.ASIDE})

    assert (keys(before), keys(after)) == (["a"], ["b"])
    assert [offer.unit.key for offer in after.aside] == ["a"]
    assert [o.unit.key for o in before.steps[0].instead.offers] == ["b"]
    assert before.steps[0].instead.lost == before.plan.closed - after.plan.closed == 3


def test_word_about_a_course_that_is_gone_is_ignored() -> None:
    path = draw(course("a", "open-data:0-3"), choices={"gone": Choice.DONE})

    assert (keys(path), path.done, path.aside) == (["a"], (), ())
