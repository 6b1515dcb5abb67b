from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.cohorts import queries
from app.cohorts.domain import Campaign, Office
from app.identity.domain import Strength
from tests.cohorts.builders import (
    TODAY,
    be_officer,
    make_world,
    sign_in,
)
from tests.conftest import Clock
from tests.identity.builders import (
    add_learner,
    database_of,
    read_page,
    send,
    show,
)

OTHERS = "/fr/cohorts"


def codes_of(client: TestClient, campaign: Campaign) -> tuple[str, str]:
    ids = [campaign.campaign_id]
    with database_of(client).read() as connection:
        return queries.list_join_codes(connection, campaign_ids=ids)[ids[0]]


def learner_of(client: TestClient) -> UUID:
    found = client.get("/fr/account/download").json()["identity_learner"][0]
    return UUID(found["learner_id"])


def test_director_founds_a_cohort_and_opens_a_campaign(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    home = f"/fr/cohorts/institutions/{world.health.institution_id}"

    assert home in show(client, "/fr/cohorts").links
    founded = send(
        client,
        f"{home}/cohorts",
        {
            "name": "  Directeurs   2027 ",
            "roles": ["trainer"],
            "starts_on": "2026-11-23",
            "ends_on": "2027-03-01",
        },
        shown_at=home,
    )
    people = founded.headers["location"]
    opened = send(
        client,
        people.replace("/people", "/campaigns"),
        {
            "round": "1",
            "opens_on": "2026-11-23",
            "closes_on": "2026-12-20",
            "remind_1": "7",
        },
        shown_at=people,
    )

    assert opened.headers["location"] == people
    assert show(client, people).headings == ["Directeurs 2027"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"ends_on": "2026-01-01"}, "period"),
        ({"ends_on": "yesterday"}, "day"),
        ({"name": " "}, "name"),
        ({"roles": "minister"}, "role"),
        ({"smallest_cell": "4"}, "cell"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    client: TestClient, fields: dict[str, str], where: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.justice)
    home = f"/fr/cohorts/institutions/{world.justice.institution_id}"
    sound = {"name": "Greffe", "starts_on": "2026-11-23", "ends_on": "2027-03-01"}

    answer = send(client, f"{home}/cohorts", {**sound, **fields}, shown_at=home)

    page = read_page(answer)
    assert (where, answer.status_code) == (where, 422)
    assert fields.get("name", "Greffe").strip() in page.controls["name"]


def test_learner_joins_by_letters_without_an_account(client: TestClient) -> None:
    world = make_world(client)
    letters, link = codes_of(client, world.campaign)

    found = send(client, "/fr/join", {"code": letters.lower()})
    page = show(client, found.headers["location"])
    joined = send(
        client,
        found.headers["location"],
        {"role": "", "grade": "manager", "gender": ""},
    )

    assert found.headers["location"] == f"/fr/join/{link}"
    assert page.headings == [world.cohort.name]
    assert "/assess/" in joined.headers["location"]
    with database_of(client).read() as connection:
        memberships = queries.list_memberships(
            connection, learner_id=learner_of(client)
        )
    assert [(m.cohort_id, m.grade, m.gender) for m in memberships] == [
        (world.cohort.cohort_id, "manager", None)
    ]


def test_joining_twice_doubles_nothing(client: TestClient) -> None:
    world = make_world(client)
    address = f"/fr/join/{codes_of(client, world.campaign)[1]}"

    first = send(client, address, {"role": "", "gender": "woman"})
    second = send(client, address, {"role": "", "gender": ""})

    assert second.headers["location"] == first.headers["location"]
    with database_of(client).read() as connection:
        found = queries.list_memberships(connection, learner_id=learner_of(client))
        count = queries.count_members(connection, cohort_id=world.cohort.cohort_id)
    assert ([each.gender for each in found], count) == ([None], 1)


@pytest.mark.parametrize("typed", ["", "ABCDEF", "BCDFGH", "x" * 90, "\x00", "é"])
def test_wrong_code_is_answered_kindly(client: TestClient, typed: str) -> None:
    answer = send(client, "/fr/join", {"code": typed})

    assert answer.status_code == 404
    assert "code" in read_page(answer).controls


