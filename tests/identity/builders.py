"""Learners, and a browser that reads and sends forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any, cast

import orjson
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Connection, delete, event, select
from typing_extensions import override

from app.identity.domain import Learner, make_resume_code
from app.identity.service import create_account, open_session, welcome
from app.kernel.database import Database
from app.kernel.jobs import JobRow
from app.kernel.text import Language
from tests.constants import NOON, SECRET

HALF_A_YEAR = timedelta(days=180)
FRAMEWORK = "unesco-ai-dt"


def add_learner(
    connection: Connection, *, language: Language = Language.FR, now: datetime = NOON
) -> Learner:
    return welcome(connection, key=SECRET, language=language, now=now)


def add_account(connection: Connection, learner: Learner, *, email: str = "") -> str:
    """Let a learner sign in; return her address, by default one of her own."""
    address = email or f"{learner.learner_id.hex}@example.org"
    create_account(
        connection,
        key=SECRET,
        learner_id=learner.learner_id,
        email=address,
        now=NOON,
    )
    return address


def add_session(
    connection: Connection, learner: Learner, *, lifetime: timedelta = HALF_A_YEAR
) -> str:
    return open_session(
        connection, learner_id=learner.learner_id, now=NOON, lifetime=lifetime
    )


def code_of(learner: Learner) -> str:
    return make_resume_code(SECRET, learner.resume_nonce)


def application(client: TestClient) -> FastAPI:
    return cast("FastAPI", client.app)


def database_of(client: TestClient) -> Database:
    database: Database = application(client).state.database
    return database


@contextmanager
def statements(client: TestClient) -> Iterator[list[str]]:
    """Collect the SQL that the application sends to its database."""
    seen: list[str] = []
    engine = database_of(client).engine

    def note(*arguments: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's own
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@dataclass(kw_only=True)
class Seen:
    """What somebody finds on a page, whatever it looks like."""

    language: str = ""
    direction: str = ""
    headings: list[str] = field(default_factory=list)
    """Text of the ``h1``."""
    sections: int = 0
    """Number of ``h2``."""
    controls: dict[str, list[str]] = field(default_factory=dict)
    """Values by name; a named control without a value has an empty one."""
    checked: dict[str, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self._in_heading = False
        self._select = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.seen.language, self.seen.direction = found["lang"], found["dir"]
        elif tag == "h1":
            self._in_heading = True
            self.seen.headings.append("")
        elif tag == "h2":
            self.seen.sections += 1
        elif tag == "form":
            self.seen.actions.append(found["action"])
        elif tag == "a":
            self.seen.links.append(found["href"])
        else:
            self._control(tag, found, dict(attrs))

    def _control(
        self, tag: str, found: dict[str, str], given: dict[str, str | None]
    ) -> None:
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "select":
            self._select = name
            self.seen.controls.setdefault(name, [])
        elif tag == "option":
            self.seen.controls[self._select].append(value)
            if "selected" in given:
                self.seen.checked[self._select] = value
        elif name and tag in {"input", "button", "textarea"}:
            self.seen.controls.setdefault(name, []).append(value)
            if "checked" in given:
                self.seen.checked[name] = value

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._in_heading = False

    @override
    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.seen.headings[-1] += data


def read_page(response: Response) -> Seen:
    """Read a page; every page has one main heading and no trace of a program."""
    assert response.headers["content-type"].startswith("text/html")
    assert "Traceback" not in response.text
    reader = _Reader()
    reader.feed(response.text)
    assert len(reader.seen.headings) == 1
    return reader.seen


def show(client: TestClient, address: str) -> Seen:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return read_page(response)


def send(
    client: TestClient,
    address: str,
    fields: dict[str, Any] | None = None,
    *,
    shown_at: str = "",
) -> Response:
    """Open a page and send its form, as a browser without scripts does."""
    token = show(client, shown_at or address).controls["form_token"][0]
    answer: Response = client.post(
        address, data={"form_token": token, **(fields or {})}, follow_redirects=False
    )
    return answer


def arrive(client: TestClient, *, language: str = "fr", role: str = "") -> str:
    """Begin in the browser; return the address of the attempt's first page."""
    answer = send(client, f"/{language}/assess", {"role": role})
    assert answer.status_code == 303
    return str(answer.headers["location"])


ADA_MAIL = "ada@example.org"
PASSWORD = "blue whales count seven stones"  # noqa: S105 -- of nobody


def mails(client: TestClient) -> list[dict[str, Any]]:
    """List the mail that waits to be sent, the oldest first."""
    with database_of(client).read() as connection:
        rows = connection.execute(
            select(JobRow.payload).where(JobRow.kind == "mail").order_by(JobRow.run_at)
        )
        return [orjson.loads(row.payload) for row in rows]


def forget_mails(client: TestClient) -> None:
    with database_of(client).write() as connection:
        connection.execute(delete(JobRow))


def code_in(mail: dict[str, Any]) -> str:
    return str(re.search(r"^(\d{8})$", mail["text"], re.MULTILINE)[1])  # type: ignore[index]  # a match, or the test fails


def link_in(mail: dict[str, Any]) -> str:
    address = re.search(r"http://127.0.0.1:8000(/\S+)", mail["text"])
    return str(address[1])  # type: ignore[index]  # a match, or the test fails


def ask_for_mail(client: TestClient, email: str = ADA_MAIL, *, at: str = "") -> str:
    """Ask for a link by mail; return the address of the page that takes the code."""
    answer = send(
        client, "/fr/sign-in/mail", {"email": email}, shown_at=at or "/fr/sign-in"
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def use_code(client: TestClient, page: str, code: str) -> Response:
    handle = show(client, page).controls["ticket"][0]
    return send(
        client,
        "/fr/sign-in/code",
        {"ticket": handle, "code": code},
        shown_at=page,
    )


def come_by_mail(client: TestClient, email: str = ADA_MAIL) -> Response:
    """Register, or sign in, through the mailbox."""
    forget_mails(client)
    page = ask_for_mail(client, email)
    [mail] = mails(client)
    assert mail["to"] == email
    return use_code(client, page, code_in(mail))


def sign_up(client: TestClient, email: str = ADA_MAIL) -> None:
    """Make an account with a password."""
    assert come_by_mail(client, email).status_code == 303
    answer = send(client, "/fr/account/password", {"password": PASSWORD})
    assert answer.status_code == 303, answer.text


def sign_in(
    client: TestClient, email: str = ADA_MAIL, password: str = PASSWORD
) -> Response:
    return send(client, "/fr/sign-in", {"email": email, "password": password})


def sign_out(client: TestClient) -> None:
    send(client, "/fr/account/leave", shown_at="/fr/account")
