"""Everything a dashboard shows of results: a function of what is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.frameworks.domain import Framework, Need
from app.insights.domain.changes import (
    ChangeRow,
    Wait,
    draw_changes,
    draw_looking_back,
    find_wait,
)
from app.insights.domain.gaps import (
    DomainRow,
    GapRow,
    Needs,
    draw_gaps,
    sum_domains,
    tallies_of,
)
from app.insights.domain.priorities import Priority, rank_priorities
from app.insights.domain.tallies import LEVEL_ORDER, Tally, add_up
from app.sharing.domain.pools import Attribute, Released


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Of whom: one role, and those who have one value of one attribute."""

    role_key: str | None = None
    """``None``: all."""
    attribute: Attribute | None = None
    value: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it shows everybody."""
        return self.role_key is None and self.attribute is None

    def keeps(self, pool: Released) -> bool:
        """Whether a pool's people are all of those asked for."""
        return (self.role_key is None or pool.role_key == self.role_key) and (
            self.attribute is None or pool.group.get(self.attribute) == self.value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One row of the heat map."""

    competency: str
    tally: Tally | None
    """In ``LEVEL_ORDER``; ``None``: nothing can be shown yet."""
    outside: int
    """Released people who are not in the row: a finer count of them waits."""

    @property
    def people(self) -> int:
        """How many people are counted."""
        return self.tally.people if self.tally else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """What is released of some cohorts, seen through a lens."""

    people: int
    """Whose results are in it."""
    waiting: int
    """Changes that are shared or taken back and not in it yet."""
    paired: int
    """Of the people, those who shared both rounds, and whose change is counted."""
    kept: int
    """Of the people, those whose first results are kept for before and after."""
    released_at: datetime | None
    """When it changed last."""
    levels: tuple[LevelRow, ...]
    gaps: tuple[GapRow, ...]
    domains: tuple[DomainRow, ...]
    priorities: tuple[Priority, ...]
    looked_back: int
    """Of the paired, those who also shared how they see the first round today."""
    changes: tuple[ChangeRow, ...]
    """As rated in each round."""
    changes_wait: Wait | None
    """Why ``changes`` shows nothing."""
    looking_back: tuple[ChangeRow, ...]
    """As seen from the second round; only where ``changes`` shows something, too."""


def needs_of(framework: Framework) -> Needs:
    """Return what each role asks for; ``None`` is the role of those without one."""
    needs: dict[str | None, dict[str, Need]] = {None: framework.role(None).targets()}
    return needs | {role.key: role.targets() for role in framework.roles}


def draw_dashboard(
    released: Sequence[Released],
    framework: Framework,
    *,
    lens: Lens,
    everybody: int | None,
) -> Dashboard:
    """Draw what a lens shows.

    Args:
        released: Pools of the cohorts asked for.
        framework: Theirs.
        lens: Of whom.
        everybody: All who were invited or joined, for the interval of priorities;
            ``None``: unknown, as it is for a part of a cohort.
    """
    seen = [pool for pool in released if lens.keeps(pool)]
    # Whoever came again without being compared counts with her first result.
    pools = [pool for pool in seen if not pool.came_again]
    needs = needs_of(framework)
    gaps = draw_gaps(pools, framework, needs)
    changes = draw_changes(pools, framework)
    times = [pool.released_at for pool in pools if pool.released_at]
    return Dashboard(
        people=sum(pool.people for pool in pools),
        waiting=sum(abs(pool.waiting) for pool in pools),
        paired=sum(pool.people for pool in pools if pool.is_paired),
        released_at=max(times, default=None),
        levels=tuple(_draw_levels(pools, framework)),
        gaps=tuple(gaps),
        domains=tuple(sum_domains(gaps, framework)),
        priorities=tuple(rank_priorities(pools, needs, everybody=everybody)),
        looked_back=sum(p.people for p in pools if p.is_paired and p.looks_back),
        kept=sum(pool.people for pool in pools if pool.is_aside),
        changes=tuple(changes),
        changes_wait=find_wait(seen, changes),
        looking_back=tuple(draw_looking_back(pools, changes)),
    )


def _draw_levels(pools: Sequence[Released], framework: Framework) -> list[LevelRow]:
    people = sum(pool.people for pool in pools if not pool.is_aside)
    rows = []
    for competency in framework.competencies:
        parts = (tallies_of(pool, competency.key) for pool in pools)
        tally = add_up(parts, size=len(LEVEL_ORDER))
        counted = tally.people if tally else 0
        rows.append(
            LevelRow(
                competency=competency.key,
                tally=tally,
                outside=max(0, people - counted),
            )
        )
    return rows


def list_values(released: Sequence[Released]) -> Mapping[Attribute, list[str]]:
    """Return by what the pools can be told apart, beside the role."""
    found: dict[Attribute, set[str]] = {}
    for pool in released:
        for name, value in pool.group.items():
            found.setdefault(Attribute(name), set()).add(value)
    return {name: sorted(found[name]) for name in Attribute if name in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One competency in two cohorts."""

    competency: str
    here: GapRow | None
    there: GapRow | None


def compare(here: Sequence[GapRow], there: Sequence[GapRow]) -> list[Pair]:
    """Put the rows of two dashboards beside each other, in the order of the first."""
    first = {row.competency: row for row in here if row.tally}
    second = {row.competency: row for row in there if row.tally}
    return [
        Pair(competency=key, here=first.get(key), there=second.get(key))
        for key in dict.fromkeys((*first, *second))
    ]
