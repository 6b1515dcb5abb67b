"""Sending a result to one's cohorts, and taking it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.cohorts.access import CohortManager
from app.cohorts.queries import get_cohort, get_institution, list_memberships
from app.cohorts.queries.places import list_places
from app.identity.access import FormDep, LearnerDep, PageDep
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.proficiency.domain import list_occasions
from app.sharing import service
from app.sharing.domain.pools import ESTABLISHED, FIRST, Attribute
from app.sharing.errors import NothingToShareError
from app.sharing.queries import get_plan, list_shares
from app.study.queries import list_news
from app.web.routes import Route

router = APIRouter(prefix="/{lang:lang}", route_class=Route)


@router.get("/sharing", name="sharing:mine")
def show_mine(page: PageDep, learner: LearnerDep, connection: ReadDep) -> Response:
    """List a learner's groups, and what each of them got from her."""
    shares = list_shares(connection, learner_id=learner.learner_id)
    news = list_news(connection, learner_id=learner.learner_id)
    groups = []
    for membership in list_memberships(connection, learner_id=learner.learner_id):
        cohort = get_cohort(connection, cohort_id=membership.cohort_id)
        groups.append(
            {
                "cohort": cohort,
                "institution": get_institution(
                    connection, institution_id=cohort.institution_id
                ),
                "news": news.get(cohort.cohort_id, 0),
                "shares": [s for s in shares if s.cohort_id == cohort.cohort_id],
            }
        )
    return page.render("sharing/mine.html", groups=groups)


@router.get("/sharing/{cohort_id:uuid}", name="sharing:preview")
def show_preview(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    connection: ReadDep,
    now: Now,
    failed: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show exactly what would be sent, and who would see what."""
    cohort = service.get_joined_cohort(
        connection, learner_id=learner.learner_id, cohort_id=cohort_id
    )
    try:
        profile = service.get_result_to_share(
            connection, learner_id=learner.learner_id, cohort=cohort
        )
    except NothingToShareError:
        profile = None
    places = list_places(connection, learner_id=learner.learner_id, today=now.date())
    recalled = None
    if profile and (places[cohort_id].round or FIRST) > FIRST:
        recalled = service.find_recalled(
            connection,
            learner_id=learner.learner_id,
            cohort_id=cohort_id,
            occasion=list_occasions(profile)[0],
        )
    shares = list_shares(connection, learner_id=learner.learner_id)
    return page.render(
        "sharing/preview.html",
        cohort=cohort,
        institution=get_institution(connection, institution_id=cohort.institution_id),
        profile=profile,
        recalled=recalled,
        shared=next((s for s in reversed(shares) if s.cohort_id == cohort_id), None),
        smallest=service.smallest_cell_of(connection, cohort),
        name_is_missing=failed == "name",
    )


@router.post("/sharing/{cohort_id:uuid}", name="sharing:share")
def share(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Send the result to the cohort."""
    name = " ".join(form.get("name", [""])[0].split())[:120]
    if "trainers" in form and not (name and name.isprintable()):
        return page.redirect(
            "sharing:preview", cohort_id=cohort_id, query={"failed": "name"}
        )
    service.share_result(
        connection,
        learner=learner,
        cohort_id=cohort_id,
        trainers_see=name if "trainers" in form else None,
        now=now,
    )
    return page.redirect("sharing:mine")


@router.post("/sharing/{cohort_id:uuid}/take-back", name="sharing:take-back")
def take_back(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Stop sharing with the cohort."""
    service.take_back(connection, learner=learner, cohort_id=cohort_id, now=now)
    return page.redirect("sharing:mine")


@router.post("/sharing/{cohort_id:uuid}/leave", name="sharing:leave")
def leave(
    cohort_id: UUID,
    page: PageDep,
    learner: LearnerDep,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Leave the cohort, and take back what it got."""
    service.leave_cohort(connection, learner=learner, cohort_id=cohort_id, now=now)
    return page.redirect("sharing:mine")


@router.get("/cohorts/{cohort_id:uuid}/breakdown", name="sharing:breakdown")
def show_breakdown(
    page: PageDep, reached: CohortManager, connection: ReadDep
) -> Response:
    """Ask by which attributes a cohort is to be broken down."""
    return page.render(
        "sharing/breakdown.html",
        cohort=reached.cohort,
        attributes=list(Attribute),
        plan=get_plan(connection, cohort_id=reached.cohort.cohort_id),
        least=ESTABLISHED * service.smallest_cell_of(connection, reached.cohort),
    )


@router.post("/cohorts/{cohort_id:uuid}/breakdown", name="sharing:choose-breakdown")
def choose_breakdown(
    page: PageDep, reached: CohortManager, form: FormDep, connection: WriteDep
) -> Response:
    """Decide by which attributes a cohort is broken down from now on."""
    cohort_id = reached.cohort.cohort_id
    service.choose_attributes(
        connection,
        cohort_id=cohort_id,
        attributes=service.read_attributes(form.get("attribute", [])),
        sets_aside="aside" in form,
    )
    return page.redirect("insights:cohort", cohort_id=cohort_id)
