"""Bad input: always the right status, in the right form and language, never a trace."""

import base64

import pytest
from fastapi.testclient import TestClient

from tests.web.builders import (
    PROBLEM,
    Begun,
    app_of,
    begin,
    begin_in_browser,
    form_token,
    send,
)

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
BIDI = "\u202e\u2066evil\u2069"
TRACES = (b"Traceback", b'File "', b"sqlalchemy", b"Error:")
ALLOWED = {
    "/": "GET, HEAD",
    "/fr/": "GET, HEAD",
    "/fr/assess": "GET, POST, HEAD",
    "/fr/path": "GET, POST, HEAD",
    "/fr/account/erase": "GET, POST, HEAD",
    "/healthz": "GET, HEAD",
    "/api/v1/attempts": "GET, POST, HEAD",
    "/api/v1/attempts/x/answers/y": "PUT",
    "/api/v1/me": "DELETE",
    "/api/v1/me/path/preferences": "PUT",
}


@pytest.fixture
def learner(site: TestClient) -> Begun:
    return begin(site)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"value":"\\ud800"}', 422, "malformed-body"),
        (b'{"value":"\xff"}', 422, "malformed-body"),
        (b'{"value":', 422, "malformed-body"),
        (b'{"value":NaN}', 422, "malformed-body"),
        (b"", 422, "malformed-body"),
        (b"[" * 60_000, 422, "malformed-body"),
        (b"null", 422, "invalid-request"),
        (b'{"value":true}', 422, "invalid-request"),
        (b'{"value":2.5}', 422, "invalid-request"),
        (b'{"value":-1}', 422, "invalid-request"),
        (b'{"value":' + b"9" * 5000 + b"}", 422, "malformed-body"),
        (b'{"value":"' + b"a" * 10_000 + b'"}', 422, "invalid-request"),
        (b'{"value":"\\u0000\\u0007"}', 422, "invalid-request"),
        (b'{"value":"' + BIDI.encode() + b'"}', 422, "invalid-request"),
        (b'{"value":1,"more":2}', 422, "invalid-request"),
        (b'{"value":9}', 422, "unknown-answer"),
        (b'{"value":"' + b"a" * 70_000 + b'"}', 413, "body-too-large"),
    ],
    ids=range(17),
)
def test_a_body_that_is_no_answer_is_refused_and_nothing_is_kept(
    site: TestClient, learner: Begun, body: bytes, status: int, code: str
) -> None:
    headers = {**learner.headers, **JSON}
    answer = site.put(learner.answer_url(), content=body, headers=headers)

    state = site.get(f"/api/v1/attempts/{learner.attempt}", headers=learner.headers)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (
        status,
        status,
        code,
    )
    assert answer.headers["content-type"] == PROBLEM
    assert "aaaaaa" not in answer.text
    assert state.json()["answers"] == {}


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/xml", "multipart/form-data"]
)
def test_only_json_is_read_by_the_api_and_only_forms_by_pages(
    site: TestClient, learner: Begun, sent: str
) -> None:
    kind = {"content-type": sent}
    program = site.put(
        learner.answer_url(),
        content=b'{"value":1}',
        headers={**learner.headers, **kind},
    )
    page = site.post("/ar/assess", content=b"role=", headers=kind)

    assert (program.status_code, program.json()["code"]) == (
        415,
        "unsupported-content-type",
    )
    assert (page.status_code, page.headers["content-type"]) == (
        415,
        "text/html; charset=utf-8",
    )
    assert '<html lang="ar" dir="rtl"' in page.text


@pytest.mark.parametrize("target", [b"/api/v1/attempts", b"/pt/assess"])
@pytest.mark.parametrize("length", ["65537", "9" * 5000, "-1", "x"])
def test_a_body_declared_too_large_is_refused_unread(
    site: TestClient, target: bytes, length: str
) -> None:
    answer = send(
        app_of(site), "POST", target, headers={**JSON, "content-length": length}
    )

    assert answer.status == 413
    assert not any(trace in answer.body for trace in TRACES)


@pytest.mark.parametrize(
    ("target", "headers", "kind"),
    [
        (b"/api/v1/attempts", JSON, PROBLEM),
        (b"/pt/assess", FORM, "text/html; charset=utf-8"),
    ],
)
def test_a_chunked_body_is_refused_when_it_grows_too_large(
    site: TestClient, target: bytes, headers: dict[str, str], kind: str
) -> None:
    answer = send(
        app_of(site), "POST", target, headers=headers, chunks=[b"a" * 40_000] * 3
    )

    assert (answer.status, answer.headers["content-type"]) == (413, kind)


