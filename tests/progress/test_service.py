from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from app.catalogue.errors import CourseNotFoundError
from app.home.service import erase, merge
from app.kernel.database import Database
from app.paths.domain.plan import Choice
from app.paths.queries import get_choices
from app.proficiency.domain import EvidenceSource
from app.proficiency.queries import get_profile
from app.progress.domain.ledger import Kind, Mark, NewEntry
from app.progress.errors import (
    EntryInvalidError,
    EntryNotFoundError,
    ModuleNotFoundInCourseError,
)
from app.progress.models import EntryRow
from app.progress.queries import count_course, get_course_progress, list_entries
from app.progress.service import record_entries, record_many
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import add_learner
from tests.progress.builders import DAY, SCHOOL, said

SELF, VERIFIED = EvidenceSource.SELF_DECLARED, EvidenceSource.VERIFIED
THEMES = (
    "ai-human-rights",
    "ethics",
    "data-governance",
    "inclusive-service-design",
    "leadership",
    "generative-ai-tools",
)


def say(connection: Connection, learner_id: UUID, *entries: NewEntry) -> None:
    record_entries(connection, learner_id=learner_id, entries=entries, now=NOON)


def mooc(kind: Kind, **changes: Any) -> NewEntry:  # noqa: ANN401 -- any field
    return said(kind, MOOC, **changes)


def test_a_replay_changes_nothing(connection: Connection) -> None:
    me = add_learner(connection).learner_id
    entry = mooc(Kind.COMPLETED, ref="once")

    first = record_entries(connection, learner_id=me, entries=[entry], now=NOON)
    again = record_entries(
        connection,
        learner_id=me,
        entries=[entry, mooc(Kind.WITHDRAWN, ref="once")],
        now=NOON + DAY,
    )

    assert again == [first[0], first[0]]
    assert list_entries(connection, learner_id=me) == first
    assert count_course(connection, MOOC).completed == {SELF: 1}


def test_the_same_ref_about_another_course_changes_nothing(
    connection: Connection,
) -> None:
    me = add_learner(connection).learner_id
    say(connection, me, mooc(Kind.COMPLETED, ref="once"))

    say(connection, me, said(Kind.COMPLETED, "elements-of-ai", ref="once"))

    assert count_course(connection, "elements-of-ai").enrolled == 0
    assert len(list_entries(connection, learner_id=me)) == 1


def test_finishing_moves_the_plan_and_taking_back_moves_it_back(
    connection: Connection,
) -> None:
    me = add_learner(connection).learner_id
    say(connection, me, *(mooc(Kind.MODULE_DONE, module_key=k) for k in THEMES[1:]))
    assert get_choices(connection, learner_id=me) == {}

    last = mooc(Kind.MODULE_DONE, module_key=THEMES[0])
    say(connection, me, last)
    assert get_choices(connection, learner_id=me) == {MOOC: Choice.DONE}
    assert count_course(connection, MOOC).completed == {SELF: 1}

    say(connection, me, mooc(Kind.CORRECTION, corrects=last.ref))
    assert get_choices(connection, learner_id=me) == {}
    found = count_course(connection, MOOC)
    assert (found.enrolled, found.started, dict(found.completed)) == (1, 1, {})


def test_what_she_declares_is_no_evidence_and_what_is_verified_is(
    connection: Connection,
) -> None:
    me = add_learner(connection)
    add_result(connection, me, value="1")
    before = get_profile(connection, learner_id=me.learner_id)

    say(connection, me.learner_id, mooc(Kind.COMPLETED))
    declared = get_profile(connection, learner_id=me.learner_id)
    report = mooc(Kind.COMPLETED, ref="row", source=VERIFIED, said_by=SCHOOL)
    say(connection, me.learner_id, report)
    verified = get_profile(connection, learner_id=me.learner_id)

    assert declared == before
    assert [s.level for s in verified.standings] == [s.level for s in before.standings]
    reported = {
        s.competency: e.level
        for s in verified.standings
        for e in s.evidence
        if e.source_ref == "progress:row" and e.source is VERIFIED
    }
    assert len(reported) == 5
    assert set(reported.values()) <= {1, 2, 3}

    say(
        connection,
        me.learner_id,
        mooc(Kind.CORRECTION, corrects="row", said_by=SCHOOL, source=VERIFIED),
    )
    assert get_profile(connection, learner_id=me.learner_id) == before


