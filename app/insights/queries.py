"""Reading what dashboards show: released totals, and who takes part."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    String,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.assessment.models import AttemptRow
from app.cohorts.domain import Cohort, RosterState
from app.cohorts.models import InstitutionRow, InvitationRow, MemberRow, RosterRow
from app.insights.domain.participation import SUBMITTED_STAGES, Stage, Trait, Turnout
from app.kernel.text import Language
from app.paths.domain.plan import Choice
from app.paths.models import ChoiceRow, PathRow
from app.proficiency.models import AimRow
from app.sharing.models import ShareRow

Value = TypeVar("Value")
FEW_MEMBERS = 200
"""Up to here people are counted anew at every look."""
KEPT_S = 2.0
"""How long the counts of larger cohorts are kept in the process."""
MOST_TIMES = 20
"""Counting may take a twentieth of the time: slow counts are kept longer."""


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A count, and until when it is good enough."""

    value: Any
    until: float
    """Of ``time.monotonic``."""
    counting: Lock
    """Held by the one who counts anew; the others take what is there."""


_kept: WeakKeyDictionary[Engine, dict[tuple[str | UUID, ...], _Kept]] = (
    WeakKeyDictionary()
)


def _keep(
    connection: Connection,
    name: tuple[str | UUID, ...],
    count: Callable[[], Value],
    size_of: Callable[[Value], int],
) -> Value:
    """Return a count; of many people one of seconds ago.

    One process counts the same people at most every ``KEPT_S``, and with at most a
    twentieth of its time; meanwhile everybody gets the count before.
    """
    known = _kept.setdefault(connection.engine, {})
    kept = known.get(name)
    if kept is not None and (
        monotonic() < kept.until or not kept.counting.acquire(blocking=False)
    ):
        found: Value = kept.value
        return found
    began = monotonic()
    try:
        value = count()
    finally:
        if kept is not None:
            kept.counting.release()
    ended = monotonic()
    if size_of(value) > FEW_MEMBERS:
        until = ended + max(KEPT_S, MOST_TIMES * (ended - began))
        known[name] = _Kept(value=value, until=until, counting=Lock())
    else:
        known.pop(name, None)
    return value


def get_turnout(connection: Connection, *, cohort: Cohort) -> Turnout:
    """Return who takes part in a cohort; of large cohorts as of seconds ago."""
    return _keep(
        connection,
        ("turnout", cohort.cohort_id),
        lambda: count_turnout(connection, cohort=cohort),
        lambda turnout: turnout.joined,
    )


def count_turnout(connection: Connection, *, cohort: Cohort) -> Turnout:
    """Count who takes part in a cohort, now.

    Complexity:
        One pass over the members of the cohort, by index.
    """
    rows = connection.execute(_turnout(cohort)).all()
    by_trait: dict[Trait, dict[str, dict[Stage, int]]] = {each: {} for each in Trait}
    for row in rows:
        if row.trait in set(Trait):
            value = _plain(Trait(row.trait), row.value)
            counts = by_trait[Trait(row.trait)].setdefault(
                value, dict.fromkeys(Stage, 0)
            )
            counts[Stage(row.stage)] = row.people
    extra = {row.trait: row.people for row in rows}
    stages = dict.fromkeys(Stage, 0)
    for counts in by_trait[Trait.LANGUAGE].values():
        for stage, people in counts.items():
            stages[stage] += people
    joined = sum(stages.values())
    return Turnout(
        invited=_count_invited(connection, cohort.cohort_id),
        joined=joined,
        started=joined - stages[Stage.JOINED],
        submitted=sum(stages[each] for each in SUBMITTED_STAGES),
        shared=stages[Stage.SHARED],
        on_path=extra.get("on-path", 0),
        step_done=extra.get("step-done", 0),
        by_trait=by_trait,
    )


def _plain(trait: Trait, value: str | None) -> str:
    if value and trait is Trait.UNIT:
        return str(UUID(value))
    return value or ""


