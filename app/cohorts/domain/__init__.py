"""Institutions, cohorts and campaigns as values, and who may do what to them."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from app.cohorts.errors import (
    MisplacedInstitutionError,
    UnknownChoiceError,
    WrongPeriodError,
)
from app.identity.domain import sign
from app.kernel.intake import IntakeState
from app.kernel.text import SOURCE_LANGUAGE, Language

SMALLEST_CELL = 5
"""Fewest people behind a published figure; an institution may ask for more."""
LARGEST_CELL = 100
INSTALLATION = UUID(int=0)
"""Stands for “everywhere” where an operator's office names an institution."""
LONGEST_PERIOD = timedelta(days=731)
JOIN_ALPHABET = "BCDFGHJKMNPQRSTVWXZ"
"""Letters nobody confuses on a poster; without vowels they form no words."""
JOIN_LENGTH = 6
"""19⁶ = 47 million codes: with 1 000 open, one guess in 47 000 finds one."""
LINK_BYTES = 24
"""Random bytes in a link: it cannot be guessed, so looking it up is not counted."""
_TOKEN = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InstitutionKind(StrEnum):
    """What an institution is in the tree, from the root down."""

    CONTINENT = "continent"
    COUNTRY = "country"
    MINISTRY = "ministry"
    DEPARTMENT = "department"
    SCHOOL = "school"


_BELOW: Mapping[InstitutionKind, frozenset[InstitutionKind]] = {
    InstitutionKind.CONTINENT: frozenset(InstitutionKind) - {InstitutionKind.CONTINENT},
    InstitutionKind.COUNTRY: frozenset(
        {InstitutionKind.MINISTRY, InstitutionKind.DEPARTMENT, InstitutionKind.SCHOOL}
    ),
    InstitutionKind.MINISTRY: frozenset(
        {InstitutionKind.DEPARTMENT, InstitutionKind.SCHOOL}
    ),
    InstitutionKind.DEPARTMENT: frozenset(
        {InstitutionKind.DEPARTMENT, InstitutionKind.SCHOOL}
    ),
    InstitutionKind.SCHOOL: frozenset({InstitutionKind.DEPARTMENT}),
}


def kinds_below(kind: InstitutionKind) -> list[InstitutionKind]:
    """Return what may lie right below an institution of a kind, from the root down."""
    return [each for each in InstitutionKind if each in _BELOW[kind]]


class Office(StrEnum):
    """What somebody does for an institution; a learner has none."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    TRAINER = "trainer"
    EDITOR = "editor"


class Capability(StrEnum):
    """What an office may allow."""

    SEE_INSTITUTION = "see-institution"
    MANAGE_INSTITUTION = "manage-institution"
    """Create institutions below it, rename it, raise its smallest cell."""
    GRANT_OFFICE = "grant-office"
    SEE_AUDIT = "see-audit"
    CREATE_COHORT = "create-cohort"
    SEE_COHORT = "see-cohort"
    """Its published totals and its participation; never a person's result."""
    SEE_SHOWN = "see-shown"
    """The results that people of a cohort chose to show to their trainers."""
    MANAGE_COHORT = "manage-cohort"
    INVITE = "invite"
    """Open campaigns, see codes and links, invite and import people."""
    EDIT_FRAMEWORKS = "edit-frameworks"
    MANAGE_KEYS = "manage-keys"
    """Issue and revoke the keys of an institution's own systems."""
    EDIT_COURSES = "edit-courses"
    """Write its courses, and decide on those that somebody else wrote."""
    REPORT_COMPLETIONS = "report-completions"
    """Say who of its people finished which course; see whom it could not find."""


PERMISSIONS: Mapping[Office, frozenset[Capability]] = {
    Office.OPERATOR: frozenset(Capability) - {Capability.SEE_SHOWN},
    Office.ADMINISTRATOR: frozenset(Capability)
    - {Capability.EDIT_FRAMEWORKS, Capability.SEE_SHOWN},
    Office.TRAINER: frozenset(
        {Capability.SEE_COHORT, Capability.SEE_SHOWN, Capability.INVITE}
    ),
    Office.EDITOR: frozenset({Capability.EDIT_FRAMEWORKS, Capability.EDIT_COURSES}),
}
"""The one table of who may what. Operators reach everything, administrators and
editors their institution and what lies below it, trainers the cohorts they run."""


def capabilities_of(offices: frozenset[Office]) -> frozenset[Capability]:
    """Return what a set of offices allows together."""
    return frozenset[Capability]().union(*(PERMISSIONS[office] for office in offices))


class Gender(StrEnum):
    """What people may say about themselves; unsaid is ``None``."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"


class Grade(StrEnum):
    """Rank in public service, coarse enough to compare countries."""

    SUPPORT = "support"
    OFFICER = "officer"
    SPECIALIST = "specialist"
    MANAGER = "manager"
    EXECUTIVE = "executive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """A node of the tree of institutions."""

    institution_id: UUID
    key: str
    parent_id: UUID | None
    kind: InstitutionKind
    names: Mapping[Language, str]
    """At least one."""
    country: str | None
    """ISO 3166-1 alpha-2."""
    smallest_cell: int
    """Fewest people behind a figure of its cohorts, at least ``SMALLEST_CELL``."""

    def language_shown(self, language: Language) -> Language:
        """Return the language ``name_in`` really answers in."""
        if language in self.names:
            return language
        known = (SOURCE_LANGUAGE, *sorted(self.names))
        return next(each for each in known if each in self.names)

    def name_in(self, language: Language) -> str:
        """Return its name in a language, or in one it has."""
        return self.names[self.language_shown(language)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """People of an institution who are looked at together."""

    cohort_id: UUID
    institution_id: UUID
    name: str
    framework_key: str
    framework_version: str
    role_keys: tuple[str, ...]
    """Role profiles to choose from when joining; empty: all of the framework."""
    starts_on: date
    ends_on: date
    smallest_cell: int
    """Fewest people behind a published figure; never lowered."""
    is_fictitious: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An invitation of a cohort to one questionnaire in one period."""

    campaign_id: UUID
    cohort_id: UUID
    instrument_ref: str
    round: int
    """1, or 2 for the look at what changed."""
    opens_on: date
    closes_on: date
    """The last day; days begin at midnight UTC."""
    remind_after_days: tuple[int, ...]
    """Days after the invitation, ascending."""

    def is_open(self, now: datetime) -> bool:
        """Whether people may join today."""
        return self.opens_on <= now.date() <= self.closes_on


