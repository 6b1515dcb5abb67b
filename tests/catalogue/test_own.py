"""Courses of institutions: from draft to what learners see."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.catalogue import files
from app.catalogue.domain.filters import Filter
from app.catalogue.domain.own import (
    CourseState,
    Editor,
    Step,
    is_course_key,
    make_key,
)
from app.catalogue.errors import (
    BrokenCourseError,
    CourseChangedError,
    CourseKeyTakenError,
    CourseNotFoundError,
    CourseStateError,
    OwnReviewError,
)
from app.catalogue.queries import (
    find_courses,
    find_release,
    get_catalogue,
    get_catalogue_of,
    get_course,
    own,
)
from app.catalogue.service import (
    change_course,
    draft_course,
    draft_courses,
    get_seen,
    load_catalogue,
    take_step,
)
from app.kernel.text import Language
from app.kernel.yaml import Document, parse_document
from tests.catalogue import builders
from tests.catalogue.editors import (
    AWA,
    BINTA,
    ENAP,
    IIAG,
    NAMES,
    course,
    draft,
    editor,
    publish,
    shown,
    step,
    verbs,
)
from tests.constants import NOON

MOOC = "unesco-oxford-ai-dt-gov"


def test_a_course_is_seen_once_a_second_person_has_published_it(
    connection: Connection,
) -> None:
    before = find_release(connection)

    drafted = draft(connection)
    submitted = step(connection, drafted, Step.SUBMIT)

    assert (shown(connection), find_release(connection)) == ({}, before)

    published = step(connection, submitted, Step.PUBLISH, BINTA)

    assert shown(connection) == {"enap-data": "Données ouvertes"}
    assert find_release(connection) != before
    assert (published.state, published.published_revision) == ("published", 1)
    assert verbs(connection) == [
        "course-drafted", "course-published", "course-submitted"
    ]  # fmt: skip
    found = get_course(connection, "enap-data")
    assert found.added_by == NAMES
    assert (
        found
        in find_courses(connection, Filter(q="donnees ouvertes"), Language.EN).courses
    )
    assert get_catalogue_of(connection, found).key == "open-courses"


def test_a_published_course_stays_while_its_next_revision_is_written(
    connection: Connection,
) -> None:
    first = publish(connection, draft(connection))

    second = change_course(
        connection,
        editor=AWA,
        seen=first,
        data=course("enap-data", title="B"),
        now=NOON,
    )

    assert (second.revision, second.published_revision) == (2, 1)
    assert shown(connection) == {"enap-data": "Données ouvertes"}
    publish(connection, second)
    assert shown(connection) == {"enap-data": "B"}


def test_a_retired_course_is_seen_no_more_and_can_come_back(
    connection: Connection,
) -> None:
    before = find_release(connection)
    published = publish(connection, draft(connection))
    seen = find_release(connection)

    retired = step(connection, published, Step.RETIRE)

    assert shown(connection) == {}
    assert len({before, seen, find_release(connection)}) == 3
    with pytest.raises(CourseNotFoundError):
        get_course(connection, "enap-data")
    with pytest.raises(CourseStateError):
        step(connection, retired, Step.PUBLISH, BINTA)
    again = change_course(
        connection,
        editor=AWA,
        seen=retired,
        data=course("enap-data", hours=3),
        now=NOON,
    )
    publish(connection, again)
    assert get_course(connection, "enap-data").hours == 3


@pytest.mark.parametrize("who", [AWA, BINTA])
def test_nobody_publishes_what_she_wrote_or_submitted(
    connection: Connection, who: Editor
) -> None:
    submitted = step(connection, draft(connection), Step.SUBMIT, BINTA)

    with pytest.raises(OwnReviewError):
        step(connection, submitted, Step.PUBLISH, who)

    assert shown(connection) == {}


def test_an_administrator_without_colleagues_publishes_alone_and_the_log_says_so(
    connection: Connection,
) -> None:
    submitted = step(connection, draft(connection), Step.SUBMIT)

    step(connection, submitted, Step.PUBLISH, editor(1, may_decide_alone=True))

    assert list(shown(connection)) == ["enap-data"]
    assert "course-published-alone" in verbs(connection)


def test_a_course_sent_back_says_why_until_it_is_submitted_again(
    connection: Connection,
) -> None:
    submitted = step(connection, draft(connection), Step.SUBMIT)

    back = take_step(
        connection,
        editor=BINTA,
        seen=submitted,
        step=Step.SEND_BACK,
        comment=" Which levels? ",
        now=NOON,
    )

    assert (back.state, back.comment) == (CourseState.DRAFT, "Which levels?")
    assert step(connection, back, Step.SUBMIT).comment == ""


def test_who_read_an_older_revision_overwrites_nothing(connection: Connection) -> None:
    seen = draft(connection)
    data = course("enap-data", title="First")
    change_course(connection, editor=AWA, seen=seen, data=data, now=NOON)

    with pytest.raises(CourseChangedError):
        change_course(
            connection,
            editor=BINTA,
            seen=seen,
            data=course("enap-data", title="Second"),
            now=NOON,
        )
    with pytest.raises(CourseChangedError):
        step(connection, seen, Step.SUBMIT)
    with pytest.raises(CourseChangedError):
        get_seen(connection, editor=BINTA, course_key="enap-data", revision=1)

    newest = own.get_revision(connection, course_key="enap-data", revision=2)
    assert newest.data == data


def test_the_same_again_makes_no_revision(connection: Connection) -> None:
    seen = draft(connection)

    same = change_course(
        connection, editor=BINTA, seen=seen, data=course("enap-data"), now=NOON
    )

    assert same == seen


def test_keys_are_unique_across_files_and_institutions(connection: Connection) -> None:
    draft(connection)

    for key in ("enap-data", MOOC):
        with pytest.raises(CourseKeyTakenError):
            draft_course(connection, editor=editor(3, IIAG), data=course(key), now=NOON)
    more: Any = builders.catalogue("more", course("enap-data"))
    with pytest.raises(CourseKeyTakenError):
        load_catalogue(
            connection,
            key="more",
            data=more,
            now=NOON,
        )


def test_a_course_of_another_institution_is_not_there(connection: Connection) -> None:
    draft(connection)

    for key in ("enap-data", "nothing", "\x00", "x" * 500):
        with pytest.raises(CourseNotFoundError):
            own.get_own_course(connection, institution_id=IIAG, course_key=key)
    assert own.list_own_courses(connection, institution_id=IIAG) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "javascript:alert(1)"},
        {"is_flagship": True},
        {"hours": -1},
        {"title": "\u202eevil"},
        {"serves": [{"competency": "unknown", "from_level": 0, "to_level": 1}]},
        {"modules": [{"key": "a", "title": {}, "source": "https://e.org"}]},
        {"unknown": 1},
    ],
)
def test_a_broken_course_is_refused_whole(
    connection: Connection, changes: dict[str, Any]
) -> None:
    with pytest.raises(BrokenCourseError) as caught:
        draft(connection, **changes)

    assert caught.value.problems
    assert own.list_own_courses(connection, institution_id=ENAP) == []


def test_a_title_without_english_is_shown_in_the_language_it_has(
    connection: Connection,
) -> None:
    part = {"key": "a", "title": {"fr": "Éthique"}, "source": "https://e.org"}
    publish(connection, draft(connection, modules=[part]))

    (module,) = get_course(connection, "enap-data").modules

    assert module.title.in_language(Language.AR) == "Éthique"
    assert module.title.language_shown(Language.AR) is Language.FR


def test_publishing_one_of_many_parses_one(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        publish(connection, draft(connection, f"enap-{number}"))
    get_catalogue(connection)
    parsed = []
    real = files.parse_own_course

    def count(content: bytes) -> object:
        parsed.append(content)
        return real(content)

    monkeypatch.setattr(own, "parse_own_course", count)
    publish(connection, draft(connection, f"enap-{uuid4().hex}"))

    assert len(shown(connection)) == 31
    assert len(parsed) == 1


def read(text: str) -> Document:
    return parse_document(Path("ours.yaml"), text.encode())


TEXT = """courses:
  - key: enap-a
    title: A
    title_language: fr
    provider: Enap
    url: https://enap.example/a
    url_kind: course_page
    audience: anyone
    verification: provider
    sources: [https://enap.example]
    checked_on: 2026-11-01
"""


def test_a_file_becomes_drafts_once(connection: Connection) -> None:
    for is_trial, is_new, count in (
        (True, True, 0),
        (False, True, 1),
        (False, False, 1),
    ):
        found = draft_courses(
            connection, editor=AWA, document=read(TEXT), is_trial=is_trial, now=NOON
        )

        assert [(c.key, new) for c, new in found] == [("enap-a", is_new)]
        kept = own.list_own_courses(connection, institution_id=ENAP)
        assert [c.revision for c in kept] == [1] * count


@pytest.mark.parametrize("key", [MOOC, "iiag-a", "enap-a"])
def test_a_file_with_one_wrong_course_makes_no_draft(
    connection: Connection, key: str
) -> None:
    draft_course(connection, editor=editor(3, IIAG), data=course("iiag-a"), now=NOON)
    second = TEXT.partition("\n")[2].replace("enap-a", key)

    with pytest.raises(BrokenCourseError) as caught:
        draft_courses(
            connection,
            editor=AWA,
            document=read(TEXT + second),
            is_trial=False,
            now=NOON,
        )

    (problem,) = caught.value.problems
    assert (problem.line, problem.where) == (12, "courses.1.key")
    assert own.list_own_courses(connection, institution_id=ENAP) == []


@given(institution=st.text(max_size=70), title=st.text(max_size=200))
def test_a_key_made_of_a_title_is_a_key_or_empty(institution: str, title: str) -> None:
    key = make_key(institution, title)

    assert key == "" or is_course_key(key)
