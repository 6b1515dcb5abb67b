"""Pages of those who are invited: what a cohort is, who sees what, and joining it."""

from collections import defaultdict
from datetime import datetime

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import queries, service
from app.cohorts.domain import Gender, Grade, read_join_code
from app.cohorts.errors import (
    CampaignClosedError,
    JoinCodeUnknownError,
    UnknownChoiceError,
)
from app.cohorts.pages.countries import country_names
from app.cohorts.pages.fields import Form, first_values, read_about, read_text
from app.cohorts.service import Offer, begin
from app.frameworks.queries import get_framework, get_instrument
from app.identity.access import (
    FormDep,
    PageDep,
    PageFrame,
    SettingsDep,
    address_of,
    keep_session,
    limit_starts,
    secret_of,
)
from app.identity.errors import TooManyAttemptsError
from app.identity.service import choose_language, open_session, welcome
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.errors import DomainError
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/join", route_class=Route)
MOST_UNITS = 200
"""More cannot be chosen from on a phone."""


@router.get("", name="cohorts:join")
def show_join(page: PageDep) -> Response:
    """Ask for the six letters."""
    return page.render("cohorts/join.html", error=None, typed="")


@router.post("", name="cohorts:enter")
def enter(
    request: Request,
    page: PageDep,
    form: FormDep,
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Find the campaign behind six letters and go to its page."""
    typed = form.get("code", [""])[0][:100]
    try:
        link = service.find_link(
            database,
            key=secret_of(settings),
            typed=typed,
            address=address_of(request),
            limit=settings.resume_attempts_per_hour,
            now=now,
        )
    except (JoinCodeUnknownError, TooManyAttemptsError) as error:
        return _show_refusal(page, error, typed)
    return page.redirect("cohorts:offer", code=link)


def _show_refusal(page: PageFrame, error: DomainError, typed: str = "") -> Response:
    response = page.render(
        "cohorts/join.html",
        status=status_of(error),
        error=describe(error.code, page.language),
        typed=typed,
    )
    if "retry_after_s" in error.facts:
        response.headers["retry-after"] = str(error.facts["retry_after_s"])
    return response


@router.get("/{code}", name="cohorts:offer")
def show_offer(
    request: Request,
    page: PageDep,
    code: str,
    database: DatabaseDep,
    connection: ReadDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Say what a cohort is and who sees what, and ask whether to join."""
    key = secret_of(settings)
    try:
        if read_join_code(code) is not None:
            link = service.find_link(
                database,
                key=key,
                typed=code,
                address=address_of(request),
                limit=settings.resume_attempts_per_hour,
                now=now,
            )
            return page.redirect("cohorts:offer", code=link)
        offer = service.get_offer(connection, key=key, token=code, now=now)
    except (JoinCodeUnknownError, CampaignClosedError, TooManyAttemptsError) as error:
        return _show_refusal(page, error)
    return _show_offer(page, connection, offer)


def _show_offer(
    page: PageFrame,
    connection: Connection,
    offer: Offer,
    error: DomainError | None = None,
    form: Form | None = None,
) -> Response:
    cohort, campaign = offer.cohort, offer.campaign
    name = cohort.framework_key, cohort.framework_version
    framework = get_framework(connection, *name)
    learner = page.visitor.learner
    membership = learner and queries.find_membership(
        connection, learner_id=learner.learner_id, cohort_id=cohort.cohort_id
    )
    units = queries.list_institutions_below(
        connection, institution_id=offer.institution.institution_id
    )[1:]
    about = membership or (offer.invitation and offer.invitation.about)
    said = (
        {
            name: str(value)
            for name, value in (
                ("country", about.country),
                ("unit", about.unit_id),
                ("grade", about.grade),
                ("gender", about.gender),
            )
            if value
        }
        if about
        else {}
    )
    return page.render(
        "cohorts/offer.html",
        status=status_of(error) if error else 200,
        offer=offer,
        cohort=cohort,
        institution=offer.institution,
        instrument=get_instrument(connection, *name, campaign.instrument_ref),
        roles=[
            role
            for role in framework.roles
            if role.is_fallback or not cohort.role_keys or role.key in cohort.role_keys
        ],
        membership=membership,
        units=units if len(units) <= MOST_UNITS else [],
        countries=() if offer.institution.country else country_names(page.language),
        grades=Grade,
        genders=Gender,
        chosen=first_values(form) if form else defaultdict(str, said),
        has_account=learner is not None and learner.has_account,
        invited_role=offer.invitation.role_key if offer.invitation else None,
        error=describe(error.code, page.language) if error else None,
    )


@router.post("/{code}", name="cohorts:accept")
def accept(
    request: Request,
    page: PageDep,
    code: str,
    form: FormDep,
    connection: WriteDep,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Join, become a learner if need be, and go on to the questions."""
    key = secret_of(settings)
    try:
        offer = service.get_offer(connection, key=key, token=code, now=now)
    except (JoinCodeUnknownError, CampaignClosedError) as error:
        return _show_refusal(page, error)
    try:
        about = read_about(form)
        service.check_offer(
            connection, offer=offer, about=about, role_key=_read_role(form)
        )
    except UnknownChoiceError as error:
        return _show_offer(page, connection, offer, error, form)
    return _join(request, page, connection, offer, form, now)


def _read_role(form: Form) -> str | None:
    return read_text(form, "role", longest=64) or None


def _join(
    request: Request,
    page: PageFrame,
    connection: Connection,
    offer: Offer,
    form: Form,
    now: datetime,
) -> Response:
    known = page.visitor.learner
    if known is None:
        limit_starts(request, connection, page.settings, now)
        key = secret_of(page.settings)
        learner = welcome(connection, key=key, language=page.language, now=now)
    else:
        learner = choose_language(connection, learner=known, language=page.language)
    service.join(
        connection,
        learner=learner,
        offer=offer,
        about=read_about(form),
        wants_reminder="remind" in form,
        now=now,
    )
    if not (offer.invitation and offer.invitation.has_address):
        service.choose_reminders(
            connection,
            learner_id=learner.learner_id,
            campaign=offer.campaign,
            wanted="remind" in form,
            now=now,
        )
    attempt = begin(
        connection, learner=learner, offer=offer, role_key=_read_role(form), now=now
    )
    response = (
        page.redirect("assessment:group", attempt_id=attempt.attempt_id, number=1)
        if attempt.is_open
        else page.redirect("proficiency:profile")
    )
    if known is None:
        token = open_session(
            connection,
            learner_id=learner.learner_id,
            now=now,
            lifetime=page.settings.session_lifetime,
        )
        keep_session(response, page.settings, token)
    return response


@router.get("/stop/{code}", name="cohorts:stop")
def show_stop(page: PageDep, code: str) -> Response:
    """Ask whether mail of a cohort is to end; a mail scanner that looks ends nothing."""
    return page.render("cohorts/stop.html", code=code, is_done=False)


@router.post("/stop/{code}", name="cohorts:stopped")
def stop(
    page: PageDep, code: str, connection: WriteDep, settings: SettingsDep, now: Now
) -> Response:
    """End the mail of a cohort; the link itself is the proof (RFC 8058)."""
    service.stop_mail(connection, key=secret_of(settings), token=code, now=now)
    return page.render("cohorts/stop.html", code=code, is_done=True)
