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
ONE_IN = 2
"""Of so many people whose cohort wants before and after, one is set aside."""


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
    AGAIN = 3
    """The second round; the first may be shown, so it goes on counting instead."""

    @property
    def is_paired(self) -> bool:
        """Whether a change between two rounds is counted."""
        return self in {Pairing.BOTH, Pairing.LOOKED_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a cohort has chosen to see of results."""

    attributes: tuple[Attribute, ...] = ()
    """By which it is broken down."""
    sets_aside: bool = False
    """Whether half of the first results are kept for before and after."""


def is_drawn(learner_id: UUID, cohort_id: UUID) -> bool:
    """Return whether the lot sets a learner's first result aside; always the same."""
    lot = hashlib.sha256(b"aside" + learner_id.bytes + cohort_id.bytes).digest()
    return lot[0] % ONE_IN == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolKey:
    """What all people of one pool have in common."""

    framework_key: str
    framework_version: str
    role_key: str | None
    cohorts: tuple[tuple[UUID, Pairing], ...]
    """Cohort, and which rounds are shared with it; ordered."""
    group: tuple[tuple[Attribute, str], ...]
    is_aside: bool = False
    """Whether no levels of theirs are ever shown."""

    @property
    def is_paired(self) -> bool:
        """Whether a change between two rounds is counted."""
        return any(pairing.is_paired for _, pairing in self.cohorts)

    @property
    def has_tables(self) -> bool:
        """Whether levels of theirs are ever shown."""
        came_again = all(pairing is Pairing.AGAIN for _, pairing in self.cohorts)
        return not self.is_aside and not came_again

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
                *(["aside"] if self.is_aside else []),
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
    compared_ref: str | None
    """The result from which the change is counted; ``None``: none is."""
    is_first: bool
    """Whether no cohort has it as a second round."""


def split_shares(
    shares: Sequence[Share],
    targets_of: Callable[[Share], Mapping[str, int | None]],
    *,
    may_compare: Callable[[Share, Share], bool],
) -> list[Part]:
    """Return the results a learner's shares amount to.

    In each cohort the second round replaces the first and counts the change, if the two
    may be compared; if not, the first goes on counting. A result that several cohorts
    got counts once, for all of them.

    Args:
        shares: All of hers.
        targets_of: Returns by competency what the role of a share asks for.
        may_compare: Returns whether a first result (the first argument) counts nowhere
            but in what changed until the second: of any other, the change would be a
            second count (docs/privacy.md).
    """
    entries = sorted(
        _list_entries(shares, may_compare), key=lambda each: each.share.snapshot_ref
    )
    parts = []
    for ref, some in groupby(entries, key=lambda each: each.share.snapshot_ref):
        every = list(some)
        # Where people only came again, no table counts the result; elsewhere one may.
        counted = [e for e in every if e.pairing is not Pairing.AGAIN] or every
        newest = max((e.share for e in counted), key=lambda share: share.shared_at)
        before = next((e.first for e in counted if e.pairing.is_paired), None)
        recalled = next(
            (e.share.looking_back for e in counted if e.pairing is Pairing.LOOKED_BACK),
            None,
        )
        parts.append(
            Part(
                snapshot_ref=ref,
                framework_key=newest.framework_key,
                framework_version=newest.framework_version,
                role_key=newest.role_key,
                cohorts=tuple((e.share.cohort_id, e.pairing) for e in counted),
                sheet=draw_sheet(
                    newest.levels,
                    before.levels if before else None,
                    targets_of(newest) if before else {},
                    recalled=recalled,
                ),
                compared_ref=before.snapshot_ref if before else None,
                is_first=all(e.pairing is Pairing.SINGLE for e in counted),
            )
        )
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """How a result counts in one cohort."""

    share: Share
    pairing: Pairing
    first: Share | None = None


def _list_entries(
    shares: Sequence[Share], may_compare: Callable[[Share, Share], bool]
) -> list[_Entry]:
    entries: list[_Entry] = []
    partner: dict[str, str] = {}
    ordered = sorted(shares, key=lambda s: (str(s.cohort_id), s.round))
    for _, rounds in groupby(ordered, key=lambda s: s.cohort_id):
        *earlier, last = rounds
        same = [e for e in earlier if e.framework_key == last.framework_key]
        if not same:
            entries.append(_Entry(share=last, pairing=Pairing.SINGLE))
            continue
        first, pair = same[0], (same[0].snapshot_ref, last.snapshot_ref)
        if (
            partner.get(pair[0], pair[1]) == pair[1]
            and partner.get(pair[1], pair[0]) == pair[0]
            and may_compare(first, last)
        ):
            partner |= {pair[0]: pair[1], pair[1]: pair[0]}
            looked_back = last.looking_back is not None
            pairing = Pairing.LOOKED_BACK if looked_back else Pairing.BOTH
            entries.append(_Entry(share=last, pairing=pairing, first=first))
        else:
            entries.append(_Entry(share=first, pairing=Pairing.SINGLE))
            entries.append(_Entry(share=last, pairing=Pairing.AGAIN))
    return entries


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
    is_aside: bool = False
    """Whether its levels are kept for before and after, and never shown."""
    came_again: bool = False
    """Whether its people came again but go on counting with their first results."""
    people: int
    waiting: int
    """Changes that are not released: people more or fewer."""
    smallest_cell: int
    released_at: datetime | None
    tables: Mapping[tuple[str, Measure], tuple[Table, ...]]
    """By competency and measure: from coarse to fine, only those with people."""
