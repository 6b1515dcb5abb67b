"""A study group: people of a cohort who agreed to be seen by each other.

Only who agreed sees anything, and what is seen depends on those alone whom the reader
may see: not on how many others there are (docs/decisions/0018).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from app.cohorts.domain import Cohort
from app.identity.domain import sign
from app.study.errors import NameMissingError, NothingWrittenError

MOST_TEXT = 1000
"""Letters of a question or an answer."""
MOST_NAME = 120
MOST_AN_HOUR = 20
"""Questions, answers and reports of one person within an hour."""
MOST_ANSWERS = 200
"""Of companions, to one question."""
KEPT_AFTER = timedelta(days=30)
"""How long questions can be read after the last day of the cohort."""
_JOINERS = "\u200c\u200d"
"""Join or part letters within a word: Persian and others need them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What somebody agreed to."""

    name: str
    with_trainers: bool
    """Those who are trainers of the cohort at that moment see her as well."""
    agreed_at: datetime
    seen_at: datetime
    """When she last looked at the answers to her questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The study group of a cohort, as one of its members finds it."""

    cohort: Cohort
    own: Agreement | None
    """``None``: she did not agree, and so sees nobody."""
    is_open: bool
    """Until the last day of the cohort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks at a group: one of it, or one of its trainers."""

    learner_id: UUID
    trainer_since: datetime | None = None
    """She looks as a trainer: only at those who agreed to trainers since then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Under what somebody is seen."""

    name: str
    number: int | None
    """Tells people of the same name apart, from 1 on, among those whom the reader sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What somebody worked on last."""

    course_key: str
    module_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Somebody whom the reader sees."""

    learner_id: UUID
    """For the program only; never shown."""
    label: Label
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A question, or an answer to one."""

    post_id: UUID
    label: Label | None
    """``None``: a trainer, or somebody who did not agree to be seen by the reader."""
    is_trainer: bool
    is_own: bool
    text: str
    written_at: datetime
    is_hidden: bool
    """By a trainer; only the writer still sees it."""
    is_reported: bool
    """Somebody asked the trainers to look; only they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the group."""

    question_id: UUID
    asked: Post | None
    """``None``: who asked has left, or is not seen by the reader."""
    answers: Sequence[Post]
    """Those the reader sees, the oldest first."""
    is_answered: bool
    asked_at: datetime

    @property
    def has_reports(self) -> bool:
        """Whether a trainer is to look at it."""
        asked = [self.asked] if self.asked else []
        return any(each.is_reported for each in (*asked, *self.answers))

    def has_news(self, seen_at: datetime) -> bool:
        """Whether it is the reader's, with answers of others later than an instant."""
        is_own = self.asked is not None and self.asked.is_own
        later = (a for a in self.answers if a.written_at > seen_at and not a.is_own)
        return is_own and any(later)


def read_text(typed: str) -> str:
    """Return what somebody wrote without blank ends.

    Signs that turn or hide text are left out.

    Raises:
        NothingWrittenError: It says nothing, or is longer than ``MOST_TEXT``.
    """
    kept = "\n".join(_plain(line).rstrip() for line in typed.splitlines()).strip()
    has_letters = any(c not in _JOINERS and not c.isspace() for c in kept)
    if not has_letters or len(kept) > MOST_TEXT:
        raise NothingWrittenError(most=MOST_TEXT)
    return kept


def read_name(typed: str) -> str:
    """Return a name in one line.

    Raises:
        NameMissingError: There is none, or it is longer than ``MOST_NAME``.
    """
    name = " ".join(_plain(unicodedata.normalize("NFKC", typed), " ").split())
    has_letters = any(c.isalnum() for c in name)
    if not has_letters or len(name) > MOST_NAME:
        raise NameMissingError(most=MOST_NAME)
    return name


def _plain(line: str, instead: str = "") -> str:
    return "".join(c if c.isprintable() or c in _JOINERS else instead for c in line)


def label_people(people: Iterable[tuple[UUID, str]]) -> dict[UUID, Label]:
    """Return under what each is seen; equal names get numbers in the order given."""
    found = list(people)
    alike = Counter(_fold(name) for _, name in found)
    given: Counter[str] = Counter()
    labels = {}
    for learner_id, name in found:
        folded = _fold(name)
        given[folded] += 1
        number = given[folded] if alike[folded] > 1 else None
        labels[learner_id] = Label(name=name, number=number)
    return labels


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in _JOINERS)


def in_order(labels: Mapping[UUID, Label], reader: Reader) -> list[Companion]:
    """Return those whom a reader sees by name, herself first."""
    people = [
        Companion(
            learner_id=learner_id,
            label=label,
            is_own=reader.trainer_since is None and learner_id == reader.learner_id,
        )
        for learner_id, label in labels.items()
    ]
    return sorted(
        people, key=lambda p: (not p.is_own, _fold(p.label.name), p.label.number or 0)
    )


def is_open(cohort: Cohort, today: date) -> bool:
    """Whether people of a cohort still study together."""
    return today <= cohort.ends_on


def monday_of(now: datetime) -> datetime:
    """Return when the week of an instant began, in UTC."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=now.weekday())


def number_post(key: bytes, *, learner_id: UUID, place: UUID, text: str) -> UUID:
    """Return the number of what somebody writes at a place.

    The same words there have the same number, so that a form sent twice says them once;
    nobody can choose another's (HMAC-SHA-256, 122 bits).
    """
    digest = sign(key, "study-post", f"{learner_id}:{place}:{text}")
    return UUID(hex=digest[:32], version=4)