RosterState = IntakeState
"""How far an uploaded list of people has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """An uploaded list of people."""

    roster_id: UUID
    cohort_id: UUID
    campaign_id: UUID
    file_name: str
    state: RosterState
    actor_id: UUID
    rows: int
    rows_done: int
    report: Mapping[str, object]
    """``wrong``: how many rows are; ``problems``: line, column and code of the first."""
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What somebody says of herself, or a list says of her; unsaid is ``None``."""

    country: str | None = None
    """ISO 3166-1 alpha-2."""
    unit_id: UUID | None = None
    grade: Grade | None = None
    gender: Gender | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invited address, as the one who opens her link sees it."""

    invitation_id: UUID
    cohort_id: UUID
    campaign_id: UUID
    has_address: bool
    """Not yet accepted, stopped or over."""
    role_key: str | None
    about: About


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many people a campaign has reached."""

    invited: int
    accepted: int
    """Joined by their own link."""
    stopped: int
    """Want no mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One learner in one cohort, and what she chose to say about herself."""

    learner_id: UUID
    cohort_id: UUID
    campaign_id: UUID
    joined_at: datetime
    language: Language
    """The one she read when she joined."""
    country: str | None
    unit_id: UUID | None
    grade: Grade | None
    gender: Gender | None
    remind_at: datetime | None = None
    """When she is reminded next at the address of her account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What somebody may do to one thing."""

    offices: frozenset[Office]

    def may(self, capability: Capability | str) -> bool:
        """Whether one of her offices allows it here."""
        return capability in capabilities_of(self.offices)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedInstitution(Reach):
    """An institution with what the asking person may do to it."""

    institution: Institution


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedCohort(Reach):
    """A cohort with what the asking person may do to it."""

    cohort: Cohort
    institution: Institution


def new_join_code() -> str:
    """Return six random letters, to be read from a poster or a slide."""
    return "".join(secrets.choice(JOIN_ALPHABET) for _ in range(JOIN_LENGTH))


def new_link_token() -> str:
    """Return 192 random bits, URL-safe, for a link that cannot be guessed."""
    return secrets.token_urlsafe(LINK_BYTES)


def read_join_code(typed: str) -> str | None:
    """Bring a typed code into its standard form; blanks, hyphens and case are forgiven.

    Returns:
        Six letters, or ``None`` if it cannot be a code.
    """
    code = "".join(typed.upper().replace("-", " ").split())
    if len(code) != JOIN_LENGTH or any(c not in JOIN_ALPHABET for c in code):
        return None
    return code


def is_institution_key(key: str) -> bool:
    """Whether a key is lower-case words joined by hyphens, at most 64 characters."""
    longest = 64
    return len(key) <= longest and _KEY.fullmatch(key) is not None


def check_place(kind: InstitutionKind, parent: Institution | None) -> None:
    """Refuse an institution below one of a kind that has none such.

    Raises:
        MisplacedInstitutionError: E.g. a ministry below a department.
    """
    if parent is not None and kind not in _BELOW[parent.kind]:
        allowed = ", ".join(kinds_below(parent.kind))
        raise MisplacedInstitutionError(kind=kind, allowed=allowed)


def check_period(starts_on: date, ends_on: date) -> None:
    """Refuse a period that nobody can mean.

    Raises:
        WrongPeriodError: It ends before it begins, or lasts more than two years.
    """
    if not timedelta(0) <= ends_on - starts_on <= LONGEST_PERIOD:
        raise WrongPeriodError(
            starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat()
        )


def read_cell(typed: str | int | None, *, least: int = SMALLEST_CELL) -> int:
    """Return the smallest cell asked for; empty means the least.

    Raises:
        UnknownChoiceError: No number between the least and 100.
    """
    text = str(typed or least)
    value = int(text) if text.isascii() and text.isdigit() else -1
    if not least <= value <= LARGEST_CELL:
        raise UnknownChoiceError(
            field="smallest_cell", allowed=f"{least} – {LARGEST_CELL}"
        )
    return value


def make_invitation_token(key: bytes, invitation_id: UUID) -> str:
    """Return the last part of a personal link: 32 digits that name, 32 that prove.

    Args:
        key: The installation's secret.
        invitation_id: Which invitation.
    """
    proof = sign(key, "invitation-link", invitation_id.hex)
    return invitation_id.hex + proof[: len(invitation_id.hex)]


def read_invitation_token(key: bytes, token: str) -> UUID | None:
    """Return which invitation a personal link is of; ``None`` if we did not make it."""
    if not _TOKEN.fullmatch(token):
        return None
    invitation_id = UUID(token[:32])
    made = make_invitation_token(key, invitation_id)
    return invitation_id if compare_digest(made, token) else None
