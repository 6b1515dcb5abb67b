"""What programs send and receive about institutions, cohorts and campaigns."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.cohorts.domain import (
    LARGEST_CELL,
    SMALLEST_CELL,
    Campaign,
    Cohort,
    Gender,
    Grade,
    Institution,
    InstitutionKind,
    Membership,
)
from app.kernel.text import Language

INSTITUTION: dict[str, Any] = {
    "key": "health",
    "kind": "ministry",
    "names": {"fr": "Ministère de la santé", "ar": "وزارة الصحة"},
    "country": "SN",
    "smallest_cell": 5,
}
INSTITUTION_OUT: dict[str, Any] = {
    "id": "0f4a2c9e-8b1d-4c57-b2a6-1e9d7c3f5a62",
    "parent": "c1d5e7a9-4f3b-4a68-9e20-7b8d6f1c2a35",
    **INSTITUTION,
}
PERIOD = {"starts_on": "2026-11-23", "ends_on": "2027-05-31"}
COHORT: dict[str, Any] = {
    "name": "Directeurs 2027",
    "framework": "unesco-ai-dt@1.0.0",
    "roles": ["service-manager"],
    **PERIOD,
    "smallest_cell": 5,
}
COHORT_OUT: dict[str, Any] = {
    "id": "5d0c6f0e-3b52-4f0e-9a1f-6c5b1d2e7f80",
    "institution": INSTITUTION_OUT["id"],
    **COHORT,
    "is_fictitious": False,
}
CAMPAIGN: dict[str, Any] = {
    "round": 1,
    "opens_on": "2026-11-23",
    "closes_on": "2026-12-20",
    "remind_after_days": [7, 14],
}
CAMPAIGN_OUT: dict[str, Any] = {
    "id": "9b7e1a34-2c5d-4e8f-a6b0-3d1c9f7e5b24",
    "cohort": COHORT_OUT["id"],
    **CAMPAIGN,
    "instrument": "start@1.0.0",
    "code": "BCDFGH",
    "link": "https://masar.example/fr/join/uJv0cQ3tJ5lq8m2wYk1nXb7sEo4rTzHd",
    "invited": 120,
    "accepted": 48,
}
JOIN: dict[str, Any] = {
    "code": "BCDFGH",
    "country": "SN",
    "unit": "0f4a2c9e-8b1d-4c57-b2a6-1e9d7c3f5a62",
    "grade": "manager",
    "gender": "woman",
}
MEMBERSHIP: dict[str, Any] = {
    "cohort": COHORT_OUT["id"],
    "campaign": CAMPAIGN_OUT["id"],
    "name": COHORT["name"],
    "framework": COHORT["framework"],
    **{name: value for name, value in JOIN.items() if name != "code"},
}


def _taking(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [example]},
    )


def _giving(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [example]}
    )


Name = Annotated[str, Field(min_length=1, max_length=120)]
Key = Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Cell = Annotated[int, Field(ge=SMALLEST_CELL, le=LARGEST_CELL)]


class InstitutionIn(BaseModel):
    """An institution to be added below another."""

    model_config = _taking(INSTITUTION)

    key: Key
    """Short name, unique in the installation."""
    kind: InstitutionKind
    names: dict[Language, Name] = Field(min_length=1)
    """By language; at least one."""
    country: Country | None = None
    """ISO 3166-1 alpha-2; without it, that of the institution above."""
    smallest_cell: Cell | None = None
    """Fewest people behind a figure; without it, as in the institution above."""


class InstitutionOut(BaseModel):
    """An institution."""

    model_config = _giving(INSTITUTION_OUT)

    id: UUID
    key: str
    kind: InstitutionKind
    parent: UUID | None
    """The institution above."""
    names: dict[Language, str]
    country: str | None
    smallest_cell: int
    """Fewest people behind a published figure."""

    @classmethod
    def of(cls, institution: Institution) -> Self:
        """Write an institution."""
        return cls(
            id=institution.institution_id,
            key=institution.key,
            kind=institution.kind,
            parent=institution.parent_id,
            names=dict(institution.names),
            country=institution.country,
            smallest_cell=institution.smallest_cell,
        )


class InstitutionListOut(BaseModel):
    """A part of a list of institutions."""

    model_config = _giving({"items": [INSTITUTION_OUT], "next": "YXQ6NTA"})

    items: list[InstitutionOut]
    next: str | None


class CohortIn(BaseModel):
    """A cohort to be founded."""

    model_config = _taking(COHORT)

    name: Name
    framework: str = Field(default="", max_length=97)
    """``key`` or ``key@version``; without it, the installation's first."""
    roles: list[str] = Field(default_factory=list, max_length=50)
    """Role profiles to choose from when joining; empty: all of the framework."""
    starts_on: date
    ends_on: date
    smallest_cell: Cell | None = None
    """Without it, as in the institution."""


