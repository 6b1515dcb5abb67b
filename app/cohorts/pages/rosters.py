"""Uploading a list of people: the file, what is wrong with it, and how far it is."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from typing_extensions import override

from app.cohorts import queries, service
from app.cohorts.access import CohortInviter, StaffDep
from app.cohorts.domain import RosterState
from app.cohorts.pages.fields import MOST_UPLOADS, count_by_person, read_choice
from app.identity.access import (
    FORM_FIELD,
    FormDep,
    PageDep,
    VisitorDep,
    visitor,
)
from app.identity.errors import FormExpiredError, SignInNeededError
from app.kernel.clock import Now, current_time
from app.kernel.database import ReadDep, WriteDep, get_database
from app.kernel.intake import Upload
from app.kernel.sheets import UnreadableSheetError
from app.kernel.text import Language
from app.web.routes import MalformedBodyError, Route, UnsupportedBodyError

MOST_FIELDS = 10
IN_MEMORY = 16 * 1024 * 1024
"""More than any upload: nothing is spooled to a disk that nobody empties."""
RELOAD_S = "2"
WORKING = frozenset({RosterState.CHECKING, RosterState.IMPORTING})


class UploadRoute(Route):
    """Looks who is there before it reads a large body."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if not await run_in_threadpool(_is_signed_in, request):
                raise SignInNeededError
            return await handle(request)

        return guarded


def _is_signed_in(request: Request) -> bool:
    clock = request.app.dependency_overrides.get(current_time, current_time)
    with get_database(request).read() as connection:
        settings = request.app.state.settings
        return visitor(request, settings, connection, clock()).is_signed_in


router = APIRouter(prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=Route)
uploads = APIRouter(
    prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=UploadRoute
)


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What a multipart form holds."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    content: bytes = b""

    def add_field(self, part: Field) -> None:
        """Keep a short field."""
        if len(self.fields) >= MOST_FIELDS:
            raise MalformedBodyError(expected="form")
        name = (part.field_name or b"").decode(errors="replace")
        value = (part.value or b"").decode(errors="replace")
        self.fields.setdefault(name, []).append(value)

    def add_file(self, part: File) -> None:
        """Keep the file; of several, the last."""
        name = (part.file_name or b"").decode(errors="replace")
        self.name = "".join(c for c in name if c.isprintable())
        part.file_object.seek(0)
        self.content = part.file_object.read()


def checked_upload(request: Request, found: VisitorDep) -> _Parts:
    """Return the fields and the file of a form that one of our pages sent.

    Raises:
        UnsupportedBodyError, MalformedBodyError: It is no such form.
        FormExpiredError: The form token is missing or of another session.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UnsupportedBodyError(allowed="multipart/form-data")
    parts = _Parts()
    parser = FormParser(
        "multipart/form-data",
        parts.add_field,
        parts.add_file,
        boundary=boundary,
        config={"MAX_MEMORY_FILE_SIZE": IN_MEMORY},
    )
    try:
        parser.write(request.state.body)
        parser.finalize()
    except FormParserError:
        raise MalformedBodyError(expected="form") from None
    sent = parts.fields.get(FORM_FIELD, [""])[0]
    if not compare_digest(sent.encode(), found.form_token.encode()):
        raise FormExpiredError
    return parts


UploadDep = Annotated[_Parts, Depends(checked_upload)]


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
