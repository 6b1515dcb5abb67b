"""Pages of administrators: institutions, their cohorts."""

from collections import defaultdict
from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import queries, service
from app.cohorts.access import (
    WITHOUT_SECOND_FACTOR,
    CohortFounder,
    InstitutionManager,
    InstitutionReader,
    OfficeGranter,
    StaffDep,
    list_own_institutions,
    list_reached_cohorts,
)
from app.cohorts.domain import (
    Capability,
    InstitutionKind,
    Office,
    ReachedInstitution,
    kinds_below,
)
from app.cohorts.errors import AccountNotFoundError, UnknownChoiceError
from app.cohorts.pages.countries import country_names
from app.cohorts.pages.fields import (
    Refusal,
    find_by_address,
    first_values,
    read_choice,
    read_country,
    read_day,
    read_number,
    read_text,
)
from app.cohorts.queries.editors import list_edited_institutions
from app.cohorts.service import CohortDraft, InstitutionDraft
from app.frameworks.queries import get_default_framework
from app.identity.access import FormDep, PageDep, PageFrame
from app.identity.errors import SecondFactorNeededError, TooManyAttemptsError
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import ConflictError, InvalidError
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/cohorts", route_class=Route)
USUAL_PERIOD = timedelta(days=180)
GRANTABLE = (Office.ADMINISTRATOR, Office.TRAINER, Office.EDITOR)


@router.get("", name="cohorts:cohorts")
def show_cohorts(page: PageDep, staff: StaffDep, connection: ReadDep) -> Response:
    """Show the institutions somebody administrates and the cohorts she may see."""
    learner_id = staff.learner.learner_id
    offices = {o for _, o in queries.list_offices(connection, learner_id=learner_id)}
    if offices - WITHOUT_SECOND_FACTOR and not staff.proved_twice:
        raise SecondFactorNeededError
    reached = list_reached_cohorts(connection, learner_id=learner_id)
    return page.render(
        "cohorts/cohorts.html",
        institutions=list_own_institutions(connection, learner_id=learner_id),
        cohorts=[each for each in reached if each.may(Capability.SEE_COHORT)],
        has_office=bool(offices),
        edited=list_edited_institutions(connection, learner_id=learner_id),
    )


@router.get("/institutions/{institution_id:uuid}", name="cohorts:institution")
def show_institution(
    page: PageDep, reached: InstitutionReader, connection: ReadDep, now: Now
) -> Response:
    """Show an institution: what lies above and below it, and its cohorts."""
    return _show(page, reached, connection, now)


def _show(
    page: PageFrame,
    reached: ReachedInstitution,
    connection: Connection,
    now: datetime,
    refusal: Refusal | None = None,
) -> Response:
    learner = page.visitor.learner
    institution_id = reached.institution.institution_id
    error = describe(refusal.error.code, page.language) if refusal else None
    framework = get_default_framework(connection)
    typed = refusal.form if refusal else {}
    return page.render(
        "cohorts/institution.html",
        status=status_of(refusal.error) if refusal else 200,
        reached=reached,
        institution=reached.institution,
        above=queries.list_ancestors(connection, institution_id=institution_id)[:-1],
        below=queries.list_children(connection, institution_id=institution_id),
        cohorts=list_reached_cohorts(
            connection,
            learner_id=learner.learner_id,
            institution_id=institution_id,
        )
        if learner
        else [],
        kinds=kinds_below(reached.institution.kind),
        countries=country_names(page.language),
        framework=framework,
        roles=[role for role in framework.roles if not role.is_fallback],
        today=now.date(),
        usual_end=(now + USUAL_PERIOD).date(),
        grantable=GRANTABLE,
        typed=first_values(typed),
        chosen_roles=typed.get("roles", []),
        error=error,
        facts=defaultdict(str, refusal.error.facts if refusal else {}),
        where=refusal.where if refusal else "",
    )


@router.post("/institutions/{institution_id:uuid}/below", name="cohorts:add")
def add_below(
    page: PageDep,
    reached: InstitutionManager,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Add an institution below this one and go there."""
    try:
        added = service.add_institution(
            connection,
            actor_id=staff.learner.learner_id,
            parent=reached.institution,
            draft=InstitutionDraft(
                key=read_text(form, "key"),
                kind=read_choice(form, "kind", InstitutionKind)
                or InstitutionKind.SCHOOL,
                names={page.language: read_text(form, "name")},
                country=read_country(form),
                smallest_cell=None,
            ),
            now=now,
        )
    except (InvalidError, ConflictError) as error:
        refusal = Refusal(error=error, form=form, where="below")
        return _show(page, reached, connection, now, refusal)
    return page.redirect("cohorts:institution", institution_id=added.institution_id)


@router.post("/institutions/{institution_id:uuid}/cell", name="cohorts:cell")
def raise_cell(
    page: PageDep,
    reached: InstitutionManager,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Ask for more people behind every figure of the institution."""
    try:
        service.raise_smallest_cell(
            connection,
            actor_id=staff.learner.learner_id,
            institution=reached.institution,
            smallest_cell=read_number(form, "smallest_cell") or 0,
            now=now,
        )
    except InvalidError as error:
        refusal = Refusal(error=error, form=form, where="cell")
        return _show(page, reached, connection, now, refusal)
    return page.redirect(
        "cohorts:institution", institution_id=reached.institution.institution_id
    )


@router.post("/institutions/{institution_id:uuid}/cohorts", name="cohorts:found")
def found(
    page: PageDep,
    reached: CohortFounder,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Found a cohort of this institution and go on to invite people."""
    try:
        cohort = service.found_cohort(
            connection,
            actor_id=staff.learner.learner_id,
            institution=reached.institution,
            framework=get_default_framework(connection),
            draft=CohortDraft(
                name=read_text(form, "name"),
                role_keys=tuple(form.get("roles", ())),
                starts_on=read_day(form, "starts_on"),
                ends_on=read_day(form, "ends_on"),
                smallest_cell=read_number(form, "smallest_cell"),
            ),
            now=now,
        )
    except InvalidError as error:
        refusal = Refusal(error=error, form=form, where="cohort")
        return _show(page, reached, connection, now, refusal)
    return page.redirect("cohorts:people", cohort_id=cohort.cohort_id)


@router.post("/institutions/{institution_id:uuid}/offices", name="cohorts:grant")
def grant(
    page: PageDep,
    reached: OfficeGranter,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Give an office of this institution to somebody with an account, or take it."""
    try:
        office = read_choice(form, "office", Office)
        if office not in GRANTABLE:
            allowed = ", ".join(GRANTABLE)
            raise UnknownChoiceError(field="office", allowed=allowed)
        learner_id = find_by_address(page, connection, form, now)
    except (InvalidError, AccountNotFoundError, TooManyAttemptsError) as error:
        refusal = Refusal(error=error, form=form, where="office")
        return _show(page, reached, connection, now, refusal)
    change = service.revoke_office if "revoke" in form else service.grant_office
    change(
        connection,
        actor_id=staff.learner.learner_id,
        learner_id=learner_id,
        office=office,
        institution_id=reached.institution.institution_id,
        now=now,
    )
    return page.redirect(
        "cohorts:institution", institution_id=reached.institution.institution_id
    )
