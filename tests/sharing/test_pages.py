from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.identity.access import SESSION_COOKIE
from app.identity.domain import Learner
from app.kernel.database import Database
from app.sharing.domain.pools import Plan
from app.sharing.queries import get_plan, list_shares, list_shown_to_trainers
from tests.assessment.builders import add_result
from tests.constants import NOON
from tests.identity.builders import add_session, send, show
from tests.sharing.builders import add_cohort, add_member


@pytest.fixture
def cohort_id(database: Database) -> UUID:
    with database.write() as connection:
        return add_cohort(connection)


@pytest.fixture
def learner(database: Database, client: TestClient, cohort_id: UUID) -> Learner:
    with database.write() as connection:
        learner = add_member(connection, cohort_id)
        add_result(connection, learner, value="2")
        client.cookies.set(SESSION_COOKIE, add_session(connection, learner))
    return learner


def shares_of(database: Database, learner: Learner) -> list[UUID]:
    with database.read() as connection:
        found = list_shares(connection, learner_id=learner.learner_id)
    return [share.cohort_id for share in found]


def test_nothing_is_sent_by_looking(
    client: TestClient, database: Database, learner: Learner, cohort_id: UUID
) -> None:
    page = show(client, f"/fr/sharing/{cohort_id}")

    assert page.sections == 2
    assert {"trainers", "name"} <= set(page.controls)
    assert shares_of(database, learner) == []


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "pt"])
def test_a_result_is_sent_and_taken_back(
    client: TestClient,
    database: Database,
    learner: Learner,
    cohort_id: UUID,
    language: str,
) -> None:
    sent = send(client, f"/{language}/sharing/{cohort_id}")
    after = shares_of(database, learner)
    back = send(
        client,
        f"/{language}/sharing/{cohort_id}/take-back",
        shown_at=f"/{language}/sharing",
    )

    assert (sent.status_code, back.status_code) == (303, 303)
    assert sent.headers["location"] == f"/{language}/sharing"
    assert after == [cohort_id]
    assert shares_of(database, learner) == []


@pytest.mark.usefixtures("learner")
def test_what_was_sent_is_said_in_two_sentences(
    client: TestClient, cohort_id: UUID
) -> None:
    send(client, f"/en/sharing/{cohort_id}")

    page = client.get("/en/sharing").text

    assert "November 23, 2026. They count in the totals" in page
    assert "<bdi>Pilot</bdi>" in page


def test_trainers_see_a_name_only_with_a_mark(
    client: TestClient, database: Database, learner: Learner, cohort_id: UUID
) -> None:
    address = f"/fr/sharing/{cohort_id}"

    send(client, address, {"name": "Awa Diop"})
    with database.read() as connection:
        unmarked = list_shown_to_trainers(connection, cohort_id=cohort_id, since=NOON)
    send(client, address, {"name": "Awa Diop", "trainers": "on"})

    with database.read() as connection:
        marked = list_shown_to_trainers(connection, cohort_id=cohort_id, since=NOON)
    assert unmarked == []
    assert [name for name, _ in marked] == ["Awa Diop"]
    assert shares_of(database, learner) == [cohort_id]


@pytest.mark.parametrize("name", ["", "   ", "\u202eawa\x00"])
def test_a_mark_without_a_name_sends_nothing(
    client: TestClient, database: Database, learner: Learner, cohort_id: UUID, name: str
) -> None:
    address = f"/fr/sharing/{cohort_id}"

    answer = send(client, address, {"trainers": "on", "name": name})

    assert answer.headers["location"] == f"{address}?failed=name"
    assert shares_of(database, learner) == []
    assert client.get(f"{address}?failed=name").status_code == 200


def test_a_strangers_cohort_is_not_found(
    client: TestClient, database: Database, learner: Learner
) -> None:
    with database.write() as connection:
        foreign = add_cohort(connection)

    for cohort_id in (foreign, uuid4()):
        assert client.get(f"/fr/sharing/{cohort_id}").status_code == 404
        answer = send(client, f"/fr/sharing/{cohort_id}", shown_at="/fr/account")
        assert answer.status_code == 404
    assert shares_of(database, learner) == []


def test_who_has_no_result_is_shown_the_way(
    client: TestClient, database: Database, cohort_id: UUID
) -> None:
    with database.write() as connection:
        newcomer = add_member(connection, cohort_id)
        client.cookies.set(SESSION_COOKIE, add_session(connection, newcomer))

    page = show(client, f"/ar/sharing/{cohort_id}")

    assert "/ar/assess" in page.links
    assert "trainers" not in page.controls


def test_who_belongs_to_no_group_is_told_how_to_join(
    client: TestClient, database: Database
) -> None:
    with database.write() as connection:
        loner = add_member(connection)
        client.cookies.set(SESSION_COOKIE, add_session(connection, loner))

    assert "/pt/join" in show(client, "/pt/sharing").links


@pytest.mark.usefixtures("learner")
def test_a_learner_of_the_cohort_may_not_choose_its_breakdown(
    client: TestClient, database: Database, cohort_id: UUID
) -> None:
    address = f"/fr/cohorts/{cohort_id}/breakdown"

    answer = client.get(address, follow_redirects=False)

    assert answer.status_code in {303, 403, 404}
    with database.read() as connection:
        assert get_plan(connection, cohort_id=cohort_id) == Plan()
