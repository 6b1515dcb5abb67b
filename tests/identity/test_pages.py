from collections.abc import Iterator
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app.kernel.clock import current_time
from app.main import create_app
from app.settings import Settings
from tests.assessment.builders import begin
from tests.conftest import Clock, make_settings
from tests.constants import NOON
from tests.home.builders import personal_counts
from tests.identity.builders import arrive, database_of, read_page, send, show

UNKNOWN = "0000-0000-0000"


@pytest.fixture
def secure_client(database_url: str) -> Iterator[TestClient]:
    app = create_app(make_settings(database_url, public_url="https://masar.example"))
    app.dependency_overrides[current_time] = lambda: NOON
    with TestClient(app, base_url="https://masar.example") as opened:
        yield opened


def cookies(answer: Response) -> dict[str, Morsel[str]]:
    found: dict[str, Morsel[str]] = {}
    for header in answer.headers.get_list("set-cookie"):
        found.update(SimpleCookie(header))
    return found


def code_on_account(client: TestClient) -> str:
    page: str = client.get("/fr/account").text
    return page.partition('<b class="code" dir="ltr">')[2].partition("<")[0]


def test_session_cookie_is_for_our_server_alone(client: TestClient) -> None:
    answer = send(client, "/fr/assess", {"role": ""})

    cookie = cookies(answer)["masar_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == str(180 * 86400)
    assert not cookie["secure"]


def test_cookies_are_secure_on_https(secure_client: TestClient) -> None:
    first = cookies(secure_client.get("/fr/assess"))
    second = cookies(send(secure_client, "/fr/assess", {"role": ""}))

    assert set(first) == {"__Host-masar_form"}
    assert set(second) == {"__Host-masar_session", "__Host-masar_form"}
    every = [*first.values(), *second.values()]
    assert all(each["secure"] and each["httponly"] for each in every)
    assert show(secure_client, "/fr/account").headings


def test_session_ends(client: TestClient, clock: Clock) -> None:
    arrive(client)

    clock.now = NOON + timedelta(days=180) - timedelta(seconds=1)
    before = client.get("/fr/account").status_code
    clock.now = NOON + timedelta(days=180)
    after = client.get("/fr/account").status_code

    assert (before, after) == (200, 401)


@pytest.mark.parametrize("value", ["", "forged", "x" * 4000, "a;b"])
def test_forged_cookie_is_nobody(client: TestClient, value: str) -> None:
    answer = client.get("/fr/account", headers={"cookie": f"masar_session={value}"})

    assert answer.status_code == 401
    assert "/fr/resume" in read_page(answer).links


def test_resume_page_asks_for_the_code(client: TestClient) -> None:
    page = show(client, "/fr/resume")

    assert set(page.controls) == {"form_token", "code"}
    assert page.actions == ["/fr/resume"]


def test_code_continues_in_another_browser(client: TestClient) -> None:
    attempt = arrive(client)
    code = code_on_account(client)
    client.cookies.clear()

    answer = send(client, "/ar/resume", {"code": f" {code.lower()} "})

    assert (answer.status_code, answer.headers["location"]) == (303, "/ar/continue")
    assert show(client, attempt).headings


def test_code_of_the_api_works_in_the_browser(client: TestClient) -> None:
    started = begin(client)

    send(client, "/fr/resume", {"code": started.document["resume_code"]})

    assert client.get(f"/fr/assess/{started.id}/1").status_code == 200


def test_resuming_as_somebody_else_ends_the_former_session(client: TestClient) -> None:
    arrive(client)
    other = begin(client).document["resume_code"]

    send(client, "/fr/resume", {"code": other})

    with database_of(client).read() as connection:
        assert personal_counts(connection)["identity_session"] == 1
    assert code_on_account(client) == other


@pytest.mark.parametrize(
    ("typed", "status"),
    [("K7PM-2XQ4-9BTC", 422), (UNKNOWN, 404), ("", 422), ('"><script>', 422)],
)
def test_wrong_code_is_kindly_refused(
    client: TestClient, typed: str, status: int
) -> None:
    answer = send(client, "/fr/resume", {"code": typed})

    assert answer.status_code == status
    page = read_page(answer)
    assert page.controls["code"] == [typed]
    assert "masar_session" not in cookies(answer)
    assert "<script>" not in answer.text.partition("<main")[2].partition("</main>")[0]


def test_too_many_codes_are_refused_on_the_same_page(
    client: TestClient, settings: Settings
) -> None:
    most = settings.resume_attempts_per_hour
    token = show(client, "/fr/resume").controls["form_token"][0]
    fields = {"form_token": token, "code": UNKNOWN}

    answers = [client.post("/fr/resume", data=fields) for _ in range(most + 1)]

    assert [answer.status_code for answer in answers] == [404] * most + [429]
    assert read_page(answers[-1]).controls["code"] == [UNKNOWN]


def test_starts_are_limited_per_address(database_url: str) -> None:
    app = create_app(make_settings(database_url, starts_per_hour=2))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        statuses = []
        for _ in range(3):
            client.cookies.clear()
            statuses.append(send(client, "/fr/assess", {"role": ""}).status_code)
        body = {"framework": "unesco-ai-dt"}
        statuses.append(client.post("/api/v1/attempts", json=body).status_code)
        with database_of(client).read() as connection:
            learners = personal_counts(connection)["identity_learner"]

    assert statuses == [303, 303, 429, 429]
    assert learners == 2


@pytest.mark.parametrize("token", [None, "", "foreign", "é"])
def test_form_without_our_token_saves_nothing(
    client: TestClient, token: str | None
) -> None:
    client.get("/fr/assess")
    fields = {"role": ""} if token is None else {"role": "", "form_token": token}

    answer = client.post("/fr/assess", data=fields, follow_redirects=False)

    assert answer.status_code == 403
    assert "form-expired" in answer.text
    assert read_page(answer).language == "fr"
    with database_of(client).read() as connection:
        assert set(personal_counts(connection).values()) == {0}


def test_token_of_another_session_is_foreign(client: TestClient) -> None:
    arrive(client)
    foreign = show(client, "/fr/account").controls["form_token"][0]
    client.cookies.clear()
    arrive(client)

    fields = {"form_token": foreign, "sure": "yes"}
    answer = client.post("/fr/account/erase", data=fields)

    assert answer.status_code == 403
    with database_of(client).read() as connection:
        assert personal_counts(connection)["identity_learner"] == 2