def _turnout(cohort: Cohort) -> Any:  # noqa: ANN401 -- a statement of unions
    members = _members(cohort)
    columns = members.c
    traits = [
        select(
            literal(trait.value).label("trait"),
            cast(columns[trait.value], String).label("value"),
            columns.stage,
            func.count().label("people"),
        ).group_by(columns[trait.value], columns.stage)
        for trait in Trait
    ]
    extra = [
        select(
            literal(name).label("trait"),
            null().label("value"),
            null().label("stage"),
            func.count().label("people"),
        ).where(columns[name] == 1)
        for name in ("on-path", "step-done")
    ]
    return union_all(*traits, *extra)


def _members(cohort: Cohort) -> Any:  # noqa: ANN401 -- a CTE
    """Each member once, with how far she has come."""
    attempt = exists().where(
        AttemptRow.learner_id == MemberRow.learner_id,
        AttemptRow.framework_key == cohort.framework_key,
    )
    shared = exists().where(
        ShareRow.learner_id == MemberRow.learner_id,
        ShareRow.cohort_id == cohort.cohort_id,
    )
    stage = case(
        (shared, Stage.SHARED.value),
        (attempt.where(AttemptRow.submitted_at.is_not(None)), Stage.SUBMITTED.value),
        (attempt, Stage.STARTED.value),
        else_=Stage.JOINED.value,
    )
    on_path = exists().where(PathRow.learner_id == MemberRow.learner_id)
    done = exists().where(
        ChoiceRow.learner_id == MemberRow.learner_id, ChoiceRow.choice == Choice.DONE
    )
    return (
        select(
            MemberRow.unit_id.label(Trait.UNIT),
            MemberRow.grade.label(Trait.GRADE),
            MemberRow.gender.label(Trait.GENDER),
            MemberRow.country.label(Trait.COUNTRY),
            MemberRow.language.label(Trait.LANGUAGE),
            AimRow.role_key.label(Trait.ROLE),
            stage.label("stage"),
            _flag(on_path).label("on-path"),
            _flag(done).label("step-done"),
        )
        .join(AimRow, AimRow.learner_id == MemberRow.learner_id, isouter=True)
        .where(MemberRow.cohort_id == cohort.cohort_id)
        .cte("members")
    )


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _count_invited(connection: Connection, cohort_id: UUID) -> int:
    """Count those who were invited and have not come; a roster counts when it is in."""
    imported = select(RosterRow.roster_id).where(
        RosterRow.cohort_id == cohort_id, RosterRow.state == RosterState.DONE
    )
    found = select(func.count()).where(
        InvitationRow.cohort_id == cohort_id,
        InvitationRow.joined_at.is_(None),
        or_(InvitationRow.roster_id.is_(None), InvitationRow.roster_id.in_(imported)),
    )
    return connection.scalar(found) or 0


def list_unit_names(
    connection: Connection, unit_ids: Collection[UUID]
) -> dict[str, Mapping[Language, str]]:
    """Return the names of institutions by their number."""
    rows = connection.execute(
        select(InstitutionRow.institution_id, InstitutionRow.names).where(
            InstitutionRow.institution_id.in_(unit_ids)
        )
    )
    return {str(row.institution_id): row.names for row in rows}


def count_members(
    connection: Connection, *, cohort_ids: tuple[UUID, ...]
) -> dict[UUID, tuple[int, int]]:
    """Return members, and those of them who share, by cohort; as ``get_turnout``."""
    return _keep(
        connection,
        ("members", *cohort_ids),
        lambda: _count_members(connection, cohort_ids),
        lambda counts: sum(members for members, _ in counts.values()),
    )


def _count_members(
    connection: Connection, cohort_ids: Collection[UUID]
) -> dict[UUID, tuple[int, int]]:
    """Return members, and those of them who share, by cohort."""
    members = (
        select(MemberRow.cohort_id, func.count().label("people"))
        .where(MemberRow.cohort_id.in_(cohort_ids))
        .group_by(MemberRow.cohort_id)
    )
    shares = (
        select(
            ShareRow.cohort_id,
            func.count(ShareRow.learner_id.distinct()).label("people"),
        )
        .where(ShareRow.cohort_id.in_(cohort_ids))
        .group_by(ShareRow.cohort_id)
    )
    shared = {row.cohort_id: row.people for row in connection.execute(shares)}
    return {
        row.cohort_id: (row.people, shared.get(row.cohort_id, 0))
        for row in connection.execute(members)
    }
