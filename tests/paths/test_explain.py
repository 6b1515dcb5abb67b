from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.domain import (
    Course,
    Delivery,
    Requirement,
)
from app.paths.domain.plan import (
    Choice,
    Uncovered,
    list_offers,
)
from tests.paths.catalogues import (
    AR,
    EN,
    FR,
    any_courses,
    catalogue,
    course,
    draw,
    keys,
    module,
    open_gaps,
    profile,
    runs,
)


def test_done_in_a_language_no_longer_accepted_still_counts() -> None:
    english = course("a", "open-data:0-3", runs=runs("en"))

    path = draw(english, choices={"a": Choice.DONE})

    assert [offer.unit.key for offer in path.done] == ["a"]
    assert "open-data" not in {gap.competency for gap in path.gaps}


def test_preferred_language_is_taken_where_a_course_has_several() -> None:
    one = course("a", "open-data:0-3", runs=runs("en", "fr", "ar"))

    taken = [
        draw(one, languages=languages).steps[0].offer.run.language
        for languages in ((FR, EN), (EN, FR), (AR,))
    ]

    assert taken == ["fr", "en", "ar"]


def test_modules_are_offered_one_by_one_when_all_have_hours() -> None:
    known = course("a", modules=(module("m1"), module("m2")), hours=4)
    unknown = course("b", modules=(module("m1"), module("m2", hours=None)))

    offers = list_offers(catalogue(known, unknown), (FR,))

    assert {key: (o.unit.hours, o.megabytes) for key, o in offers.items()} == {
        "a/m1": (2, 300),
        "a/m2": (2, 300),
        "b": (6, 900),
    }
    assert offers["a/m2"].unit.after == ("a/m1",)


def test_module_after_one_that_is_done_can_be_taken() -> None:
    parts = module("m1", "open-data:0-1"), module("m2", "open-data:1-2")
    whole = course("c", "open-data:0-2", modules=parts, hours=4)

    assert keys(draw(whole)) == ["c/m1", "c/m2"]
    assert keys(draw(whole, choices={"c/m1": Choice.DONE})) == ["c/m2"]
    assert keys(draw(whole, choices={"c/m1": Choice.ASIDE})) == []


def test_course_of_unknown_length_is_no_offer() -> None:
    assert list_offers(catalogue(course("a", hours=None)), (FR,)) == {}


def test_prerequisites_are_met_before() -> None:
    needy = course(
        "needy",
        "open-data:0-3",
        prerequisites=(Requirement(competency="data-governance", level=1),),
        hours=2,
    )

    alone = draw(needy)
    assert keys(alone) == []
    assert open_gaps(alone)["open-data"][2:] == (Uncovered.NEEDS_LEVEL, "needy")
    path = draw(needy, course("first", "data-governance:0-1", hours=20))
    assert keys(path) == ["first", "needy"]


def test_data_limit_holds_and_asks_for_known_sizes() -> None:
    courses = (
        course("online", "open-data:0-2"),
        course("offline", "data-governance:0-2", delivery=Delivery.IN_PERSON),
    )

    assert sorted(keys(draw(*courses))) == ["offline", "online"]
    assert keys(draw(*courses, max_mb=900)) == ["online"]
    assert keys(draw(*courses, max_mb=899)) == []
    assert keys(draw(*courses, max_mb=0)) == []


def test_more_hours_are_offered_only_when_they_gain_something() -> None:
    courses = (
        course("a", "open-data:0-2", hours=6),
        course("b", "data-governance:0-2", hours=6),
    )

    tight, enough = draw(*courses, hours=3, weeks=3), draw(*courses, hours=4, weeks=3)

    assert keys(tight) == ["a"]
    assert tight.more is not None
    assert (tight.more.hours_per_week, tight.more.levels) == (4, 2)
    assert [offer.unit.key for offer in tight.more.offers] == ["b"]
    assert enough.more is None
    assert draw(*courses, hours=40, weeks=1, max_mb=900).more is None


def test_further_language_is_offered_only_when_it_gains_something() -> None:
    courses = (
        course("a", "open-data:0-2"),
        course("b", "data-governance:0-2", runs=runs("en")),
        course("c", "data-governance:0-1", runs=runs("ar", "pt")),
    )

    wider = draw(*courses).wider

    assert wider is not None
    assert (wider.language, wider.levels) == (EN, 2)
    assert [offer.unit.key for offer in wider.offers] == ["b"]
    assert draw(*courses, languages=(FR, EN)).wider is None
    assert draw(*courses, choices={"b": Choice.ASIDE, "c": Choice.ASIDE}).wider is None


@settings(deadline=None, max_examples=40)
@given(any_courses, st.integers(1, 6), st.integers(0, 3))
def test_more_hours_languages_or_data_never_close_less(
    courses: list[Course], hours: int, level: int
) -> None:
    at = profile(open_data=level)

    least = draw(*courses, hours=hours, weeks=3, max_mb=1000, at=at)
    for wider in (
        draw(*courses, hours=hours + 1, weeks=3, max_mb=1000, at=at),
        draw(*courses, hours=hours, weeks=3, max_mb=2000, at=at),
        draw(*courses, hours=hours, weeks=3, at=at),
        draw(*courses, hours=hours, weeks=3, max_mb=1000, languages=(FR, EN), at=at),
    ):
        assert wider.plan.closed >= least.plan.closed


@settings(deadline=None, max_examples=40)
@given(any_courses, st.integers(1, 6), st.one_of(st.none(), st.integers(0, 3000)))
def test_path_keeps_its_promises(
    courses: list[Course], hours: int, max_mb: int | None
) -> None:
    path = draw(*courses, hours=hours, weeks=3, max_mb=max_mb)

    levels = {gap.competency: gap.level for gap in path.gaps}
    for step in path.steps:
        for close in step.step.closes:
            assert close.from_level == levels[close.competency] < close.to_level
            levels[close.competency] = close.to_level
    assert path.plan.hours <= hours * 3
    assert max_mb is None or path.plan.megabytes <= max_mb
    assert path.weeks <= 3
    left = {gap.competency: gap.from_level for gap in path.uncovered}
    targets = {gap.competency: gap.target for gap in path.gaps}
    assert {k: v for k, v in levels.items() if v < targets[k]} == left
    assert path.plan.closed == sum(
        gap.weight * (levels[gap.competency] - gap.level) for gap in path.gaps
    )
