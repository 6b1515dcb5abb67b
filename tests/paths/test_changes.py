import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.domain import Course, Delivery
from app.paths.domain.changes import find_changes
from app.paths.domain.draft import Draft, keys_of
from app.paths.domain.plan import (
    Change,
    Offer,
    Path,
    Preferences,
    Setting,
    find_gaps,
)
from tests.paths.catalogues import (
    EN,
    FR,
    any_courses,
    catalogue,
    course,
    draw,
    keys,
    profile,
    runs,
)

OPEN, GOVERNED = course("a", "open-data:0-3"), course("b", "data-governance:0-2")
MANY = tuple(
    course(f"c{number}", f"{competency}:{level}-{level + 1}")
    for number, (competency, level) in enumerate(
        [
            *(("open-data", level) for level in range(3)),
            *(("data-governance", level) for level in range(2)),
            *(("trust", level) for level in range(3)),
        ]
    )
)


def changes(path: Path) -> dict[tuple[str, Setting], Change]:
    return {
        (step.offer.unit.key, change.setting): change
        for step in path.steps
        for change in step.changes
    }


def values(path: Path, setting: Setting) -> dict[str, object]:
    return {
        key: getattr(change.preferences, setting)
        for (key, changed), change in changes(path).items()
        if changed is setting
    }


def names(offers: tuple[Offer, ...]) -> list[str]:
    return [offer.unit.key for offer in offers]


def test_step_leaves_with_the_first_week_too_few() -> None:
    path = draw(OPEN, GOVERNED, hours=1, weeks=14)

    assert values(path, Setting.WEEKS) == {"a": 5, "b": 11}


def test_step_leaves_with_the_first_hour_a_week_too_few() -> None:
    path = draw(OPEN, hours=8, weeks=1)

    assert values(path, Setting.HOURS) == {"a": 5}


def test_change_that_costs_least_time_is_named() -> None:
    weeks, hours = draw(OPEN, hours=5, weeks=2), draw(OPEN, hours=2, weeks=5)

    assert (values(weeks, Setting.WEEKS), values(weeks, Setting.HOURS)) == (
        {"a": 1},
        {},
    )
    assert (values(hours, Setting.WEEKS), values(hours, Setting.HOURS)) == (
        {},
        {"a": 1},
    )


def test_change_names_what_comes_in() -> None:
    path = draw(course("a", "open-data:0-3", hours=10), GOVERNED, hours=3, weeks=4)

    change = changes(path)["a", Setting.WEEKS]

    assert change.preferences.weeks == 3
    assert names(change.offers) == ["b"]
    assert keys(draw(OPEN, GOVERNED, hours=3, weeks=3)) == ["a"]


@pytest.mark.parametrize(
    ("max_mb", "limit"), [(None, 800), (2000, 800), (901, 800), (900, 800)]
)
def test_step_leaves_with_the_first_hundred_megabytes_too_few(
    max_mb: int | None, limit: int
) -> None:
    assert values(draw(OPEN, max_mb=max_mb), Setting.DATA) == {"a": limit}


def test_step_of_unknown_data_leaves_with_any_limit() -> None:
    there = course("a", "open-data:0-3", delivery=Delivery.IN_PERSON)

    path = draw(there, GOVERNED)

    assert values(path, Setting.DATA) == {"a": 900, "b": 800}


def test_step_leaves_without_the_only_language_it_has() -> None:
    english = course("a", "open-data:0-3", runs=runs("en"))
    french = course("c", "open-data:0-1")
    both = course("b", "data-governance:0-2", runs=runs("en", "fr"))

    path = draw(english, french, both, languages=(FR, EN))

    assert values(path, Setting.LANGUAGES) == {"a": (FR,)}
    assert names(changes(path)["a", Setting.LANGUAGES].offers) == ["c"]


def test_step_leaves_for_a_better_one_in_another_language() -> None:
    french = course("a", "open-data:0-2")
    english = course("b", "open-data:0-3", runs=runs("en"))

    path = draw(french, english)

    assert values(path, Setting.LANGUAGES) == {"a": (FR, EN)}
    assert names(changes(path)["a", Setting.LANGUAGES].offers) == ["b"]


def test_step_leaves_for_a_better_one_with_more_hours() -> None:
    short = course("a", "open-data:0-2", hours=0.5)
    long = course("b", "open-data:0-3", hours=4)

    path = draw(short, long, hours=3, weeks=1)

    assert values(path, Setting.HOURS) == {"a": 4}


def test_step_that_stays_says_how_far_that_was_tried() -> None:
    path = draw(*MANY, hours=2, weeks=24)

    assert len(path.steps) == len(MANY)
    left = values(path, Setting.WEEKS)
    stays = {
        step.offer.unit.key: step.stays_until.budget.hours
        for step in path.steps
        if step.stays_until is not None
    }
    assert len(left) == 5
    assert stays == dict.fromkeys(keys_of(path.plan) - set(left), 18)


@pytest.mark.parametrize(("others", "most"), [(0, 1 + 2 * 5), (200, 1 + 2 * 2)])
def test_few_plans_are_solved_however_much_there_is(others: int, most: int) -> None:
    worse = (course(f"d{n}", "open-data:0-1", hours=9) for n in range(others))
    preferences = Preferences(languages=(FR,), hours_per_week=4, weeks=12)
    draft = Draft(
        gaps=find_gaps(profile()), catalogue=catalogue(*MANY, *worse), said={}
    )

    find_changes(draft, preferences, draft.plan(preferences))

    assert len(draft.plans) == most


def drawn(courses: list[Course], preferences: Preferences) -> Path:
    return draw(
        *courses,
        hours=preferences.hours_per_week,
        weeks=preferences.weeks,
        languages=preferences.languages,
        max_mb=preferences.max_mb,
    )


@settings(deadline=None, max_examples=30)
@given(
    any_courses,
    st.integers(1, 5),
    st.one_of(st.none(), st.integers(0, 3000)),
    st.sampled_from([(FR,), (FR, EN)]),
)
def test_every_change_named_removes_its_step(
    courses: list[Course], hours: int, max_mb: int | None, languages: tuple[object, ...]
) -> None:
    path = draw(*courses, hours=hours, weeks=3, languages=languages, max_mb=max_mb)  # type: ignore[arg-type]  # as a learner may ask

    for (key, setting), change in changes(path).items():
        other = drawn(courses, change.preferences)
        assert key not in keys(other)
        assert set(names(change.offers)) == set(keys(other)) - set(keys(path))
        before, after = path.preferences, change.preferences
        differ = {s for s in Setting if getattr(before, s) != getattr(after, s)}
        assert differ == {setting}


@settings(deadline=None, max_examples=30)
@given(any_courses, st.integers(1, 5))
def test_no_smaller_cut_of_time_removes_the_step(
    courses: list[Course], hours: int
) -> None:
    path = draw(*courses, hours=hours, weeks=4)

    rungs = [(week, hours) for week in range(1, 4)]
    rungs += [(4, less) for less in (0.5, *range(1, hours))]
    for weeks, less in rungs:
        smaller = set(keys(draw(*courses, hours=less, weeks=weeks)))
        for step in path.steps:
            time = [
                change.preferences
                for change in step.changes
                if change.setting in {Setting.HOURS, Setting.WEEKS}
            ]
            bound = time[0] if time else step.stays_until
            assert bound is not None
            is_above = weeks * less > bound.budget.hours
            if is_above and bound.budget.hours < path.preferences.budget.hours:
                assert step.offer.unit.key in smaller
