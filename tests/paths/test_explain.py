from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.domain import (
    Audience,
    Catalogue,
    Course,
    Delivery,
    Module,
    Requirement,
    Run,
    RunState,
    Serve,
    Verification,
)
from app.frameworks.domain import Need
from app.kernel.text import Language, LocalizedText
from app.paths.domain.explain import draw_path
from app.paths.domain.plan import (
    Choice,
    Path,
    Preferences,
    Uncovered,
    list_offers,
)
from app.proficiency.domain import Profile, draw_profile
from tests.proficiency.builders import FRAMEWORK, observation

FR, EN, AR = Language.FR, Language.EN, Language.AR
TEXT = LocalizedText(texts={EN: "text"})
TARGETS = {"open-data": (3, 3), "data-governance": (2, 2), "trust": (3, 1)}


def serve(text: str) -> Serve:
    """Read ``"open-data:0-2"``."""
    competency, levels = text.split(":")
    return Serve(
        competency=competency, from_level=int(levels[0]), to_level=int(levels[2])
    )


def course(key: str, *serves: str, **changes: Any) -> Course:  # noqa: ANN401 -- any field
    """Build an open French course of six hours."""
    whole = Course(
        key=key,
        title=key,
        title_language="fr",
        provider="École",
        url=f"https://example.org/{key}",
        url_kind="course_page",
        registration_url=None,
        hours=6,
        hours_are_approximate=False,
        duration_note=None,
        delivery=Delivery.SELF_PACED,
        cost=None,
        certificate=None,
        audience=Audience.ANYONE,
        needs_selection=False,
        seats=None,
        prerequisites=(),
        licence=None,
        runs=(Run(language="fr", state=RunState.OPEN),),
        modules=(),
        serves=tuple(serve(text) for text in serves),
        note=None,
        verification=Verification.PROVIDER,
        sources=("https://example.org",),
        checked_on="2026-07-16",
        is_flagship=False,
    )
    return replace(whole, **changes)


def module(key: str, *serves: str, hours: float | None = 2) -> Module:
    return Module(
        key=key,
        title=TEXT,
        is_announced_theme=False,
        hours=hours,
        serves=tuple(serve(text) for text in serves),
        source="masar",
    )


def runs(*codes: str, state: RunState = RunState.OPEN) -> tuple[Run, ...]:
    return tuple(Run(language=code, state=state) for code in codes)


def catalogue(*courses: Course) -> Catalogue:
    return Catalogue(
        key="c",
        title=TEXT,
        mapping_note=TEXT,
        megabytes_note=TEXT,
        courses=courses,
    )


def profile(**levels: int) -> Profile:
    """Answer 0 everywhere but where it is said: ``open_data=1``."""
    needs = tuple(
        Need(competency=key, level=level, weight=weight)
        for key, (level, weight) in TARGETS.items()
    )
    first = FRAMEWORK.roles[0]
    role = replace(first, activities=(replace(first.activities[0], needs=needs),))
    framework = replace(FRAMEWORK, roles=(role, *FRAMEWORK.roles[1:]))
    said = {name.replace("_", "-"): level for name, level in levels.items()}
    seen = [observation(key, said.get(key, 0)) for key in TARGETS]
    return draw_profile(framework, role.key, seen)


def draw(
    *courses: Course,
    hours: float = 3,
    weeks: int = 12,
    languages: tuple[Language, ...] = (FR,),
    max_mb: int | None = None,
    choices: dict[str, Choice] | None = None,
    at: Profile | None = None,
) -> Path:
    wanted = Preferences(
        hours_per_week=hours, weeks=weeks, languages=languages, max_mb=max_mb
    )
    return draw_path(at or profile(), catalogue(*courses), wanted, choices or {})


def keys(path: Path) -> list[str]:
    return [step.offer.unit.key for step in path.steps]


def open_gaps(path: Path) -> dict[str, tuple[int, int, Uncovered, str | None]]:
    return {
        gap.competency: (
            gap.from_level,
            gap.to_level,
            gap.reason,
            gap.course.key if gap.course else None,
        )
        for gap in path.uncovered
    }


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


def test_step_that_hangs_on_one_language_says_which() -> None:
    english = course("a", "open-data:0-2", runs=runs("en"))
    both = course("b", "data-governance:0-2", runs=runs("en", "fr"))

    path = draw(english, both, languages=(FR, EN))

    found = {step.offer.unit.key: step.only_language for step in path.steps}
    assert found == {"a": EN, "b": None}
    assert draw(english, languages=(EN,)).steps[0].only_language is None


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


def test_step_says_whether_it_stays_with_half_the_hours() -> None:
    path = draw(
        course("a", "open-data:0-3", hours=6),
        course("b", "data-governance:0-2", hours=6),
        hours=1,
    )

    found = {step.offer.unit.key: step.stays_with_half for step in path.steps}
    assert found == {"a": True, "b": False}


serves = st.builds(
    "{}:{}".format,
    st.sampled_from(["open-data", "data-governance"]),
    st.sampled_from(["0-1", "0-2", "1-2", "1-3", "2-3"]),
)
catalogues = st.lists(
    st.tuples(serves, st.integers(1, 12), st.sampled_from(["fr", "en"])),
    max_size=6,
).map(
    lambda drawn: [
        course(f"c{n}", text, hours=hours, runs=runs(language))
        for n, (text, hours, language) in enumerate(drawn)
    ]
)


@settings(deadline=None, max_examples=40)
@given(catalogues, st.integers(1, 6), st.integers(0, 3))
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
@given(catalogues, st.integers(1, 6), st.one_of(st.none(), st.integers(0, 3000)))
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
