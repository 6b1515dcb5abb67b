"""Lists of finished courses become verified progress, once, and can be taken back."""
# ruff: noqa: D102 -- a scene explains itself

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.cohorts.domain import Office
from app.home.service import erase
from app.identity.domain import Learner
from app.kernel import intake
from app.kernel.database import Database
from app.kernel.intake import IntakeState
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Entry, Kind
from app.progress.queries import list_entries
from app.records.domain.completions import CompletionState, read_day, read_number
from app.records.errors import ReportNotReadyError
from app.records.models import CompletionRow, ReportFileRow
from app.records.queries.completions import Report, get_report, list_waiting
from app.records.service import (
    accept_report,
    check_report,
    credit_waiting,
    forget_old,
    import_part,
)
from app.worker import work_once
from tests.cohorts.builders import (
    World,
    add_report,
    add_world,
    be_officer,
    make_world,
)
from tests.constants import NOON, SECRET
from tests.identity.builders import (
    add_account,
    add_learner,
    application,
    database_of,
    read_page,
)
from tests.sharing.builders import add_member

MOOC = "unesco-oxford-ai-dt-gov"
AMINA = "amina@health.example"
HEAD = "member,course,completed_on,language,hours,score,reference,status\n"
GOOD = f"{HEAD}{AMINA},{MOOC},2026-10-15,fr,12,85,A-1,\n"
BACK = f"{HEAD}{AMINA},{MOOC},2026-10-15,fr,12,85,A-1,withdrawn\n"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A member of a cohort below health."""

    database: Database
    world: World
    learner: Learner

    @property
    def tenant(self) -> UUID:
        return self.world.health.institution_id

    def send(self, text: str) -> Report:
        """Let health send a list and have it checked."""
        with self.database.write() as connection:
            report_id = add_report(connection, self.world.health, text.encode())
        payload = {"institution": str(self.tenant), "report_id": str(report_id)}
        check_report(self.database, payload, secret=SECRET, now=NOON)
        return self.read(report_id)

    def read(self, report_id: UUID) -> Report:
        with self.database.read() as connection:
            return get_report(
                connection, institution_id=self.tenant, report_id=report_id
            )

    def accept(self, report: Report) -> None:
        with self.database.write() as connection:
            accept_report(connection, report=report, now=NOON)

    def take(self, report: Report, part: int = 1) -> Report:
        payload = {
            "institution": str(self.tenant),
            "report_id": str(report.report_id),
            "part": part,
        }
        import_part(self.database, payload, now=NOON)
        return self.read(report.report_id)

    def record(self, text: str) -> dict[str, object]:
        """Send a sound list and say yes to it; return what became of it."""
        report = self.send(text)
        assert report.state is IntakeState.CHECKED, report.report
        self.accept(report)
        found = dict(self.take(report).report)
        return {name: found[name] for name in ("new", "known", "withdrawn", "waiting")}

    def entries(self) -> list[Entry]:
        with self.database.read() as connection:
            return list_entries(connection, learner_id=self.learner.learner_id)

    def states(self) -> list[CompletionState]:
        with self.database.read() as connection:
            return list(connection.scalars(select(CompletionRow.state)))


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.write() as connection:
        world = add_world(connection)
        learner = add_learner(connection)
        add_account(connection, learner, email=AMINA)
        add_member(connection, world.cohort.cohort_id, learner=learner)
    return Scene(database=database, world=world, learner=learner)


def counts(new: int = 0, known: int = 0, withdrawn: int = 0, waiting: int = 0) -> Any:  # noqa: ANN401 -- numbers by name
    return {"new": new, "known": known, "withdrawn": withdrawn, "waiting": waiting}


def test_a_finished_course_of_a_member_is_verified_progress(scene: Scene) -> None:
    assert scene.record(GOOD) == counts(new=1)

    (entry,) = scene.entries()
    assert (entry.course_key, entry.kind) == (MOOC, Kind.COMPLETED)
    assert entry.source is EvidenceSource.VERIFIED
    assert entry.said_by == f"institution:{scene.tenant}"
    assert (entry.minutes, entry.language) == (720, "fr")
    assert entry.occurred_at.date().isoformat() == "2026-10-15"
    with scene.database.read() as connection:
        assert connection.scalar(select(CompletionRow.member)) is None


def test_the_same_file_twice_changes_nothing(scene: Scene) -> None:
    scene.record(GOOD)
    before = scene.entries()

    assert scene.record(GOOD) == counts(known=1)
    assert scene.entries() == before


def test_a_withdrawn_completion_is_corrected_and_does_not_come_back(
    scene: Scene,
) -> None:
    scene.record(GOOD)

    assert scene.record(BACK) == counts(withdrawn=1)
    assert scene.record(BACK) == counts(known=1)
    assert scene.record(GOOD) == counts(known=1)

    done, correction = scene.entries()
    assert (correction.kind, correction.corrects) == (Kind.CORRECTION, done.ref)
    assert scene.states() == [CompletionState.WITHDRAWN]


def test_one_list_may_report_and_take_back(scene: Scene) -> None:
    both = GOOD + BACK.removeprefix(HEAD)

    assert scene.record(both) == counts(new=1, withdrawn=1)
    assert scene.record(both) == counts(known=2)


def test_every_bad_row_is_named_and_nothing_is_recorded(scene: Scene) -> None:
    scene.record(GOOD)
    report = scene.send(
        HEAD
        + f"{AMINA},{MOOC},2026-10-16,fr,,,,\n"
        + "nobody,none,soon,xx,many,101,,done\n"
        + f"{AMINA},=1+1,2026-10-16,,,,,\n"
        + f"{AMINA},{MOOC},2099-01-01,zu,,,,\n"
        + f"{AMINA},{MOOC},2026-10-16,,,,,\n"
        + f"bea@health.example,{MOOC},2026-10-15,,,,A-1,\n"
        + f"{AMINA},{MOOC},2026-10-15,,,,A-2,withdrawn\n"
        + f",{MOOC},2026-10-15,,,,,\n"
    )

    assert report.state is IntakeState.REFUSED
    assert report.report == {
        "wrong": 7,
        "problems": [
            [3, "member", "not-an-address"],
            [3, "course", "unknown"],
            [3, "completed_on", "not-a-day"],
            [3, "hours", "not-a-number"],
            [3, "score", "not-a-number"],
            [3, "status", "unknown"],
            [4, "course", "formula"],
            [5, "completed_on", "in-future"],
            [5, "language", "not-run"],
            [6, "member", "twice"],
            [7, "reference", "of-another"],
            [8, "status", "not-reported"],
            [9, "member", "missing"],
        ],
    }
    with pytest.raises(ReportNotReadyError):
        scene.accept(report)
    with scene.database.read() as connection:
        left = select(func.count()).where(ReportFileRow.report_id == report.report_id)
        assert connection.scalar(left) == 0
    assert len(scene.entries()) == 1


def test_a_course_may_be_named_by_its_title_and_a_book_holds_dates(
    scene: Scene,
) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Member", "Course", "Completed_on", "Hours"])
        sheet.write_row(1, 0, [AMINA.upper(), MOOC])
        sheet.write_datetime(1, 2, NOON.replace(tzinfo=None) - timedelta(days=9))
        sheet.write_number(1, 3, 1.5)
    with scene.database.write() as connection:
        report_id = add_report(connection, scene.world.health, out.getvalue())
    payload = {"institution": str(scene.tenant), "report_id": str(report_id)}
    check_report(scene.database, payload, secret=SECRET, now=NOON)
    report = scene.read(report_id)

    assert report.state is IntakeState.CHECKED, report.report
    scene.accept(report)
    scene.take(report)
    assert [each.minutes for each in scene.entries()] == [90]


def test_who_has_not_joined_waits_and_is_found_when_she_does(scene: Scene) -> None:
    bea = "bea@health.example"
    assert scene.record(GOOD.replace(AMINA, bea)) == counts(new=1, waiting=1)
    with scene.database.write() as connection:
        learner = add_learner(connection)
        add_account(connection, learner, email=bea)
    early = credit_waiting(scene.database, tenant=scene.tenant, now=NOON)
    with scene.database.write() as connection:
        add_member(connection, scene.world.cohort.cohort_id, learner=learner)

    found = credit_waiting(scene.database, tenant=scene.tenant, now=NOON)

    assert (early, found) == (0, 1)
    with scene.database.read() as connection:
        entries = list_entries(connection, learner_id=learner.learner_id)
        waiting = list_waiting(connection, tenant=scene.tenant, after="", limit=9)
    assert [each.kind for each in entries] == [Kind.COMPLETED]
    assert waiting == []


def test_a_member_of_another_institution_is_nobody_here(scene: Scene) -> None:
    with scene.database.write() as connection:
        report_id = add_report(connection, scene.world.justice, GOOD.encode())
    tenant = scene.world.justice.institution_id
    payload = {"institution": str(tenant), "report_id": str(report_id)}
    check_report(scene.database, payload, secret=SECRET, now=NOON)
    with scene.database.write() as connection:
        report = get_report(connection, institution_id=tenant, report_id=report_id)
        accept_report(connection, report=report, now=NOON)
    import_part(scene.database, {**payload, "part": 1}, now=NOON)

    assert scene.entries() == []
    assert scene.states() == [CompletionState.WAITING]


def test_a_restart_goes_on_where_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PART", 2)
    days = "".join(f"{AMINA},{MOOC},2026-10-1{n},,,,,\n" for n in range(5))
    report = scene.send(HEAD + days)
    scene.accept(report)

    halfway = scene.take(report, 1)
    again = scene.take(report, 1)
    scene.take(report, 2)
    after = scene.take(report, 3)

    assert (halfway.rows_done, again.rows_done) == (2, 2)
    assert (after.state, after.report["new"]) == (IntakeState.DONE, 5)
    assert len(scene.entries()) == 5


def test_erasing_takes_what_was_reported_and_a_repeated_file_brings_nothing(
    scene: Scene,
) -> None:
    scene.record(GOOD)
    with scene.database.write() as connection:
        erase(connection, learner_id=scene.learner.learner_id)

    with scene.database.read() as connection:
        row = connection.execute(select(CompletionRow.__table__)).one()
    assert (row.member, row.member_digest, row.reference) == (None, "", "")
    assert scene.record(GOOD) == counts(known=1)
    assert scene.states() == [CompletionState.ERASED]


def test_the_address_of_somebody_who_never_comes_is_not_kept_for_ever(
    scene: Scene,
) -> None:
    scene.record(GOOD.replace(AMINA, "bea@health.example"))
    with scene.database.write() as connection:
        forget_old(connection, now=NOON + timedelta(days=366))

    with scene.database.read() as connection:
        (waiting,) = list_waiting(connection, tenant=scene.tenant, after="", limit=9)
    assert waiting.member is None


def test_an_administrator_sends_a_list_and_says_yes(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    database, settings = database_of(client), application(client).state.settings
    base = f"/fr/cohorts/institutions/{world.health.institution_id}/completions"
    token = {"form_token": read_page(client.get(base)).controls["form_token"][0]}

    def send(text: str) -> str:
        answer = client.post(
            f"{base}/upload",
            data=token,
            files={"file": ("fini.csv", text.encode())},
            follow_redirects=False,
        )
        assert answer.status_code == 303, answer.text
        work_once(database, settings, NOON)
        return str(answer.headers["location"])

    refused = client.get(send(GOOD.replace("2026-10-15", "15/10/26"))).text
    sound = send(GOOD)
    client.post(sound, data=token)
    work_once(database, settings, NOON)
    done = client.get(sound)
    overview = client.get(base).text
    client.post(f"{base}/again", data=token)

    assert '<bdi dir="ltr">completed_on</bdi>' in refused
    assert done.status_code == 200
    assert "refresh" not in done.headers
    assert AMINA in overview


@given(st.text(max_size=20))
def test_any_cell_is_a_day_and_a_number_or_is_not(cell: str) -> None:
    number = read_number(cell)

    assert number is None or number >= 0
    assert read_day(cell) is None or cell.startswith(f"{read_day(cell)}")
