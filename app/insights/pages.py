"""Dashboards in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from babel import Locale
from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.domain import Course, RunState
from app.catalogue.queries import get_catalogue
from app.cohorts.access import CohortReader
from app.cohorts.domain import ReachedCohort
from app.frameworks.domain import Framework
from app.identity.access import PageDep, PageFrame
from app.insights import queries
from app.insights.domain.dashboard import Lens, LevelRow
from app.insights.domain.gaps import GapRow
from app.insights.domain.participation import (
    BROKEN_DOWN,
    BreakdownRow,
    Trait,
    Turnout,
    break_down,
    count_speakers,
    may_show,
)
from app.insights.domain.priorities import list_serving
from app.insights.queries import View
from app.kernel.database import ReadDep
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar of the funnel; ``None``: not shown, few people are or are not in it."""

    name: str
    people: int | None
    share: float


@router.get("/cohorts/{cohort_id:uuid}", name="insights:cohort")
def show_cohort(
    page: PageDep, reached: CohortReader, connection: ReadDep, lens: LensDep
) -> Response:
    """Show who takes part in a cohort, where people stand and what comes first."""
    cohort = reached.cohort
    turnout = queries.get_turnout(connection, cohort=cohort)
    view = queries.get_view(
        connection, cohorts=[cohort], lens=lens, everybody=turnout.everybody
    )
    smallest = smallest_of(reached)
    return page.render(
        "insights/cohort.html",
        reached=reached,
        cohort=cohort,
        institution=reached.institution,
        smallest=smallest,
        turnout=turnout,
        funnel=draw_funnel(turnout, smallest),
        breakdowns=draw_breakdowns(turnout, smallest),
        **describe(
            page,
            connection,
            view,
            turnout,
            count_speakers(turnout, smallest=smallest),
        ),
    )


@router.get("/privacy/model", name="insights:model")
def show_model(page: PageDep) -> Response:
    """Say in plain words how people are protected in these figures."""
    return page.render("insights/model.html")


def smallest_of(reached: ReachedCohort) -> int:
    """Return the fewest people behind a figure of a cohort."""
    return max(reached.cohort.smallest_cell, reached.institution.smallest_cell)


def describe(
    page: PageFrame,
    connection: Connection,
    view: View,
    turnout: Turnout,
    speakers: Mapping[str, int | None],
) -> dict[str, Any]:
    """Return what the template needs to put a view into words."""
    framework, dashboard = view.framework, view.dashboard
    courses = get_catalogue(connection).courses
    serving = {
        each.competency: list_serving(courses, each.competency)
        for each in dashboard.priorities
    }
    return {
        "view": view,
        "dashboard": dashboard,
        "framework": framework,
        "titles": {each.key: each.title for each in framework.competencies},
        "role_titles": {each.key: each.title for each in framework.roles},
        "levels_by_domain": by_domain(dashboard.levels, framework),
        "gaps_by_domain": by_domain(dashboard.gaps, framework),
        "serving": serving,
        "reach": {
            course.key: count_reached(course, speakers)
            for found in serving.values()
            for course in found
        },
        "names": name_values(page.language, connection, view, turnout),
    }


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


def count_reached(course: Course, speakers: Mapping[str, int | None]) -> int | None:
    """Return members who use Masar in a language in which a course can be begun."""
    languages = course.languages(RunState.OPEN)
    shown = [n for code, n in speakers.items() if n and code in languages]
    return sum(shown) if shown else None


def name_values(
    language: Language, connection: Connection, view: View, turnout: Turnout
) -> Mapping[str, Mapping[str, str]]:
    """Return what units, countries and languages are called, by attribute."""
    units = {
        *view.values.get(Attribute.UNIT, ()),
        *(each for each in turnout.by_trait[Trait.UNIT] if each),
    }
    known = queries.list_unit_names(connection, [UUID(each) for each in units])
    return {
        Trait.UNIT: {
            unit: names.get(language) or next(iter(names.values()))
            for unit, names in known.items()
        },
        Trait.COUNTRY: dict(Locale(str(language)).territories),
        Trait.LANGUAGE: {each: each.own_name for each in Language},
    }


def draw_funnel(turnout: Turnout, smallest: int) -> list[Step]:
    """Return the funnel from those invited to those who look at a path."""
    everybody = turnout.everybody
    counted = {
        "invited": everybody,
        "joined": turnout.joined,
        "started": turnout.started,
        "submitted": turnout.submitted,
        "shared": turnout.shared,
    }
    private = {"path": turnout.on_path, "step": turnout.step_done}
    shown: dict[str, int | None] = {
        name: people if may_show(people, turnout.joined, smallest) else None
        for name, people in private.items()
    }
    return [
        Step(
            name=name,
            people=people,
            share=(people or 0) / everybody if everybody else 0.0,
        )
        for name, people in (counted | shown).items()
    ]


def draw_breakdowns(
    turnout: Turnout, smallest: int
) -> dict[Trait, Sequence[BreakdownRow]]:
    """Return who takes part by each trait, where that can be shown."""
    drawn = {
        trait: break_down(turnout.by_trait[trait], smallest=smallest)
        for trait in BROKEN_DOWN
    }
    return {trait: rows for trait, rows in drawn.items() if rows}
