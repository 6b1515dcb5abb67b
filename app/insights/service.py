"""What somebody sees of a cohort or of a subtree, drawn anew only when it changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from app.cohorts.domain import Cohort
from app.cohorts.queries import list_cohorts_below
from app.frameworks.domain import Framework
from app.frameworks.queries import get_framework
from app.insights.domain.dashboard import (
    Dashboard,
    Lens,
    draw_dashboard,
    list_values,
)
from app.insights.queries import count_members
from app.sharing.domain.pools import Attribute
from app.sharing.queries import get_revision, list_released

MOST_VIEWS = 200
"""Dashboards kept in the process, some 50 KB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What somebody sees of a cohort, or of the cohorts of a subtree."""

    framework: Framework
    lens: Lens
    dashboard: Dashboard
    roles: tuple[str, ...]
    """To choose from."""
    values: Mapping[Attribute, Sequence[str]]
    """To choose from, by attribute."""


_views: WeakKeyDictionary[
    Engine,
    dict[tuple[frozenset[UUID], Lens], tuple[tuple[tuple[int, int], int | None], View]],
] = WeakKeyDictionary()
"""By cohorts and lens: the revision they were drawn at, and for how many people."""


def get_view(
    connection: Connection,
    *,
    cohorts: Sequence[Cohort],
    lens: Lens,
    everybody: int | None,
) -> View:
    """Return what is released of some cohorts of one framework.

    Args:
        connection: Any connection.
        cohorts: Those the caller may see, at least one; of one framework.
        lens: Of whom.
        everybody: All who were invited or joined, if all are looked at.

    Complexity:
        Drawn anew only after a release, or when ``everybody`` changes.
    """
    name = (frozenset(each.cohort_id for each in cohorts), lens)
    state = (get_revision(connection, cohort_ids=name[0]), everybody)
    known = _views.setdefault(connection.engine, {})
    kept = known.get(name)
    if kept is not None and kept[0] == state:
        return kept[1]
    view = _draw_view(connection, cohorts, lens, everybody)
    if len(known) >= MOST_VIEWS:
        known.clear()
    known[name] = (state, view)
    return view


def _draw_view(
    connection: Connection,
    cohorts: Sequence[Cohort],
    lens: Lens,
    everybody: int | None,
) -> View:
    first = cohorts[0]
    framework = get_framework(connection, first.framework_key, first.framework_version)
    fallback = framework.role(None).key
    released = [
        replace(pool, role_key=pool.role_key or fallback)
        for pool in list_released(
            connection, cohort_ids=[each.cohort_id for each in cohorts]
        )
    ]
    # A pool in which nobody counts yet would say that somebody of the role has shared.
    seen = [pool for pool in released if pool.people]
    here = {pool.role_key for pool in seen}
    return View(
        framework=framework,
        lens=lens,
        dashboard=draw_dashboard(
            released,
            framework,
            lens=lens,
            everybody=everybody if lens.is_open else None,
        ),
        roles=tuple(role.key for role in framework.roles if role.key in here),
        values=list_values(seen),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortLine:
    """One cohort in the list of a subtree."""

    cohort: Cohort
    members: int
    shared: int
    is_counted: bool
    """Whether its results are in the sum; those on another framework are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The cohorts of an institution and of all below it."""

    lines: tuple[CohortLine, ...]
    view: View | None
    """``None``: there is no cohort."""


def get_overview(
    connection: Connection, *, institution_id: UUID, lens: Lens
) -> Overview:
    """Return the cohorts of a subtree and what is released of them together.

    Added up are those on the framework version that most of them have.
    """
    cohorts = list_cohorts_below(connection, institution_id=institution_id)
    if not cohorts:
        return Overview(lines=(), view=None)
    versions = Counter((c.framework_key, c.framework_version) for c in cohorts)
    usual = versions.most_common(1)[0][0]
    ids = tuple(each.cohort_id for each in cohorts)
    people = count_members(connection, cohort_ids=ids)
    lines = tuple(
        CohortLine(
            cohort=each,
            members=people.get(each.cohort_id, (0, 0))[0],
            shared=people.get(each.cohort_id, (0, 0))[1],
            is_counted=(each.framework_key, each.framework_version) == usual,
        )
        for each in cohorts
    )
    counted = [line for line in lines if line.is_counted]
    view = get_view(
        connection,
        cohorts=[line.cohort for line in counted],
        lens=lens,
        everybody=sum(line.members for line in counted),
    )
    return Overview(lines=lines, view=view)
