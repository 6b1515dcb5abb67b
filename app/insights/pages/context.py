"""From what is read to what the templates print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from babel import Locale
from fastapi import Depends, Query
from sqlalchemy import Connection

from app.catalogue.domain import Course
from app.catalogue.queries import get_catalogue
from app.cohorts.domain import Reach, ReachedCohort
from app.frameworks.domain import Framework
from app.insights import queries, service
from app.insights.domain.dashboard import Lens, LevelRow
from app.insights.domain.gaps import GapRow
from app.insights.domain.participation import (
    BreakdownRow,
    Step,
    Trait,
    Turnout,
    count_speakers,
    draw_breakdowns,
    draw_funnel,
)
from app.insights.domain.priorities import count_reached, list_serving
from app.insights.pages.words import Words
from app.insights.service import View
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute

Row = TypeVar("Row", LevelRow, GapRow)


def read_lens(
    role: Annotated[str, Query(max_length=64)] = "",
    group: Annotated[str, Query(max_length=200)] = "",
) -> Lens:
    """Return of whom a page is to show something; ``group`` is ``grade:officer``."""
    name, _, value = group.partition(":")
    attribute = Attribute(name) if name in set(Attribute) else None
    return Lens(
        role_key=role or None, attribute=attribute, value=value if attribute else ""
    )


LensDep = Annotated[Lens, Depends(read_lens)]


def write_lens(lens: Lens) -> dict[str, str]:
    """Return the query of an address that shows the same."""
    wanted = {
        "role": lens.role_key,
        "group": f"{lens.attribute}:{lens.value}" if lens.attribute else None,
    }
    return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a dashboard of a cohort shows, in one language."""

    reached: ReachedCohort
    turnout: Turnout
    view: View
    words: Words
    smallest: int
    """Fewest people behind a figure."""
    courses: Mapping[str, Sequence[Course]]
    """That would serve a competency."""
    reach: Mapping[str, int | None]
    """By course: members who use Masar in one of its languages."""
    speakers: Mapping[str, int | None]
    """Members by the language in which they joined; ``None``: not shown."""

    @property
    def funnel(self) -> list[Step]:
        """Bars from those invited to those who have done a step."""
        return draw_funnel(self.turnout, self.smallest)

    @property
    def breakdowns(self) -> dict[Trait, Sequence[BreakdownRow]]:
        """Who takes part by each trait, where that can be shown."""
        return draw_breakdowns(self.turnout, self.smallest)


def set_scene(
    connection: Connection, *, reached: ReachedCohort, lens: Lens, language: Language
) -> Scene:
    """Read what the dashboard of a cohort shows."""
    cohort = reached.cohort
    smallest = max(cohort.smallest_cell, reached.institution.smallest_cell)
    turnout = queries.get_turnout(connection, cohort=cohort)
    view = service.get_view(
        connection, cohorts=[cohort], lens=lens, everybody=turnout.everybody
    )
    courses = list_serving(get_catalogue(connection).courses, view.dashboard.priorities)
    speakers = count_speakers(turnout, smallest=smallest)
    return Scene(
        reached=reached,
        turnout=turnout,
        view=view,
        words=find_words(connection, view, language, turnout),
        smallest=smallest,
        courses=courses,
        reach={
            course.key: count_reached(course, speakers)
            for found in courses.values()
            for course in found
        },
        speakers=speakers,
    )


def find_words(
    connection: Connection,
    view: View,
    language: Language,
    turnout: Turnout | None = None,
) -> Words:
    """Return what roles, units and countries are called."""
    units = set(view.values.get(Attribute.UNIT, ()))
    if turnout is not None:
        units |= {each for each in turnout.by_trait[Trait.UNIT] if each}
    known = queries.list_unit_names(connection, [UUID(each) for each in units])
    return Words(
        language=language,
        framework=view.framework,
        names={
            Trait.UNIT: {
                unit: names.get(language) or next(iter(names.values()))
                for unit, names in known.items()
            },
            Trait.COUNTRY: Locale(str(language)).territories,
        },
    )


def by_domain(
    rows: Sequence[Row], framework: Framework
) -> list[tuple[str | None, list[Row]]]:
    """Return rows of competencies by domain, attitudes last."""
    domain_of = {each.key: each.domain for each in framework.competencies}
    domains = (*(each.key for each in framework.domains), None)
    grouped = (
        (domain, [row for row in rows if domain_of[row.competency] == domain])
        for domain in domains
    )
    return [(domain, found) for domain, found in grouped if found]


def panels(view: View, words: Words, reach: Reach) -> dict[str, Any]:
    """Return what every page with results needs."""
    return {
        "reached": reach,
        "view": view,
        "dashboard": view.dashboard,
        "framework": view.framework,
        "words": words,
        "levels_by_domain": by_domain(view.dashboard.levels, view.framework),
        "gaps_by_domain": by_domain(view.dashboard.gaps, view.framework),
        "asked": write_lens(view.lens),
    }
