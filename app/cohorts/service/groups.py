"""Founding cohorts, giving them trainers, opening their campaigns."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, update

from app.cohorts.domain import (
    Campaign,
    Cohort,
    Institution,
    check_period,
    new_join_code,
    new_link_token,
    read_cell,
)
from app.cohorts.errors import (
    FirstRoundMissingError,
    RoundExistsError,
    UnknownChoiceError,
)
from app.cohorts.models import CampaignRow, CohortRow, JoinCodeRow, TrainerRow
from app.cohorts.queries import list_campaigns
from app.frameworks.domain import Framework
from app.frameworks.queries import get_current_instrument
from app.journal.service import audit
from app.kernel.database import Upsert

LONGEST_NAME = 120
MOST_REMINDERS = 4
LATEST_REMINDER = 90
ROUNDS = (1, 2)
_CODE = Upsert(JoinCodeRow, values=("code", "campaign_id", "is_link"), keys=("code",))
_CAMPAIGN = Upsert(
    CampaignRow,
    values=(
        *("campaign_id", "cohort_id", "instrument_ref", "round"),
        *("opens_on", "closes_on", "remind_after_days"),
    ),
    keys=("cohort_id", "round"),
)
_TRAINER = Upsert(
    TrainerRow,
    values=("learner_id", "cohort_id", "assigned_at"),
    keys=("learner_id", "cohort_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDraft:
    """What somebody says about a cohort that is not there yet."""

    name: str
    role_keys: tuple[str, ...]
    """Empty: every role of the framework."""
    starts_on: date
    ends_on: date
    smallest_cell: int | None = None
    """``None``: like the institution."""
    is_fictitious: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """What somebody says about a campaign that is not there yet."""

    round: int
    opens_on: date
    closes_on: date
    remind_after_days: tuple[int, ...] = field(default=(7, 14))


def found_cohort(
    connection: Connection,
    *,
    actor_id: UUID,
    institution: Institution,
    framework: Framework,
    draft: CohortDraft,
    now: datetime,
) -> Cohort:
    """Make a cohort of an institution.

    Raises:
        UnknownChoiceError: Name, role or smallest cell cannot be.
        WrongPeriodError: The dates do not fit together.
    """
    name = check_name(draft.name)
    check_roles(framework, draft.role_keys)
    check_period(draft.starts_on, draft.ends_on)
    cohort = Cohort(
        cohort_id=uuid4(),
        institution_id=institution.institution_id,
        name=name,
        framework_key=framework.key,
        framework_version=framework.version,
        role_keys=draft.role_keys,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        smallest_cell=read_cell(draft.smallest_cell, least=institution.smallest_cell),
        is_fictitious=draft.is_fictitious,
        created_at=now,
    )
    connection.execute(
        insert(CohortRow),
        {
            "cohort_id": cohort.cohort_id,
            "institution_id": cohort.institution_id,
            "name": cohort.name,
            "framework_key": cohort.framework_key,
            "framework_version": cohort.framework_version,
            "role_keys": list(cohort.role_keys),
            "starts_on": cohort.starts_on,
            "ends_on": cohort.ends_on,
            "smallest_cell": cohort.smallest_cell,
            "is_fictitious": cohort.is_fictitious,
            "created_at": cohort.created_at,
        },
    )
    _note(connection, actor_id, cohort, "cohort-founded", now)
    return cohort


def check_name(typed: str) -> str:
    """Return a cohort's name without blanks around it.

    Raises:
        UnknownChoiceError: It is empty, too long or not printable.
    """
    name = " ".join(typed.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise UnknownChoiceError(field="name", allowed=f"1 – {LONGEST_NAME}")
    return name


def check_roles(framework: Framework, role_keys: tuple[str, ...]) -> None:
    """Refuse roles that a framework has not.

    Raises:
        UnknownChoiceError: One is not among the framework's.
    """
    known = [role.key for role in framework.roles if not role.is_fallback]
    if not set(role_keys) <= set(known):
        raise UnknownChoiceError(field="roles", allowed=", ".join(known))


def change_cohort(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    name: str,
    ends_on: date,
    now: datetime,
) -> None:
    """Rename a cohort or move its end.

    Raises:
        UnknownChoiceError: The name cannot be.
        WrongPeriodError: It would end before it begins.
    """
    check_period(cohort.starts_on, ends_on)
    connection.execute(
        update(CohortRow)
        .where(CohortRow.cohort_id == cohort.cohort_id)
        .values(name=check_name(name), ends_on=ends_on)
    )
    _note(connection, actor_id, cohort, "cohort-changed", now)


def assign_trainer(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    learner_id: UUID,
    now: datetime,
) -> None:
    """Let somebody run a cohort; twice is once."""
    row = {
        "learner_id": learner_id,
        "cohort_id": cohort.cohort_id,
        "assigned_at": now,
    }
    if _TRAINER.execute(connection, row):
        _note(connection, actor_id, cohort, "trainer-assigned", now)


def dismiss_trainer(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    learner_id: UUID,
    now: datetime,
) -> None:
    """Take a cohort from a trainer; without her, nothing happens."""
    gone = connection.execute(
        delete(TrainerRow).where(
            TrainerRow.learner_id == learner_id,
            TrainerRow.cohort_id == cohort.cohort_id,
        )
    ).rowcount
    if gone:
        _note(connection, actor_id, cohort, "trainer-dismissed", now)


def open_campaign(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    framework: Framework,
    draft: CampaignDraft,
    now: datetime,
) -> Campaign:
    """Open a cohort's first or second round, with its letters and its link.

    Raises:
        UnknownChoiceError: Round or reminder days cannot be.
        WrongPeriodError: The dates do not fit together.
        FirstRoundMissingError: A second round without a first.
        RoundExistsError: There is one of this round.
    """
    _check_campaign(connection, cohort, draft)
    campaign = Campaign(
        campaign_id=uuid4(),
        cohort_id=cohort.cohort_id,
        instrument_ref=get_current_instrument(connection, framework).version_ref,
        round=draft.round,
        opens_on=draft.opens_on,
        closes_on=draft.closes_on,
        remind_after_days=tuple(sorted(set(draft.remind_after_days))),
    )
    row = {
        "campaign_id": campaign.campaign_id,
        "cohort_id": campaign.cohort_id,
        "instrument_ref": campaign.instrument_ref,
        "round": campaign.round,
        "opens_on": campaign.opens_on,
        "closes_on": campaign.closes_on,
        "remind_after_days": list(campaign.remind_after_days),
    }
    if not _CAMPAIGN.execute(connection, row):
        raise RoundExistsError(round=draft.round)
    _give_out_codes(connection, campaign)
    _note(connection, actor_id, cohort, "campaign-opened", now)
    return campaign


def _check_campaign(
    connection: Connection, cohort: Cohort, draft: CampaignDraft
) -> None:
    check_period(draft.opens_on, draft.closes_on)
    if draft.round not in ROUNDS:
        raise UnknownChoiceError(field="round", allowed="1, 2")
    days = draft.remind_after_days
    if len(days) > MOST_REMINDERS or any(
        not 1 <= day <= LATEST_REMINDER for day in days
    ):
        raise UnknownChoiceError(
            field="remind_after_days", allowed=f"1 – {LATEST_REMINDER}"
        )
    if draft.round > 1 and not list_campaigns(connection, cohort_id=cohort.cohort_id):
        raise FirstRoundMissingError


def _give_out_codes(connection: Connection, campaign: Campaign) -> None:
    keys = {"campaign_id": campaign.campaign_id}
    link = {"code": new_link_token(), "is_link": True, **keys}
    _CODE.execute(connection, link)
    # Taken letters are not taken again: the chance is one in thousands.
    while not _CODE.execute(
        connection, {"code": new_join_code(), "is_link": False, **keys}
    ):
        continue


def move_campaign(
    connection: Connection,
    *,
    actor_id: UUID,
    cohort: Cohort,
    campaign: Campaign,
    closes_on: date,
    now: datetime,
) -> None:
    """Close a campaign earlier or later.

    Raises:
        WrongPeriodError: It would close before it opens.
    """
    check_period(campaign.opens_on, closes_on)
    connection.execute(
        update(CampaignRow)
        .where(CampaignRow.campaign_id == campaign.campaign_id)
        .values(closes_on=closes_on)
    )
    _note(connection, actor_id, cohort, "campaign-moved", now)


def _note(
    connection: Connection, actor_id: UUID, cohort: Cohort, verb: str, now: datetime
) -> None:
    audit(
        connection,
        actor_id=actor_id,
        scope_id=cohort.institution_id,
        verb=verb,
        object_ref=f"cohort:{cohort.cohort_id}",
        occurred_at=now,
    )
