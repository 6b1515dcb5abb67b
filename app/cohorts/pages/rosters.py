"""Uploading a list of people: the file, what is wrong with it, and how far it is."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.cohorts import queries, service
from app.cohorts.access import CohortInviter, StaffDep
from app.cohorts.domain import RosterState
from app.cohorts.pages.fields import MOST_UPLOADS, count_by_person, read_choice
from app.identity.access import FormDep, PageDep, UploadDep, UploadRoute
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.intake import Upload
from app.kernel.sheets import UnreadableSheetError
from app.kernel.text import Language
from app.web.routes import Route

RELOAD_S = "2"
WORKING = frozenset({RosterState.CHECKING, RosterState.IMPORTING})


router = APIRouter(prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=Route)
uploads = APIRouter(
    prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=UploadRoute
)


@uploads.post("/campaigns/{campaign_id:uuid}/rosters", name="cohorts:upload")
def upload(
    page: PageDep,
    reached: CohortInviter,
    campaign_id: UUID,
    parts: UploadDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Keep a file, have it checked, and show how far that is."""
    cohort_id = reached.cohort.cohort_id
    campaign = queries.get_campaign(
        connection, cohort_id=cohort_id, campaign_id=campaign_id
    )
    if not parts.content:
        raise UnreadableSheetError(reason="empty")
    count_by_person(page, connection, purpose="upload", limit=MOST_UPLOADS, now=now)
    roster_id = service.upload(
        connection,
        actor_id=staff.learner.learner_id,
        campaign=campaign,
        file=Upload(name=parts.name, content=parts.content),
        language=read_choice(parts.fields, "language", Language) or page.language,
        now=now,
    )
    return page.redirect("cohorts:roster", cohort_id=cohort_id, roster_id=roster_id)


@router.get("/rosters/{roster_id:uuid}", name="cohorts:roster")
def show_roster(
    page: PageDep, reached: CohortInviter, roster_id: UUID, connection: ReadDep
) -> Response:
    """Show what is wrong with a list, or how many people it would invite, or has."""
    roster = queries.get_roster(
        connection, cohort_id=reached.cohort.cohort_id, roster_id=roster_id
    )
    response = page.render(
        "cohorts/roster.html",
        cohort=reached.cohort,
        roster=roster,
        report=roster.report,
    )
    if roster.state in WORKING:
        response.headers["refresh"] = RELOAD_S  # works without a script
    return response


@router.post("/rosters/{roster_id:uuid}", name="cohorts:accept-roster")
def accept_roster(
    page: PageDep,
    reached: CohortInviter,
    roster_id: UUID,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Begin to invite the people of a list with nothing wrong."""
    cohort_id = reached.cohort.cohort_id
    roster = queries.get_roster(connection, cohort_id=cohort_id, roster_id=roster_id)
    service.accept_roster(connection, roster=roster, now=now)
    return page.redirect("cohorts:roster", cohort_id=cohort_id, roster_id=roster_id)
