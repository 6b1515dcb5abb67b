"""Second factor, sessions, and a new address."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from app.identity.queries import find_account_by_email
from tests.conftest import Clock
from tests.constants import NOON, SECRET
from tests.home.second_factor import SETUP, STEP, answer_with, code_at, set_up
from tests.identity.builders import (
    ADA_MAIL,
    PASSWORD,
    arrive,
    ask_for_mail,
    code_in,
    come_by_mail,
    database_of,
    forget_mails,
    mails,
    send,
    show,
    sign_in,
    sign_out,
    sign_up,
    use_code,
)


def test_second_factor_is_asked_for_at_every_sign_in(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    secret, recovery = set_up(client, clock)
    sign_out(client)
    clock.now += 2 * STEP

    asked = sign_in(client)
    inside = client.get("/fr/account").status_code
    answer = answer_with(client, asked, code_at(secret, clock))

    assert (asked.status_code, inside) == (200, 401)
    assert answer.headers["location"] == "/fr/continue"
    assert client.get("/fr/account").status_code == 200
    assert len(set(recovery)) == 10


def test_second_factor_is_asked_for_after_mail_too(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    secret, _ = set_up(client, clock)
    sign_out(client)
    clock.now += 2 * STEP

    asked = come_by_mail(client)

    assert (asked.status_code, client.get("/fr/account").status_code) == (200, 401)
    answer = answer_with(client, asked, code_at(secret, clock))
    assert answer.status_code == 303


def test_code_of_a_step_is_taken_once(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    secret, _ = set_up(client, clock)
    code = code_at(secret, clock)

    replayed = answer_with(client, sign_in(client), code)
    clock.now += 2 * STEP
    stale = answer_with(client, sign_in(client), code)
    fresh = answer_with(client, sign_in(client), code_at(secret, clock))

    assert [replayed.status_code, stale.status_code] == [422, 422]
    assert fresh.status_code == 303


def test_recovery_code_is_taken_once(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    _, recovery = set_up(client, clock)

    first = answer_with(client, sign_in(client), recovery[3].lower())
    again = answer_with(client, sign_in(client), recovery[3])

    assert (first.status_code, again.status_code) == (303, 422)
    with database_of(client).read() as connection:
        account = find_account_by_email(connection, key=SECRET, email=ADA_MAIL)
    assert account is not None
    assert account.recovery_codes_left == 9


def test_codes_are_limited_for_the_account(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    secret, _ = set_up(client, clock)
    clock.now += 2 * STEP
    wrong = f"{(int(code_at(secret, clock)) + 1) % 10**6:06}"

    statuses = [
        answer_with(client, sign_in(client), wrong).status_code for _ in range(20)
    ]
    blocked = answer_with(client, sign_in(client), code_at(secret, clock))

    assert statuses == [422] * 20
    assert blocked.status_code == 429


def test_secret_is_stored_encrypted(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    secret, recovery = set_up(client, clock)

    with database_of(client).read() as connection:
        row = connection.exec_driver_sql(
            "SELECT totp_secret, recovery_digests, password_hash FROM identity_account"
        ).one()

    stored = "".join(row)
    assert secret not in stored
    assert PASSWORD not in stored
    assert not any(code in stored for code in recovery)
    assert "$argon2id$" in stored


def test_sealed_secret_of_another_account_is_refused(
    client: TestClient, clock: Clock
) -> None:
    sign_up(client)
    html = client.get(SETUP).text
    sealed = re.search(r'name="sealed" value="([^"]+)"', html)[1]  # type: ignore[index]  # a match, or the test fails
    secret = re.search(r'<bdi class="code" dir="ltr">(\w+)</bdi>', html)[1]  # type: ignore[index]  # a match, or the test fails
    sign_out(client)
    sign_up(client, "bob@example.org")

    fields = {"sealed": sealed, "code": code_at(secret, clock)}
    answer = send(client, SETUP, fields)

    assert answer.status_code == 422


def test_second_factor_can_be_turned_off(client: TestClient, clock: Clock) -> None:
    sign_up(client)
    set_up(client, clock)

    send(client, f"{SETUP}/remove", shown_at=SETUP)
    sign_out(client)

    assert sign_in(client).status_code == 303


def test_sessions_are_listed_and_ended_one_by_one(client: TestClient) -> None:
    client.headers["user-agent"] = "Mozilla/5.0 (Android 14; Mobile) Firefox/140.0"
    sign_up(client)
    phone = client.cookies["masar_session"]
    client.cookies.clear()
    client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/1"
    sign_in(client)
    html = client.get("/fr/account").text
    others = show(client, "/fr/account").controls["session"]

    send(
        client,
        "/fr/account/sessions/end",
        {"session": others[0]},
        shown_at="/fr/account",
    )

    assert "Firefox, Android" in html
    assert "Chrome, Windows" in html
    assert len(others) == 1
    assert client.get("/fr/account").status_code == 200
    client.cookies.set("masar_session", phone)
    assert client.get("/fr/account").status_code == 401


def test_nobody_ends_the_session_of_another(client: TestClient) -> None:
    sign_up(client)
    ada = client.cookies["masar_session"]
    client.cookies.clear()
    sign_in(client)
    [of_ada] = show(client, "/fr/account").controls["session"]
    client.cookies.clear()
    sign_up(client, "bob@example.org")

    send(
        client, "/fr/account/sessions/end", {"session": of_ada}, shown_at="/fr/account"
    )

    client.cookies.clear()
    client.cookies.set("masar_session", ada)
    assert client.get("/fr/account").status_code == 200


def test_new_password_ends_other_sessions(client: TestClient) -> None:
    sign_up(client)
    first = client.cookies["masar_session"]
    client.cookies.clear()
    sign_in(client)

    send(client, "/fr/account/password", {"password": "another fine sentence"})

    assert client.get("/fr/account").status_code == 200
    client.cookies.clear()
    client.cookies.set("masar_session", first)
    assert client.get("/fr/account").status_code == 401
    client.cookies.clear()
    assert sign_in(client).status_code == 401


def test_new_password_ends_links_that_are_under_way(client: TestClient) -> None:
    sign_up(client)
    forget_mails(client)
    asked = ask_for_mail(client)
    [mail] = mails(client)

    changed = send(client, "/fr/account/password", {"password": PASSWORD[::-1]})
    used = use_code(client, asked, code_in(mail))

    assert (changed.status_code, used.status_code) == (303, 404)


def test_day_of_last_use_is_remembered_for_accounts_only(
    client: TestClient, clock: Clock
) -> None:
    arrive(client)
    clock.now = NOON + timedelta(days=1)
    client.get("/fr/account")
    guest = _last_seen(client)
    sign_up(client)
    clock.now = NOON + timedelta(days=3)

    client.get("/fr/account")

    assert guest == [None]
    assert [str(day) for day in _last_seen(client)] == ["2026-11-26"]


def _last_seen(client: TestClient) -> list[object]:
    with database_of(client).read() as connection:
        rows = connection.exec_driver_sql("SELECT last_seen_on FROM identity_session")
        return [row.last_seen_on for row in rows]


def test_address_changes_once_it_is_proved(client: TestClient) -> None:
    sign_up(client)
    forget_mails(client)
    asked = send(client, "/fr/account/address", {"email": "new@example.org"})
    page = asked.headers["location"]
    handle = show(client, page).controls["ticket"][0]
    [mail] = mails(client)

    answer = send(
        client,
        "/fr/account/address/code",
        {"ticket": handle, "code": code_in(mail)},
        shown_at=page,
    )

    assert (mail["to"], answer.headers["location"]) == (
        "new@example.org",
        "/fr/account",
    )
    assert {each["to"] for each in mails(client)} == {"new@example.org", ADA_MAIL}
    sign_out(client)
    assert sign_in(client).status_code == 401
    assert sign_in(client, "new@example.org").status_code == 303


def test_taken_address_is_told_to_its_mailbox_only(client: TestClient) -> None:
    sign_up(client, "bob@example.org")
    sign_out(client)
    sign_up(client)
    forget_mails(client)

    taken = send(client, "/fr/account/address", {"email": "bob@example.org"})
    free = send(client, "/fr/account/address", {"email": "eve@example.org"})

    assert taken.status_code == free.status_code == 303
    texts = {mail["to"]: mail["text"] for mail in mails(client)}
    assert not re.search(r"^\d{8}$", texts["bob@example.org"], re.MULTILINE)
    assert code_in({"text": texts["eve@example.org"]})


def test_code_for_a_new_address_does_not_sign_in(client: TestClient) -> None:
    sign_up(client)
    forget_mails(client)
    asked = send(client, "/fr/account/address", {"email": "new@example.org"})
    handle = show(client, asked.headers["location"]).controls["ticket"][0]
    [mail] = mails(client)
    sign_out(client)

    answer = send(
        client,
        "/fr/sign-in/code",
        {"ticket": handle, "code": code_in(mail)},
        shown_at=f"/fr/sign-in/code?ticket={handle}",
    )

    assert answer.status_code == 404


def test_name_turns_no_text_around(client: TestClient) -> None:
    sign_up(client)

    fields = {"name": " Ada\u202e\x00  Love\nlace "}
    send(client, "/fr/account/name", fields, shown_at="/fr/account")

    with database_of(client).read() as connection:
        account = find_account_by_email(connection, key=SECRET, email=ADA_MAIL)
    assert account is not None
    assert account.display_name == "Ada Love lace"
