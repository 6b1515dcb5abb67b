"""Pages of those who run a cohort: campaigns, invitations, codes, trainers."""

import io
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import segno
from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import queries, service
from app.cohorts.access import CohortInviter, CohortManager, StaffDep
from app.cohorts.domain import Campaign, ReachedCohort
from app.cohorts.errors import (
    AccountNotFoundError,
    UnknownChoiceError,
    WrongAddressError,
)
from app.cohorts.pages.fields import (
    MOST_LETTERS,
    Form,
    Refusal,
    count_by_person,
    find_by_address,
    first_values,
    read_choice,
    read_day,
    read_id,
    read_number,
    read_text,
)
from app.cohorts.service import CampaignDraft, Invitee
from app.frameworks.queries import get_framework
from app.identity.access import FormDep, PageDep, PageFrame, secret_of
from app.identity.domain.addresses import read_address
from app.identity.errors import EmailInvalidError, TooManyAttemptsError
from app.identity.queries import find_account
from app.kernel.clock import Now
from app.kernel.database import ReadDep, WriteDep
from app.kernel.errors import ConflictError, InvalidError
from app.kernel.text import Language
from app.web.problems import status_of
from app.web.routes import Route
from app.web.sentences import describe

router = APIRouter(prefix="/{lang:lang}/cohorts/{cohort_id:uuid}", route_class=Route)
MOST_TYPED = 500
"""Addresses in one form; longer lists come as a file."""
LONGEST_LIST = 40_000
USUAL_CAMPAIGN = timedelta(days=28)
QR_MODULE = 8
"""Pixels of one module of the PNG: sharp on a slide."""


@router.get("/people", name="cohorts:people")
def show_people(
    page: PageDep, reached: CohortInviter, connection: ReadDep, now: Now
) -> Response:
    """Show the campaigns of a cohort, how people get in, and how many did."""
    return _show(page, reached, connection, now)


def _show(
    page: PageFrame,
    reached: ReachedCohort,
    connection: Connection,
    now: datetime,
    refusal: Refusal | None = None,
) -> Response:
    cohort = reached.cohort
    campaigns = queries.list_campaigns(connection, cohort_id=cohort.cohort_id)
    ids = [each.campaign_id for each in campaigns]
    codes = queries.list_join_codes(connection, campaign_ids=ids)
    trainers = queries.list_trainers(connection, cohort_id=cohort.cohort_id)
    typed = refusal.form if refusal else {}
    return page.render(
        "cohorts/people.html",
        status=status_of(refusal.error) if refusal else 200,
        reached=reached,
        cohort=cohort,
        institution=reached.institution,
        framework=get_framework(
            connection, cohort.framework_key, cohort.framework_version
        ),
        campaigns=[
            {
                "campaign": each,
                "letters": codes[each.campaign_id][0],
                "link": codes[each.campaign_id][1],
                "people": queries.count_people(
                    connection, campaign_id=each.campaign_id
                ),
                "is_open": each.is_open(now),
                "is_over": now.date() > each.closes_on,
            }
            for each in campaigns
        ],
        members=queries.count_members(connection, cohort_id=cohort.cohort_id),
        trainers=[
            (each, find_account(connection, learner_id=each)) for each in trainers
        ],
        today=now.date(),
        usual_end=(now + USUAL_CAMPAIGN).date(),
        typed=first_values(typed),
        error=describe(refusal.error.code, page.language) if refusal else None,
        facts=defaultdict(str, refusal.error.facts if refusal else {}),
        where=refusal.where if refusal else "",
    )


