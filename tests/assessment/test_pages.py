import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.kernel.text import Language
from app.main import create_app
from app.settings import Settings
from tests.assessment.builders import ITEMS, ROLE, begin, finish
from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.identity.builders import (
    arrive,
    database_of,
    read_page,
    send,
    show,
    statements,
)

FIRST_GROUP = "a.problem-framing"


def review_of(attempt: str) -> str:
    return attempt.rpartition("/")[0] + "/review"


def submit_of(attempt: str) -> str:
    return attempt.rpartition("/")[0] + "/submit"


def hand_in(client: TestClient, attempt: str) -> None:
    address = submit_of(attempt)
    answer = send(client, address, shown_at=review_of(attempt))
    assert answer.headers["location"] == "/fr/profile"


def test_start_asks_for_the_role_in_every_language(client: TestClient) -> None:
    for language in Language:
        page = show(client, f"/{language}/assess")

        assert (page.language, page.direction) == (language, language.direction)
        assert page.actions == [f"/{language}/assess"]
        assert len(page.controls["role"]) == 7
        assert page.controls["role"][-1] == ""
        assert page.checked == {}


def test_start_chooses_the_role_of_a_link(client: TestClient) -> None:
    assert show(client, f"/fr/assess?role={ROLE}").checked == {"role": ROLE}
    assert show(client, "/fr/assess?role=king").checked == {}


def test_begin_leads_to_the_first_page_of_questions(client: TestClient) -> None:
    attempt = arrive(client, role=ROLE)

    page = show(client, attempt)
    assert attempt.endswith("/1")
    assert page.actions == [attempt]
    answers = page.controls[FIRST_GROUP]
    assert answers == ["1", "2", "3", "4", "0", "not_applicable", "unknown"]
    assert page.checked == {}


def test_pages_together_ask_every_question(client: TestClient) -> None:
    attempt = arrive(client).removesuffix("1")

    pages = [show(client, f"{attempt}{number}") for number in range(1, 5)]

    asked = [name for page in pages for name in page.controls if name[:2] == "a."]
    assert len(asked) == len(set(asked)) == ITEMS
    assert client.get(f"{attempt}5").status_code == 404
    assert client.get(f"{attempt}0").status_code == 404


def test_begin_with_an_unknown_role_makes_nobody(client: TestClient) -> None:
    answer = send(client, "/fr/assess", {"role": "king"})

    assert answer.status_code == 422
    assert read_page(answer).controls["role"]
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}


def test_answers_of_a_page_are_kept_and_shown_again(client: TestClient) -> None:
    attempt = arrive(client)

    answer = send(client, attempt, {FIRST_GROUP: "3", "a.digital-strategy": "unknown"})

    assert answer.status_code == 303
    assert answer.headers["location"] == attempt.removesuffix("1") + "2"
    assert show(client, attempt).checked == {
        FIRST_GROUP: "3",
        "a.digital-strategy": "unknown",
    }


def test_last_page_leads_to_the_overview(client: TestClient) -> None:
    attempt = arrive(client)

    answer = send(client, attempt.removesuffix("1") + "4", {"a.trust": "0"})

    assert answer.headers["location"] == review_of(attempt)
    assert show(client, review_of(attempt)).headings


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({FIRST_GROUP: "1", "a.nothing": "1"}, 404, "item-not-found"),
        ({FIRST_GROUP: "1", "a.": "1"}, 404, "item-not-found"),
        ({FIRST_GROUP: "7"}, 422, "unknown-answer"),
        ({FIRST_GROUP: "x" * 10_000}, 422, "unknown-answer"),
        ({FIRST_GROUP: "\u202e1\x00"}, 422, "unknown-answer"),
    ],
)
def test_wrong_answer_saves_nothing_of_its_page(
    client: TestClient, fields: dict[str, str], status: int, code: str
) -> None:
    attempt = arrive(client)

    answer = send(client, attempt, fields)

    assert answer.status_code == status
    assert code in answer.text
    assert read_page(answer).language == "fr"
    assert show(client, attempt).checked == {}


def test_script_keeps_one_answer_at_once(client: TestClient) -> None:
    attempt = arrive(client)
    token = show(client, attempt).controls["form_token"][0]
    address = attempt.rpartition("/")[0] + "/answer"
    headers = {"x-form-token": token}

    answers = [
        client.post(address, data={"item": item, "value": value}, headers=headers)
        for item, value in [("trust", "2"), ("trust", "2"), ("x", "1"), ("trust", "9")]
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 404, 422]
    assert answers[3].json()["code"] == "unknown-answer"
    page = show(client, attempt.removesuffix("1") + "4")
    assert page.checked == {"a.trust": "2"}


def test_script_without_token_is_refused(client: TestClient) -> None:
    attempt = arrive(client)
    address = attempt.rpartition("/")[0] + "/answer"

    answer = client.post(
        address, data={"item": "trust", "value": "2"}, headers={"x-form-token": "x"}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "form-expired")


def test_overview_offers_to_hand_in(client: TestClient) -> None:
    attempt = arrive(client)

    page = show(client, review_of(attempt))

    assert page.actions == [submit_of(attempt)]
    assert attempt in page.links


