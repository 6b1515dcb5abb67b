"""A certificate somebody gives, what was checked of it, and what follows.

The rules are ours. A document is accepted without a person's look only if somebody
whom the operator trusts vouches for it: anybody can write a PDF that says anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.progress.domain.names import OTHER, SAME, find_name
from app.progress.domain.wording import find_days, is_course_named, leads_to

MOST_BYTES = 10 * 1024 * 1024
"""Of one file."""
MOST_KEPT = 20
"""Certificates one person keeps here."""
MOST_KEPT_BYTES = 60 * 1024 * 1024
LOOKS_ALIKE = 10
"""Bits of 256 by which two pictures of one thing may differ."""
BAND_BITS = 16
_BANDS = 16
LONGEST_NAME = 120
LONGEST_REASON = 1000
SAYING_ENOUGH = 40
"""Letters of a text in which a name and a course can be looked for."""


class Check(StrEnum):
    """One thing that is looked at, in the order in which a page shows them."""

    FILE = "file"
    SEAL = "seal"
    LINK = "link"
    NAME = "name"
    COURSE = "course"
    DATES = "dates"
    UNUSED = "unused"


class Result(StrEnum):
    """How a check went."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_POSSIBLE = "not_possible"


class Outcome(StrEnum):
    """What becomes of a certificate."""

    ACCEPTED = "accepted"
    NEEDS_REVIEW = "needs_review"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


