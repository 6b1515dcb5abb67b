"""What programs read of a dashboard: the same numbers as on the page."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, JsonValue

from app.insights.domain.changes import Wait
from app.insights.domain.participation import Stage, Trait
from app.sharing.domain.pools import Attribute

OUT = ConfigDict(use_attribute_docstrings=True)


class BoundsOut(BaseModel):
    """A figure that lies between two others; both are equal when it is known."""

    model_config = OUT

    low: float
    high: float


class CellOut(BaseModel):
    """People in one cell of a row; small cells are merged with their neighbours."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"cells": ["3", "4"], "people": 63}]},
    )

    cells: list[str]
    """What is counted together. Levels: ``unknown``, ``apart`` (not part of the work,
    or not answered), ``0`` to ``4``. Gaps: ``none`` (no level), ``more`` (two levels
    or more below the target), ``one``, ``reached``."""
    people: int


class RowOut(BaseModel):
    """One competency; without cells nothing can be shown yet."""

    model_config = OUT

    competency: str
    title: str
    people: int
    """Counted in the cells."""
    cells: list[CellOut]


class ReachedDomainOut(BaseModel):
    """One domain; ``null`` stands for the attitudes."""

    model_config = OUT

    domain: str | None
    targets: int
    """Targets set by people’s roles."""
    reached: BoundsOut
    """How many of them are reached."""


class ServingCourseOut(BaseModel):
    """A course that would serve a priority."""

    model_config = OUT

    key: str
    title: str
    hours: float | None
    members: int | None
    """At least so many members use Masar in one of its languages; ``null``: unknown."""


class PriorityOut(BaseModel):
    """``score = below × mean_gap × mean_weight ÷ divisor``, 0 to 100."""

    model_config = OUT

    rank: int
    competency: str
    title: str
    score: float
    interval: BoundsOut
    """95 percent: how far the score could move if everybody invited had shared."""
    people: int
    below: BoundsOut
    """People below the target of their role."""
    mean_gap: float
    mean_weight: float
    divisor: float
    courses: list[ServingCourseOut]


class MeanChangeOut(BaseModel):
    """How many more of a hundred reach the target, of those who shared both rounds."""

    model_config = OUT

    competency: str
    title: str
    people: int
    mean: BoundsOut | None
    """``null``: too few people."""
    interval: BoundsOut | None
    """95 percent."""
    is_clear: bool
    """Whether the interval excludes “no change”."""


class StageRowOut(BaseModel):
    """One value of a trait; ``null`` is a number that is not shown."""

    model_config = OUT

    value: str
    """Empty: not said."""
    counts: dict[Stage, int | None]


class ParticipationOut(BaseModel):
    """Who takes part, of the whole cohort."""

    model_config = OUT

    invited: int
    """Invited or joined."""
    joined: int
    started: int
    submitted: int
    shared: int
    path: int | None
    """At least so many looked at their learning path, in whole steps of
    `smallest_cell`; ``null``: not shown, it is about a few."""
    step: int | None
    """At least so many say that they have done a step (self-declared), as `path`."""
    by: dict[Trait, list[StageRowOut]]
    languages: dict[str, int | None]
    """Members by the language in which they joined."""


class LensOut(BaseModel):
    """Of whom results are shown."""

    model_config = OUT

    role: str | None
    attribute: Attribute | None
    value: str


class ChoicesOut(BaseModel):
    """Of whom results can be shown."""

    model_config = OUT

    roles: list[str]
    values: dict[Attribute, list[str]]


