"""A learner joins a cohort, by letters, a link or a personal invitation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from app.assessment.domain import Attempt
from app.assessment.queries import list_attempts
from app.assessment.service import start_attempt
from app.cohorts.domain import (
    About,
    Campaign,
    Cohort,
    Institution,
    Invitation,
    Membership,
    read_invitation_token,
    read_join_code,
)
from app.cohorts.errors import (
    CampaignClosedError,
    JoinCodeUnknownError,
    UnknownChoiceError,
)
from app.cohorts.models import InvitationRow, MemberRow
from app.cohorts.queries import (
    find_campaign_by_code,
    find_invitation,
    find_membership,
    get_campaign,
    get_cohort,
    get_institution,
    list_institutions_below,
    list_join_codes,
)
from app.frameworks.queries import get_framework, get_instrument
from app.identity.domain import Learner
from app.identity.service import count_use, give_back, throttle_scope
from app.journal.service import record
from app.kernel.database import Database, Upsert

_MEMBER = Upsert(
    MemberRow,
    values=(
        *("learner_id", "cohort_id", "campaign_id", "invitation_id", "joined_at"),
        *("language", "country", "unit_id", "grade", "gender"),
        *("reminded_of", "remind_at", "reminders"),
    ),
    keys=("learner_id", "cohort_id"),
)
ADDRESSLESS: dict[str, object] = dict.fromkeys(("email", "name", "due_at"))
"""What an invitation no longer says when there is nothing more to write."""
FORGOTTEN: dict[str, object] = {
    **ADDRESSLESS,
    **dict.fromkeys(("role_key", "country", "unit_id", "grade", "gender")),
}
"""What an invitation no longer says once it is accepted, stopped or over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What somebody may join."""

    token: str
    """The last part of the address of its page."""
    campaign: Campaign
    cohort: Cohort
    institution: Institution
    invitation: Invitation | None
    """If she came by a personal one."""


def find_link(
    database: Database,
    *,
    key: bytes,
    typed: str,
    address: str,
    limit: int,
    now: datetime,
) -> str:
    """Return the link behind six typed letters.

    Wrong letters count against the network in a transaction of their own, so that the
    refusal cannot undo the count. Right ones do not: a class may share an address.

    Raises:
        TooManyAttemptsError: Too many wrong ones from there this hour.
        JoinCodeUnknownError: Nobody gave them out.
    """
    code = read_join_code(typed)
    if code is None:
        raise JoinCodeUnknownError
    scope = throttle_scope(key, purpose="join", address=address, now=now)
    with database.write() as connection:
        count_use(connection, scope=scope, limit=limit, now=now)
        campaign = find_campaign_by_code(connection, code=code)
        if campaign is not None:
            give_back(connection, scope=scope)
            ids = [campaign.campaign_id]
            return list_join_codes(connection, campaign_ids=ids)[ids[0]][1]
    raise JoinCodeUnknownError


def get_offer(
    connection: Connection, *, key: bytes, token: str, now: datetime
) -> Offer:
    """Return what a link or a personal invitation leads to.

    Raises:
        JoinCodeUnknownError: Nobody gave it out.
        CampaignClosedError: It has not begun, or has ended.
    """
    invitation_id = read_invitation_token(key, token)
    invitation = None
    if invitation_id is not None:
        invitation = find_invitation(connection, invitation_id=invitation_id)
        if invitation is None:
            raise JoinCodeUnknownError
        campaign = get_campaign(
            connection,
            cohort_id=invitation.cohort_id,
            campaign_id=invitation.campaign_id,
        )
    else:
        # Letters are counted, and so never looked up here.
        letters = read_join_code(token) is not None
        found = None if letters else find_campaign_by_code(connection, code=token[:64])
        if found is None:
            raise JoinCodeUnknownError
        campaign = found
    if not campaign.is_open(now):
        raise CampaignClosedError(
            opens_on=campaign.opens_on.isoformat(),
            closes_on=campaign.closes_on.isoformat(),
        )
    cohort = get_cohort(connection, cohort_id=campaign.cohort_id)
    return Offer(
        token=token,
        campaign=campaign,
        cohort=cohort,
        institution=get_institution(connection, institution_id=cohort.institution_id),
        invitation=invitation,
    )


def join(
    connection: Connection,
    *,
    learner: Learner,
    offer: Offer,
    about: About,
    wants_reminder: bool,
    now: datetime,
) -> Membership:
    """Make a learner a member; joining again only corrects what she said of herself.

    Args:
        connection: The caller's transaction.
        learner: Who joins.
        offer: What.
        about: What she chose to say, as ``check_offer`` let it pass.
        wants_reminder: Keep the invited address until she has submitted; else it is
            forgotten now.
        now: Aware UTC instant.
    """
    linked = _accept(connection, offer.invitation, wants_reminder, now)
    keys = {
        "learner_id": learner.learner_id,
        "cohort_id": offer.cohort.cohort_id,
    }
    said = {
        "country": about.country,
        "unit_id": about.unit_id,
        "grade": about.grade,
        "gender": about.gender,
    }
    joined = {
        "campaign_id": offer.campaign.campaign_id,
        "invitation_id": linked,
        "joined_at": now,
        "language": learner.language,
        "reminded_of": None,
        "remind_at": None,
        "reminders": 0,
    }
    if _MEMBER.execute(connection, {**keys, **said, **joined}):
        record(
            connection,
            learner_id=learner.learner_id,
            verb="joined",
            object_ref=f"cohort:{offer.cohort.cohort_id}",
            occurred_at=now,
        )
    else:
        changed = (
            said
            if linked is None
            else {
                **said,
                # Reminded there, she is not at her account's address as well.
                "invitation_id": linked,
                "reminded_of": None,
                "remind_at": None,
            }
        )
        connection.execute(
            update(MemberRow)
            .where(*(getattr(MemberRow, name) == keys[name] for name in keys))
            .values(changed)
        )
    membership = find_membership(connection, **keys)
    if membership is None:
        raise RuntimeError("a member just joined is not there")
    return membership


def check_offer(
    connection: Connection, *, offer: Offer, about: About, role_key: str | None
) -> None:
    """Refuse what an offer does not hold, before anything is written.

    Raises:
        UnknownChoiceError: Her unit is none of the institution's, or her role none of
            the cohort's.
    """
    cohort = offer.cohort
    framework = get_framework(
        connection, cohort.framework_key, cohort.framework_version
    )
    known = cohort.role_keys or tuple(role.key for role in framework.roles)
    if role_key is not None and role_key not in known:
        raise UnknownChoiceError(field="role", allowed=", ".join(known))
    check_unit(connection, offer.institution, about.unit_id)


def check_unit(
    connection: Connection, institution: Institution, unit_id: UUID | None
) -> None:
    """Refuse a unit outside an institution.

    Raises:
        UnknownChoiceError: It is not below it.
    """
    if unit_id is None:
        return
    units = list_institutions_below(
        connection, institution_id=institution.institution_id
    )
    if unit_id not in {unit.institution_id for unit in units}:
        raise UnknownChoiceError(field="unit", allowed=institution.key)


def _accept(
    connection: Connection,
    invitation: Invitation | None,
    wants_reminder: bool,  # noqa: FBT001 -- what she ticked
    now: datetime,
) -> UUID | None:
    """Mark an invitation as used, once; return it if she wants to be reminded."""
    if invitation is None:
        return None
    keeps = wants_reminder and invitation.has_address
    values = {"due_at": now} if keeps else FORGOTTEN
    taken = connection.execute(
        update(InvitationRow)
        .where(
            InvitationRow.invitation_id == invitation.invitation_id,
            InvitationRow.joined_at.is_(None),
        )
        .values(joined_at=now, **values)
    ).rowcount
    return invitation.invitation_id if keeps and taken else None


def leave(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, now: datetime
) -> None:
    """End a membership; without one, nothing happens. Her answers stay hers."""
    gone = connection.execute(
        delete(MemberRow).where(
            MemberRow.learner_id == learner_id, MemberRow.cohort_id == cohort_id
        )
    ).rowcount
    if gone:
        record(
            connection,
            learner_id=learner_id,
            verb="left",
            object_ref=f"cohort:{cohort_id}",
            occurred_at=now,
        )


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Move the memberships of one learner to another; what both have stays once."""
    rows = connection.execute(
        select(*MemberRow.__table__.c).where(MemberRow.learner_id == from_learner)
    )
    for row in rows.mappings().all():
        # Reminders at the address of an invitation end; at an account's they go on.
        kept = row["invitation_id"] if row["remind_at"] else None
        _MEMBER.execute(
            connection, {**row, "learner_id": to_learner, "invitation_id": kept}
        )
    connection.execute(delete(MemberRow).where(MemberRow.learner_id == from_learner))


