"""Giving certificates: what is accepted, refused, kept, and goes again."""

import io
import stat
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from app.home.service import erase, merge
from app.kernel.database import Database
from app.kernel.jobs import run_due
from app.proficiency.domain import EvidenceSource
from app.progress.domain.certificates import (
    Check,
    Finding,
    Outcome,
    Result,
    are_alike,
    bands,
    decide,
)
from app.progress.errors import (
    DocumentMissingError,
    DocumentsFullError,
    DocumentTooLargeError,
)
from app.progress.models import ClaimRow, LookRow, ReviewRow
from app.progress.queries import (
    get_certificate,
    get_course_progress,
    list_certificates,
)
from app.progress.service import (
    FORGET,
    Desk,
    forget_document,
    remove_certificate,
    sweep_documents,
)
from tests.constants import NOON
from tests.progress.documents import (
    COURSE,
    LINES,
    NAME,
    append_page,
    make_pdf,
    make_photo,
    sign_pdf,
)
from tests.progress.giving import give, person, words

HOUR = timedelta(hours=1)


def test_a_genuine_certificate_is_accepted_and_the_course_is_done_by_evidence(
    database: Database, desk: Desk
) -> None:
    learner_id = person(database)

    made = give(database, desk, learner_id, sign_pdf(make_pdf()))

    assert words(made) == {
        Check.FILE: (Result.PASSED, "sound"),
        Check.SEAL: (Result.PASSED, "known-signer"),
        Check.LINK: (Result.NOT_POSSIBLE, "no-link"),
        Check.NAME: (Result.PASSED, "same"),
        Check.COURSE: (Result.PASSED, "named"),
        Check.DATES: (Result.PASSED, "fitting"),
        Check.UNUSED: (Result.PASSED, "unused"),
    }
    assert (made.outcome, made.dated_on) == (Outcome.ACCEPTED, date(2026, 10, 12))
    with database.read() as connection:
        progress = get_course_progress(
            connection, learner_id=learner_id, course_key=COURSE
        )
    assert progress is not None
    assert progress.completed is EvidenceSource.EVIDENCED


@pytest.mark.parametrize(
    ("lines", "name", "failed"),
    [
        (LINES, "Ousmane Keïta", Check.NAME),
        (
            (
                NAME,
                "has finished",
                "Baking bread at home for beginners",
                "on 12 October 2026",
            ),
            NAME,
            Check.COURSE,
        ),
        ((*LINES[:-1], "on 12 October 2031"), NAME, Check.DATES),
        ((*LINES[:-1], "on 12 October 2019"), NAME, Check.DATES),
    ],
)
def test_a_certificate_of_another_person_course_or_time_is_refused(
    database: Database, desk: Desk, lines: Sequence[str], name: str, failed: Check
) -> None:
    made = give(
        database, desk, person(database), sign_pdf(make_pdf(tuple(lines))), name
    )

    assert made.outcome is Outcome.REFUSED
    assert [each.check for each in made.failed] == [failed]


def test_an_altered_certificate_is_refused_and_counts_for_nothing(
    database: Database, desk: Desk
) -> None:
    learner_id = person(database)

    made = give(database, desk, learner_id, append_page(sign_pdf(make_pdf())))

    assert made.outcome is Outcome.REFUSED
    assert words(made)[Check.SEAL] == (Result.FAILED, "altered")
    with database.read() as connection:
        assert get_course_progress(connection, learner_id=learner_id, course_key=COURSE) is None  # fmt: skip


