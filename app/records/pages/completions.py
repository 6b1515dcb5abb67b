"""Lists of finished courses: send one, see what is wrong, say yes, see who is missing."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.catalogue.queries import get_catalogue
from app.cohorts.access import CompletionReporter, StaffDep
from app.identity.access import FormDep, PageDep, UploadDep, UploadRoute, secret_of
from app.identity.service import count_use, throttle_scope
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.intake import IntakeState, Upload
from app.kernel.sheets import UnreadableSheetError
from app.records import service
from app.records.domain.completions import COLUMNS
from app.records.files import write_template
from app.records.queries.completions import (
    count_completions,
    get_report,
    list_waiting,
)
from app.web.routes import Route

_PREFIX = "/{lang:lang}/cohorts/institutions/{institution_id:uuid}/completions"
router = APIRouter(prefix=_PREFIX, route_class=Route)
uploads = APIRouter(prefix=_PREFIX, route_class=UploadRoute)
MOST_UPLOADS = 30
"""Lists one person may send in an hour; each occupies the worker for seconds."""
MOST_SHOWN = 100
RELOAD_S = "2"
WORKING = frozenset({IntakeState.CHECKING, IntakeState.IMPORTING})


@router.get("", name="records:completions")
def show_completions(
    page: PageDep, reached: CompletionReporter, connection: ReadDep, after: str = ""
) -> Response:
    """Ask for a list; show how many came before, and who was not found."""
    tenant = reached.institution.institution_id
    waiting = list_waiting(
        connection, tenant=tenant, after=after[:64], limit=MOST_SHOWN + 1
    )
    courses = get_catalogue(connection).courses
    return page.render(
        "records/completions.html",
        institution=reached.institution,
        counts=count_completions(connection, tenant=tenant),
        waiting=waiting[:MOST_SHOWN],
        following=waiting[MOST_SHOWN - 1].completion_key
        if waiting[MOST_SHOWN:]
        else "",
        titles={course.key: course.title for course in courses},
        columns=COLUMNS,
    )


@router.get("/template.csv", name="records:completions-template")
def download_template(_page: PageDep, _reached: CompletionReporter) -> Response:
    """Send an empty sheet with its columns and one example."""
    return Response(
        "\ufeff" + write_template(),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": 'attachment; filename="completions.csv"',
            "cache-control": "private, no-store",
        },
    )


@uploads.post("/upload", name="records:upload-completions")
def upload(
    page: PageDep,
    reached: CompletionReporter,
    parts: UploadDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Keep a file, have it checked, and show how far that is."""
    if not parts.content:
        raise UnreadableSheetError(reason="empty")
    actor_id = staff.learner.learner_id
    scope = throttle_scope(
        secret_of(page.settings), purpose="upload", address=str(actor_id), now=now
    )
    count_use(connection, scope=scope, limit=MOST_UPLOADS, now=now)
    tenant = reached.institution.institution_id
    report_id = service.upload_report(
        connection,
        actor_id=actor_id,
        tenant=tenant,
        file=Upload(name=parts.name, content=parts.content),
        now=now,
    )
    return page.redirect("records:report", institution_id=tenant, report_id=report_id)


@router.get("/{report_id:uuid}", name="records:report")
def show_report(
    page: PageDep, reached: CompletionReporter, report_id: UUID, connection: ReadDep
) -> Response:
    """Show what is wrong with a list, or what it would record, or has."""
    tenant = reached.institution.institution_id
    report = get_report(connection, institution_id=tenant, report_id=report_id)
    response = page.render(
        "records/report.html",
        institution=reached.institution,
        roster=report,
        report=report.report,
        columns=COLUMNS,
    )
    if report.state in WORKING:
        response.headers["refresh"] = RELOAD_S  # works without a script
    return response


@router.post("/{report_id:uuid}", name="records:accept-report")
def accept(
    page: PageDep,
    reached: CompletionReporter,
    report_id: UUID,
    _form: FormDep,
    connection: WriteDep,
    now: Now,
) -> Response:
    """Begin to record the completions of a list with nothing wrong."""
    tenant = reached.institution.institution_id
    report = get_report(connection, institution_id=tenant, report_id=report_id)
    service.accept_report(connection, report=report, now=now)
    return page.redirect("records:report", institution_id=tenant, report_id=report_id)


@router.post("/again", name="records:look-again")
def look_again(
    page: PageDep,
    reached: CompletionReporter,
    _form: FormDep,
    database: DatabaseDep,
    now: Now,
) -> Response:
    """Look for those who have joined since."""
    tenant = reached.institution.institution_id
    service.credit_waiting(database, tenant=tenant, now=now)
    return page.redirect("records:completions", institution_id=tenant)