class CohortOut(BaseModel):
    """A cohort."""

    model_config = _giving(COHORT_OUT)

    id: UUID
    institution: UUID
    name: str
    framework: str
    """``key@version``."""
    roles: list[str]
    starts_on: date
    ends_on: date
    smallest_cell: int
    """Fewest people behind a published figure."""
    is_fictitious: bool
    """Made up, to show what it looks like."""

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """Write a cohort."""
        return cls(
            id=cohort.cohort_id,
            institution=cohort.institution_id,
            name=cohort.name,
            framework=f"{cohort.framework_key}@{cohort.framework_version}",
            roles=list(cohort.role_keys),
            starts_on=cohort.starts_on,
            ends_on=cohort.ends_on,
            smallest_cell=cohort.smallest_cell,
            is_fictitious=cohort.is_fictitious,
        )


class CohortListOut(BaseModel):
    """A part of a list of cohorts."""

    model_config = _giving({"items": [COHORT_OUT], "next": "YXQ6NTA"})

    items: list[CohortOut]
    next: str | None


class CampaignIn(BaseModel):
    """A campaign to be opened."""

    model_config = _taking(CAMPAIGN)

    round: int = Field(default=1, ge=1, le=2)
    """2: the same people answer again, to see what changed."""
    opens_on: date
    closes_on: date
    """The last day; days begin at midnight UTC."""
    remind_after_days: list[Annotated[int, Field(ge=1, le=90)]] = Field(
        default_factory=lambda: [7, 14], max_length=4
    )
    """Days after an invitation by e-mail."""


class CampaignOut(BaseModel):
    """A campaign and how people get in."""

    model_config = _giving(CAMPAIGN_OUT)

    id: UUID
    cohort: UUID
    round: int
    instrument: str
    """``key@version`` of the questionnaire."""
    opens_on: date
    closes_on: date
    remind_after_days: list[int]
    code: str
    """Six letters; empty when the campaign has been over for a month."""
    link: str
    """Address of the page that asks whether to join."""
    invited: int
    """Addresses invited by e-mail."""
    accepted: int
    """Of these, joined by their own link."""

    @classmethod
    def of(
        cls, campaign: Campaign, *, code: str, link: str, invited: int, accepted: int
    ) -> Self:
        """Write a campaign."""
        return cls(
            id=campaign.campaign_id,
            cohort=campaign.cohort_id,
            round=campaign.round,
            instrument=campaign.instrument_ref,
            opens_on=campaign.opens_on,
            closes_on=campaign.closes_on,
            remind_after_days=list(campaign.remind_after_days),
            code=code,
            link=link,
            invited=invited,
            accepted=accepted,
        )


class CampaignListOut(BaseModel):
    """The campaigns of a cohort, by round."""

    model_config = _giving({"items": [CAMPAIGN_OUT]})

    items: list[CampaignOut]


class JoinIn(BaseModel):
    """What somebody joins, and what she chooses to say of herself."""

    model_config = _taking(JOIN)

    code: str = Field(max_length=64)
    """Six letters, or the last part of a link."""
    country: Country | None = None
    unit: UUID | None = None
    """An institution below the cohort's."""
    grade: Grade | None = None
    gender: Gender | None = None
    remind: bool = False
    """Write to the address of your account while you have not finished (without an
    account nothing is written); false stops it."""


class MembershipOut(BaseModel):
    """A learner's own place in a cohort."""

    model_config = _giving(MEMBERSHIP)

    cohort: UUID
    campaign: UUID
    name: str
    """Of the cohort."""
    framework: str
    """``key@version``: begin the questionnaire with it."""
    country: str | None
    unit: UUID | None
    grade: Grade | None
    gender: Gender | None

    @classmethod
    def of(cls, membership: Membership, cohort: Cohort) -> Self:
        """Write a membership."""
        return cls(
            cohort=membership.cohort_id,
            campaign=membership.campaign_id,
            name=cohort.name,
            framework=f"{cohort.framework_key}@{cohort.framework_version}",
            country=membership.country,
            unit=membership.unit_id,
            grade=membership.grade,
            gender=membership.gender,
        )
