import subprocess
import sys
import time
from pathlib import Path

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import ROOT
from app.web.middleware import CONTENT_POLICY
from tests.conftest import make_settings
from tests.web.builders import (
    app_of,
    begin,
    begin_in_browser,
    form_token,
    send,
    serving,
)

ANSWERS = (
    "/",
    "/fr/",
    "/fr/nothing",
    "/fr/path",
    "/api/v1/courses",
    "/api/v1/me/profile",
    "/api/docs",
    "/healthz",
    "/static/nothing.css",
    "/robots.txt",
)
PERSONAL = ("assess", "profile", "path", "path/plan.ics", "account", "account/download")


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_carries_the_security_headers(site: TestClient, path: str) -> None:
    headers = site.get(path, follow_redirects=False).headers

    assert headers["content-security-policy"] == CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "cache-control" in headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers


def test_the_policy_allows_no_third_party_and_no_inline_code() -> None:
    directives = dict(
        part.strip().partition(" ")[::2] for part in CONTENT_POLICY.split(";")
    )

    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert "unsafe" not in CONTENT_POLICY
    assert set(" ".join(directives.values()).split()) == {"'none'", "'self'", "data:"}


@pytest.mark.parametrize("path", PERSONAL)
def test_what_is_personal_is_kept_by_no_cache(site: TestClient, path: str) -> None:
    begin_in_browser(site)

    answer = site.get(f"/fr/{path}")

    assert (answer.status_code, answer.headers["cache-control"]) == (
        200,
        "private, no-store",
    )


@pytest.mark.parametrize("path", ["", "/profile", "/path"])
def test_what_the_api_tells_a_learner_is_kept_by_no_cache(
    site: TestClient, path: str
) -> None:
    learner = begin(site)
    address = f"/api/v1/me{path}" if path else f"/api/v1/attempts/{learner.attempt}"

    answer = site.get(address, headers=learner.headers)

    assert answer.headers["cache-control"] == "private, no-store"


def test_a_new_attempt_with_its_token_is_kept_by_no_cache(site: TestClient) -> None:
    answer = site.post("/api/v1/attempts", json={"framework": "unesco-ai-dt"})

    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", [p for p in ANSWERS if not p.startswith("/fr/")] + ["/api/openapi.json"]
)
def test_no_cookie_where_nobody_fills_in_a_form(site: TestClient, path: str) -> None:
    answer = site.get(path, follow_redirects=False)

    assert "set-cookie" not in answer.headers


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: TestClient) -> None:
    sent = {"form_token": form_token(site, "/fr/assess"), "role": ""}
    answer = site.post("/fr/assess", data=sent, follow_redirects=False)
    cookies = answer.headers.get_list("set-cookie")

    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "masar_session",
        "masar_form",
    }
    assert all("HttpOnly" in c and "SameSite=lax" in c for c in cookies)
    assert all("Path=/" in c and "Domain" not in c for c in cookies)


def wait_for(log: Path, word: str) -> None:
    end = time.monotonic() + 10
    while word not in log.read_text() and time.monotonic() < end:
        time.sleep(0.05)


@pytest.fixture
def https(shared_url: str) -> FastAPI:
    return create_app(make_settings(shared_url, public_url="https://masar.example"))


def test_https_makes_cookies_secure_and_host_only(https: FastAPI) -> None:
    browser = TestClient(https, base_url="https://masar.example")
    page = browser.get("/fr/assess")
    address = begin_in_browser(browser)
    known = browser.get(address)
    https.state.database.close()

    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    assert page.headers["set-cookie"].startswith("__Host-masar_form=")
    assert "Secure" in page.headers["set-cookie"]
    assert set(browser.cookies) == {"__Host-masar_session"}
    assert known.status_code == 200


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/ar/", "/api/v1/courses"])
def test_text_travels_compressed(site: TestClient, path: str, coding: str) -> None:
    packed = send(
        app_of(site), "GET", path.encode(), headers={"accept-encoding": coding}
    )
    plain = send(app_of(site), "GET", path.encode())

    assert packed.headers["content-encoding"] == coding
    assert "Accept-Encoding" in packed.headers["vary"]
    assert len(packed.body) < len(plain.body) / 2
    assert "content-encoding" not in plain.headers


def test_a_bug_is_a_page_with_all_headers_and_no_trace(
    shared_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("K7PM-2XQ4-9BTB")

    monkeypatch.setattr("app.home.pages.front.get_default_framework", fail)
    answer = send(shared_app, "GET", b"/ar/")

    assert answer.status == 500
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert b'<html lang="ar" dir="rtl"' in answer.body
    assert b"K7PM" not in answer.body
    assert b"Traceback" not in answer.body


def test_the_log_holds_nothing_personal(database_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        serving(database_url, log, log_level="INFO") as served,
        httpx.Client(base_url=served.base, trust_env=False, timeout=30) as client,
    ):
        learner = begin(client, "pt", role="front-line")
        client.put(learner.answer_url(), json={"value": 3}, headers=learner.headers)
        client.put(
            learner.answer_url(), content=b"secret-word", headers=learner.headers
        )
        client.get(
            "/pt/courses?q=secret-word", headers={"x-forwarded-for": "203.0.113.9"}
        )
        client.post("/api/v1/tokens", json={"resume_code": learner.resume_code})
        client.get(f"/pt/secret-word/{learner.attempt}")
        wait_for(log, "unmatched")  # a line is written after its answer has left
    lines = [
        orjson.loads(line) for line in log.read_bytes().splitlines() if b"{" in line
    ]
    text = log.read_text()
    personal = {
        learner.attempt,
        learner.token,
        learner.resume_code,
        learner.items[0],
        "secret-word",
        "front-line",
        "203.0.113.9",
    }

    assert [value for value in personal if value in text] == []
    assert {line["route"] for line in lines if line["event"] == "request"} >= {
        "/api/v1/attempts/{attempt_id}/answers/{item}",
        "unmatched",
    }
    assert all(set(line) >= {"event", "level", "timestamp"} for line in lines)


BUG = """
import logging
from app.web.logs import set_up_logs
set_up_logs("INFO")
try:
    try:
        int("K7PM-2XQ4-9BTB")
    except ValueError as error:
        raise KeyError("K7PM-2XQ4-9BTB") from error
except KeyError:
    logging.getLogger("masar").exception("unexpected_error")
"""


def test_a_bug_in_the_log_says_where_and_not_what() -> None:
    run = subprocess.run(  # noqa: S603 -- our own words
        [sys.executable, "-c", BUG], cwd=ROOT, capture_output=True, check=True
    )
    line = orjson.loads(run.stderr)

    assert (line["event"], line["level"]) == ("unexpected_error", "error")
    assert line["exception"].splitlines()[1:] == [
        "ValueError",
        "then:",
        "<string>:9 <module>",
        "KeyError",
    ]
    assert b"K7PM" not in run.stderr


@pytest.mark.parametrize("method", ["INVENTED", "PROPFIND"])
def test_an_invented_method_makes_no_counter_of_its_own(
    site: TestClient, method: str
) -> None:
    send(app_of(site), method, b"/fr/")
    send(app_of(site), "GET", b"/fr/")
    metrics = send(app_of(site), "GET", b"/metrics").body.decode()

    assert 'route="/{lang:lang}/",status="200"' in metrics
    assert method not in metrics