def test_wrong_codes_are_counted_and_right_ones_are_not(client: TestClient) -> None:
    world = make_world(client)
    letters, link = codes_of(client, world.campaign)
    limit = 200
    token = show(client, "/fr/join").controls["form_token"][0]
    fields = {"form_token": token, "code": "BBBBBB"}

    for _ in range(limit):
        assert client.post("/fr/join", data=fields).status_code == 404
    late = client.post("/fr/join", data={**fields, "code": letters})

    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert client.get(f"/fr/join/{letters}").status_code == 429
    assert client.get(f"/fr/join/{link}").status_code == 200


@pytest.mark.parametrize("days", [-1, 29])
def test_campaign_admits_nobody_before_and_after(
    client: TestClient, clock: Clock, days: int
) -> None:
    world = make_world(client)
    link = codes_of(client, world.campaign)[1]
    clock.now += timedelta(days=days)

    answer = client.get(f"/fr/join/{link}")

    assert answer.status_code == 409
    assert read_page(answer).headings


def test_unit_of_another_institution_is_refused(client: TestClient) -> None:
    world = make_world(client)
    address = f"/fr/join/{codes_of(client, world.campaign)[1]}"

    answer = send(client, address, {"unit": str(world.justice.institution_id)})

    assert answer.status_code == 422


def test_administrator_needs_a_second_factor(client: TestClient) -> None:
    world = make_world(client)
    admin = be_officer(client, Office.ADMINISTRATOR, world.health)
    sign_in(client, admin.learner_id, Strength.SIGNED_IN)
    people = f"/fr/cohorts/{world.cohort.cohort_id}/people"

    for address in ("/fr/cohorts", people):
        assert client.get(address, follow_redirects=False).status_code in {303, 403}


def test_learner_without_an_office_sees_no_cohort(client: TestClient) -> None:
    make_world(client)
    with database_of(client).write() as connection:
        learner = add_learner(connection)
    sign_in(client, learner.learner_id)

    page = show(client, "/fr/cohorts")

    assert [link for link in page.links if link.startswith("/fr/cohorts/")] == []


def test_qr_code_leads_to_the_link(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    base = (
        f"/fr/cohorts/{world.cohort.cohort_id}/campaigns/{world.campaign.campaign_id}"
    )

    svg, png = client.get(f"{base}/qr.svg"), client.get(f"{base}/qr.png")

    assert svg.content.startswith(b"<?xml")
    assert png.content.startswith(b"\x89PNG")
    assert codes_of(client, world.campaign)[0] in client.get(f"{base}/poster").text


def test_what_was_done_is_listed_for_the_administrators_above(
    client: TestClient,
) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.country)
    people = f"/fr/cohorts/{world.cohort.cohort_id}/people"
    send(
        client,
        people.replace("/people", "/change"),
        {"name": "Autre nom", "ends_on": str(TODAY)},
        shown_at=people,
    )

    log = client.get(f"/fr/cohorts/institutions/{world.country.institution_id}/log")

    assert "Groupe modifié" in log.text or "Autre nom" in log.text
    assert str(world.cohort.cohort_id) not in log.text


def test_one_click_stops_the_mail_without_a_session(client: TestClient) -> None:
    made_up = "0" * 64

    answer = client.post(
        f"/fr/join/stop/{made_up}", data={"List-Unsubscribe": "One-Click"}
    )

    assert answer.status_code == 404
    assert show(client, f"/fr/join/stop/{made_up}").headings


@pytest.mark.parametrize("name", ["Sant\u202e\u00e9", "Health\nBcc: x@example.org"])
def test_a_name_that_turns_or_breaks_lines_is_refused(
    client: TestClient, name: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    home = f"/fr/cohorts/institutions/{world.health.institution_id}"
    fields = {"key": "clinic", "kind": "department", "name": name}

    answer = send(client, f"{home}/below", fields, shown_at=home)

    assert answer.status_code == 422
