"""An institution's provider in Node, and a browser that signs in there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx
from fastapi.testclient import TestClient

from app.identity.domain.openid import Provider, seal_client_secret
from app.identity.service import add_provider
from tests.constants import NOON, SECRET
from tests.identity.builders import database_of
from tests.journeys.conftest import go_without

FOLDER = Path(__file__).parent
CLIENT_SECRET = "a secret: with/signs&more%"  # noqa: S105 -- of a provider that lives a second
RETURN = "http://127.0.0.1:8000/oidc/ministry/return"
START = "/fr/sign-in/institution/ministry"


@contextmanager
def provider_in_node(
    port: int, *, key_id: str = "one", claims_in_token: bool = False
) -> Iterator[str]:
    """Run npm's ``oidc-provider``; yield its issuer."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").exists():
        go_without("OPENID PROVIDER", "npm ci --prefix tests/sso")
    words = [node, "provider.js", str(port), key_id, "yes" if claims_in_token else "no"]
    process = subprocess.Popen(  # noqa: S603 -- our own program
        words,
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def trust(
    client: TestClient,
    issuer: str,
    *,
    key: str = "ministry",
    secret: str | None = CLIENT_SECRET,
    domains: tuple[str, ...] = ("ministry.example",),
) -> None:
    """Let people sign in through a provider."""
    sealed = seal_client_secret(SECRET, key, secret) if secret else None
    with database_of(client).write() as connection:
        add_provider(
            connection,
            provider=Provider(
                provider_key=key,
                name="Ministère <des Postes>",
                issuer=issuer,
                client_id="masar",
                sealed_secret=sealed,
                domains=domains,
            ),
            now=NOON,
        )


def leave(client: TestClient, *, query: str = "") -> str:
    """Set out for the institution; return the address there."""
    answer = client.get(START + query, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def sign_in_there(address: str, login: str) -> str:
    """Sign in at the institution as a person does; return where it sends her."""
    with httpx.Client(trust_env=False, timeout=30) as browser:
        answer = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                address = urljoin(str(answer.url), answer.headers["location"])
                if address.startswith(RETURN):
                    return address
                answer = browser.get(address)
                continue
            answer.raise_for_status()
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action is not None
            assert prompt is not None
            fields = {"prompt": prompt[1], "login": login, "password": "any"}
            answer = browser.post(
                urljoin(str(answer.url), unescape(action[1])), data=fields
            )
    raise AssertionError("the provider never sent the browser back")


def come_back(client: TestClient, address: str) -> httpx.Response:
    """Follow the institution's answer to the end of what it does here."""
    path = address.removeprefix("http://127.0.0.1:8000")
    answer: httpx.Response = client.get(path, follow_redirects=False)
    if answer.status_code != 303:
        return answer
    final: httpx.Response = client.get(
        answer.headers["location"], follow_redirects=False
    )
    return final


def enter(client: TestClient, login: str, *, query: str = "") -> httpx.Response:
    """Sign in through the institution."""
    return come_back(client, sign_in_there(leave(client, query=query), login))
