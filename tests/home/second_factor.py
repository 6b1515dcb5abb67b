"""An authenticator app, and the browser of somebody who has one."""

import re
from datetime import timedelta

import pyotp
from fastapi.testclient import TestClient
from httpx import Response

from tests.conftest import Clock
from tests.identity.builders import (
    show,
)

STEP = timedelta(seconds=30)
SETUP = "/fr/account/second-factor"


def code_at(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock.now)


def set_up(client: TestClient, clock: Clock) -> tuple[str, list[str]]:
    """Turn the second factor on; return its secret and the recovery codes."""
    html = client.get(SETUP).text
    secret = re.search(r'<bdi class="code" dir="ltr">(\w+)</bdi>', html)[1]  # type: ignore[index]  # a match, or the test fails
    sealed = show(client, SETUP)
    assert sealed.controls["sealed"]
    fields = dict(re.findall(r'name="(sealed|form_token)" value="([^"]+)"', html))
    answer = client.post(SETUP, data={**fields, "code": code_at(secret, clock)})
    assert answer.status_code == 200, answer.text
    return secret, re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", answer.text)


def answer_with(client: TestClient, asked: Response, code: str) -> Response:
    fields = dict(
        re.findall(r'name="(ticket|form_token|next)" value="([^"]*)"', asked.text)
    )
    answer: Response = client.post(
        "/fr/sign-in/second-factor",
        data={**fields, "code": code},
        follow_redirects=False,
    )
    return answer