@pytest.mark.parametrize(
    "body",
    [
        b"form_token=%ED%A0%80",
        b"form_token=%ff",
        b"\xff=1",
        b"&".join(b"a=1" for _ in range(300)),
    ],
    ids=range(4),
)
def test_a_form_that_cannot_be_read_is_a_page(site: TestClient, body: bytes) -> None:
    answer = site.post("/es/assess", content=body, headers=FORM)

    assert answer.status_code == 422
    assert '<html lang="es"' in answer.text


@pytest.mark.parametrize("role", ["nobody", BIDI, "\x00", "\x1b[31m", "r" * 10_000])
def test_a_role_that_is_none_is_asked_again(site: TestClient, role: str) -> None:
    sent = {"form_token": form_token(site, "/fr/assess"), "role": role}

    answer = site.post("/fr/assess", data=sent, follow_redirects=False)

    assert (answer.status_code, answer.text.count("<h1")) == (422, 1)
    assert role not in answer.text


@pytest.mark.parametrize("value", ["", "7", BIDI, "\x00", "a" * 10_000])
def test_an_answer_from_a_form_that_is_none_is_a_kind_page(
    site: TestClient, value: str
) -> None:
    address = begin_in_browser(site)
    item = site.get(address).text.partition('name="a.')[2].partition('"')[0]
    sent = {"form_token": form_token(site, address), f"a.{item}": value}

    answer = site.post(address, data=sent, follow_redirects=False)

    assert answer.status_code == 422
    assert '<html lang="fr"' in answer.text
    assert "checked" not in site.get(address).text


@pytest.mark.parametrize(
    "target",
    [
        "/fr/assess/{id}/" + "9" * 5000,
        "/fr/assess/{id}/99",
        "/fr/assess/{id}/0",
        "/fr/assess/not-a-number/1",
        "/fr/assess/00000000-0000-4000-8000-000000000000/1",
        "/fr/frameworks/%00",
        "/fr/frameworks/%ED%A0%80",
        "/fr/frameworks/" + "k" * 9000,
        "/fr/frameworks/unesco-ai-dt/%00",
        "/fr/frameworks/unesco-ai-dt/__class__",
        "/fr/frameworks/unesco-ai-dt/roles/..%2F..%2Fetc%2Fpasswd",
        "/fr/courses/%00%0d%0aset-cookie:a=b",
        "/fr/courses/" + "%E2%80%AE" * 500,
        "/fr/" + "a/" * 4000,
        "/fr/nothing?q=\xff".replace("\xff", "%FF"),
        "/fr/..%2f..%2fetc/passwd",
    ],
    ids=range(16),
)
def test_what_does_not_exist_is_a_page_in_the_language_of_the_address(
    site: TestClient, target: str
) -> None:
    attempt = begin_in_browser(site).split("/")[3]
    cookie = "; ".join(f"{name}={value}" for name, value in site.cookies.items())
    answer = send(
        app_of(site),
        "GET",
        target.format(id=attempt).encode(),
        headers={"cookie": cookie},
    )

    assert answer.status == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b'<html lang="fr"' in answer.body
    assert not any(trace in answer.body for trace in TRACES)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/v1/frameworks/%00/1.0.0", 404),
        ("/api/v1/frameworks/unesco-ai-dt/%00", 404),
        ("/api/v1/frameworks/unesco-ai-dt/1.0.0?lang=xx", 422),
        ("/api/v1/frameworks/unesco-ai-dt/1.0.0?lang=%00", 422),
        ("/api/v1/courses/%00", 404),
        ("/api/v1/courses?limit=" + "9" * 6000, 422),
        ("/api/v1/courses?limit=0", 422),
        ("/api/v1/courses?max_hours=nan", 422),
        ("/api/v1/courses?max_hours=1e999", 422),
        ("/api/v1/courses?after=%D9%A1", 422),
        ("/api/v1/courses?after=YXQ6LTE", 422),
        ("/api/v1/courses?q=" + "q" * 201, 422),
        ("/api/v1/me/path?lang=xx", 422),
        ("/api/v1/me/path?lang=%00", 422),
        ("/api/v1/me/path?weeks=" + "9" * 6000, 422),
        ("/api/v1/me/path?hours_per_week=inf", 422),
        ("/api/v1/me/path?max_mb=-1", 422),
        ("/api/v1/me/path?" + "lang=fr&" * 6, 422),
        ("/api/v1/attempts/{id}", 404),
        ("/api/v1/attempts/not-a-number", 422),
        ("/api/v1/nothing", 404),
        ("/api", 404),
        ("/api/problems/%00", 404),
    ],
    ids=range(23),
)
def test_what_the_api_cannot_answer_is_a_problem(
    site: TestClient, learner: Begun, target: str, status: int
) -> None:
    path = target.format(id="00000000-0000-4000-8000-000000000000").encode()
    answer = send(app_of(site), "GET", path, headers=learner.headers)

    assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM)
    assert not any(trace in answer.body for trace in TRACES)


