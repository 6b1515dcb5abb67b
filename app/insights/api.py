"""Dashboards for programs, by the same rules as on pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.domain import Course
from app.catalogue.queries import get_catalogue
from app.cohorts.access import ApiCohortReader, ApiInstitutionReader
from app.insights import queries, service
from app.insights.domain.changes import ChangeRow
from app.insights.domain.dashboard import Lens, LevelRow
from app.insights.domain.gaps import CATEGORIES, GapRow
from app.insights.domain.intervals import Bounds
from app.insights.domain.participation import (
    Turnout,
    count_speakers,
    draw_breakdowns,
    draw_funnel,
)
from app.insights.domain.priorities import Priority, count_reached, list_serving
from app.insights.schemas import DashboardOut, OverviewOut
from app.insights.service import View
from app.kernel.database import ReadDep
from app.kernel.text import Language
from app.sharing.domain.pools import Attribute
from app.web.languages import AskedLanguage, prefers
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["cohorts"], route_class=Route)
LEVEL_NAMES = ("unknown", "apart", "0", "1", "2", "3", "4")
"""Of ``LEVEL_ORDER``."""


def read_lens(
    role: Annotated[
        str | None,
        Query(
            max_length=64,
            description="Key of a role profile.",
            examples=["service-manager"],
        ),
    ] = None,
    attribute: Annotated[
        Attribute | None,
        Query(description="Together with `value`.", examples=["gender"]),
    ] = None,
    value: Annotated[str, Query(max_length=200, examples=["woman"])] = "",
) -> Lens:
    """Return of whom results are asked for."""
    return Lens(role_key=role, attribute=attribute, value=value if attribute else "")


LensDep = Annotated[Lens, Depends(read_lens)]


@router.get(
    "/cohorts/{cohort_id:uuid}/dashboard",
    response_model=DashboardOut,
    responses=problem_responses(401, 403, 404, 422),
)
def get_dashboard(
    request: Request,
    reached: ApiCohortReader,
    connection: ReadDep,
    lens: LensDep,
    lang: AskedLanguage = None,
) -> Response:
    """Show who takes part in a cohort, where people stand, and what comes first."""
    cohort = reached.cohort
    smallest = max(cohort.smallest_cell, reached.institution.smallest_cell)
    turnout = queries.get_turnout(connection, cohort=cohort)
    view = service.get_view(
        connection, cohorts=[cohort], lens=lens, everybody=turnout.everybody
    )
    speakers = count_speakers(turnout, smallest=smallest)
    return _send(
        {
            "cohort": cohort.cohort_id,
            "name": cohort.name,
            "is_fictitious": cohort.is_fictitious,
            "smallest_cell": smallest,
            "participation": {
                **_participation(turnout, smallest),
                "languages": speakers,
            },
            **_results(connection, view, speakers, lang or prefers(request)),
        }
    )


@router.get(
    "/institutions/{institution_id:uuid}/dashboard",
    response_model=OverviewOut,
    responses=problem_responses(401, 403, 404, 422),
)
def get_overview(
    request: Request,
    reached: ApiInstitutionReader,
    connection: ReadDep,
    lens: LensDep,
    lang: AskedLanguage = None,
) -> Response:
    """Show the cohorts of an institution and of all below it together."""
    institution_id = reached.institution.institution_id
    overview = service.get_overview(
        connection, institution_id=institution_id, lens=lens
    )
    view, language = overview.view, lang or prefers(request)
    return _send(
        {
            "institution": institution_id,
            "cohorts": [
                {
                    "cohort": line.cohort.cohort_id,
                    "name": line.cohort.name,
                    "joined": line.members,
                    "shared": line.shared,
                    "is_counted": line.is_counted,
                }
                for line in overview.lines
            ],
            "results": view and _results(connection, view, {}, language),
        }
    )


def _send(document: dict[str, Any]) -> Response:
    return Response(
        orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS),
        media_type="application/json",
        headers={"cache-control": "private, no-store"},
    )


def _participation(turnout: Turnout, smallest: int) -> dict[str, Any]:
    steps: dict[str, Any] = {
        step.name: step.people for step in draw_funnel(turnout, smallest)
    }
    steps["by"] = {
        trait: [{"value": row.value, "counts": row.counts} for row in rows]
        for trait, rows in draw_breakdowns(turnout, smallest).items()
    }
    return steps


def _results(
    connection: Connection,
    view: View,
    speakers: Mapping[str, int | None],
    language: Language,
) -> dict[str, Any]:
    dashboard, lens = view.dashboard, view.lens
    titles = {
        each.key: each.title.in_language(language)
        for each in view.framework.competencies
    }
    serving = list_serving(get_catalogue(connection).courses, dashboard.priorities)
    return {
        "framework": view.framework.ref,
        "lens": {
            "role": lens.role_key,
            "attribute": lens.attribute,
            "value": lens.value,
        },
        "choices": {"roles": view.roles, "values": view.values},
        "people": dashboard.people,
        "released_at": dashboard.released_at,
        "levels": [_row(row, titles, LEVEL_NAMES) for row in dashboard.levels],
        "gaps": [_row(row, titles, CATEGORIES) for row in dashboard.gaps],
        "domains": [
            {
                "domain": row.domain,
                "targets": row.targets,
                "reached": _bounds(row.reached),
            }
            for row in dashboard.domains
        ],
        "priorities": [
            _priority(rank, each, titles)
            | {"courses": _courses(serving[each.competency], speakers)}
            for rank, each in enumerate(dashboard.priorities, 1)
        ],
        "kept": dashboard.kept,
        "changes_wait": dashboard.changes_wait,
        "changes": [_change(row, titles) for row in dashboard.changes],
        "looking_back": [_change(row, titles) for row in dashboard.looking_back],
    }


def _change(row: ChangeRow, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "competency": row.competency,
        "title": titles[row.competency],
        "people": row.people,
        "mean": row.mean and _bounds(row.mean),
        "interval": row.interval and _bounds(row.interval),
        "is_clear": row.is_clear,
    }


def _row(
    row: LevelRow | GapRow, titles: Mapping[str, str], names: Sequence[str]
) -> dict[str, Any]:
    spans = row.tally.spans if row.tally else ()
    return {
        "competency": row.competency,
        "title": titles[row.competency],
        "people": row.people,
        "cells": [
            {"cells": names[span.first : span.last + 1], "people": span.people}
            for span in spans
        ],
    }


def _bounds(bounds: Bounds) -> dict[str, float]:
    return {"low": bounds.low, "high": bounds.high}


def _priority(rank: int, each: Priority, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rank": rank,
        "competency": each.competency,
        "title": titles[each.competency],
        "score": each.score,
        "interval": _bounds(each.interval),
        "people": each.people,
        "below": _bounds(each.below),
        "mean_gap": each.mean_gap,
        "mean_weight": each.mean_weight,
        "divisor": each.divisor,
    }


def _courses(
    courses: Iterable[Course], speakers: Mapping[str, int | None]
) -> list[dict[str, Any]]:
    return [
        {
            "key": course.key,
            "title": course.title,
            "hours": course.hours,
            "members": count_reached(course, speakers),
        }
        for course in courses
    ]
