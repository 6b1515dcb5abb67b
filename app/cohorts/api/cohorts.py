"""Institutions, cohorts and campaigns for programs, with the same rights as on pages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, status
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts import queries, service
from app.cohorts.access import (
    ApiCohortFounder,
    ApiCohortInviter,
    ApiCohortReader,
    ApiInstitutionManager,
    ApiInstitutionReader,
    ApiKeyManager,
    ApiStaffDep,
    list_own_institutions,
    list_reached_cohorts,
)
from app.cohorts.domain import About, Campaign, Capability, read_join_code
from app.cohorts.queries.keys import list_keys as find_keys
from app.cohorts.schemas import (
    CampaignIn,
    CampaignListOut,
    CampaignOut,
    CohortIn,
    CohortListOut,
    CohortOut,
    InstitutionIn,
    InstitutionListOut,
    InstitutionOut,
    JoinIn,
    MembershipOut,
)
from app.cohorts.schemas.keys import IssuedKeyOut, KeyIn, KeyListOut, KeyOut
from app.cohorts.service import CampaignDraft, CohortDraft, InstitutionDraft, KeyDraft
from app.frameworks.domain import Framework
from app.frameworks.queries import (
    get_current_framework,
    get_default_framework,
    get_framework,
)
from app.identity.access import ApiLearnerDep, SettingsDep, address_of, secret_of
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.pagination import Page
from app.settings import Settings
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(prefix="/api/v1", tags=["cohorts"], route_class=Route)
Limit = Annotated[int, Query(ge=1, le=100, examples=[50])]
After = Annotated[str | None, Query(max_length=200, examples=["YXQ6NTA"])]
KeyId = Annotated[UUID, Path(examples=["3f0b6a52-9c1e-4d7a-8b35-6e2d9f4c1a70"])]
CampaignId = Annotated[UUID, Path(examples=["9b7e1a34-2c5d-4e8f-a6b0-3d1c9f7e5b24"])]


@router.get("/institutions", responses=problem_responses(401, 403, 422))
def list_institutions(
    staff: ApiStaffDep, connection: ReadDep, limit: Limit = 20, after: After = None
) -> InstitutionListOut:
    """List the institutions you administrate; what lies below them is one call away."""
    found = list_own_institutions(connection, learner_id=staff.learner.learner_id)
    page = Page.of(found if staff.proved_twice else [], limit=limit, after=after)
    return InstitutionListOut(
        items=[InstitutionOut.of(each) for each in page.items], next=page.next
    )


@router.get(
    "/institutions/{institution_id}", responses=problem_responses(401, 403, 404, 422)
)
def get_institution(reached: ApiInstitutionReader) -> InstitutionOut:
    """Read one institution."""
    return InstitutionOut.of(reached.institution)


@router.get(
    "/institutions/{institution_id}/institutions",
    responses=problem_responses(401, 403, 404, 422),
)
def list_institutions_below(
    reached: ApiInstitutionReader,
    connection: ReadDep,
    limit: Limit = 20,
    after: After = None,
) -> InstitutionListOut:
    """List the institutions right below one."""
    found = queries.list_children(
        connection, institution_id=reached.institution.institution_id
    )
    page = Page.of(found, limit=limit, after=after)
    return InstitutionListOut(
        items=[InstitutionOut.of(each) for each in page.items], next=page.next
    )


@router.post(
    "/institutions/{institution_id}/institutions",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422),
)
def create_institution(
    reached: ApiInstitutionManager,
    body: InstitutionIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> InstitutionOut:
    """Add an institution below one of yours."""
    added = service.add_institution(
        connection,
        actor_id=staff.learner.learner_id,
        parent=reached.institution,
        draft=InstitutionDraft(
            key=body.key,
            kind=body.kind,
            names=body.names,
            country=body.country,
            smallest_cell=body.smallest_cell,
        ),
        now=now,
    )
    return InstitutionOut.of(added)


@router.get(
    "/institutions/{institution_id}/keys",
    responses=problem_responses(401, 403, 404, 422),
)
def list_keys(reached: ApiKeyManager, connection: ReadDep) -> KeyListOut:
    """List the keys of an institution's own systems; nobody can show their secrets."""
    found = find_keys(connection, institution_id=reached.institution.institution_id)
    return KeyListOut(items=[KeyOut.of(each) for each in found])


