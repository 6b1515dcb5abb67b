"""Versions, headers, parameters, attachments and the alternate syntax."""
# ruff: noqa: ANN401 -- statements of any shape

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient
from jose import jws

from app.records.domain.signatures import SIGNATURE
from tests.records.builders import (
    COURSE,
    Platform,
    Statement,
    connect,
    mailbox,
    statement,
)

BOUNDARY = "abcABC0123'()+_,-./:=?"


def attachment(content: bytes, **others: Any) -> Statement:
    return {
        "usageType": "http://example.org/certificate",
        "display": {"en": "Certificate"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
        **others,
    }


def multipart(sent: Any, *contents: bytes, **headers: str) -> bytes:
    line = f"--{BOUNDARY}\r\n".encode()
    parts = [line + b"Content-Type: application/json\r\n\r\n" + orjson.dumps(sent)]
    for each in contents:
        own = {
            "Content-Type": "text/plain",
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": hashlib.sha256(each).hexdigest(),
            **headers,
        }
        lines = "".join(f"{k}: {v}\r\n" for k, v in own.items() if v)
        parts.append(line + lines.encode() + b"\r\n" + each)
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def send(platform: Platform, body: bytes) -> httpx.Response:
    kind = f'multipart/mixed; boundary="{BOUNDARY}"'
    return platform.call(
        "POST", "statements", content=body, headers={"content-type": kind}
    )


def test_attachments_come_back_with_their_statement(client: TestClient) -> None:
    platform = connect(client)
    content = b"\x00\r\n--bytes\xff"
    sent = statement(attachments=[attachment(content)])

    stored = send(platform, multipart(sent, content))
    answer = platform.get(statementId=sent["id"], attachments="true")
    plain = platform.get(statementId=sent["id"], attachments="false")

    assert stored.status_code == 200
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert b"\r\n\r\n" + content + b"\r\n--" in answer.content
    assert sent["attachments"][0]["sha2"].encode() in answer.content
    assert plain.headers["content-type"] == "application/json"
    listed = platform.get(attachments="true")
    assert content in listed.content


@pytest.mark.parametrize(
    ("contents", "headers"),
    [
        ((), {}),
        ((b"another",), {}),
        ((b"text", b"excess"), {}),
        ((b"text",), {"X-Experience-API-Hash": "00"}),
        ((b"text",), {"X-Experience-API-Hash": ""}),
        ((b"text",), {"Content-Transfer-Encoding": "base64"}),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    client: TestClient, contents: tuple[bytes, ...], headers: dict[str, str]
) -> None:
    platform = connect(client)
    sent = statement(attachments=[attachment(b"text")])

    answer = send(platform, multipart(sent, *contents, **headers))

    assert answer.status_code == 400
    assert platform.ids() == []


def test_an_attachment_elsewhere_needs_no_part(client: TestClient) -> None:
    platform = connect(client)
    there = attachment(b"text", fileUrl="https://files.example/1")

    assert platform.post(statement(attachments=[there])).status_code == 200
    assert send(platform, multipart(statement())).status_code == 200


def signed(sent: Statement, algorithm: str = "RS256") -> tuple[Statement, bytes]:
    key: Any = "secret"
    if algorithm.startswith("RS"):
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    token = jws.sign(sent, key, algorithm=algorithm).encode()
    kind = "application/octet-stream"
    about = attachment(token, usageType=SIGNATURE, contentType=kind)
    return {**sent, "attachments": [about]}, token


def test_a_signed_statement_is_stored(client: TestClient) -> None:
    platform = connect(client)
    sent, token = signed(statement())

    assert send(platform, multipart(sent, token)).status_code == 200
    assert "timestamp" in platform.get(statementId=sent["id"]).json()


def test_a_signature_of_something_else_is_refused(client: TestClient) -> None:
    platform = connect(client)
    sent, token = signed(statement())
    weak, weak_token = signed(statement(), "HS256")
    kind = {**sent["attachments"][0], "contentType": "text/plain"}
    answers = [
        send(platform, multipart({**sent, "actor": mailbox("bintou")}, token)),
        send(platform, multipart(weak, weak_token)),
        send(platform, multipart({**sent, "attachments": [kind]}, token)),
    ]

    assert [each.status_code for each in answers] == [400, 400, 400]


@pytest.mark.parametrize("version", ["", "0.95", "1.1.0", "2.1", "3.0.0", "1.0.x"])
def test_another_version_is_refused(client: TestClient, version: str) -> None:
    platform = connect(client, version=version)

    answer = platform.get()

    assert (answer.status_code, answer.json()["code"]) == (400, "xapi-call-refused")
    assert answer.headers["x-experience-api-version"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("1.0", "1.0.3"), ("1.0.1", "1.0.3"), ("2.0", "2.0.0"), ("2.0.0", "2.0.0")],
)
def test_an_answer_names_its_version_and_how_far_it_is_complete(
    client: TestClient, asked: str, answered: str
) -> None:
    answer = connect(client, version=asked).get()

    assert answer.headers["x-experience-api-version"] == answered
    settled = answer.headers["x-experience-api-consistent-through"]
    assert settled == "2026-11-23T11:59:55.000000Z"


def test_about_needs_neither_key_nor_version(client: TestClient) -> None:
    answer = client.get("/xapi/about")

    assert answer.json() == {"version": ["1.0.3", "2.0.0"]}
    assert answer.headers["x-experience-api-version"] == "2.0.0"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "statements"),
        ("POST", "activities"),
        ("PUT", "agents"),
        ("DELETE", "activities"),
    ],
)
def test_a_method_that_is_not_there_is_refused_whoever_asks(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, f"/xapi/{path}")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "params",
    [
        {"foo": "bar"},
        {"Verb": "http://x.example"},
        {"statementId": "1"},
        {"agent": "amina"},
        {"agent": '{"objectType":"Group","member":[]}'},
        {"verb": "completed"},
        {"activity": "course"},
        {"registration": "1"},
        {"since": "yesterday"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"format": "Exact"},
        {"ascending": "yes"},
        {"attachments": "1"},
        {"related_agents": "TRUE"},
    ],
)
def test_a_parameter_that_cannot_be_is_refused(
    client: TestClient, params: dict[str, str]
) -> None:
    assert connect(client).get(**params).status_code == 400


