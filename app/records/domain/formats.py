"""Texts of the Experience API: IRIs, language tags, instants, durations, numbers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from app.records.domain import Version

Test = Callable[[str], object]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAP_SECOND = 60
_MICROSECOND = timedelta(microseconds=1)
_KEPT = 65_536
"""Results remembered: an institution has few verbs and activities."""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_MAILBOX = re.compile(r"mailto:[^\s@<>\"]+@[^\s@<>\"]+")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_SHA2 = re.compile(r"[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8}",
    re.IGNORECASE,
)
"""RFC 5646, section 2.1, without its list of grandfathered tags."""
_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W|(?=[\dT])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_INSTANT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d):?(\d\d):?(\d\d)(?:[.,](\d+))?"
    r"([Zz]|[+-]\d\d(?::?\d\d)?)?"
)
_UNKNOWN_ZONE = re.compile(r"-00(:?00)?")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+*-]+\s*(;.*)?")


@lru_cache(maxsize=_KEPT)
def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987)."""
    return _IRI.fullmatch(text) is not None


@lru_cache(maxsize=_KEPT)
def is_language(text: str) -> bool:
    """Whether a text is a language tag (RFC 5646)."""
    return _LANGUAGE.fullmatch(text) is not None


def is_mailbox(text: str) -> bool:
    """Whether a text is ``mailto:`` and an address."""
    return _MAILBOX.fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    """Whether a text is a SHA-1 sum in hexadecimal."""
    return _SHA1.fullmatch(text) is not None


def is_sha2(text: str) -> bool:
    """Whether a text is a SHA-2 sum in hexadecimal."""
    return _SHA2.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its usual form (RFC 4122)."""
    return _UUID.fullmatch(text) is not None


def is_duration(text: str) -> bool:
    """Whether a text is an ISO 8601 duration."""
    return _DURATION.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    """Whether a text is an Internet media type."""
    return _MEDIA_TYPE.fullmatch(text) is not None


def is_instant(text: str, version: Version) -> bool:
    """Whether a text is an instant; in version 2.0 with its offset (RFC 3339)."""
    return read_instant(text, version) is not None


def read_instant(text: str, version: Version = Version.ONE) -> datetime | None:
    """Return an instant, in UTC where it names no offset; ``None`` if it is none."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    zone = found[8]
    if zone is None:
        return None if version is Version.TWO else _build(found, timedelta(0))
    return None if _UNKNOWN_ZONE.fullmatch(zone) else _build(found, _offset(zone))


def _build(found: re.Match[str], offset: timedelta) -> datetime | None:
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    # A leap second is the second before it: Python has none.
    second -= second == LEAP_SECOND
    micro = int(f"{found[7] or '0':0<6}"[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, micro, UTC)
        return local - offset
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    digits = zone[1:].replace(":", "")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -distance if zone[0] == "-" else distance


def position_of(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970: a statement's place."""
    return (instant - EPOCH) // _MICROSECOND


def instant_at(position: int) -> datetime:
    """Return the instant of a place."""
    return EPOCH + position * _MICROSECOND


def write_instant(instant: datetime) -> str:
    """Write an instant as statements have it: UTC, with microseconds."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