class SealState(StrEnum):
    """What the electronic signature of a document says."""

    NONE = "none"
    KNOWN = "known-signer"
    UNKNOWN = "unknown-signer"
    EXTENDED = "extended"
    """Fields were filled in after signing."""
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An electronic signature."""

    state: SealState = SealState.NONE
    signer: str = ""
    """As its own certificate says; worth something only if the signer is known."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Badge:
    """What an Open Badge in a picture says; its signature is not looked at."""

    name: str = ""
    achievement: str = ""
    issuer: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reading:
    """What a machine can read of a document."""

    refused: str | None = None
    """Why it was not read, as ``UnsoundError`` says."""
    kind: str = ""
    """Media type."""
    text: str = ""
    links: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """Texts of its QR codes."""
    seal: Seal = field(default_factory=Seal)
    badge: Badge | None = None
    look: str = ""
    """256 bits in hexadecimal, of a photo: alike for pictures that look alike."""

    @property
    def words(self) -> str:
        """Everything it says, to look for a name and a course in it."""
        badge = self.badge
        said = (badge.name, badge.achievement, badge.issuer, badge.on) if badge else ()
        return "\n".join((self.text, *said)).strip()

    @property
    def is_picture(self) -> bool:
        """Whether its text cannot be read."""
        return self.kind.startswith("image/")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it leads to, QR codes first."""
        return tuple(dict.fromkeys((*self.codes, *self.links)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one check went, and the word by which the page says why."""

    check: Check
    result: Result
    why: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a genuine certificate says."""

    name: str
    titles: tuple[str, ...]
    """Of the course, in whatever languages are known."""
    provider: str
    hosts: tuple[str, ...]
    """Where the provider's pages are."""
    first_on: date | None
    """The day the first run began, if it is known."""
    today: date


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Certificate:
    """A document somebody gave for a course."""

    certificate_id: UUID
    learner_id: UUID
    course_key: str
    kind: str
    size: int
    """Bytes that are kept."""
    address: str | None
    """Names the file in the folder of documents; ``None``: nothing is kept."""
    name_given: str
    findings: tuple[Finding, ...]
    outcome: Outcome
    given_at: datetime
    dated_on: date | None
    """The day on it, if one was found."""
    cohort_ref: str | None = None
    """To whose trainers it was sent for review."""
    consent: str | None = None
    """The sentence she agreed to then."""
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    reason: str = ""
    """Of the reviewer."""

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What it was refused for."""
        return tuple(each for each in self.findings if each.result is Result.FAILED)

    @property
    def may_be_reviewed(self) -> bool:
        """Whether she can ask a person to look: there is a file, and none has yet."""
        is_open = self.outcome in {Outcome.NEEDS_REVIEW, Outcome.REFUSED}
        return is_open and self.address is not None and self.decided_at is None


def examine(reading: Reading, expected: Expected) -> list[Finding]:
    """Check a document by what it says itself; whether it was used before is not here."""
    if reading.refused is not None:
        return [Finding(check=Check.FILE, result=Result.FAILED, why=reading.refused)]
    return [
        Finding(check=Check.FILE, result=Result.PASSED, why="sound"),
        _check_seal(reading),
        _check_link(reading, expected),
        _check_name(reading, expected),
        _check_course(reading, expected),
        _check_dates(reading, expected),
    ]


def _check_seal(reading: Reading) -> Finding:
    state = reading.seal.state
    result = {
        SealState.KNOWN: Result.PASSED,
        SealState.ALTERED: Result.FAILED,
    }.get(state, Result.NOT_POSSIBLE)
    why = "picture" if reading.is_picture else str(state)
    facts = {"signer": reading.seal.signer} if reading.seal.signer else {}
    return Finding(check=Check.SEAL, result=result, why=why, facts=facts)


def _check_link(reading: Reading, expected: Expected) -> Finding:
    """Say where it leads; nobody follows the link, so that it proves nothing."""
    why, facts = "no-link", {}
    for address in reading.addresses:
        if leads_to(address, expected.hosts):
            why, facts = "provider", {"address": address}
            break
        if not facts and address.startswith("https://"):
            why, facts = "elsewhere", {"address": address}
    if why == "no-link" and reading.badge is not None:
        why, facts = "badge", {"issuer": reading.badge.issuer}
    return Finding(check=Check.LINK, result=Result.NOT_POSSIBLE, why=why, facts=facts)


def _check_name(reading: Reading, expected: Expected) -> Finding:
    text = reading.words
    if not expected.name:
        return _unknown(Check.NAME, "no-name")
    if not _says_enough(reading):
        return _unknown(Check.NAME, "no-text")
    confidence = find_name(expected.name, text)
    facts = {"confidence": f"{confidence:.2f}", "threshold": f"{SAME:.2f}"}
    if confidence >= SAME:
        result, why = Result.PASSED, "same"
    elif confidence >= OTHER:
        result, why = Result.NOT_POSSIBLE, "alike"
    else:
        result, why = Result.FAILED, "other"
    return Finding(check=Check.NAME, result=result, why=why, facts=facts)


def _says_enough(reading: Reading) -> bool:
    if reading.badge is not None:
        return bool(reading.words)
    return sum(letter.isalpha() for letter in reading.text) >= SAYING_ENOUGH


def _unknown(check: Check, why: str) -> Finding:
    return Finding(check=check, result=Result.NOT_POSSIBLE, why=why)


def _check_course(reading: Reading, expected: Expected) -> Finding:
    if not _says_enough(reading):
        return _unknown(Check.COURSE, "no-text")
    named = is_course_named(reading.words, expected.titles, expected.provider)
    if named is None:
        return _unknown(Check.COURSE, "unsure")
    result = Result.PASSED if named else Result.FAILED
    return Finding(check=Check.COURSE, result=result, why="named" if named else "other")


def _check_dates(reading: Reading, expected: Expected) -> Finding:
    days = find_days(reading.words)
    if not days:
        return _unknown(Check.DATES, "no-date")
    fitting = day_of(days, expected)
    if fitting is not None:
        facts = {"on": fitting.isoformat()}
        return Finding(
            check=Check.DATES, result=Result.PASSED, why="fitting", facts=facts
        )
    why = "future" if min(days) > expected.today else "before-start"
    facts = {"on": min(days).isoformat()}
    return Finding(check=Check.DATES, result=Result.FAILED, why=why, facts=facts)


def day_of(days: Sequence[date], expected: Expected) -> date | None:
    """Return the last of some days on which the course can have been finished."""
    first = expected.first_on or date.min
    return max((day for day in days if first <= day <= expected.today), default=None)


def decide(findings: Sequence[Finding]) -> Outcome:
    """Say what becomes of a document, by its checks alone.

    Anything that failed refuses it. Accepted: the file is sound, a signer we know
    vouches for it, it names her and the course, its date does not speak against it,
    and nobody else uses it. Everything else a person has to look at.
    """
    results = {each.check: each.result for each in findings}
    if Result.FAILED in results.values():
        return Outcome.REFUSED
    needed = (Check.FILE, Check.SEAL, Check.NAME, Check.COURSE, Check.UNUSED)
    if all(results.get(check) is Result.PASSED for check in needed):
        return Outcome.ACCEPTED
    return Outcome.NEEDS_REVIEW


def bands(look: str) -> list[str]:
    """Return the parts of a look by which pictures like it are found.

    Two looks that differ in fewer bits than there are parts share one of them.
    """
    width = BAND_BITS // 4
    return [f"{n}:{look[n * width : (n + 1) * width]}" for n in range(_BANDS)]


def are_alike(one: str, other: str) -> bool:
    """Whether two pictures look alike."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= LOOKS_ALIKE