@pytest.mark.parametrize(
    "query",
    [b"q=\xff\xfe", b"q=%ff%00", b"&&&&==;;", b"max_hours=nan", b"q=" + b"%00" * 50],
    ids=range(5),
)
def test_an_absurd_query_still_gives_the_courses(
    site: TestClient, query: bytes
) -> None:
    answer = send(app_of(site), "GET", b"/fr/courses?" + query)

    assert answer.status == 200
    assert b"<h1" in answer.body


def test_a_query_that_is_too_long_is_a_page(site: TestClient) -> None:
    answer = site.get("/fr/courses?q=" + "q" * 30_000)

    assert answer.status_code == 422
    assert '<html lang="fr"' in answer.text


@pytest.mark.parametrize("host", ["[", "a b/<script>", "", "x:99999999"])
def test_an_absurd_host_does_no_harm(site: TestClient, host: str) -> None:
    answer = send(app_of(site), "GET", b"/fr/nothing", headers={"host": host})

    assert answer.status == 404
    assert b"<script>" not in answer.body


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PATCH", "INVENTED"])
def test_another_method_is_told_what_is_allowed(
    site: TestClient, path: str, method: str
) -> None:
    answer = send(app_of(site), method, path.encode())

    assert (answer.status, answer.headers["allow"]) == (405, ALLOWED[path])


@pytest.mark.parametrize("path", ["/fr/", "/api/v1/courses", "/healthz", "/fr/nothing"])
def test_head_answers_what_get_does_without_the_body(
    site: TestClient, path: str
) -> None:
    head = send(app_of(site), "HEAD", path.encode())
    get = send(app_of(site), "GET", path.encode())

    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == get.headers["content-length"]


def deep_header() -> str:
    header = base64.urlsafe_b64encode(b'{"a":' + b"[" * 2900).decode()
    return f"{header.rstrip('=')}.e30.x"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "\xff.\xfe.x",
        "a" * 5000,
        deep_header(),
        "null",
        "..",
        BIDI[0:0] + ".",
    ],
    ids=range(8),
)
def test_a_token_that_is_none_is_refused(site: TestClient, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    answer = send(app_of(site), "GET", b"/api/v1/me/profile", headers=headers)

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="masar"'


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        (b"/fr/assess/", "/fr/assess"),
        (b"/fr/courses/?q=%C3%A9t%C3%A9&provider=a%26b", "/fr/courses?q=%C3%A9t%C3%A9&provider=a%26b"),
        (b"/ar/frameworks//", "/ar/frameworks"),
        (b"/fr/courses/a%3Fb%23c/", "/fr/courses/a%3Fb%23c"),
        (b"/api/v1/courses/?lang=fr", "/api/v1/courses?lang=fr"),
    ],
    ids=range(5),
)  # fmt: skip
def test_another_slash_leads_to_the_page_on_whatever_host(
    site: TestClient, target: bytes, meant: str
) -> None:
    answer = send(app_of(site), "GET", target, headers={"host": "evil.example"})

    assert (answer.status, answer.headers["location"]) == (307, meant)


@pytest.mark.parametrize(
    "target",
    [
        b"/fr/nothing/", b"/static/nothing.css", b"/static/nothing/",
        b"//evil.example/", b"//evil.example/fr/assess/", b"/%5Cevil.example/",
    ],
    ids=range(6),
)  # fmt: skip
def test_another_slash_leads_nowhere_else(site: TestClient, target: bytes) -> None:
    answer = send(app_of(site), "GET", target, headers={"host": "evil.example"})

    assert (answer.status, "location" in answer.headers) == (404, False)


@pytest.mark.parametrize("target", [b"/", b"/fr/account", b"/fr/path", b"/fr/continue"])
def test_no_redirect_repeats_the_host(site: TestClient, target: bytes) -> None:
    answer = send(app_of(site), "GET", target, headers={"host": "evil.example"})

    assert answer.headers.get("location", "/").startswith("/")
    assert "evil.example" not in str(answer.headers)