def test_what_nobody_we_know_vouches_for_needs_a_person(
    database: Database, desk: Desk
) -> None:
    plain = give(database, desk, person(database), make_pdf())
    own = give(
        database, desk, person(database), sign_pdf(make_pdf((*LINES, "2")), "Stranger")
    )
    photo = give(database, desk, person(database), make_photo())

    assert [each.outcome for each in (plain, own, photo)] == [Outcome.NEEDS_REVIEW] * 3
    assert words(plain)[Check.SEAL] == (Result.NOT_POSSIBLE, "none")
    assert words(own)[Check.SEAL] == (Result.NOT_POSSIBLE, "unknown-signer")
    assert words(photo)[Check.LINK] == (Result.NOT_POSSIBLE, "provider")
    assert words(photo)[Check.NAME] == (Result.NOT_POSSIBLE, "no-text")


def test_the_same_certificate_is_never_accepted_for_a_second_person(
    database: Database, desk: Desk
) -> None:
    numbered = (*LINES, "Certificate No. UO-2026-00417")
    give(database, desk, person(database), sign_pdf(make_pdf(numbered)))

    same = give(database, desk, person(database), sign_pdf(make_pdf(numbered)))
    once_more = give(
        database, desk, person(database), sign_pdf(make_pdf((*numbered, "x")))
    )

    assert (same.outcome, once_more.outcome) == (Outcome.REFUSED, Outcome.REFUSED)
    assert words(same)[Check.UNUSED] == (Result.FAILED, "used")
    assert words(once_more)[Check.UNUSED] == (Result.FAILED, "used")


def test_a_photo_like_another_persons_is_said_to_look_alike(
    database: Database, desk: Desk
) -> None:
    photo = make_photo("https://example.org/a")
    give(database, desk, person(database), photo)
    smaller = io.BytesIO()
    Image.open(io.BytesIO(photo)).resize((600, 467)).save(smaller, "PNG")

    again = give(database, desk, person(database), smaller.getvalue())

    assert words(again)[Check.UNUSED] == (Result.NOT_POSSIBLE, "looks-alike")
    assert again.outcome is Outcome.NEEDS_REVIEW


def test_giving_it_again_is_the_same_and_checks_anew_until_it_is_accepted(
    database: Database, desk: Desk
) -> None:
    learner_id = person(database)
    pdf = sign_pdf(make_pdf())
    wrong = give(database, desk, learner_id, pdf, "Ousmane Keïta")

    right = give(database, desk, learner_id, pdf)
    again = give(database, desk, learner_id, pdf, "Ousmane Keïta")

    assert wrong.outcome is Outcome.REFUSED
    assert right.outcome is again.outcome is Outcome.ACCEPTED
    assert wrong.certificate_id == right.certificate_id
    with database.read() as connection:
        assert len(list_certificates(connection, learner_id=learner_id)) == 1


