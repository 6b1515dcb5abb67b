"""Fixtures of the journeys: real servers, a real Chromium, people with devices."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    sync_playwright,
)

from tests.conftest import create_database, with_name
from tests.journeys.addresses import (
    FINISHED,
    HALFWAY,
    OFFICE,
    PHONE,
    PROVEN,
    PUBLIC,
)
from tests.journeys.barriers import RULES, SIDEWAYS, find_violations
from tests.journeys.proving import Proof, prove
from tests.journeys.server import Server
from tests.journeys.walk import VALUES, answer_all, begin, hand_in

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LIMIT_MS = 15_000


def go_without(missing: str, remedy: str) -> NoReturn:
    """Skip loudly on a developer's machine; fail where the browser is required.

    Raises:
        Failed: ``CI`` or ``MASAR_REQUIRE_BROWSER`` is set.
        Skipped: Otherwise.
    """
    message = f"NO {missing}: THE BROWSER IS NOT TESTED. To test it: {remedy}"
    environ = os.environ  # noqa: TID251 -- about the machine, not a setting of the site
    if environ.get("CI") or environ.get("MASAR_REQUIRE_BROWSER"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Open the system's Chromium."""
    named = os.environ.get("CHROME_PATH")  # noqa: TID251 -- about the machine
    path = named or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        go_without("CHROMIUM", "apt-get install chromium fonts-noto-core")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """Return the source of axe-core."""
    if not AXE.exists():
        go_without("AXE-CORE", "npm ci --prefix tests/journeys")
    return AXE.read_text()


Inspect = Callable[[Page], None]


@pytest.fixture
def inspect(axe_script: str) -> Inspect:
    """Return what looks for barriers on a page, and for any width it does not fit."""

    def look(page: Page) -> None:
        assert find_violations(page, axe_script, RULES) == []
        assert page.locator("h1").count() == 1
        usual = page.viewport_size
        assert usual is not None
        for width in {PHONE[0], usual["width"]}:
            page.set_viewport_size({"width": width, "height": usual["height"]})
            assert page.evaluate(SIDEWAYS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size(usual)

    return look


NewServer = Callable[[str], Server]


@pytest.fixture(scope="session")
def new_server(
    request: pytest.FixtureRequest,
    templates: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NewServer]:
    """Start servers, each on a loaded database of its own."""
    started: list[Server] = []

    def start(backend: str) -> Server:
        template = templates(backend)
        if backend == "sqlite":
            path = tmp_path_factory.mktemp("site") / "masar.sqlite"
            shutil.copy(template, path)
            url = f"sqlite:///{path}"
        else:
            admin = request.getfixturevalue("postgres")
            name = f"site_{uuid4().hex}"
            create_database(admin, name, template)
            url = with_name(admin, name)
        server = Server(
            database_url=url,
            mail_dir=tmp_path_factory.mktemp("mail"),
            files_dir=tmp_path_factory.mktemp("files"),
        )
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def servers(new_server: NewServer) -> Callable[[str], Server]:
    """Return the one server of each kind that tests share."""
    known: dict[str, Server] = {}

    def get(backend: str) -> Server:
        if backend not in known:
            known[backend] = new_server(backend)
        return known[backend]

    return get


@pytest.fixture(scope="session")
def site(servers: Callable[[str], Server]) -> Server:
    """Return the shared server on SQLite."""
    return servers("sqlite")


@dataclass(kw_only=True)
class Device:
    """One browser of one person, and what went wrong in it."""

    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def listen(self, base: str) -> None:
        """Note console errors and requests to anybody else."""
        own = urlsplit(base).netloc

        def note(message: ConsoleMessage) -> None:
            # A page that answers 404 on purpose is a console error to Chromium.
            is_page = message.location.get("url") == self.page.url
            refused = message.text.startswith("Failed to load resource")
            if message.type == "error" and not (refused and is_page):
                self.errors.append(message.text)

        def check(request: Request) -> None:
            address = urlsplit(request.url)
            if address.scheme.startswith("http") and address.netloc != own:
                self.foreign.append(request.url)

        self.context.on("console", note)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.context.on("request", check)


NewDevice = Callable[..., Device]


@pytest.fixture
def new_device(chromium: Browser, site: Server) -> Iterator[NewDevice]:
    """Hand out browsers that know nothing; afterwards, none may have complained."""
    devices: list[Device] = []

    def get(
        *,
        base: str = site.base,
        size: tuple[int, int] = PHONE,
        state: StorageState | None = None,
        **options: Any,  # noqa: ANN401 -- options of Playwright's context
    ) -> Device:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            storage_state=state,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(LIMIT_MS)
        device = Device(context=context, page=context.new_page())
        device.listen(base)
        devices.append(device)
        return device

    yield get
    complaints = [device.errors + device.foreign for device in devices]
    for device in devices:
        device.context.close()
    assert [each for each in complaints if each] == []


@dataclass(frozen=True, kw_only=True)
class Person:
    """A learner who was here before: her cookies and her questionnaire."""

    state: StorageState
    attempt_id: str


def walk_in(
    chromium: Browser,
    base: str,
    *,
    is_finished: bool,
    values: tuple[str, ...] = VALUES,
) -> Person:
    """Make a learner by the browser, who hands in or stops in the middle."""
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    attempt_id = begin(page, base, "fr", role="service-manager")
    answer_all(page, "fr", until=None if is_finished else 2, values=values)
    if is_finished:
        hand_in(page)
    state = context.storage_state()
    context.close()
    return Person(state=state, attempt_id=attempt_id)


@pytest.fixture(scope="session")
def finished(chromium: Browser, site: Server) -> Person:
    """Return somebody with a result and a path she has adapted."""
    person = walk_in(chromium, site.base, is_finished=True)
    context = chromium.new_context(storage_state=person.state)
    page = context.new_page()
    page.goto(f"{site.base}/fr/path")
    page.locator("button[name=choice][value=done]").first.click()
    page.locator("button[name=choice][value=aside]").last.click()
    context.close()
    return person


@pytest.fixture(scope="session")
def halfway(chromium: Browser, site: Server) -> Person:
    """Return somebody who stopped in the second group."""
    return walk_in(chromium, site.base, is_finished=False)


@pytest.fixture(scope="session")
def proof(site: Server) -> Proof:
    """Return somebody with certificates, and who looks at them."""
    return prove(site)


Find = Callable[[str, str], tuple[str, StorageState | None]]


@pytest.fixture
def find(request: pytest.FixtureRequest, site: Server) -> Find:
    """Look up a page by its name: the address, and the cookies of its reader."""

    def look_up(name: str, language: str) -> tuple[str, StorageState | None]:
        if name in PUBLIC:
            return f"{site.base}/{language}/{PUBLIC[name]}", None
        if name in PROVEN or name in OFFICE:
            proof: Proof = request.getfixturevalue("proof")
            path = (PROVEN | OFFICE)[name].format(**proof.ids)
            state = proof.learner if name in PROVEN else proof.office
            return f"{site.base}/{language}/{path}", state
        who = "finished" if name in FINISHED else "halfway"
        person: Person = request.getfixturevalue(who)
        path = (FINISHED | HALFWAY)[name].format(attempt=person.attempt_id)
        return f"{site.base}/{language}/{path}", person.state

    return look_up
