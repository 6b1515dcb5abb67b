import re

import brotli
import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from app.catalogue.queries import get_course
from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import Kind
from app.progress.models import EntryRow, NoteRow
from app.progress.service import record_entries
from tests.assessment.builders import begin, finish
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import database_of, send, show
from tests.progress.builders import SCHOOL, said

ENROL = f"/fr/courses/{MOOC}/enrol"
COURSE = f"/fr/progress/{MOOC}"
REF = "6f1d2c3b-0000-4000-8000-000000000001"


def kinds(client: TestClient) -> list[str]:
    with database_of(client).read() as connection:
        rows = connection.scalars(select(EntryRow.kind).order_by(EntryRow.ref))
        return sorted(rows)


def take(client: TestClient, language: str = "fr") -> Response:
    return send(client, ENROL, {"language": language, "ref": REF})


def act(client: TestClient, action: str, **fields: str) -> Response:
    answer = send(client, COURSE, {"action": action, **fields})
    assert answer.status_code == 303, answer.text
    return answer


def test_without_an_account_or_answers_one_can_take_a_course(
    client: TestClient,
) -> None:
    answer = take(client)

    assert (answer.status_code, answer.headers["location"]) == (303, COURSE)
    assert kinds(client) == ["enrolled"]
    assert COURSE in show(client, "/fr/progress").links


def test_a_form_sent_twice_counts_once(client: TestClient) -> None:
    take(client)
    take(client)
    for _ in range(2):
        act(client, "done", module="ethics", minutes="45", ref=REF[:-1] + "2")

    assert kinds(client) == ["enrolled", "module_done", "spent"]


def test_a_form_without_a_usable_ref_still_works(client: TestClient) -> None:
    take(client)

    act(client, "done", module="ethics", ref="../../etc/passwd")

    assert kinds(client) == ["enrolled", "module_done"]


def test_ticking_and_taking_back(client: TestClient) -> None:
    take(client)
    act(client, "done", module="ethics")
    assert "undo" in show(client, COURSE).controls["action"]

    act(client, "undo", module="ethics")
    act(client, "undo", module="ethics")

    assert "undo" not in show(client, COURSE).controls["action"]
    assert kinds(client) == ["correction", "enrolled", "module_done"]


def test_changing_the_language_keeps_what_is_done(client: TestClient) -> None:
    take(client, "en")
    act(client, "done", module="ethics")

    again = send(client, ENROL, {"language": "ar", "ref": REF[:-1] + "3"})

    assert again.status_code == 303
    assert show(client, ENROL).checked["language"] == "ar"
    assert "undo" in show(client, COURSE).controls["action"]
    with database_of(client).read() as connection:
        course = get_course(connection, MOOC)
    [arabic] = {run.url for run in course.runs if run.language == "ar"}
    assert (arabic or course.registration_url or course.url) in show(
        client, COURSE
    ).links


def test_notes_stay_hers_and_can_be_emptied(client: TestClient) -> None:
    take(client)
    act(client, "save", module="ethics", note="Relire <b>demain</b>")

    text = client.get(COURSE).text
    assert "Relire &lt;b&gt;demain" in text

    act(client, "save", module="ethics", note="  ")
    with database_of(client).read() as connection:
        assert connection.scalars(select(NoteRow.text)).all() == []


def test_what_another_reported_cannot_be_unticked(client: TestClient) -> None:
    take(client)
    with database_of(client).write() as connection:
        [learner_id] = connection.scalars(select(EntryRow.learner_id)).all()
        report = said(
            Kind.COMPLETED, MOOC, source=EvidenceSource.VERIFIED, said_by=SCHOOL
        )
        record_entries(connection, learner_id=learner_id, entries=[report], now=NOON)

    act(client, "undo")

    assert "undo" not in show(client, COURSE).controls["action"]
    assert kinds(client) == ["completed", "enrolled"]


def test_leaving_keeps_what_is_done(client: TestClient) -> None:
    take(client)
    act(client, "done", module="ethics")

    assert act(client, "leave").headers["location"] == "/fr/progress"
    assert "undo" in show(client, COURSE).controls["action"]


@pytest.mark.parametrize("language", Language)
def test_the_walk_is_shown_in_every_language_in_few_bytes(
    client: TestClient, language: Language
) -> None:
    done = finish(begin(client))
    send(client, "/fr/resume", {"code": done.document["resume_code"]})
    take(client)
    act(client, "done", module="ethics", note="x" * 200, minutes="45")

    for page in ("/progress", f"/progress/{MOOC}", f"/courses/{MOOC}/enrol"):
        seen = show(client, f"/{language}{page}")
        assert seen.direction == language.direction
        sent = client.get(f"/{language}{page}").content
        assert len(brotli.compress(sent, quality=4)) < 8192
    assert 'role="img"' in client.get(f"/{language}/progress").text
    assert f"/{language}/progress" in show(client, f"/{language}/").links


def test_finishing_everything_moves_the_path(client: TestClient) -> None:
    done = finish(begin(client))
    send(client, "/fr/resume", {"code": done.document["resume_code"]})
    before = [s["key"] for s in done.get("/api/v1/me/path").json()["steps"]]
    assert MOOC in before
    take(client)

    act(client, "done")

    after = [s["key"] for s in done.get("/api/v1/me/path").json()["steps"]]
    assert MOOC not in after
    assert re.search(r'class="done"', client.get("/fr/progress").text)


@pytest.mark.parametrize("address", ["/fr/progress/none", "/fr/courses/none/enrol"])
def test_an_unknown_course_is_not_found(client: TestClient, address: str) -> None:
    take(client)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["xx", "sw"])
def test_a_course_does_not_run_in_every_language(
    client: TestClient, language: str
) -> None:
    assert take(client, language).status_code == 422
    assert kinds(client) == []
