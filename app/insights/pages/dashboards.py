"""Dashboards in the browser: of a cohort, of a subtree, and what trainers see."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.responses import Response

from app.catalogue.queries import get_catalogue
from app.cohorts.access import (
    CohortReader,
    InstitutionReader,
    ShownReader,
    StaffDep,
    find_trainer_since,
    list_reached_cohorts,
    reach_cohort,
)
from app.cohorts.domain import Capability, Cohort
from app.frameworks.queries import get_framework
from app.identity.access import PageDep
from app.insights import service
from app.insights.domain.dashboard import Lens, compare
from app.insights.domain.priorities import list_serving
from app.insights.domain.tallies import LEVEL_ORDER, MARKS
from app.insights.pages.context import (
    LensDep,
    find_words,
    panels,
    set_scene,
)
from app.kernel.database import ReadDep
from app.records.queries.reviews import list_queue
from app.sharing.queries import list_shown_to_trainers
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)


@router.get("/cohorts/{cohort_id:uuid}", name="insights:cohort")
def show_cohort(
    page: PageDep,
    reached: CohortReader,
    staff: StaffDep,
    connection: ReadDep,
    lens: LensDep,
    beside: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    """Show who takes part in a cohort, where people stand and what comes first."""
    scene = set_scene(connection, reached=reached, lens=lens, language=page.language)
    learner_id = staff.learner.learner_id
    others = [
        each.cohort
        for each in list_reached_cohorts(connection, learner_id=learner_id)
        if staff.weigh(each).may(Capability.SEE_COHORT)
        and each.cohort.framework_key == reached.cohort.framework_key
        and each.cohort.cohort_id != reached.cohort.cohort_id
    ]
    chosen = next((each for each in others if str(each.cohort_id) == beside), None)
    if chosen is not None:
        other = reach_cohort(
            connection, learner_id=learner_id, cohort_id=chosen.cohort_id
        )
        staff.settle(other, Capability.SEE_COHORT)
    is_trainer = reached.may(Capability.SEE_SHOWN)
    return page.render(
        "insights/cohort.html",
        cohort=reached.cohort,
        institution=reached.institution,
        smallest=scene.smallest,
        funnel=scene.funnel,
        breakdowns=scene.breakdowns,
        courses=scene.courses,
        reach=scene.reach,
        speakers=scene.speakers,
        is_trainer=is_trainer,
        to_review=len(
            list_queue(
                connection,
                cohort_id=reached.cohort.cohort_id,
                reader_id=staff.learner.learner_id,
            )
        )
        if is_trainer
        else 0,
        others=others,
        beside=_look_beside(connection, scene.view, chosen) if chosen else None,
        **panels(scene.view, scene.words, reached),
    )


def _look_beside(
    connection: Connection, view: service.View, cohort: Cohort
) -> dict[str, Any]:
    other = service.get_view(
        connection,
        cohorts=[cohort],
        lens=Lens(role_key=view.lens.role_key),
        everybody=None,
    )
    return {
        "cohort": cohort,
        "rows": compare(view.dashboard.gaps, other.dashboard.gaps),
    }


@router.get(
    "/cohorts/institutions/{institution_id:uuid}/overview", name="insights:overview"
)
def show_overview(
    page: PageDep, reached: InstitutionReader, connection: ReadDep, lens: LensDep
) -> Response:
    """Show the cohorts of an institution and of all below it together."""
    institution = reached.institution
    overview = service.get_overview(
        connection, institution_id=institution.institution_id, lens=lens
    )
    context: dict[str, Any] = {"view": None}
    if overview.view is not None:
        words = find_words(connection, overview.view, page.language)
        courses = list_serving(
            get_catalogue(connection).courses, overview.view.dashboard.priorities
        )
        context = panels(overview.view, words, reached)
        context |= {"courses": courses, "reach": {}}
    return page.render(
        "insights/overview.html", institution=institution, overview=overview, **context
    )


@router.get("/cohorts/{cohort_id:uuid}/shown", name="insights:shown")
def show_people(
    page: PageDep, reached: ShownReader, staff: StaffDep, connection: ReadDep
) -> Response:
    """Show a trainer of a cohort the levels of those who let her, since she runs it."""
    cohort = reached.cohort
    since = find_trainer_since(
        connection, learner_id=staff.learner.learner_id, cohort_id=cohort.cohort_id
    )
    framework = get_framework(
        connection, cohort.framework_key, cohort.framework_version
    )
    return page.render(
        "insights/shown.html",
        cohort=cohort,
        framework=framework,
        shown=list_shown_to_trainers(
            connection, cohort_id=cohort.cohort_id, since=since
        )
        if since
        else [],
        marks=dict(zip(LEVEL_ORDER, MARKS, strict=True)),
    )


@router.get("/privacy/model", name="insights:model")
def show_model(page: PageDep) -> Response:
    """Say in plain words how people are protected in these figures."""
    return page.render("insights/model.html")
