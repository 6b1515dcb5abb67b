"""What an institution may say, and what of it is believed."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from typing_extensions import override

from app.identity.domain.openid import (
    DRIFT,
    PATIENCE,
    Claim,
    Journey,
    Provider,
    Vouched,
    check_claims,
    digest_of_subject,
    is_safe_address,
    new_journey,
    open_step,
    seal_step,
    trusted_address,
)
from app.identity.errors import ProviderRefusedError
from tests.conftest import Clock
from tests.constants import NOON, SECRET
from tests.identity.builders import read_page
from tests.sso.builders import CLIENT_SECRET, RETURN, come_back, leave, trust

ISSUER = "https://login.ministry.example"
PROVIDER = Provider(
    provider_key="ministry",
    name="Ministry",
    issuer=ISSUER,
    client_id="masar",
    sealed_secret=None,
    domains=("ministry.example", "xn--mgbexc3i.xn--wgbh1c"),
)
NONCE = "n" * 43
CLAIMS: Mapping[str, object] = {
    "iss": ISSUER,
    "aud": "masar",
    "sub": "ada",
    "nonce": NONCE,
    "iat": NOON.timestamp(),
    "exp": NOON.timestamp() + 60,
}


def judge(**changed: object) -> Vouched:
    claims = {name: v for name, v in {**CLAIMS, **changed}.items() if v is not ...}
    return check_claims(claims, provider=PROVIDER, nonce=NONCE, now=NOON)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": ["masar"]},
        {"aud": ["masar", "others"], "azp": "masar"},
        {"azp": "masar"},
        {"iat": NOON.timestamp() + 50},
        {"exp": NOON.timestamp() - 50},
    ],
)
def test_a_proper_token_names_somebody(changed: dict[str, object]) -> None:
    assert judge(**changed).subject == "ada"


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("iss", [..., None, "", ISSUER + "/", "https://evil.example"]),
        ("aud", [..., None, "", "other", [], ["other"], ["masar", "other"], {}]),
        ("azp", ["other", "", 1]),
        ("nonce", [..., None, "", "x" * 43, 1, [NONCE]]),
        ("sub", [..., None, "", 7, "x" * 256, ["ada"]]),
        ("iat", [..., None, "now", True, NOON.timestamp() + 61]),
        ("iat", [NOON.timestamp() - PATIENCE.total_seconds() - 1]),
        ("exp", [..., None, "never", True]),
        ("exp", [NOON.timestamp() - DRIFT.total_seconds()]),
    ],
)
def test_one_wrong_claim_is_enough(claim: str, values: list[object]) -> None:
    for value in values:
        with pytest.raises(ProviderRefusedError):
            judge(**{claim: value})


@given(
    st.dictionaries(
        st.sampled_from(sorted(CLAIMS)),
        st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.text()),
        min_size=1,
    )
)
def test_nonsense_is_refused_and_never_a_fault(changed: dict[str, Any]) -> None:
    try:
        vouched = judge(**changed)
    except ProviderRefusedError:
        return
    assert vouched.subject == changed.get("sub", "ada")


@pytest.mark.parametrize(
    ("email", "is_verified", "trusted"),
    [
        ("ada@ministry.example", True, "ada@ministry.example"),
        ("Ada@MINISTRY.example", True, "Ada@MINISTRY.example"),
        ("ada@وزارة.مصر", True, "ada@وزارة.مصر"),
        ("ada@ministry.example", False, None),
        ("ada@sub.ministry.example", True, None),
        ("ada@ministry.example.evil.example", True, None),
        ("eve@evil.example,ada@ministry.example", True, None),
        ("ada@ministry.example\n", True, "ada@ministry.example"),
        ("@ministry.example", True, None),
        (None, True, None),
    ],
)
def test_an_institution_vouches_for_its_own_addresses(
    email: str | None, *, is_verified: bool, trusted: str | None
) -> None:
    vouched = Vouched(subject="ada", email=email, is_verified=is_verified)

    assert trusted_address(vouched, PROVIDER) == trusted


def test_only_true_verifies_an_address() -> None:
    said = [judge(email="a@b.example", email_verified=v) for v in (True, "true", 1)]

    assert [each.is_verified for each in said] == [True, False, False]


@pytest.mark.parametrize(
    ("address", "issuer", "is_safe"),
    [
        ("https://a.example/token", ISSUER, True),
        ("http://a.example/token", ISSUER, False),
        ("http://127.0.0.1/token", ISSUER, False),
        ("http://127.0.0.1:1/token", "http://127.0.0.1:9", True),
        ("http://localhost:1/token", "http://[::1]:9", True),
        ("http://169.254.169.254/", "http://127.0.0.1:9", False),
        ("file:///etc/passwd", ISSUER, False),
        (None, ISSUER, False),
    ],
)
def test_secrets_go_over_https_or_stay_at_home(
    address: object, issuer: str, *, is_safe: bool
) -> None:
    assert is_safe_address(address, issuer=issuer) is is_safe


def test_a_step_is_read_by_us_only_and_not_for_long() -> None:
    journey = new_journey(provider_key="a", language="ar", next_path="/ar/path")
    sealed = seal_step(SECRET, journey, now=NOON)
    claim = seal_step(
        SECRET, Claim(provider_key="a", subject_digest="d", next_path=""), now=NOON
    )

    assert open_step(SECRET, Journey, sealed, now=NOON + PATIENCE) == journey
    assert journey.state not in sealed
    late = NOON + PATIENCE + timedelta(seconds=1)
    for key, text, now in (
        (SECRET, sealed, late),
        (SECRET[::-1], sealed, NOON),
        (SECRET, claim, NOON),
        (SECRET, sealed[:-2], NOON),
        (SECRET, "é", NOON),
        (SECRET, "", NOON),
    ):
        with pytest.raises(ProviderRefusedError):
            open_step(key, Journey, text, now=now)


def test_one_name_at_two_institutions_is_two_people() -> None:
    pairs = [("https://a", "b"), ("https://a", "c"), ("https://ab", "")]
    digests = {digest_of_subject(SECRET, issuer=i, subject=s) for i, s in pairs}

    assert len(digests) == 3
    assert digest_of_subject(SECRET, issuer="i", subject="s") != digest_of_subject(
        SECRET[::-1], issuer="i", subject="s"
    )


Answers = dict[str, Callable[[], Any]]
"""What a provider answers, by path."""


class Impostor:
    """A provider that answers whatever the test wants."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.asked: list[str] = []
        self.answers: Answers = {
            "/.well-known/openid-configuration": lambda: {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/auth",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
            },
            "/jwks": lambda: {"keys": [self.key.as_dict(private=False)]},
            "/token": lambda: {"access_token": "a", "token_type": "Bearer"},
        }

    def sign(self, claims: Mapping[str, object]) -> None:
        """Answer with a token of the proper kind."""
        header = {"alg": "RS256", "kid": "one"}
        self.give(jwt.encode(header, dict(claims), self.key))

    def give(self, token: object) -> None:
        """Answer with this as the ID token."""
        self.answers["/token"] = lambda: {
            "access_token": "a",
            "token_type": "Bearer",
            "id_token": token,
        }


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found.asked.append(path)
            answer = found.answers[path]()
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(302 if body.startswith(b"http") else 200)
            self.send_header("content-type", "application/json")
            self.send_header("location", body[:200].decode("latin-1"))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 -- the library's name

        @override
        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Impostor(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def claims_for(clock: Clock, impostor: Impostor, address: str) -> dict[str, object]:
    """Return what a proper token would say to this journey."""
    present = clock.now.timestamp()
    return {
        "iss": impostor.issuer,
        "aud": "masar",
        "sub": "ada",
        "nonce": parse_qs(urlsplit(address).query)["nonce"][0],
        "iat": int(present),
        "exp": int(present) + 60,
        "email": "ada@ministry.example",
        "email_verified": True,
    }


def finish(client: TestClient, address: str) -> int:
    state = parse_qs(urlsplit(address).query)["state"][0]
    return come_back(client, f"{RETURN}?code=c&state={state}").status_code


def test_what_a_proper_provider_says_is_believed(
    client: TestClient, impostor: Impostor, clock: Clock
) -> None:
    trust(client, impostor.issuer)
    address = leave(client)
    impostor.sign(claims_for(clock, impostor, address))

    query = parse_qs(urlsplit(address).query)
    assert finish(client, address) == 303
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid email"]
    assert "client_secret" not in query


@pytest.mark.parametrize("kind", ["none", "HS256", "HS256 public", "other key", "kid"])
def test_only_the_issuers_own_key_pair_signs(
    client: TestClient, impostor: Impostor, clock: Clock, kind: str
) -> None:
    trust(client, impostor.issuer)
    address = leave(client)
    claims = claims_for(clock, impostor, address)
    public = impostor.key.as_pem(private=False)
    keys: dict[str, tuple[str, OctKey | RSAKey]] = {
        "none": ("HS256", OctKey.import_key("x" * 32)),
        "HS256": ("HS256", OctKey.import_key(CLIENT_SECRET * 2)),
        "HS256 public": ("HS256", OctKey.import_key(public.hex())),
        "other key": ("RS256", RSAKey.generate_key(2048)),
        "kid": ("RS256", impostor.key),
    }
    algorithm, key = keys[kind]
    header = {"alg": algorithm, "kid": "two" if kind == "kid" else "one"}
    token = jwt.encode(header, claims, key, algorithms=["HS256", "RS256"])
    if kind == "none":
        unsigned = json.dumps({**header, "alg": "none"}).encode()
        body = token.split(".")[1]
        token = f"{urlsafe_b64encode(unsigned).decode().rstrip('=')}.{body}."
    impostor.give(token)

    assert finish(client, address) == 401
    assert client.get("/fr/account").status_code == 401


def test_a_stranger_cannot_make_us_ask_for_keys_again_and_again(
    client: TestClient, impostor: Impostor, clock: Clock
) -> None:
    trust(client, impostor.issuer)
    for _ in range(3):
        address = leave(client)
        header = {"alg": "RS256", "kid": "unknown"}
        claims = claims_for(clock, impostor, address)
        impostor.give(jwt.encode(header, claims, impostor.key))
        finish(client, address)

    assert impostor.asked.count("/jwks") == 1


@pytest.mark.parametrize("token", [None, 7, "", "a.b.c", "x" * 600_000, ["a"]])
def test_what_is_no_token_is_refused(
    client: TestClient, impostor: Impostor, token: object
) -> None:
    trust(client, impostor.issuer)
    address = leave(client)
    impostor.give(token)

    assert finish(client, address) == 401


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", {"issuer": "https://evil.example"}),
        ("/.well-known/openid-configuration", b"not json"),
        ("/.well-known/openid-configuration", [1]),
        ("/.well-known/openid-configuration", b"http://169.254.169.254/"),
        ("/.well-known/openid-configuration", b" " * 700_000),
        ("/jwks", {"keys": []}),
        ("/jwks", {}),
        ("/jwks", {"keys": [{"kty": "RSA"}]}),
    ],
)
def test_a_provider_that_answers_nonsense_is_refused(
    client: TestClient, impostor: Impostor, path: str, answer: object
) -> None:
    trust(client, impostor.issuer)
    impostor.answers[path] = lambda: answer

    refused = client.get("/fr/sign-in/institution/ministry", follow_redirects=False)

    assert refused.status_code == 401
    assert read_page(refused).language == "fr"


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
def test_secrets_are_not_sent_over_an_open_line(
    client: TestClient, impostor: Impostor, endpoint: str
) -> None:
    trust(client, impostor.issuer)
    proper = impostor.answers["/.well-known/openid-configuration"]()
    impostor.answers["/.well-known/openid-configuration"] = lambda: {
        **proper,
        endpoint: "http://169.254.169.254/latest",
    }

    refused = client.get("/fr/sign-in/institution/ministry", follow_redirects=False)

    assert refused.status_code == 401