class ResultsOut(BaseModel):
    """What is released of results."""

    model_config = OUT

    framework: str
    lens: LensOut
    choices: ChoicesOut
    people: int
    """Whose results are released."""
    released_at: datetime | None
    levels: list[RowOut]
    gaps: list[RowOut]
    domains: list[ReachedDomainOut]
    priorities: list[PriorityOut]
    """The most urgent first."""
    kept: int
    """Of the people, those whose first results are kept for before and after: they are
    not among the levels, and count in ``changes`` once they come again."""
    changes_wait: Wait | None
    """Why ``changes`` shows nothing though people came again: their first results were
    shown among the levels, so that a change would give away who did not come
    (``nothing-kept``), or more people are needed. ``null`` otherwise."""
    changes: list[MeanChangeOut]
    """As rated in each round."""
    looking_back: list[MeanChangeOut]
    """The same, but the first round as its people see it after the second; only of
    those who looked back, and never without ``changes``."""


class CohortLineOut(BaseModel):
    """One cohort of a subtree."""

    model_config = OUT

    cohort: UUID
    name: str
    joined: int
    shared: int
    is_counted: bool
    """Whether its results are in the sum; those on another framework are not."""


_DASHBOARD: dict[str, JsonValue] = {
    "cohort": "8a0f4c1e-5f5b-4d2a-9a35-0b6f6f7c1d11",
    "name": "Pilot 2026",
    "framework": "unesco-ai-dt@1.0.0",
    "is_fictitious": False,
    "smallest_cell": 5,
    "lens": {
        "role": "service-manager",
        "attribute": "grade",
        "value": "manager",
    },
    "choices": {
        "roles": ["service-manager"],
        "values": {"grade": ["manager", "officer"]},
    },
    "people": 240,
    "released_at": "2026-11-23T12:00:00Z",
    "participation": {
        "invited": 300,
        "joined": 280,
        "started": 260,
        "submitted": 250,
        "shared": 240,
        "path": 120,
        "step": 40,
        "languages": {"fr": 200, "ar": 80},
        "by": {
            "grade": [
                {
                    "value": "manager",
                    "counts": {
                        "joined": 12,
                        "started": 9,
                        "submitted": 8,
                        "shared": 120,
                    },
                }
            ]
        },
    },
    "levels": [
        {
            "competency": "data-governance",
            "title": "Data roles, quality and rules",
            "people": 240,
            "cells": [
                {
                    "cells": ["unknown", "apart", "0", "1", "2"],
                    "people": 163,
                },
                {"cells": ["3", "4"], "people": 77},
            ],
        }
    ],
    "gaps": [],
    "domains": [
        {
            "domain": "data-governance",
            "targets": 960,
            "reached": {"low": 431, "high": 431},
        }
    ],
    "priorities": [],
    "kept": 0,
    "changes_wait": "nothing-kept",
    "changes": [],
    "looking_back": [],
}
_RESULTS: dict[str, JsonValue] = {
    name: _DASHBOARD[name]
    for name in (
        *("framework", "lens", "choices", "people", "released_at"),
        *("levels", "gaps", "domains", "priorities", "kept"),
        *("changes_wait", "changes", "looking_back"),
    )
}


class OverviewOut(BaseModel):
    """The cohorts of an institution and of all below it, everybody counted once."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "institution": "0f4a2c9e-8b1d-4c57-b2a6-1e9d7c3f5a62",
                    "cohorts": [
                        {
                            "cohort": _DASHBOARD["cohort"],
                            "name": "Pilot 2026",
                            "joined": 280,
                            "shared": 240,
                            "is_counted": True,
                        }
                    ],
                    "results": _RESULTS,
                }
            ]
        },
    )

    institution: UUID
    cohorts: list[CohortLineOut]
    results: ResultsOut | None
    """``null``: there is no cohort."""


class DashboardOut(ResultsOut):
    """Everything a dashboard shows of a cohort.

    Results are released totals: each change of them is made by several people at once,
    and nothing here, nor any difference between two answers, stands for a few
    (`/en/privacy/model`).
    """

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [_DASHBOARD],
        },
    )

    cohort: UUID
    name: str
    is_fictitious: bool
    smallest_cell: int
    """Fewest people behind a figure."""
    participation: ParticipationOut