def test_the_implausible_is_kept_and_follows_what_comes_later(
    connection: Connection,
) -> None:
    me = add_learner(connection)
    add_result(connection, me)
    platform: dict[str, Any] = {"source": VERIFIED, "said_by": SCHOOL}
    end = mooc(Kind.COMPLETED, ref="end", **platform)

    say(connection, me.learner_id, end)
    assert count_course(connection, MOOC).completed == {VERIFIED: 1}

    # The start arrives later: twelve hours of course took no time at all.
    say(connection, me.learner_id, mooc(Kind.STARTED, **platform))

    found = get_course_progress(connection, learner_id=me.learner_id, course_key=MOOC)
    assert found is not None
    assert [(e.ref, e.marks) for e in found.doubtful] == [("end", (Mark.TOO_FAST,))]
    assert count_course(connection, MOOC).completed == {}
    profile = get_profile(connection, learner_id=me.learner_id)
    assert all(len(s.evidence) == 1 for s in profile.standings)


def test_totals_count_each_person_once_and_survive_erasure(
    connection: Connection,
) -> None:
    first, second, third = (add_learner(connection).learner_id for _ in range(3))
    record_many(
        connection,
        entries={
            first: [mooc(Kind.ENROLLED), mooc(Kind.COMPLETED)],
            second: [
                mooc(Kind.COMPLETED),
                mooc(Kind.COMPLETED, source=VERIFIED, said_by=SCHOOL),
            ],
            third: [mooc(Kind.ENROLLED)],
        },
        now=NOON,
    )
    before = count_course(connection, MOOC)
    assert (before.enrolled, before.started) == (3, 2)
    assert before.completed == {SELF: 1, VERIFIED: 1}

    for each in (first, second, third):
        erase(connection, learner_id=each)

    assert count_course(connection, MOOC) == before
    assert connection.scalars(select(EntryRow.ref)).all() == []


def test_one_person_who_was_two_is_counted_as_one(connection: Connection) -> None:
    guest, me = add_learner(connection), add_learner(connection)
    add_result(connection, guest)
    say(connection, guest.learner_id, mooc(Kind.COMPLETED))
    row = mooc(Kind.COMPLETED, source=VERIFIED, said_by=SCHOOL)
    say(connection, guest.learner_id, row)
    say(connection, me.learner_id, mooc(Kind.ENROLLED, language="ar"))
    assert count_course(connection, MOOC).enrolled == 2

    merge(
        connection,
        from_learner=guest.learner_id,
        to_learner=me.learner_id,
        now=NOON,
    )

    found = count_course(connection, MOOC)
    assert (found.enrolled, found.started, found.completed) == (1, 1, {VERIFIED: 1})
    assert len(list_entries(connection, learner_id=me.learner_id)) == 3
    assert get_choices(connection, learner_id=me.learner_id) == {MOOC: Choice.DONE}


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (said(Kind.COMPLETED, "no-such-course"), CourseNotFoundError),
        (mooc(Kind.MODULE_DONE, module_key="none"), ModuleNotFoundInCourseError),
        (mooc(Kind.MODULE_DONE), EntryInvalidError),
        (mooc(Kind.SPENT), EntryInvalidError),
        (mooc(Kind.SPENT, minutes=-1), EntryInvalidError),
        (mooc(Kind.COMPLETED, corrects="x"), EntryInvalidError),
        (mooc(Kind.CORRECTION, corrects="x"), EntryNotFoundError),
    ],
)
def test_what_cannot_be_is_refused(
    connection: Connection, entry: NewEntry, error: type[Exception]
) -> None:
    me = add_learner(connection).learner_id

    with pytest.raises(error):
        say(connection, me, entry)


def test_nobody_corrects_what_another_said(connection: Connection) -> None:
    me = add_learner(connection).learner_id
    say(connection, me, mooc(Kind.COMPLETED, ref="row", said_by=SCHOOL))

    with pytest.raises(EntryNotFoundError):
        say(connection, me, mooc(Kind.CORRECTION, corrects="row"))


def test_a_correction_of_another_person_is_none_of_hers(database: Database) -> None:
    with database.write() as connection:
        other, me = add_learner(connection), add_learner(connection)
        say(connection, other.learner_id, mooc(Kind.COMPLETED, ref="hers"))
        with pytest.raises(EntryNotFoundError):
            say(connection, me.learner_id, mooc(Kind.CORRECTION, corrects="hers"))