@router.post("/campaigns", name="cohorts:open")
def open_campaign(
    page: PageDep,
    reached: CohortInviter,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Open the first or the second round."""
    cohort = reached.cohort
    try:
        days = (read_number(form, name) for name in ("remind_1", "remind_2"))
        service.open_campaign(
            connection,
            actor_id=staff.learner.learner_id,
            cohort=cohort,
            framework=get_framework(
                connection, cohort.framework_key, cohort.framework_version
            ),
            draft=CampaignDraft(
                round=read_number(form, "round") or 0,
                opens_on=read_day(form, "opens_on"),
                closes_on=read_day(form, "closes_on"),
                remind_after_days=tuple(day for day in days if day),
            ),
            now=now,
        )
    except (InvalidError, ConflictError) as error:
        refusal = Refusal(error=error, form=form, where="campaign")
        return _show(page, reached, connection, now, refusal)
    return page.redirect("cohorts:people", cohort_id=cohort.cohort_id)


@router.post("/campaigns/{campaign_id:uuid}", name="cohorts:move")
def move_campaign(
    page: PageDep,
    reached: CohortInviter,
    campaign_id: UUID,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Close a campaign earlier or later."""
    campaign = _campaign(connection, reached, campaign_id)
    try:
        service.move_campaign(
            connection,
            actor_id=staff.learner.learner_id,
            cohort=reached.cohort,
            campaign=campaign,
            closes_on=read_day(form, "closes_on"),
            now=now,
        )
    except InvalidError as error:
        refusal = Refusal(error=error, form=form, where=str(campaign_id))
        return _show(page, reached, connection, now, refusal)
    return page.redirect("cohorts:people", cohort_id=reached.cohort.cohort_id)


@router.post("/campaigns/{campaign_id:uuid}/invitations", name="cohorts:invite")
def invite(
    page: PageDep,
    reached: CohortInviter,
    campaign_id: UUID,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Invite the addresses that were typed, all or none."""
    campaign = _campaign(connection, reached, campaign_id)
    try:
        people = _read_people(form)
    except InvalidError as error:
        refusal = Refusal(error=error, form=form, where=f"invite-{campaign_id}")
        return _show(page, reached, connection, now, refusal)
    count_by_person(page, connection, purpose="invite", limit=MOST_LETTERS, now=now)
    invited = service.invite(
        connection,
        key=secret_of(page.settings),
        campaign=campaign,
        people=people,
        now=now,
    )
    service.note_invitations(
        connection,
        actor_id=staff.learner.learner_id,
        cohort=reached.cohort,
        invited=invited,
        now=now,
    )
    return page.redirect("cohorts:people", cohort_id=reached.cohort.cohort_id)


def _read_people(form: Form) -> list[Invitee]:
    typed = read_text(form, "addresses", longest=LONGEST_LIST)
    words = typed.replace(",", " ").replace(";", " ").split()
    if not 0 < len(words) <= MOST_TYPED:
        raise UnknownChoiceError(field="addresses", allowed=f"1 – {MOST_TYPED}")
    language = read_choice(form, "language", Language) or Language.FR
    people = []
    for number, word in enumerate(words, start=1):
        try:
            people.append(Invitee(email=read_address(word), language=language))
        except EmailInvalidError:
            raise WrongAddressError(number=number) from None
    return people


@router.post("/change", name="cohorts:change")
def change(
    page: PageDep,
    reached: CohortManager,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Rename a cohort or move its end."""
    try:
        service.change_cohort(
            connection,
            actor_id=staff.learner.learner_id,
            cohort=reached.cohort,
            name=read_text(form, "name"),
            ends_on=read_day(form, "ends_on"),
            now=now,
        )
    except InvalidError as error:
        refusal = Refusal(error=error, form=form, where="change")
        return _show(page, reached, connection, now, refusal)
    return page.redirect("cohorts:people", cohort_id=reached.cohort.cohort_id)


@router.post("/trainers", name="cohorts:trainers")
def change_trainers(
    page: PageDep,
    reached: CohortManager,
    form: FormDep,
    connection: WriteDep,
    staff: StaffDep,
    now: Now,
) -> Response:
    """Give a cohort to a trainer by her address, or take it from one."""
    actor_id, cohort = staff.learner.learner_id, reached.cohort
    dismissed = read_id(form, "dismiss")
    if dismissed is not None:
        service.dismiss_trainer(
            connection, actor_id=actor_id, cohort=cohort, learner_id=dismissed, now=now
        )
        return page.redirect("cohorts:people", cohort_id=cohort.cohort_id)
    try:
        learner_id = find_by_address(page, connection, form, now)
    except (InvalidError, AccountNotFoundError, TooManyAttemptsError) as error:
        refusal = Refusal(error=error, form=form, where="trainers")
        return _show(page, reached, connection, now, refusal)
    service.assign_trainer(
        connection, actor_id=actor_id, cohort=cohort, learner_id=learner_id, now=now
    )
    return page.redirect("cohorts:people", cohort_id=cohort.cohort_id)


@router.get("/campaigns/{campaign_id:uuid}/poster", name="cohorts:poster")
def show_poster(
    page: PageDep, reached: CohortInviter, campaign_id: UUID, connection: ReadDep
) -> Response:
    """Show letters, link and QR code to be printed on one page."""
    campaign = _campaign(connection, reached, campaign_id)
    codes = queries.list_join_codes(connection, campaign_ids=[campaign_id])
    return page.render(
        "cohorts/poster.html",
        cohort=reached.cohort,
        institution=reached.institution,
        campaign=campaign,
        letters=codes[campaign_id][0],
        link=codes[campaign_id][1],
    )


@router.get("/campaigns/{campaign_id:uuid}/qr.svg", name="cohorts:qr_svg")
def show_qr_svg(
    page: PageDep, reached: CohortInviter, campaign_id: UUID, connection: ReadDep
) -> Response:
    """Draw the link as a QR code (ISO/IEC 18004) that prints at any size."""
    return _qr(page, _campaign(connection, reached, campaign_id), connection, "svg")


@router.get("/campaigns/{campaign_id:uuid}/qr.png", name="cohorts:qr_png")
def show_qr_png(
    page: PageDep, reached: CohortInviter, campaign_id: UUID, connection: ReadDep
) -> Response:
    """Draw the link as a QR code for slides and messages."""
    return _qr(page, _campaign(connection, reached, campaign_id), connection, "png")


def _qr(
    page: PageFrame, campaign: Campaign, connection: Connection, kind: str
) -> Response:
    ids = [campaign.campaign_id]
    link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]][1]
    base = str(page.settings.public_url).rstrip("/")
    out = io.BytesIO()
    # Level M: a quarter of the poster may be torn off.
    segno.make(f"{base}/{page.language}/join/{link}", error="m", micro=False).save(
        out, kind=kind, scale=QR_MODULE, border=4, light="#fff"
    )
    return Response(
        out.getvalue(),
        media_type={"svg": "image/svg+xml", "png": "image/png"}[kind],
        headers={"cache-control": "private, max-age=3600"},
    )


def _campaign(
    connection: Connection, reached: ReachedCohort, campaign_id: UUID
) -> Campaign:
    return queries.get_campaign(
        connection, cohort_id=reached.cohort.cohort_id, campaign_id=campaign_id
    )
