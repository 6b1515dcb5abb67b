"""Links are asked politely, and never inside our own network."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from typing_extensions import override

from app.kernel import probing
from app.kernel.probing import Answer, Found, Prober, is_public

ASKED: list[tuple[str, str]] = []
STATUSES = {"/fine": 200, "/gone": 404, "/guarded": 403, "/broken": 500}
REDIRECTS = {
    "/moved": (301, "/fine"),
    "/for-now": (302, "/fine"),
    "/round": (302, "/round"),
    "/inside": (302, "http://127.0.0.2/secret"),
    "/named": (302, "http://inside.example/secret"),
    "/file": (302, "file:///etc/passwd"),
}


class _Site(BaseHTTPRequestHandler):
    """Answers as the path says."""

    def do_HEAD(self) -> None:
        ASKED.append((self.command, self.path))
        if self.path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif self.path in REDIRECTS:
            status, target = REDIRECTS[self.path]
            self.send_response(status)
            self.send_header("location", target)
        else:
            self.send_response(STATUSES.get(self.path, 200))
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 -- the name that http.server calls

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def prober() -> Iterator[Prober]:
    ASKED.clear()
    found = Prober(
        agent="Masar-test/1",
        may_visit=lambda ip: ip == "127.0.0.1",
        rest_s=0,
        timeout_s=2,
    )
    yield found
    found.close()


@pytest.mark.parametrize(
    ("path", "answer", "status"),
    [
        ("/fine", Answer.FINE, 200),
        ("/no-head", Answer.FINE, 200),
        ("/moved", Answer.MOVED, 200),
        ("/for-now", Answer.FINE, 200),
        ("/gone", Answer.GONE, 404),
        ("/guarded", Answer.UNCLEAR, 403),
        ("/broken", Answer.SILENT, 500),
        ("/round", Answer.SILENT, None),
        ("/inside", Answer.FORBIDDEN, None),
        ("/file", Answer.SILENT, None),
    ],
)
def test_every_answer_is_understood(
    site: str, prober: Prober, path: str, answer: Answer, status: int | None
) -> None:
    found = prober.ask(site + path)

    assert (found.answer, found.status) == (answer, status)
    leads = f"{site}/fine" if path in {"/moved", "/for-now"} else None
    assert found.leads_to == leads


def test_a_get_is_asked_only_where_head_is_not_liked(site: str, prober: Prober) -> None:
    prober.ask(f"{site}/fine")
    prober.ask(f"{site}/no-head")

    assert ASKED == [("HEAD", "/fine"), ("HEAD", "/no-head"), ("GET", "/no-head")]


def test_a_name_that_leads_inside_is_not_followed(
    site: str, prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = probing.resolve
    inside = {"inside.example": ["127.0.0.1", "10.0.0.7"]}
    monkeypatch.setattr(
        probing, "resolve", lambda host, port: inside.get(host) or real(host, port)
    )

    assert prober.ask(f"{site}/named").answer is Answer.FORBIDDEN


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/",
        "http://[::1]:80/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "http://10.1.2.3/",
    ],
)
def test_by_default_nothing_private_is_asked(address: str) -> None:
    prober = Prober(agent="Masar-test/1", rest_s=0)
    try:
        assert prober.ask(address).answer is Answer.FORBIDDEN
    finally:
        prober.close()


@pytest.mark.parametrize(
    ("ip", "is_open"),
    [
        ("9.9.9.9", True),
        ("2620:fe::fe", True),
        ("192.168.1.1", False),
        ("::1", False),
        ("224.0.0.1", False),
        ("100.64.0.1", False),
        ("fe80::1", False),
    ],
)
def test_the_open_internet_is_told_from_the_rest(ip: str, is_open: bool) -> None:  # noqa: FBT001 -- a parameter
    assert is_public(ip) is is_open


@pytest.mark.parametrize(
    "address", ["", "nonsense", "http://", "http://exa mple/", "http://[/"]
)
def test_what_is_no_address_is_silent(prober: Prober, address: str) -> None:
    assert prober.ask(address) == Found(address=address, answer=Answer.SILENT)


def test_all_are_asked_once(site: str, prober: Prober) -> None:
    addresses = [f"{site}/fine", f"{site}/gone", f"{site}/fine"]

    found = {each.address: each.answer for each in prober.ask_all(addresses)}

    assert found == {f"{site}/fine": Answer.FINE, f"{site}/gone": Answer.GONE}
    assert ("HEAD", "/fine") in ASKED
    assert ASKED.count(("HEAD", "/fine")) == 1
