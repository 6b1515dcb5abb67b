"""What is checked of a value alone; each check refuses, or returns nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Never

from app.records.domain import Json, Version
from app.records.domain import formats as f
from app.records.errors import StatementRefusedError

Check = Callable[[Any, str, Version], None]


def refuse(where: str, why: str) -> Never:
    """Refuse a statement.

    Raises:
        StatementRefusedError: Always.
    """
    raise StatementRefusedError(where=where, why=why)


def take_object(value: object, at: str, allowed: frozenset[str]) -> Json:
    """Return an object that has no property beyond those allowed."""
    if type(value) is not dict:
        refuse(at, "must be an object")
    if not value.keys() <= allowed:
        unknown = min(value.keys() - allowed)
        refuse(f"{at}.{unknown[:60]}", "unknown property")
    return value


def check_optional(
    found: Json, name: str, at: str, check: Check, version: Version
) -> None:
    """Check a property, if it is there."""
    if name in found:
        check(found[name], f"{at}{name}", version)


def check_each(
    value: object, at: str, checks: Mapping[str, Check], version: Version
) -> Json:
    """Return an object after checking each property; none has no check."""
    if type(value) is not dict:
        refuse(at, "must be an object")
    for name, part in value.items():
        check = checks.get(name)
        if check is None:
            refuse(f"{at}.{name[:60]}", "unknown property")
        check(part, f"{at}.{name}", version)
    return value


def check_text(value: object, at: str, _version: Version) -> None:
    """Refuse what is no string."""
    if type(value) is not str:
        refuse(at, "must be a string")


def check_flag(value: object, at: str, _version: Version) -> None:
    """Refuse what is neither true nor false."""
    if type(value) is not bool:
        refuse(at, "must be true or false")


def is_number(value: object) -> bool:
    """Whether a value is a number; true and false are none."""
    return type(value) is float or type(value) is int


def formatted(test: f.Test, why: str) -> Check:
    """Return the check of a string by a test."""

    def check(value: object, at: str, _version: Version) -> None:
        if type(value) is not str or not test(value):
            refuse(at, why)

    return check


check_iri = formatted(f.is_iri, "must be an IRI")
check_uuid = formatted(f.is_uuid, "must be a UUID")
check_language = formatted(f.is_language, "must be a language tag (RFC 5646)")
check_duration = formatted(f.is_duration, "must be an ISO 8601 duration")
check_media_type = formatted(f.is_media_type, "must be a media type")
check_sha2 = formatted(f.is_sha2, "must be a SHA-2 sum in hexadecimal")


def check_instant(value: object, at: str, version: Version) -> None:
    """Refuse what is no instant in this version."""
    if type(value) is not str or not f.is_instant(value, version):
        refuse(at, "must be an ISO 8601 date and time")


def check_language_map(value: object, at: str, _version: Version) -> None:
    """Refuse what does not map language tags to strings."""
    if type(value) is not dict:
        refuse(at, "must be a language map")
    for code, text in value.items():
        if not f.is_language(code):
            refuse(f"{at}.{code[:60]}", "must be a language tag (RFC 5646)")
        if type(text) is not str:
            refuse(f"{at}.{code}", "must be a string")


def check_extensions(value: object, at: str, _version: Version) -> None:
    """Refuse what does not map IRIs to anything."""
    if type(value) is not dict:
        refuse(at, "must be an object")
    for name in value:
        if not f.is_iri(name):
            refuse(f"{at}.{name[:60]}", "must be an IRI")