@router.post(
    "/institutions/{institution_id}/keys",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
def issue_key(
    reached: ApiKeyManager,
    body: KeyIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> IssuedKeyOut:
    """Make a key with which a system reads and writes at `/xapi`; see its secret once."""
    key, secret = service.issue_key(
        connection,
        actor_id=staff.learner.learner_id,
        institution_id=reached.institution.institution_id,
        draft=KeyDraft(
            name=body.name,
            scopes=body.scopes,
            verbs=body.verbs,
            activities=body.activities,
            expires_at=body.expires_at,
        ),
        now=now,
    )
    return IssuedKeyOut.issued(key, secret)


@router.delete(
    "/institutions/{institution_id}/keys/{key_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 422),
)
def revoke_key(
    reached: ApiKeyManager,
    key_id: KeyId,
    staff: ApiStaffDep,
    connection: WriteDep,
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
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get("/cohorts", responses=problem_responses(401, 403, 422))
def list_cohorts(
    staff: ApiStaffDep, connection: ReadDep, limit: Limit = 20, after: After = None
) -> CohortListOut:
    """List the cohorts you may see, newest first."""
    found = list_reached_cohorts(connection, learner_id=staff.learner.learner_id)
    mine = [
        each.cohort for each in found if staff.weigh(each).may(Capability.SEE_COHORT)
    ]
    page = Page.of(mine, limit=limit, after=after)
    return CohortListOut(
        items=[CohortOut.of(each) for each in page.items], next=page.next
    )


@router.post(
    "/institutions/{institution_id}/cohorts",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
def create_cohort(
    reached: ApiCohortFounder,
    body: CohortIn,
    staff: ApiStaffDep,
    connection: WriteDep,
    now: Now,
) -> CohortOut:
    """Found a cohort of an institution."""
    cohort = service.found_cohort(
        connection,
        actor_id=staff.learner.learner_id,
        institution=reached.institution,
        framework=_find_framework(connection, body.framework),
        draft=CohortDraft(
            name=body.name,
            role_keys=tuple(body.roles),
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            smallest_cell=body.smallest_cell,
        ),
        now=now,
    )
    return CohortOut.of(cohort)


def _find_framework(connection: Connection, name: str) -> Framework:
    key, _, version = name.partition("@")
    if not key:
        return get_default_framework(connection)
    if version:
        return get_framework(connection, key, version)
    return get_current_framework(connection, key)


@router.get("/cohorts/{cohort_id}", responses=problem_responses(401, 403, 404, 422))
def get_cohort(reached: ApiCohortReader) -> CohortOut:
    """Read one cohort."""
    return CohortOut.of(reached.cohort)


@router.get(
    "/cohorts/{cohort_id}/campaigns", responses=problem_responses(401, 403, 404, 422)
)
def list_campaigns(
    reached: ApiCohortInviter, settings: SettingsDep, connection: ReadDep
) -> CampaignListOut:
    """List the campaigns of a cohort with their codes and links."""
    cohort_id = reached.cohort.cohort_id
    campaigns = queries.list_campaigns(connection, cohort_id=cohort_id)
    return CampaignListOut(
        items=[_write_campaign(connection, settings, each) for each in campaigns]
    )


@router.post(
    "/cohorts/{cohort_id}/campaigns",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422),
)
def create_campaign(
    reached: ApiCohortInviter,
    body: CampaignIn,
    staff: ApiStaffDep,
    settings: SettingsDep,
    connection: WriteDep,
    now: Now,
) -> CampaignOut:
    """Open the first or the second round of a cohort."""
    cohort = reached.cohort
    campaign = service.open_campaign(
        connection,
        actor_id=staff.learner.learner_id,
        cohort=cohort,
        framework=get_framework(
            connection, cohort.framework_key, cohort.framework_version
        ),
        draft=CampaignDraft(
            round=body.round,
            opens_on=body.opens_on,
            closes_on=body.closes_on,
            remind_after_days=tuple(body.remind_after_days),
        ),
        now=now,
    )
    return _write_campaign(connection, settings, campaign)


@router.get(
    "/cohorts/{cohort_id}/campaigns/{campaign_id}",
    responses=problem_responses(401, 403, 404, 422),
)
def get_campaign(
    reached: ApiCohortInviter,
    campaign_id: CampaignId,
    settings: SettingsDep,
    connection: ReadDep,
) -> CampaignOut:
    """Read one campaign with its code and link."""
    campaign = queries.get_campaign(
        connection, cohort_id=reached.cohort.cohort_id, campaign_id=campaign_id
    )
    return _write_campaign(connection, settings, campaign)


def _write_campaign(
    connection: Connection, settings: Settings, campaign: Campaign
) -> CampaignOut:
    ids = [campaign.campaign_id]
    code, link = queries.list_join_codes(connection, campaign_ids=ids)[ids[0]]
    people = queries.count_people(connection, campaign_id=campaign.campaign_id)
    base = str(settings.public_url).rstrip("/")
    return CampaignOut.of(
        campaign,
        code=code,
        link=f"{base}/{settings.default_language}/join/{link}",
        invited=people.invited,
        accepted=people.accepted,
    )


@router.post(
    "/join",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(401, 404, 409, 413, 415, 422, 429),
)
def join(
    request: Request,
    body: JoinIn,
    learner: ApiLearnerDep,
    settings: SettingsDep,
    database: DatabaseDep,
    now: Now,
) -> MembershipOut:
    """Join a cohort by its code or link; again only corrects what you say of yourself.

    Nothing of a result is shared by joining.
    """
    key, code = secret_of(settings), body.code
    if read_join_code(code) is not None:
        code = service.find_link(
            database,
            key=key,
            typed=code,
            address=address_of(request),
            limit=settings.resume_attempts_per_hour,
            now=now,
        )
    about = About(
        country=body.country, unit_id=body.unit, grade=body.grade, gender=body.gender
    )
    with database.write() as connection:
        offer = service.get_offer(connection, key=key, token=code, now=now)
        service.check_offer(connection, offer=offer, about=about, role_key=None)
        membership = service.join(
            connection,
            learner=learner,
            offer=offer,
            about=about,
            wants_reminder=False,
            now=now,
        )
        service.choose_reminders(
            connection,
            learner_id=learner.learner_id,
            campaign=offer.campaign,
            wanted=body.remind,
            now=now,
        )
    return MembershipOut.of(membership, offer.cohort)