def test_overview_offers_it_at_both_ends(client: TestClient) -> None:
    text = client.get(review_of(arrive(client))).text

    names = re.findall(r' id="([^"]+)"', text)
    buttons = [at.start() for at in re.finditer('<button type="submit" form=', text)]
    assert len(names) == len(set(names))
    assert {"hand-in", "final"} <= set(names)
    assert len(buttons) == 2
    assert buttons[0] < text.index('<dl class="said">') < buttons[1]


def test_handing_in_leads_to_the_result_and_twice_is_once(client: TestClient) -> None:
    attempt = arrive(client, role=ROLE)
    send(client, attempt, {FIRST_GROUP: "1"})
    token = show(client, review_of(attempt)).controls["form_token"][0]

    answers = [
        client.post(
            submit_of(attempt), data={"form_token": token}, follow_redirects=False
        )
        for _ in range(2)
    ]

    assert [a.headers["location"] for a in answers] == ["/fr/profile"] * 2
    with database_of(client).read() as connection:
        assert personal_counts(connection)["proficiency_evidence"] == 1


def test_after_submission_pages_lead_to_the_final_overview(
    client: TestClient,
) -> None:
    attempt = arrive(client)
    hand_in(client, attempt)

    answer = client.get(attempt, follow_redirects=False)

    assert answer.headers["location"] == review_of(attempt)
    page = show(client, review_of(attempt))
    assert page.actions == []
    assert "/fr/profile" in page.links


def test_answering_in_another_tab_after_submission_is_kindly_refused(
    client: TestClient,
) -> None:
    attempt = arrive(client)
    token = show(client, attempt).controls["form_token"][0]
    hand_in(client, attempt)

    answer = client.post(attempt, data={"form_token": token, FIRST_GROUP: "4"})

    assert answer.status_code == 409
    assert "/fr/profile" in read_page(answer).links


def test_somebody_elses_attempt_is_as_if_it_did_not_exist(client: TestClient) -> None:
    hers = arrive(client)
    client.cookies.clear()
    arrive(client)
    none = f"/fr/assess/{uuid4()}/1"
    token = show(client, "/fr/account").controls["form_token"][0]

    for wrong in (hers, none):
        form = {"form_token": token, FIRST_GROUP: "1"}
        answers = [
            client.get(wrong),
            client.get(review_of(wrong)),
            client.post(wrong, data=form),
            client.post(submit_of(wrong), data=form),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert all("attempt-not-found" in answer.text for answer in answers)
        assert "/fr/resume" in read_page(answers[0]).links


def test_unknown_browser_is_shown_the_ways_in(client: TestClient) -> None:
    attempt = arrive(client)
    client.cookies.clear()

    answers = [client.get(attempt), client.get(review_of(attempt))]
    answers.append(client.post(attempt, data={FIRST_GROUP: "1"}))

    assert {answer.status_code for answer in answers} == {401}
    assert {"/fr/assess", "/fr/resume"} <= set(read_page(answers[0]).links)


def test_language_switch_keeps_place_and_answers(client: TestClient) -> None:
    attempt = arrive(client)
    send(client, attempt, {FIRST_GROUP: "2"})

    page = show(client, attempt.replace("/fr/", "/ar/"))

    assert attempt in page.links
    assert (page.direction, page.checked) == ("rtl", {FIRST_GROUP: "2"})


def test_open_attempt_is_offered_again(client: TestClient) -> None:
    attempt = arrive(client)

    assert attempt in show(client, "/fr/assess").links


def test_questions_go_on_after_a_restart(
    client: TestClient, settings: Settings
) -> None:
    attempt = arrive(client)
    token = show(client, attempt).controls["form_token"][0]

    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as other:
        other.cookies = client.cookies
        form = {"form_token": token, FIRST_GROUP: "2"}
        answer = other.post(attempt, data=form, follow_redirects=False)

        assert answer.status_code == 303
        assert show(other, attempt).checked == {FIRST_GROUP: "2"}


def test_prepared_page_is_nobodys(client: TestClient) -> None:
    hers = arrive(client)
    send(client, hers, {FIRST_GROUP: "4"})
    of_her = client.get(hers).text
    client.cookies.clear()
    his = arrive(client)
    of_him = client.get(his).text

    number = hers.split("/")[3]
    assert number in of_her
    assert number not in of_him
    assert " checked" not in of_him
    assert client.get(his).headers["cache-control"] == "private, no-store"


def test_page_costs_the_same_however_many_attempts_there_are(
    client: TestClient, clock: Clock
) -> None:
    started = finish(begin(client))
    code = {"code": started.document["resume_code"]}
    send(client, "/fr/resume", code)
    costs = []
    for day in range(1, 4):
        clock.now = NOON + timedelta(days=day)
        attempt = arrive(client)
        client.get(attempt)
        with statements(client) as seen:
            client.get(attempt)
        costs.append(len(seen))

    assert costs == [costs[0]] * 3
    assert costs[0] <= 4
