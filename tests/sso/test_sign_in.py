from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.identity.models import AccountRow, LearnerRow, ProviderRow, SubjectRow
from app.identity.service import remove_provider
from tests.conftest import Clock
from tests.home.builders import personal_counts
from tests.identity.builders import (
    arrive,
    database_of,
    read_page,
    send,
    sign_in,
    sign_out,
    sign_up,
)
from tests.ports import free_port
from tests.sso.builders import (
    CLIENT_SECRET,
    come_back,
    enter,
    leave,
    provider_in_node,
    sign_in_there,
    trust,
)

ADA = "ada@ministry.example"
LINKING = "/fr/sign-in/institution"


def who(client: TestClient) -> str:
    """Return the account that is signed in, as its page shows it."""
    page = client.get("/fr/account").text
    found: str = page.partition('<p class="lead"><bdi>')[2].partition("</bdi>")[0]
    return found


def rows(client: TestClient, table: type = AccountRow) -> int:
    with database_of(client).read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_newcomer_gets_an_account_and_finds_it_again(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    first = arrive(client)
    learners = rows(client, LearnerRow)

    came = enter(client, "ada")
    named = who(client)
    own = client.get(first)
    sign_out(client)
    again = enter(client, "ada", query="?next=/fr/path")

    assert (came.status_code, came.headers["location"]) == (303, "/fr/continue")
    assert named == ADA
    assert own.status_code == 200  # what she did before is hers
    assert again.headers["location"] == "/fr/path"
    assert who(client) == ADA
    assert (rows(client), rows(client, LearnerRow)) == (1, learners)


def test_claims_in_the_token_itself_do_as_well(client: TestClient) -> None:
    with provider_in_node(free_port(), claims_in_token=True) as issuer:
        trust(client, issuer)
        enter(client, "ada")

    assert who(client) == ADA


def test_the_sign_in_page_offers_the_institution(
    client: TestClient, ministry: str
) -> None:
    assert LINKING not in client.get("/fr/sign-in").text

    trust(client, ministry)

    page = client.get("/fr/sign-in?next=/fr/path")
    assert any(link.startswith(f"{LINKING}/ministry") for link in read_page(page).links)
    assert "Ministère &lt;des Postes&gt;" in page.text


@pytest.mark.parametrize(
    "login", ["ada unverified", "ada@elsewhere.example", "ada@sub.ministry.example"]
)
def test_an_address_that_is_not_the_institutions_makes_no_account(
    client: TestClient, ministry: str, login: str
) -> None:
    trust(client, ministry)

    came = enter(client, login)

    assert came.headers["location"] == LINKING
    assert rows(client) == 0
    assert who(client) == ""


def test_mail_alone_opens_no_account_a_sign_in_connects_them(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    sign_up(client, ADA)
    sign_out(client)

    came = enter(client, "ada")
    before = who(client)
    offered = read_page(client.get(came.headers["location"]))
    refused = send(client, LINKING, shown_at="/fr/sign-in")
    sign_in(client, ADA)
    connected = send(client, LINKING)
    sign_out(client)
    enter(client, "ada")

    assert (came.headers["location"], before) == (LINKING, "")
    assert any("/fr/sign-in?next=" in link for link in offered.links)
    assert refused.status_code == 401
    assert connected.status_code == 303
    assert who(client) == ADA
    assert rows(client) == 1


def test_connecting_asks_for_a_fresh_proof(
    client: TestClient, ministry: str, clock: Clock
) -> None:
    trust(client, ministry)
    present, clock.now = clock.now, clock.now - timedelta(minutes=16)
    sign_up(client)
    clock.now = present

    assert enter(client, "eve").headers["location"] == LINKING
    assert send(client, LINKING, shown_at="/fr/account").status_code == 403
    assert rows(client, SubjectRow) == 0


def test_an_institutions_word_can_be_taken_back(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    enter(client, "ada")

    send(client, f"{LINKING}/end", {"institution": "ministry"}, shown_at=LINKING)
    sign_out(client)

    assert enter(client, "ada").headers["location"] == LINKING
    assert rows(client, SubjectRow) == 0


def test_the_second_factor_is_asked_for_as_well(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    enter(client, "ada")
    with database_of(client).write() as connection:
        connection.execute(update(AccountRow).values(totp_secret=ADA))
    sign_out(client)

    came = enter(client, "ada")

    assert came.status_code == 200
    assert "code" in read_page(came).controls
    assert who(client) == ""


def test_only_the_browser_that_set_out_may_come_back(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    answer = sign_in_there(leave(client), "ada")
    cookies = dict(client.cookies)

    client.cookies.clear()
    stranger = come_back(client, answer)
    client.cookies.update(cookies)
    leave(client)  # a new journey: the former answer is not to it
    late = come_back(client, answer)

    assert (stranger.status_code, late.status_code) == (401, 401)
    assert rows(client) == 0


def test_an_answer_is_good_once(client: TestClient, ministry: str) -> None:
    trust(client, ministry)
    answer = sign_in_there(leave(client), "ada")
    cookies = dict(client.cookies)
    come_back(client, answer)
    sign_out(client)

    client.cookies.update(cookies)
    again = come_back(client, answer)

    assert again.status_code == 401
    assert who(client) == ""


def test_a_journey_ends_after_ten_minutes(
    client: TestClient, ministry: str, clock: Clock
) -> None:
    trust(client, ministry)
    answer = sign_in_there(leave(client), "ada")
    clock.now += timedelta(minutes=11)

    assert come_back(client, answer).status_code == 401


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("state", "x"), ("state", ""), ("code", ""), ("code", "x"),
        ("iss", "https://elsewhere.example"),
    ],
)  # fmt: skip
def test_a_changed_answer_is_refused(
    client: TestClient, ministry: str, part: str, value: str
) -> None:
    trust(client, ministry)
    answer = urlsplit(sign_in_there(leave(client), "ada"))
    query = dict(parse_qsl(answer.query))

    changed = answer._replace(query=urlencode({**query, part: value}))
    refused = come_back(client, changed.geturl())

    assert part in query
    assert refused.status_code == 401
    assert "Traceback" not in refused.text
    assert rows(client) == 0


def test_another_institution_cannot_answer(client: TestClient, ministry: str) -> None:
    trust(client, ministry)
    trust(client, ministry, key="other")
    answer = sign_in_there(leave(client), "ada")

    mixed_up = come_back(client, answer.replace("/ministry/", "/other/"))

    assert mixed_up.status_code == 401
    assert rows(client) == 0


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere_afterwards(
    client: TestClient, ministry: str, elsewhere: str
) -> None:
    trust(client, ministry)

    came = enter(client, "ada", query=f"?next={elsewhere}")

    assert came.headers["location"] == "/fr/continue"


def test_new_keys_of_an_institution_are_found(client: TestClient, clock: Clock) -> None:
    port = free_port()
    with provider_in_node(port, key_id="one") as issuer:
        trust(client, issuer)
        enter(client, "ada")
    sign_out(client)
    clock.now += timedelta(minutes=2)

    with provider_in_node(port, key_id="two"):
        enter(client, "ada")

    assert who(client) == ADA


def test_an_institution_that_is_away_is_said(client: TestClient) -> None:
    trust(client, f"http://127.0.0.1:{free_port()}")

    answer = client.get("/fr/sign-in/institution/ministry", follow_redirects=False)

    assert answer.status_code == 401
    assert read_page(answer).language == "fr"


def test_unknown_institutions_do_not_exist(client: TestClient, ministry: str) -> None:
    trust(client, ministry)
    answer = sign_in_there(leave(client), "ada")
    with database_of(client).write() as connection:
        assert remove_provider(connection, provider_key="ministry")
        assert not remove_provider(connection, provider_key="ministry")

    assert client.get(f"{LINKING}/nobody").status_code == 404
    assert come_back(client, answer).status_code == 404
    client.cookies.clear()
    assert client.get("/oidc/nobody/return").status_code == 401


def test_secrets_are_not_stored_in_clear(client: TestClient, ministry: str) -> None:
    trust(client, ministry)
    enter(client, "zora")  # no hexadecimal number spells it

    with database_of(client).read() as connection:
        stored = str(connection.execute(select(*ProviderRow.__table__.c)).all())
        known = str(connection.execute(select(*SubjectRow.__table__.c)).all())

    assert CLIENT_SECRET not in stored
    assert "zora" not in known


def test_erasing_the_account_forgets_the_institutions_person(
    client: TestClient, ministry: str
) -> None:
    trust(client, ministry)
    enter(client, "ada")

    send(client, "/fr/account/erase", {"sure": "yes"})

    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}
