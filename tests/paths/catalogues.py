"""Small catalogues and profiles, and the paths drawn from them."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from app.catalogue.domain import (
    Audience,
    Catalogue,
    Course,
    Delivery,
    Module,
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


serves = st.builds(
    "{}:{}".format,
    st.sampled_from(["open-data", "data-governance"]),
    st.sampled_from(["0-1", "0-2", "1-2", "1-3", "2-3"]),
)
any_courses = st.lists(
    st.tuples(serves, st.integers(1, 12), st.sampled_from(["fr", "en"])),
    max_size=6,
).map(
    lambda drawn: [
        course(f"c{n}", text, hours=hours, runs=runs(language))
        for n, (text, hours, language) in enumerate(drawn)
    ]
)