def test_nothing_too_much_and_too_many_are_refused_before_they_are_read(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner_id = person(database)
    monkeypatch.setattr("app.progress.service.certificates.MOST_KEPT", 0)

    with pytest.raises(DocumentMissingError):
        give(database, desk, learner_id, b"")
    with pytest.raises(DocumentTooLargeError):
        give(database, desk, learner_id, bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(DocumentsFullError):
        give(database, desk, learner_id, make_pdf())


def test_the_file_is_readable_by_us_alone_and_what_is_no_certificate_is_not_kept(
    database: Database, desk: Desk
) -> None:
    made = give(database, desk, person(database), make_pdf())
    refused = give(database, desk, person(database), b"hello")

    files = [path for path in desk.folder.path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [made.address]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (files[0].parent, desk.folder.path)} == {0o700}  # fmt: skip
    assert (refused.address, refused.may_be_reviewed) == (None, False)


def run_jobs(database: Database, desk: Desk) -> None:
    """Delete the files that wait to be deleted."""
    handlers = {
        FORGET: lambda job: forget_document(database, job.payload, folder=desk.folder)
    }
    run_due(database, handlers, now=NOON, limit=10)


def files_of(desk: Desk) -> list[Path]:
    """Return all files in the folder."""
    return [path for path in desk.folder.path.rglob("*") if path.is_file()]


def test_erasing_a_person_erases_her_certificates_and_their_files(
    database: Database, desk: Desk
) -> None:
    learner_id, other = person(database), person(database)
    give(database, desk, learner_id, make_photo())
    give(database, desk, other, make_photo())

    with database.write() as connection:
        erase(connection, learner_id=learner_id)
    run_jobs(database, desk)

    assert len(files_of(desk)) == 1
    with database.read() as connection:
        for table in (ClaimRow, LookRow, ReviewRow):
            owners = connection.scalars(select(table.learner_id)).all()
            assert set(owners) <= {other}


def test_a_certificate_that_was_accepted_counts_no_more_when_it_is_removed(
    database: Database, desk: Desk
) -> None:
    learner_id = person(database)
    pdf = sign_pdf(make_pdf())
    made = give(database, desk, learner_id, pdf)

    with database.write() as connection:
        remove_certificate(
            connection,
            learner_id=learner_id,
            certificate_id=made.certificate_id,
            now=NOON + HOUR,
        )
    run_jobs(database, desk)

    with database.read() as connection:
        progress = get_course_progress(connection, learner_id=learner_id, course_key=COURSE)  # fmt: skip
        assert progress is None or progress.completed is None
    assert files_of(desk) == []
    elsewhere = give(database, desk, person(database), pdf)
    assert elsewhere.outcome is Outcome.ACCEPTED


def test_files_that_nobody_refers_to_are_swept_but_not_young_ones(
    database: Database, desk: Desk
) -> None:
    made = give(database, desk, person(database), make_pdf())
    desk.folder.keep(desk.folder.stage(b"left by a crash"), "ab" * 32)
    desk.folder.stage(b"left by another")
    later = files_of(desk)[0].stat().st_mtime

    written = datetime.fromtimestamp(later, UTC)
    young = sweep_documents(database, folder=desk.folder, now=written + HOUR / 2)
    old = sweep_documents(database, folder=desk.folder, now=written + 2 * HOUR)

    assert (young, old) == (0, 2)
    assert [path.name for path in files_of(desk)] == [made.address]


def test_signing_in_takes_the_certificates_along(
    database: Database, desk: Desk
) -> None:
    guest, account = person(database), person(database)
    made = give(database, desk, guest, sign_pdf(make_pdf()))

    with database.write() as connection:
        merge(connection, from_learner=guest, to_learner=account, now=NOON)
    run_jobs(database, desk)

    with database.read() as connection:
        mine = get_certificate(connection, learner_id=account, certificate_id=made.certificate_id)  # fmt: skip
        progress = get_course_progress(connection, learner_id=account, course_key=COURSE)  # fmt: skip
    assert desk.folder.read(mine.address or "") is not None
    assert progress is not None
    assert progress.completed is EvidenceSource.EVIDENCED
    assert give(database, desk, person(database), sign_pdf(make_pdf())).outcome is Outcome.ACCEPTED  # fmt: skip


FINDINGS = st.fixed_dictionaries(
    {check: st.sampled_from(list(Result)) for check in Check}
)


@generated(FINDINGS)
def test_what_failed_or_was_not_vouched_for_is_never_accepted(
    results: dict[Check, Result],
) -> None:
    outcome = decide(
        [Finding(check=check, result=each, why="") for check, each in results.items()]
    )

    if Result.FAILED in results.values():
        assert outcome is Outcome.REFUSED
    elif results[Check.SEAL] is not Result.PASSED or results[Check.UNUSED] is not Result.PASSED:  # fmt: skip
        assert outcome is Outcome.NEEDS_REVIEW


@generated(st.integers(0, 2**256 - 1), st.sets(st.integers(0, 255), max_size=10))
def test_pictures_that_look_alike_share_a_part_of_their_look(
    look: int, turned: set[int]
) -> None:
    one = f"{look:064x}"
    other = f"{look ^ sum(1 << bit for bit in turned):064x}"

    assert are_alike(one, other)
    assert set(bands(one)) & set(bands(other))
