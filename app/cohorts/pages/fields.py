"""Reading the fields of forms; what cannot be read names its field."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from app.cohorts.domain import About, Gender, Grade
from app.cohorts.domain.countries import is_country
from app.cohorts.errors import AccountNotFoundError, UnknownChoiceError
from app.identity.access import PageFrame, secret_of
from app.identity.domain.addresses import LONGEST_ADDRESS, read_address
from app.identity.queries import find_learner_by_email
from app.identity.service import count_use, throttle_scope
from app.kernel.errors import DomainError

Form = Mapping[str, list[str]]
Choice = TypeVar("Choice", bound=StrEnum)
LONGEST = 4000
MOST_ASKED = 60
"""Addresses one administrator may look for in an hour."""
MOST_UPLOADS = 30
"""Lists one person may send in an hour; each occupies the worker for seconds."""
MOST_LETTERS = 60
"""Forms full of addresses one person may send in an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What stopped a form, and what was typed into it."""

    error: DomainError
    form: Form
    where: str
    """Which of the page's forms."""


def first_values(form: Form) -> dict[str, str]:
    """Return what was typed into each field; nothing where nothing was."""
    return defaultdict(str, {name: values[0] for name, values in form.items()})


def read_text(form: Form, name: str, *, longest: int = LONGEST) -> str:
    """Return a field without blanks around it; empty if it is not there."""
    text = form.get(name, [""])[0].strip()
    if len(text) > longest or "\x00" in text:
        raise UnknownChoiceError(field=name, allowed=f"0 – {longest}")
    return text


def read_day(form: Form, name: str) -> date:
    """Return a day written as browsers do: ``2026-11-23``."""
    try:
        return date.fromisoformat(read_text(form, name))
    except ValueError:
        raise UnknownChoiceError(field=name, allowed="YYYY-MM-DD") from None


def read_number(form: Form, name: str) -> int | None:
    """Return a whole number of at most four digits, ``None`` for an empty field."""
    text = read_text(form, name)
    if not text:
        return None
    most_digits = 4
    if not (text.isascii() and text.isdigit() and len(text) <= most_digits):
        raise UnknownChoiceError(field=name, allowed="0 – 9999")
    return int(text)


def read_choice(form: Form, name: str, kind: type[Choice]) -> Choice | None:
    """Return one of an enumeration, ``None`` for an empty field."""
    text = read_text(form, name)
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise UnknownChoiceError(field=name, allowed=", ".join(kind)) from None


def read_id(form: Form, name: str) -> UUID | None:
    """Return a number of ours, ``None`` for an empty field."""
    text = read_text(form, name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise UnknownChoiceError(field=name, allowed="UUID") from None


def read_country(form: Form, name: str = "country") -> str | None:
    """Return an ISO 3166-1 code, ``None`` for an empty field."""
    text = read_text(form, name)
    if text and not is_country(text):
        raise UnknownChoiceError(field=name, allowed="ISO 3166-1 alpha-2")
    return text or None


def read_about(form: Form) -> About:
    """Return what somebody chose to say of herself."""
    return About(
        country=read_country(form),
        unit_id=read_id(form, "unit"),
        grade=read_choice(form, "grade", Grade),
        gender=read_choice(form, "gender", Gender),
    )


def count_by_person(
    page: PageFrame,
    connection: Connection,
    *,
    purpose: str,
    limit: int,
    now: datetime,
) -> None:
    """Count what one person does in this hour.

    Raises:
        TooManyAttemptsError: She has done it ``limit`` times.
    """
    whose = page.visitor.learner.learner_id if page.visitor.learner else ""
    scope = throttle_scope(
        secret_of(page.settings), purpose=purpose, address=str(whose), now=now
    )
    count_use(connection, scope=scope, limit=limit, now=now)


def find_by_address(
    page: PageFrame, connection: Connection, form: Form, now: datetime
) -> UUID:
    """Return whose account has the address of a form; counted, so that none are tried.

    Raises:
        EmailInvalidError: It cannot be an address.
        AccountNotFoundError: Nobody has an account with it.
        TooManyAttemptsError: Too many were asked for this hour.
    """
    address = read_address(read_text(form, "email", longest=LONGEST_ADDRESS))
    key = secret_of(page.settings)
    count_by_person(page, connection, purpose="find-account", limit=MOST_ASKED, now=now)
    learner = find_learner_by_email(connection, key=key, email=address)
    if learner is None:
        raise AccountNotFoundError
    return learner.learner_id
