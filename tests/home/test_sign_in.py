from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.identity.domain.tickets import MOST_TRIES
from tests.assessment.builders import begin
from tests.conftest import Clock
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.identity.builders import (
    ADA_MAIL,
    PASSWORD,
    arrive,
    ask_for_mail,
    code_in,
    come_by_mail,
    database_of,
    forget_mails,
    link_in,
    mails,
    read_page,
    send,
    show,
    sign_in,
    sign_out,
    sign_up,
    statements,
    use_code,
)

BOB_MAIL = "bob@example.org"


def test_address_code_and_password_make_an_account(client: TestClient) -> None:
    page = ask_for_mail(client)
    [mail] = mails(client)

    answer = use_code(client, page, code_in(mail))

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/fr/account/password?next=",
    )
    assert mail["to"] == ADA_MAIL
    send(client, "/fr/account/password", {"password": PASSWORD})
    assert ADA_MAIL in client.get("/fr/account").text
    sign_out(client)
    assert client.get("/fr/account").status_code == 401
    assert sign_in(client).headers["location"] == "/fr/continue"
    assert ADA_MAIL in client.get("/fr/account").text


def test_link_is_used_by_its_button_and_once(client: TestClient) -> None:
    ask_for_mail(client)
    link = link_in(mails(client)[0])

    before = client.get(link).text
    scanned = [client.get(link).status_code for _ in range(3)]
    ticket = show(client, link).controls["ticket"][0]
    first = send(client, "/fr/sign-in/link", {"ticket": ticket}, shown_at=link)
    again = send(client, "/fr/sign-in/link", {"ticket": ticket}, shown_at=link)

    assert scanned == [200] * 3
    assert (ADA_MAIL in before, ADA_MAIL in client.get(link).text) == (True, False)
    assert (first.status_code, again.status_code) == (303, 404)


def test_forged_link_is_refused(client: TestClient) -> None:
    ask_for_mail(client)
    link = link_in(mails(client)[0])

    other = "1" if link[-2] == "0" else "0"
    forged = link[:-2] + other + link[-1]

    answers = [client.get(forged), client.get("/fr/sign-in/link?ticket=x")]
    handle = parse_qs(urlsplit(link).query)["ticket"][0].partition(".")[0]
    answers.append(client.get(f"/fr/sign-in/link?ticket={handle}"))

    assert {answer.status_code for answer in answers} == {404}


def test_the_browser_that_asked_cannot_guess_the_code(client: TestClient) -> None:
    page = ask_for_mail(client)
    right = code_in(mails(client)[0])
    wrong = f"{(int(right) + 1) % 10**8:08}"

    refused = [use_code(client, page, wrong).status_code for _ in range(MOST_TRIES)]
    late = use_code(client, page, right)

    assert refused == [422] * MOST_TRIES
    assert late.status_code == 404


def test_code_ends_after_a_quarter_of_an_hour(client: TestClient, clock: Clock) -> None:
    page = ask_for_mail(client)
    clock.now = NOON + timedelta(minutes=15)

    assert use_code(client, page, code_in(mails(client)[0])).status_code == 404


def test_nothing_tells_whether_an_address_has_an_account(client: TestClient) -> None:
    sign_up(client)
    sign_out(client)
    forget_mails(client)
    places = ["/fr/sign-in", "/fr/register"]

    known = [ask_for_mail(client, at=place) for place in places]
    unknown = [ask_for_mail(client, BOB_MAIL, at=place) for place in places]
    pages = [client.get(page).text for page in known + unknown]
    wrong = [sign_in(client, ADA_MAIL, "wrong"), sign_in(client, BOB_MAIL, "wrong")]

    assert len({urlsplit(page).path for page in known + unknown}) == 1
    assert len({_without_secrets(page) for page in pages}) == 1
    assert {answer.status_code for answer in wrong} == {401}
    texts = [_without_secrets(answer.text) for answer in wrong]
    assert texts[0].replace(ADA_MAIL, "") == texts[1].replace(BOB_MAIL, "")
    assert [mail["to"] for mail in mails(client)] == [*[ADA_MAIL] * 2, *[BOB_MAIL] * 2]


def _without_secrets(page: str) -> str:
    return "".join(
        line
        for line in page.splitlines()
        if 'name="ticket"' not in line
        and 'name="form_token"' not in line
        and "ticket=" not in line
    )


def test_wrong_passwords_are_counted_for_the_address(client: TestClient) -> None:
    sign_up(client)
    sign_out(client)

    statuses = [sign_in(client, ADA_MAIL, "wrong").status_code for _ in range(20)]
    blocked = sign_in(client)

    assert statuses == [401] * 20
    assert (blocked.status_code, blocked.headers["retry-after"]) == (429, "3600")
    assert come_by_mail(client).headers["location"] == "/fr/continue"


def test_right_passwords_are_not_counted(client: TestClient) -> None:
    sign_up(client)

    answers = [sign_in(client).status_code for _ in range(22)]

    assert answers == [303] * 22