def test_one_statement_is_asked_for_by_one_id_alone(client: TestClient) -> None:
    platform = connect(client)
    sent = statement()
    platform.post(sent)
    number = sent["id"]

    assert platform.get(statementId=number, voidedStatementId=number).status_code == 400
    assert platform.get(statementId=number, verb="http://x.example").status_code == 400
    assert platform.get(statementId=number, format="ids").status_code == 200
    answer = platform.get(statementId=number)
    assert answer.headers["last-modified"] == "Mon, 23 Nov 2026 12:00:00 GMT"


def alternate(
    platform: Platform, method: str, path: str, **fields: str
) -> httpx.Response:
    form = {
        "Authorization": platform.authorization,
        "X-Experience-API-Version": platform.version,
        **fields,
    }
    answer: httpx.Response = platform.client.post(
        f"/xapi/{path}?method={method}",
        content=urlencode(form),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    return answer


def test_a_form_may_stand_for_method_headers_and_body(client: TestClient) -> None:
    platform = connect(client)
    sent = statement(result={"response": "مسار"})

    put = alternate(
        platform,
        "PUT",
        "statements",
        statementId=sent["id"],
        content=orjson.dumps(sent).decode(),
    )
    found = alternate(platform, "GET", "statements", activity=COURSE)

    assert put.status_code == 204
    assert [each["id"] for each in found.json()["statements"]] == [sent["id"]]
    assert found.json()["statements"][0]["result"] == {"response": "مسار"}


def test_a_form_stands_for_a_call_in_version_one_only(client: TestClient) -> None:
    assert alternate(connect(client), "GET", "statements").status_code == 200
    second = connect(client, institution="justice", version="2.0.0")
    assert alternate(second, "GET", "statements").status_code == 400


def test_a_form_with_more_in_its_address_or_without_content_is_refused(
    client: TestClient,
) -> None:
    platform = connect(client)

    assert alternate(platform, "PUT&statementId=1", "statements").status_code == 400
    assert alternate(platform, "POST", "statements").status_code == 400


def test_ids_and_canonical_show_less_and_newer(client: TestClient) -> None:
    platform = connect(client)
    old = {"id": COURSE, "definition": {"name": {"en": "AI", "fr": "IA"}}}
    new = {"id": COURSE, "definition": {"name": {"en": "AI for all"}}}
    verb = {"id": "http://x.example/did", "display": {"en": "did", "fr": "a fait"}}
    platform.post(
        statement(object=old, verb=verb, actor={**mailbox(), "name": "Amina"}),
        statement(object=new),
    )

    exact = platform.get(format="exact").json()["statements"][1]
    ids = platform.get(format="ids").json()["statements"][1]
    french = platform.call(
        "GET",
        "statements",
        params={"format": "canonical"},
        headers={"accept-language": "ar;q=0.9, fr-SN, en;q=0.1"},
    ).json()["statements"][1]

    assert exact["object"] == old
    assert (ids["object"], ids["verb"]) == ({"id": COURSE}, {"id": verb["id"]})
    assert ids["actor"] == mailbox()
    assert french["object"]["definition"] == {"name": {"fr": "IA"}}
    assert french["verb"]["display"] == {"fr": "a fait"}
    activity = platform.get("activities", activityId=COURSE).json()
    assert activity["definition"] == {"name": {"en": "AI for all", "fr": "IA"}}


def test_an_agent_is_a_person_with_what_was_said(client: TestClient) -> None:
    agent = {**mailbox(), "name": "Amina"}

    found = connect(client).get("agents", agent=orjson.dumps(agent).decode()).json()

    assert found == {
        "objectType": "Person",
        "name": ["Amina"],
        "mbox": ["mailto:amina@health.example"],
    }


def test_a_large_body_is_read_only_with_a_key(client: TestClient) -> None:
    platform = connect(client)
    long = statement(result={"response": "x" * 200_000})
    token = base64.b64encode(f"{platform.key.key_id}:wrong".encode()).decode()
    wrong = {**platform.headers, "authorization": f"Basic {token}"}

    assert platform.post(long).status_code == 200
    assert client.post("/xapi/statements", json=long, headers=wrong).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"1", b"null", b'"x"'])
def test_a_body_that_is_no_statement_is_refused(
    client: TestClient, body: bytes
) -> None:
    kind = {"content-type": "application/json"}

    answer = connect(client).call("POST", "statements", content=body, headers=kind)

    assert answer.status_code == 400