def find_submitted(
    connection: Connection, *, learner_id: UUID, campaign: Campaign, cohort: Cohort
) -> Attempt | None:
    """Return what a learner submitted in a campaign's period, if anything."""
    return next(
        (
            attempt
            for attempt in list_attempts(connection, learner_id=learner_id)
            if attempt.submitted_at is not None
            and attempt.framework_key == cohort.framework_key
            and attempt.framework_version == cohort.framework_version
            and campaign.is_open(attempt.submitted_at)
        ),
        None,
    )


def begin(
    connection: Connection,
    *,
    learner: Learner,
    offer: Offer,
    role_key: str | None,
    now: datetime,
) -> Attempt:
    """Return what the learner answers in a campaign: submitted, begun, or a new one.

    Args:
        connection: The caller's transaction.
        learner: Who answers.
        offer: What she has joined.
        role_key: As ``check_offer`` let it pass; ``None`` for “not sure”.
        now: Aware UTC instant.
    """
    cohort, campaign = offer.cohort, offer.campaign
    name = cohort.framework_key, cohort.framework_version
    instrument = get_instrument(connection, *name, campaign.instrument_ref)
    submitted = find_submitted(
        connection, learner_id=learner.learner_id, campaign=campaign, cohort=cohort
    )
    attempts = list_attempts(connection, learner_id=learner.learner_id)[:1]
    begun = next(
        (
            attempt
            for attempt in attempts
            if attempt.is_open
            and attempt.instrument_ref == campaign.instrument_ref
            and (attempt.framework_key, attempt.framework_version) == name
        ),
        None,
    )
    return (
        submitted
        or begun
        or start_attempt(
            connection,
            learner=learner,
            framework=get_framework(connection, *name),
            instrument=instrument,
            role_key=role_key,
            now=now,
        )
    )
