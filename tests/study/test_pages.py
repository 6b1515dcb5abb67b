"""Study groups in a browser without scripts."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.cohorts.domain import Cohort
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Learner, Strength
from app.identity.service import open_session
from app.kernel.database import Database
from app.study import queries
from app.study.domain import Reader
from app.study.pages import looking
from app.study.service import report
from tests.cohorts.builders import add_trainer, add_world
from tests.constants import NOON, SECRET
from tests.identity.builders import HALF_A_YEAR, add_session, send, show
from tests.progress.builders import DAY
from tests.sharing.builders import add_cohort, add_member
from tests.study.builders import add_answer, add_companion, add_question


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


@pytest.fixture
def learner(database: Database, client: TestClient, cohort_id: UUID) -> Learner:
    """Return a member who has not agreed to anything."""
    with database.write() as connection:
        learner = add_member(connection, cohort_id)
        client.cookies.set(SESSION_COOKIE, add_session(connection, learner))
    return learner


def be(client: TestClient, connection: Connection, learner: Learner) -> None:
    session = open_session(
        connection,
        learner_id=learner.learner_id,
        now=NOON,
        lifetime=HALF_A_YEAR,
        strength=Strength.TWO_FACTOR,
    )
    client.cookies.set(SESSION_COOKIE, session)


@pytest.mark.usefixtures("learner")
@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "pt"])
def test_she_agrees_asks_answers_and_leaves(
    client: TestClient, cohort_id: UUID, language: str
) -> None:
    here = f"/{language}/study/{cohort_id}"

    send(client, here, {"name": "Awa"})
    asked = send(client, f"{here}/questions", {"text": "Où ?"}, shown_at=here)
    question = asked.headers["location"]
    send(client, question, {"text": "Là."})
    settled = send(client, f"{question}/settle", {"answered": "1"}, shown_at=question)
    page = client.get(question).text
    group = client.get(here).text
    left = send(client, f"{here}/leave", shown_at=here)

    assert (asked.status_code, settled.status_code, left.status_code) == (303,) * 3
    assert question.startswith(f"{here}/questions/")
    assert "Où ?" in page
    assert "Là." in page
    assert "<bdi>Awa</bdi>" in group
    assert client.get(question).status_code == 403
    assert "Awa" not in client.get(here).text


@pytest.mark.usefixtures("learner")
def test_before_she_agrees_the_page_says_what_it_means(
    client: TestClient, database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        add_companion(connection, cohort_id, "Hidden Name")

    text = client.get(f"/en/study/{cohort_id}").text

    assert "Only those who agreed are seen" in text
    assert "Hidden Name" not in text


@pytest.mark.usefixtures("learner")
def test_nothing_typed_is_lost_by_a_mistake(
    client: TestClient, cohort_id: UUID
) -> None:
    here = f"/en/study/{cohort_id}"
    nameless = send(client, here, {"name": "  "})
    send(client, here, {"name": "Awa"})
    long = send(client, f"{here}/questions", {"text": "long " * 300}, shown_at=here)
    asked = send(client, f"{here}/questions", {"text": "Why?"}, shown_at=here)
    empty = send(client, asked.headers["location"], {"text": " "})

    assert [nameless.status_code, long.status_code, empty.status_code] == [422] * 3
    assert "A name is missing" in nameless.text
    assert "long long" in long.text
    assert "There is no text" in empty.text


def test_words_are_only_words(
    client: TestClient, database: Database, learner: Learner, cohort_id: UUID
) -> None:
    here = f"/en/study/{cohort_id}"
    send(client, here, {"name": "<b>Awa</b>"})
    with database.write() as connection:
        question = add_question(connection, learner, cohort_id, "<script>1</script>")

    text = client.get(here).text + client.get(f"{here}/questions/{question}").text

    assert "<script>1" not in text
    assert "<b>Awa" not in text


def test_another_is_reported_once_and_cannot_be_removed(
    client: TestClient, database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        awa, ben = (
            add_companion(connection, cohort_id, name) for name in ("Awa", "Ben")
        )
        question = add_question(connection, awa, cohort_id)
        be(client, connection, ben)
    here = f"/en/study/{cohort_id}"
    there = f"{here}/questions/{question}"

    reported = send(client, f"{here}/posts/{question}/report", shown_at=there)
    thanks = client.get(reported.headers["location"]).text
    send(client, f"{here}/posts/{question}/remove", shown_at=there)

    assert "They do not learn who asked them to" in thanks
    assert client.get(there).status_code == 200


def test_new_answers_are_told_where_she_finds_her_groups(
    client: TestClient, database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        awa, ben = (
            add_companion(connection, cohort_id, name, now=NOON - DAY)
            for name in ("Awa", "Ben")
        )
        question = add_question(connection, awa, cohort_id, now=NOON - DAY)
        add_answer(connection, ben, cohort_id, question, now=NOON - DAY / 2)
        be(client, connection, awa)

    told = [
        "1 new answer in your study group" in client.get("/en/").text,
        "1 new answer<" in client.get("/en/sharing").text,
    ]
    marks = [
        ">new answers<" in client.get(f"/en/study/{cohort_id}").text
        for _ in ("first", "second")
    ]

    assert (told, marks) == ([True, True], [True, False])
    assert "new answer" not in client.get("/en/").text


@pytest.mark.usefixtures("learner")
def test_a_group_of_others_does_not_exist(
    client: TestClient, database: Database
) -> None:
    with database.write() as connection:
        other = add_cohort(connection)
        ben = add_companion(connection, other, "Ben")
        question = add_question(connection, ben, other)

    answers = [
        client.get(f"/en/study/{other}"),
        client.get(f"/en/study/{other}/questions/{question}"),
    ]

    assert [each.status_code for each in answers] == [404, 404]


@pytest.fixture
def cohort(database: Database, client: TestClient) -> Cohort:
    """Return a cohort whose trainer uses the browser."""
    with database.write() as connection:
        world = add_world(connection)
        be(client, connection, add_trainer(connection, world.cohort))
    return world.cohort


def test_a_trainer_answers_settles_and_hides(
    client: TestClient, database: Database, cohort: Cohort
) -> None:
    with database.write() as connection:
        awa = add_companion(
            connection, cohort.cohort_id, with_trainers=True, now=NOON + DAY
        )
        question = add_question(connection, awa, cohort.cohort_id, now=NOON + DAY)
    here = f"/en/cohorts/{cohort.cohort_id}/study"
    there = f"{here}/{question}"

    shown = client.get(here).text
    send(client, there, {"text": "Part two."})
    send(client, f"{there}/settle", {"answered": "1"}, shown_at=there)
    with database.read() as connection:
        found = queries.get_question(
            connection,
            cohort_id=cohort.cohort_id,
            reader=Reader(learner_id=awa.learner_id),
            question_id=question,
        )
    send(client, f"{here}/posts/{question}", {"decision": "hide"}, shown_at=there)

    assert "Which part explains procurement?" in shown
    assert ([a.text for a in found.answers], found.is_answered) == (
        ["Part two."],
        True,
    )
    assert client.get(there).status_code == 404


def test_a_trainer_leaves_what_was_reported(
    client: TestClient, database: Database, cohort: Cohort
) -> None:
    cohort_id = cohort.cohort_id
    with database.write() as connection:
        awa, ben = (
            add_companion(connection, cohort_id, name) for name in ("Awa", "Ben")
        )
        question = add_question(connection, awa, cohort_id)
        report(
            connection,
            key=SECRET,
            learner_id=ben.learner_id,
            cohort_id=cohort_id,
            post_id=question,
            now=NOON,
        )
    here = f"/en/cohorts/{cohort_id}/study"

    shown = client.get(f"{here}/{question}").text
    decided = send(
        client,
        f"{here}/posts/{question}",
        {"decision": "keep"},
        shown_at=f"{here}/{question}",
    )

    assert "Somebody of the group" in shown
    assert "Awa" not in shown
    assert decided.headers["location"] == here
    assert client.get(f"{here}/{question}").status_code == 404
    with database.read() as connection:
        found = queries.get_question(
            connection,
            cohort_id=cohort_id,
            reader=Reader(learner_id=ben.learner_id),
            question_id=question,
        )
    assert found.asked


def test_a_trainer_without_companions_finds_no_dead_end(
    client: TestClient, cohort: Cohort
) -> None:
    page = show(client, f"/fr/cohorts/{cohort.cohort_id}/study")

    assert page.sections == 2


def test_more_people_than_one_page_holds_are_all_found(
    client: TestClient,
    database: Database,
    cohort_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "MOST_SHOWN", 2)
    with database.write() as connection:
        awa, *_ = (
            add_companion(connection, cohort_id, name)
            for name in ("Awa", "Ben", "Chinwe")
        )
        be(client, connection, awa)

    first = client.get(f"/en/study/{cohort_id}").text
    (mark,) = re.findall(r"\?people=([^\"]+)\"", first)
    second = client.get(f"/en/study/{cohort_id}?people={mark}").text
    lost = client.get(f"/en/study/{cohort_id}?people=nowhere")

    assert ["Chinwe" in each for each in (first, second)] == [False, True]
    assert ["More people" in each for each in (first, second)] == [True, False]
    assert lost.status_code == 422
