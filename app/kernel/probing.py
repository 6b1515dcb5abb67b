"""Does an address on the web answer? Asked politely, and never of our own network.

A name is resolved once, its address judged, and that address connected to: neither a
redirect nor another answer of the name server leads anywhere else (OWASP, SSRF
prevention). Bodies are not read.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 8.0
HOSTS_AT_ONCE = 8
REST_S = 1.0
"""Between two questions to one host."""
MOST_REDIRECTS = 5
LONGEST_ADDRESS = 2000
FIRST_ERROR, FIRST_SERVER_ERROR = 400, 500
GUARDED = frozenset({401, 403, 405, 406, 407, 429, 451, 999})
"""Statuses by which sites answer programs and not people."""
PERMANENT = frozenset({301, 308})


class Answer(StrEnum):
    """How an address answers."""

    FINE = "fine"
    MOVED = "moved"
    """It answers elsewhere, for good: the new address should be written down."""
    UNCLEAR = "unclear"
    """It does not speak to programs; a person may see more."""
    GONE = "gone"
    """It says that there is nothing."""
    SILENT = "silent"
    """No answer: no such name, no connection, too late, or an error of its own."""
    FORBIDDEN = "forbidden"
    """It leads into a private network, where we do not go."""


FAILING = frozenset({Answer.GONE, Answer.SILENT, Answer.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What asking an address has shown."""

    address: str
    answer: Answer
    status: int | None = None
    """Of HTTP, at the end of the redirects."""
    leads_to: str | None = None
    """Where the redirects end, if there were any."""


class _ForbiddenError(Exception):
    """An address lies in a private network."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host.

    Raises:
        OSError: There are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Prober:
    """Asks addresses.

    Args:
        agent: Who we say we are.
        may_visit: Says of an IP address whether we may connect to it.
        rest_s: Between two questions to one host.
        timeout_s: For each step of a question.
    """

    def __init__(
        self,
        *,
        agent: str,
        may_visit: Callable[[str], bool] = is_public,
        rest_s: float = REST_S,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        import httpx  # noqa: PLC0415 -- only who checks links needs it

        self._httpx = httpx
        self._may_visit = may_visit
        self._rest_s = rest_s
        self._client = httpx.Client(
            headers={"user-agent": agent, "accept": "*/*"},
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def ask_all(self, addresses: Iterable[str]) -> Iterator[Found]:
        """Ask each address once; hosts side by side, each at its leisure."""
        by_host: dict[str, list[str]] = {}
        for address in dict.fromkeys(addresses):
            by_host.setdefault(_host(address), []).append(address)
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            waiting = [pool.submit(self._ask_host, own) for own in by_host.values()]
            for done in as_completed(waiting):
                yield from done.result()

    def _ask_host(self, addresses: Sequence[str]) -> list[Found]:
        found = []
        for number, address in enumerate(addresses):
            if number:
                time.sleep(self._rest_s)
            found.append(self.ask(address))
        return found

    def ask(self, address: str) -> Found:
        """Ask one address: by HEAD, and by GET where that is not liked."""
        found = self._try(address, "HEAD")
        if found.answer in {Answer.FINE, Answer.MOVED, Answer.FORBIDDEN}:
            return found
        time.sleep(self._rest_s)
        return self._try(address, "GET")

    def _try(self, address: str, method: str) -> Found:
        try:
            return self._follow(address, method)
        except _ForbiddenError:
            return Found(address=address, answer=Answer.FORBIDDEN)
        except (self._httpx.HTTPError, self._httpx.InvalidURL, OSError, ValueError):
            return Found(address=address, answer=Answer.SILENT)

    def _follow(self, address: str, method: str) -> Found:
        current, is_for_good = self._httpx.URL(address), True
        for _ in range(MOST_REDIRECTS + 1):
            status, target = self._visit(current, method)
            if target is None:
                moved = str(current) if str(current) != address else None
                answer = _judge(status, has_moved=bool(moved) and is_for_good)
                return Found(
                    address=address, answer=answer, status=status, leads_to=moved
                )
            is_for_good = is_for_good and status in PERMANENT
            current = current.join(target)
        return Found(address=address, answer=Answer.SILENT)

    def _visit(self, url: "httpx.URL", method: str) -> tuple[int, str | None]:
        """Return status, and where it sends us."""
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError(url.scheme)
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = resolve(url.host, port)
        if not addresses or not all(map(self._may_visit, addresses)):
            raise _ForbiddenError
        request = self._client.build_request(
            method,
            url.copy_with(host=addresses[0]),
            headers={"host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = self._client.send(request, stream=True)
        response.close()
        target = response.headers.get("location") if response.is_redirect else None
        return response.status_code, target and target[:LONGEST_ADDRESS]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _judge(status: int, *, has_moved: bool) -> Answer:
    if status < FIRST_ERROR:
        return Answer.MOVED if has_moved else Answer.FINE
    if status in GUARDED:
        return Answer.UNCLEAR
    return Answer.SILENT if status >= FIRST_SERVER_ERROR else Answer.GONE