def test_mail_to_one_address_is_limited(client: TestClient) -> None:
    for _ in range(6):
        ask_for_mail(client)

    answer = send(
        client, "/fr/sign-in/mail", {"email": "ADA@example.org"}, shown_at="/fr/sign-in"
    )

    assert answer.status_code == 429
    assert len(mails(client)) == 6


def test_next_leads_to_our_pages_only(client: TestClient) -> None:
    sign_up(client)
    places = {
        "/fr/path?x=1": "/fr/path?x=1",
        "https://evil.example/": "/fr/continue",
        "//evil.example/fr/": "/fr/continue",
        "/\\evil.example": "/fr/continue",
        "/fr/\t/evil": "/fr/continue",
    }

    found = {
        place: send(
            client,
            "/fr/sign-in",
            {"email": ADA_MAIL, "password": PASSWORD, "next": place},
        ).headers["location"]
        for place in places
    }

    assert found == places


def test_registering_claims_the_answers_of_the_browser(client: TestClient) -> None:
    attempt = arrive(client)
    before = client.cookies["masar_session"]
    code = _resume_code(client)
    send(client, attempt, {"a.problem-framing": "3"})

    sign_up(client)

    with database_of(client).read() as connection:
        counts = personal_counts(connection)
    assert client.get(attempt).status_code == 200
    assert (counts["identity_learner"], counts["assessment_answer"]) == (1, 1)
    assert counts["identity_resume_code"] == 0
    assert client.cookies["masar_session"] != before
    sign_out(client)
    assert send(client, "/fr/resume", {"code": code}).status_code == 404


def _resume_code(client: TestClient) -> str:
    page = client.get("/fr/account").text
    return str(page.partition('<b class="code" dir="ltr">')[2].partition("<")[0])


def test_signing_in_joins_the_answers_of_another_device(client: TestClient) -> None:
    first = arrive(client)
    send(client, first, {"a.problem-framing": "3"})
    sign_up(client)
    client.cookies.clear()
    second = arrive(client)
    send(client, second, {"a.problem-framing": "2"})

    sign_in(client)

    assert client.get(first).status_code == client.get(second).status_code == 200
    with database_of(client).read() as connection:
        counts = personal_counts(connection)
    assert (counts["identity_learner"], counts["assessment_answer"]) == (1, 2)
    assert counts["assessment_attempt"] == 2


def test_tokens_of_before_do_not_open_the_account(client: TestClient) -> None:
    started = begin(client)
    send(client, "/fr/resume", {"code": started.document["resume_code"]})

    sign_up(client)

    assert started.get("/api/v1/attempts").status_code == 401


def test_sign_in_page_knows_who_must_prove_herself_again(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    clock.now = NOON + timedelta(minutes=15)

    asked = client.get("/fr/account/address", follow_redirects=False)
    page = show(client, asked.headers["location"])

    assert asked.headers["location"] == "/fr/sign-in?next=%2Ffr%2Faccount%2Faddress"
    assert page.controls["email"] == [ADA_MAIL]
    fields = {"email": ADA_MAIL, "password": PASSWORD, "next": page.controls["next"][0]}
    assert send(client, "/fr/sign-in", fields).headers["location"] == (
        "/fr/account/address"
    )
    assert client.get("/fr/account/address").status_code == 200


def test_forms_need_a_fresh_proof_too(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    token = show(client, "/fr/account/password").controls["form_token"][0]
    clock.now = NOON + timedelta(minutes=15)

    answers = {
        path: client.post(
            f"/fr/account/{path}",
            data={"form_token": token, "sure": "yes", "email": "x@example.org"},
        )
        for path in ("password", "address", "second-factor", "erase", "recovery-codes")
    }

    assert {
        path: answer.status_code for path, answer in answers.items()
    } == dict.fromkeys(answers, 403)
    assert "/fr/sign-in" in read_page(answers["erase"]).links


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("short77", 422),
        ("password123", 422),
        ("aaaaaaaaaaaa", 422),
        ("my-masar-2026", 422),
        ("ilikeada@example", 422),
        ("x" * 257, 422),
        (" ☂☂ eight ", 303),
        ("q7" * 64, 303),
    ],
)
def test_passwords_are_long_and_not_known(
    client: TestClient, password: str, status: int
) -> None:
    come_by_mail(client)

    answer = send(client, "/fr/account/password", {"password": password})

    assert answer.status_code == status
    if status == 303:
        sign_out(client)
        assert sign_in(client, password=password).status_code == 303


def test_the_same_work_is_done_with_and_without_an_account(
    client: TestClient,
) -> None:
    sign_up(client)
    sign_out(client)
    done: dict[str, list[list[str]]] = {}

    for email in (ADA_MAIL, BOB_MAIL):
        token = show(client, "/fr/sign-in").controls["form_token"][0]
        for path in ("sign-in", "sign-in/mail"):
            fields = {"form_token": token, "email": email, "password": "wrong"}
            with statements(client) as seen:
                client.post(f"/fr/{path}", data=fields, follow_redirects=False)
            done.setdefault(path, []).append(seen)

    assert all(known == unknown for known, unknown in done.values())
    assert all(len(known) >= 3 for known, _ in done.values())
