"""In which pool a shared result counts."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from itertools import groupby
from uuid import UUID

from app.sharing.domain.cells import (
    APART,
    NEITHER,
    Measure,
    Partition,
    Reading,
    change_cell,
)
from app.sharing.domain.ledger import Sheet

FIRST = 1
SECOND = 2
ESTABLISHED = 8
"""A value is a group of its own when this many times *k* members have it."""


class Attribute(StrEnum):
    """By what a cohort may be broken down, beside the role."""

    UNIT = "unit"
    GRADE = "grade"
    GENDER = "gender"
    LANGUAGE = "language"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one learner sent to one cohort in one round."""

    cohort_id: UUID
    round: int
    with_trainers: bool
    framework_key: str
    framework_version: str
    role_key: str | None
    snapshot_ref: str
    levels: Mapping[str, int]
    """Level cell by competency."""
    shared_at: datetime
    looking_back: Mapping[str, int] | None = None
    """Level cell by competency, of the first round as she sees it from this one."""


class Pairing(IntEnum):
    """Which rounds a result shares with a cohort; the number is stored in digests."""

    SINGLE = 0
    BOTH = 1
    """Both rounds."""
    LOOKED_BACK = 2
    """Both, and the first also as she sees it today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolKey:
    """What all people of one pool have in common."""

    framework_key: str
    framework_version: str
    role_key: str | None
    cohorts: tuple[tuple[UUID, Pairing], ...]
    """Cohort, and which rounds are shared with it; ordered."""
    group: tuple[tuple[Attribute, str], ...]

    @property
    def is_paired(self) -> bool:
        """Whether a change between two rounds is counted."""
        return any(pairing for _, pairing in self.cohorts)

    @property
    def looks_back(self) -> bool:
        """Whether the change as people see it today is counted beside it."""
        return any(pairing is Pairing.LOOKED_BACK for _, pairing in self.cohorts)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole, by which it is found."""
        written = json.dumps(
            [
                self.framework_key,
                self.framework_version,
                self.role_key,
                # 0 and 1 as pools have always written them: false and true.
                [
                    [str(c), bool(p) if p < p.LOOKED_BACK else p]
                    for c, p in self.cohorts
                ],
                [[str(attribute), value] for attribute, value in self.group],
            ]
        )
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One shared result: the cohorts for which it is the latest, and its cells."""

    snapshot_ref: str
    framework_key: str
    framework_version: str
    role_key: str | None
    cohorts: tuple[tuple[UUID, Pairing], ...]
    sheet: Sheet


def split_shares(
    shares: Sequence[Share], targets_of: Callable[[Share], Mapping[str, int | None]]
) -> list[Part]:
    """Return the results a learner's shares amount to.

    In each cohort the second round replaces the first and counts the change; a result
    that several cohorts got counts once, for all of them.

    Args:
        shares: All of hers.
        targets_of: Returns by competency what the role of a share asks for.
    """
    latest: list[tuple[Share, Share | None]] = []
    ordered = sorted(shares, key=lambda s: (s.cohort_id, s.round))
    for _, rounds in groupby(ordered, key=lambda s: s.cohort_id):
        *earlier, last = rounds
        same = [e for e in earlier if e.framework_key == last.framework_key]
        latest.append((last, same[0] if same else None))
    parts = []
    latest.sort(key=lambda pair: pair[0].snapshot_ref)
    for ref, pairs in groupby(latest, key=lambda pair: pair[0].snapshot_ref):
        shared = list(pairs)
        newest = max(shared, key=lambda pair: pair[0].shared_at)[0]
        before = next((first for _, first in shared if first), None)
        recalled = next(
            (s.looking_back for s, first in shared if _recalls(s, first)), None
        )
        parts.append(
            Part(
                snapshot_ref=ref,
                framework_key=newest.framework_key,
                framework_version=newest.framework_version,
                role_key=newest.role_key,
                cohorts=tuple((s.cohort_id, _pair(s, f)) for s, f in shared),
                sheet=draw_sheet(
                    newest.levels,
                    before.levels if before else None,
                    targets_of(newest) if before else {},
                    recalled=recalled,
                ),
            )
        )
    return parts


def _recalls(last: Share, first: Share | None) -> bool:
    return first is not None and last.looking_back is not None


def _pair(last: Share, first: Share | None) -> Pairing:
    if first is None:
        return Pairing.SINGLE
    return Pairing.LOOKED_BACK if _recalls(last, first) else Pairing.BOTH


def draw_sheet(
    levels: Mapping[str, int],
    before: Mapping[str, int] | None,
    targets: Mapping[str, int | None],
    *,
    recalled: Mapping[str, int] | None = None,
) -> Sheet:
    """Return the cells of a result, with the change since an earlier one.

    Args:
        levels: Level cell by competency.
        before: The earlier one; ``None``: there is none.
        targets: By competency, what the role asks for.
        recalled: The earlier one as she sees it today; ``None``: she did not say.
    """
    return {
        competency: Reading(
            level=cell,
            change=change_cell(
                before.get(competency, APART), cell, targets.get(competency)
            )
            if before
            else NEITHER,
            looking_back=change_cell(
                recalled.get(competency, APART), cell, targets.get(competency)
            )
            if recalled is not None
            else None,
        )
        for competency, cell in levels.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Released counts at one resolution."""

    partition: Partition
    counts: tuple[int, ...]

    @property
    def people(self) -> int:
        """How many people are behind it."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What is released of pools of one role, group and pairing, added up.

    All that ``insights`` ever sees of results.
    """

    role_key: str | None
    group: Mapping[str, str]
    """Value by attribute, where all of them have one."""
    is_paired: bool
    """Whether its people share both rounds with the cohort asked for."""
    looks_back: bool = False
    """Whether they also share with it how they see the first round today."""
    people: int
    waiting: int
    """Changes that are not released: people more or fewer."""
    smallest_cell: int
    released_at: datetime | None
    tables: Mapping[tuple[str, Measure], tuple[Table, ...]]
    """By competency and measure: from coarse to fine, only those with people."""
