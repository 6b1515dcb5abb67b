"""Agreeing to be seen, taking it back, and what goes with whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, delete, exists, select, update

from app.cohorts.queries.people import list_ended_cohorts
from app.journal.service import record
from app.kernel.database import Upsert, lock_until_commit
from app.kernel.statements import copy_rows
from app.study.domain import KEPT_AFTER
from app.study.errors import GroupClosedError
from app.study.models import CompanionRow, PostRow, ThreadRow
from app.study.queries import get_group

_AGREE = Upsert(
    CompanionRow,
    values=(
        *("learner_id", "cohort_id", "shown_name", "trainers_from"),
        *("agreed_at", "seen_at"),
    ),
    keys=("learner_id", "cohort_id"),
    updated=("shown_name", "trainers_from"),
)


def agree(
    connection: Connection,
    *,
    learner_id: UUID,
    cohort_id: UUID,
    name: str,
    with_trainers: bool,
    now: datetime,
) -> None:
    """Agree that the others who agreed see a name and this week's work.

    Again changes the name, and whether those who are trainers now see it as well.

    Raises:
        CohortNotFoundError: She has not joined that cohort.
        GroupClosedError: The cohort is over.
    """
    lock_until_commit(connection, f"study:{learner_id}")
    group = get_group(
        connection, learner_id=learner_id, cohort_id=cohort_id, today=now.date()
    )
    if not group.is_open:
        raise GroupClosedError
    _AGREE.execute(
        connection,
        {
            "learner_id": learner_id,
            "cohort_id": cohort_id,
            "shown_name": name,
            "trainers_from": now if with_trainers else None,
            "agreed_at": now,
            "seen_at": now,
        },
    )
    if group.own is None:
        _note(connection, learner_id, cohort_id, "agreed-to-be-seen", now)


def leave_group(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, now: datetime
) -> None:
    """Be seen no more, at once; what she wrote goes, the answers of others stay.

    Without having agreed, nothing happens.
    """
    lock_until_commit(connection, f"study:{learner_id}")
    gone = connection.execute(
        delete(CompanionRow).where(
            CompanionRow.learner_id == learner_id, CompanionRow.cohort_id == cohort_id
        )
    ).rowcount
    if gone:
        _delete_words(connection, learner_id, cohort_id)
        _note(connection, learner_id, cohort_id, "left-study-group", now)


def _delete_words(connection: Connection, learner_id: UUID, cohort_id: UUID) -> None:
    """Delete what she wrote as one of the group: not what she wrote as its trainer."""
    connection.execute(
        delete(PostRow).where(
            PostRow.learner_id == learner_id,
            PostRow.cohort_id == cohort_id,
            PostRow.is_trainer.is_(False),
        )
    )
    delete_empty(connection, cohort_id)


def delete_empty(connection: Connection, cohort_id: UUID) -> None:
    """Delete the places of a cohort at which nobody's words are left."""
    # Who answers at this moment waits, or we see her answer.
    lock_until_commit(connection, f"study-places:{cohort_id}")
    here = and_(
        PostRow.cohort_id == ThreadRow.cohort_id,
        PostRow.thread_id == ThreadRow.thread_id,
    )
    connection.execute(
        delete(ThreadRow).where(ThreadRow.cohort_id == cohort_id, ~exists().where(here))
    )


def _note(
    connection: Connection, learner_id: UUID, cohort_id: UUID, verb: str, now: datetime
) -> None:
    record(
        connection,
        learner_id=learner_id,
        verb=verb,
        object_ref=f"cohort:{cohort_id}",
        occurred_at=now,
    )


def read_news(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, now: datetime
) -> None:
    """Note that she has read the answers to her questions up to now."""
    connection.execute(
        update(CompanionRow)
        .where(
            CompanionRow.learner_id == learner_id,
            CompanionRow.cohort_id == cohort_id,
            CompanionRow.seen_at < now,
        )
        .values(seen_at=now)
    )


def forget(connection: Connection, *, learner_id: UUID) -> None:
    """Delete what somebody wrote, wherever; before she is erased."""
    lock_until_commit(connection, f"study:{learner_id}")
    cohorts = connection.scalars(
        select(PostRow.cohort_id).where(PostRow.learner_id == learner_id).distinct()
    ).all()
    for table in (PostRow, CompanionRow):
        connection.execute(delete(table).where(table.learner_id == learner_id))
    # In one order for all: two who go at once do not wait for each other in a circle.
    for cohort_id in sorted(cohorts):
        delete_empty(connection, cohort_id)


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Give a learner what another agreed to and wrote who is the same person.

    Where both agreed, her own word stays. The caller's transaction then forgets the
    other.
    """
    for table in (CompanionRow, PostRow):
        copy_rows(
            connection, table, column="learner_id", old=from_learner, new=to_learner
        )
        connection.execute(delete(table).where(table.learner_id == from_learner))


def forget_closed(connection: Connection, *, now: datetime) -> int:
    """Delete the groups of cohorts that are long over; return how many rows went."""
    over = list_ended_cohorts(connection, before=(now - KEPT_AFTER).date())
    return sum(
        connection.execute(delete(table).where(table.cohort_id.in_(over))).rowcount
        for table in (PostRow, ThreadRow, CompanionRow)
    )
