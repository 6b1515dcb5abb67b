"""The addresses that courses lead to, and how they answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app.catalogue.domain import Course
from app.kernel.probing import FAILING, LONGEST_ADDRESS, Answer

CHECKED_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address, and what the last check of it showed."""

    address: str
    answer: Answer
    status: int | None
    leads_to: str | None
    checked_at: datetime
    failing_since: datetime | None
    """The first check of those in a row that failed."""

    @property
    def is_failing(self) -> bool:
        """Whether a learner who follows it would probably find nothing."""
        return self.answer in FAILING


def addresses_of(course: Course) -> list[str]:
    """Return where a course leads: its pages, its runs and where we read of it."""
    runs = (run.url for run in course.runs)
    named = (course.url, course.registration_url, *runs, *course.sources)
    return [
        each
        for each in dict.fromkeys(named)
        if each and each.startswith("http") and len(each) <= LONGEST_ADDRESS
    ]


def list_addresses(courses: Iterable[Course]) -> list[str]:
    """Return every address that courses lead to, once."""
    found = (each for course in courses for each in addresses_of(course))
    return list(dict.fromkeys(found))


def link_key(address: str) -> str:
    """Return under what an address is kept: SHA-256, 64 hexadecimal digits."""
    return sha256(address.encode()).hexdigest()
