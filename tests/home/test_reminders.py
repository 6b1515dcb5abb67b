import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.home.pages.reminders import guess_zone, list_zones
from app.identity.models import AccountRow
from app.kernel.text import Language
from app.progress.domain.reminders import is_zone, make_stop_token
from app.progress.queries import find_reminder
from tests.assessment.builders import begin, finish
from tests.constants import SECRET
from tests.identity.builders import (
    arrive,
    database_of,
    send,
    show,
    sign_up,
)

PAGE = "/fr/reminders"
CHOICE = {"action": "choose", "weekday": "3", "hour": "7", "zone": "Africa/Dakar"}


def address_on(client: TestClient) -> str:
    found = show(client, PAGE).links
    return next((link for link in found if link.startswith("webcal:")), "")


def path_of(address: str) -> str:
    return "/calendar/" + address.rpartition("/")[2]


def test_without_an_account_one_has_a_calendar_and_no_reminders(
    client: TestClient,
) -> None:
    arrive(client)
    assert address_on(client) == ""
    assert "zone" not in show(client, PAGE).controls

    assert send(client, PAGE, {"action": "open"}).status_code == 303
    first = address_on(client)
    send(client, PAGE, {"action": "open"})
    assert address_on(client) == first

    send(client, PAGE, {"action": "renew"})
    second = address_on(client)
    client.cookies.clear()
    assert client.get(path_of(first)).status_code == 404
    assert client.get(path_of(second)).status_code == 200


def test_a_closed_address_shows_nothing(client: TestClient) -> None:
    arrive(client)
    send(client, PAGE, {"action": "open"})
    address = path_of(address_on(client))

    send(client, PAGE, {"action": "close"})

    assert client.get(address).status_code == 404
    assert address_on(client) == ""


def test_who_has_an_account_chooses_and_stops(client: TestClient) -> None:
    sign_up(client)

    assert send(client, PAGE, CHOICE).status_code == 303
    shown = show(client, PAGE)
    assert {k: shown.checked[k] for k in ("weekday", "hour", "zone")} == {
        "weekday": "3",
        "hour": "7",
        "zone": "Africa/Dakar",
    }
    assert "stop" in shown.controls["action"]

    send(client, PAGE, {"action": "stop"})
    assert "stop" not in show(client, PAGE).controls["action"]


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Mars/X"}, {"zone": ""}, {"weekday": "7"}, {"hour": "24"}, {"hour": "٣"}],
)
def test_a_time_that_is_none_is_refused_kindly(
    client: TestClient, wrong: dict[str, str]
) -> None:
    sign_up(client)

    answer = send(client, PAGE, {**CHOICE, **wrong})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_guest_who_sends_the_form_is_asked_to_sign_in(client: TestClient) -> None:
    arrive(client)

    answer = send(client, PAGE, CHOICE)

    assert answer.status_code in {303, 401}
    assert "reminders" not in answer.headers.get("location", "")[:13]


def test_one_click_ends_reminders_without_a_session(client: TestClient) -> None:
    learner_id, link = _remind(client)
    client.cookies.clear()

    assert "action" not in show(client, link).controls  # looking ends nothing
    assert _is_on(client, learner_id)
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not _is_on(client, learner_id)
    assert client.post(link[:-1] + "x").status_code == 404


def _remind(client: TestClient) -> tuple[UUID, str]:
    sign_up(client)
    send(client, PAGE, CHOICE)
    with database_of(client).read() as connection:
        learner_id = connection.scalars(select(AccountRow.learner_id)).one()
    return learner_id, f"{PAGE}/stop/{make_stop_token(SECRET, learner_id)}"


def _is_on(client: TestClient, learner_id: UUID) -> bool:
    with database_of(client).read() as connection:
        found = find_reminder(connection, learner_id=learner_id)
    return found is not None and found.next_at is not None


def test_programs_do_the_same(client: TestClient) -> None:
    started = finish(begin(client))
    root, headers = "/api/v1/me", started.headers

    assert started.get(f"{root}/calendar").json() == {"address": None}
    first = started.put(f"{root}/calendar", None).json()["address"]
    assert re.fullmatch(r"http://127.0.0.1:8000/calendar/[0-9a-f]{40}\.ics", first)
    assert started.put(f"{root}/calendar", None).json()["address"] == first
    second = client.post(f"{root}/calendar/renewal", headers=headers).json()["address"]
    assert second != first
    assert started.get(f"{root}/calendar").json()["address"] == second
    assert client.delete(f"{root}/calendar", headers=headers).status_code == 204
    assert started.get(f"{root}/calendar").json()["address"] is None

    wanted = {"weekday": 0, "hour": 8, "time_zone": "Africa/Ndjamena"}
    answer = started.put(f"{root}/reminders", wanted)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    assert started.get(f"{root}/reminders").json()["is_on"] is False
    assert client.delete(f"{root}/reminders", headers=headers).status_code == 204


def test_programs_of_an_account_choose_and_anybody_with_the_link_stops(
    client: TestClient,
) -> None:
    learner_id, link = _remind(client)
    stop = "/api/v1/reminders/" + link.rpartition("/")[2]

    assert client.delete(stop).status_code == 204
    assert client.delete(stop).status_code == 204
    assert client.delete(stop[:-64] + "0" * 64).status_code == 404
    assert not _is_on(client, learner_id)


@pytest.mark.parametrize("language", list(Language))
def test_every_country_of_the_continent_has_its_zone(language: Language) -> None:
    zones = list_zones(language)

    assert all(is_zone(name) for name, _ in zones)
    assert len({label for _, label in zones}) == len(zones)
    assert {"Africa/Ndjamena", "Africa/Lubumbashi", "Indian/Antananarivo"} <= {
        name for name, _ in zones
    }


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("TD", "Africa/Ndjamena"),
        ("CD", "Africa/Kinshasa"),
        ("ER", "Africa/Asmara"),
        ("CV", "Atlantic/Cape_Verde"),
        ("FR", "UTC"),
        (None, "UTC"),
    ],
)
def test_the_zone_is_guessed_by_country(country: str | None, zone: str) -> None:
    assert guess_zone(country) == zone


def test_the_browser_may_tell_the_country(client: TestClient) -> None:
    sign_up(client)

    text = client.get(PAGE, headers={"accept-language": "fr-SN,fr;q=0.8"}).text

    assert 'value="Africa/Dakar" selected' in text
