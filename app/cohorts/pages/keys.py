"""The keys of an institution's own systems: issue one, see its secret once, end it."""

from collections import defaultdict
from datetime import UTC, datetime, time
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import service
from app.cohorts.access import KeyManager, StaffDep
from app.cohorts.domain import ReachedInstitution
from app.cohorts.domain.keys import Scope
from app.cohorts.errors import UnknownChoiceError
from app.cohorts.pages.fields import Form, first_values, read_day, read_text
from app.cohorts.queries.keys import list_keys
from app.cohorts.service import KeyDraft
from app.identity.access import FormDep, PageDep, PageFrame
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import DomainError
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(
    prefix="/{lang:lang}/cohorts/institutions/{institution_id:uuid}/keys",
    route_class=Route,
)


@router.get("", name="cohorts:keys")
def show_keys(
    page: PageDep, reached: KeyManager, connection: ReadDep, now: Now
) -> Response:
    """Show the keys of an institution, and ask for another."""
    return _show(page, reached, connection, now)


def _show(
    page: PageFrame,
    reached: ReachedInstitution,
    connection: Connection,
    now: datetime,
    *,
    error: DomainError | None = None,
    form: Form | None = None,
    issued: tuple[UUID, str] | None = None,
) -> Response:
    typed = form or {}
    return page.render(
        "cohorts/keys.html",
        status=status_of(error) if error else 200,
        institution=reached.institution,
        keys=list_keys(connection, institution_id=reached.institution.institution_id),
        scopes=tuple(Scope),
        chosen=typed.get("scopes", [Scope.STATEMENTS_WRITE, Scope.DEFINE]),
        typed=first_values(typed),
        issued=issued,
        error=describe(error.code, page.language) if error else None,
        facts=defaultdict(str, error.facts if error else {}),
        now=now,
    )


@router.post("", name="cohorts:issue-key")
def issue(
    page: PageDep,
    reached: KeyManager,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Issue a key and show its secret, this once: nothing to go back to."""
    try:
        key, secret = service.issue_key(
            connection,
            actor_id=staff.learner.learner_id,
            institution_id=reached.institution.institution_id,
            draft=_read_draft(form),
            now=now,
        )
    except UnknownChoiceError as error:
        return _show(page, reached, connection, now, error=error, form=form)
    return _show(page, reached, connection, now, issued=(key.key_id, secret))


def _read_draft(form: Form) -> KeyDraft:
    known = set(Scope)
    scopes = form.get("scopes", [])
    if not known.issuperset(scopes):
        raise UnknownChoiceError(field="scopes", allowed=", ".join(Scope))
    ends_on = read_day(form, "ends_on") if read_text(form, "ends_on") else None
    return KeyDraft(
        name=read_text(form, "name"),
        scopes=[Scope(each) for each in scopes],
        verbs=read_text(form, "verbs").split(),
        activities=read_text(form, "activities").split(),
        expires_at=datetime.combine(ends_on, time.max, UTC) if ends_on else None,
    )


@router.post("/{key_id:uuid}", name="cohorts:revoke-key")
def revoke(
    page: PageDep,
    reached: KeyManager,
    key_id: UUID,
    _form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """End a key at once."""
    service.revoke_key(
        connection,
        actor_id=staff.learner.learner_id,
        institution_id=reached.institution.institution_id,
        key_id=key_id,
        now=now,
    )
    return page.redirect(
        "cohorts:keys", institution_id=reached.institution.institution_id
    )
