"""Asking an institution who somebody is; call it outside any transaction."""

import json
import threading
import warnings
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from app.identity.domain.openid import (
    ALGORITHMS,
    SCOPE,
    Journey,
    Provider,
    Vouched,
    check_claims,
    check_metadata,
    is_safe_address,
    open_client_secret,
    with_email,
)
from app.identity.errors import ProviderRefusedError, TooManyAttemptsError

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client
    from joserfc.jwk import KeySet

SECONDS = 8.0
"""For one answer of an institution."""
LARGEST = 512 * 1024
"""Bytes of one answer."""
AT_ONCE = 3
"""Threads that may wait for institutions; the others serve everybody else."""
FRESH = timedelta(hours=1)
"""How long what an issuer says about itself is kept."""
SOONEST = timedelta(minutes=1)
"""Between two looks for a key we do not know: strangers could ask for it."""
WELL_KNOWN = "/.well-known/openid-configuration"
_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What an issuer says about itself."""

    metadata: Mapping[str, Any]
    keys: "KeySet"
    read_at: datetime
    keys_read_at: datetime


_known: dict[str, _Known] = {}
"""By issuer; as many as the operator has added. Each process learns for itself."""


def check_provider(provider: Provider, *, now: datetime) -> None:
    """Ask an institution who it is, before people depend on it.

    Raises:
        ProviderRefusedError: It cannot be reached or trusted.
        TooManyAttemptsError: Too many wait for institutions.
    """
    with _asking(), _client(provider, None, "") as client:
        _learn(client, provider.issuer, now)


def address_at_provider(
    provider: Provider, journey: Journey, *, return_to: str, now: datetime
) -> str:
    """Return where the browser goes to sign in at the institution.

    Raises:
        ProviderRefusedError: The institution cannot be reached or trusted.
        TooManyAttemptsError: Too many wait for institutions.
    """
    with _asking(), _client(provider, None, return_to) as client:
        metadata = _learn(client, provider.issuer, now).metadata
        address, _state = client.create_authorization_url(
            metadata["authorization_endpoint"],
            state=journey.state,
            code_verifier=journey.verifier,
            nonce=journey.nonce,
        )
    return str(address)


def ask_provider(
    provider: Provider,
    journey: Journey,
    *,
    key: bytes,
    code: str,
    return_to: str,
    now: datetime,
) -> Vouched:
    """Exchange a code for what the institution says about the person.

    Raises:
        ProviderRefusedError: It cannot be reached, or its answer is not acceptable.
        TooManyAttemptsError: Too many wait for institutions.
    """
    secret = open_client_secret(key, provider)
    with _asking(), _client(provider, secret, return_to) as client:
        known = _learn(client, provider.issuer, now)
        client.token_endpoint_auth_method = _way_to_prove(known.metadata, secret)
        token = client.fetch_token(
            known.metadata["token_endpoint"],
            code=code,
            code_verifier=journey.verifier,
            grant_type="authorization_code",
        )
        claims = _verified(client, provider, token.get("id_token"), now)
        vouched = check_claims(claims, provider=provider, nonce=journey.nonce, now=now)
        if vouched.email is None:
            vouched = _ask_for_email(client, known.metadata, provider, vouched)
    return vouched


@contextmanager
def _asking() -> Iterator[None]:
    """Take a turn; whatever goes wrong on the way is one refusal."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 -- heavy, loaded where it is used
    from httpx import HTTPError, InvalidURL  # noqa: PLC0415 -- for institutions only
    from joserfc.errors import JoseError  # noqa: PLC0415 -- heavy, loaded where it is used

    if not _slots.acquire(timeout=SECONDS):
        raise TooManyAttemptsError(retry_after_s=int(SECONDS))
    try:
        yield
    except (
        AuthlibBaseError, HTTPError, InvalidURL, JoseError,
        LookupError, TypeError, ValueError,
    ) as error:  # fmt: skip
        raise ProviderRefusedError from error
    finally:
        _slots.release()


@contextmanager
def _client(
    provider: Provider, secret: str | None, return_to: str
) -> Iterator["OAuth2Client"]:
    with _client_class()(
        client_id=provider.client_id,
        client_secret=secret,
        token_endpoint_auth_method="none" if secret is None else "client_secret_basic",
        scope=SCOPE,
        redirect_uri=return_to,
        code_challenge_method="S256",
        timeout=SECONDS,
        follow_redirects=False,
        # A proxy of the operator's leads outside; this machine is not there.
        trust_env=provider.issuer.startswith("https:"),
    ) as client:
        client.register_client_auth_method(("client_secret_basic", _prove_by_header))
        yield client


def _prove_by_header(
    client: Any,  # noqa: ANN401 -- authlib's, without types
    _method: str,
    uri: str,
    headers: dict[str, str],
    body: object,
) -> tuple[str, dict[str, str], object]:
    """Send name and secret as RFC 6749, 2.3.1 wants it: each encoded first.

    authlib leaves that out, and fails where a secret contains ``%`` or ``:``.
    """
    text = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    proof = b64encode(text.encode()).decode()
    return uri, {**headers, "Authorization": f"Basic {proof}"}, body


@cache
def _client_class() -> Any:  # noqa: ANN401 -- authlib's, without types
    """Load authlib, which would warn that another HTTP library is newer."""
    from authlib.deprecate import AuthlibDeprecationWarning  # noqa: PLC0415 -- heavy, loaded where it is used

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 -- heavy, loaded where it is used

    return OAuth2Client


def _way_to_prove(metadata: Mapping[str, Any], secret: str | None) -> str:
    ways = metadata.get("token_endpoint_auth_methods_supported")
    if secret is None:
        return "none"
    only_post = isinstance(ways, list) and "client_secret_basic" not in ways
    return "client_secret_post" if only_post else "client_secret_basic"


def _learn(client: "OAuth2Client", issuer: str, now: datetime) -> _Known:
    """Return what an issuer says about itself, from memory if it is fresh."""
    from joserfc.jwk import KeySet  # noqa: PLC0415 -- heavy, loaded where it is used

    known = _known.get(issuer)
    if known is not None and abs(now - known.read_at) < FRESH:
        return known
    metadata = _fetch(client, issuer.rstrip("/") + WELL_KNOWN)
    check_metadata(metadata, issuer=issuer)
    keys = KeySet.import_key_set(_fetch(client, metadata["jwks_uri"]))
    known = _Known(metadata=metadata, keys=keys, read_at=now, keys_read_at=now)
    _known[issuer] = known
    return known


def _fetch(client: "OAuth2Client", address: str, **headers: str) -> Any:  # noqa: ANN401 -- JSON
    """Read a JSON object, piece by piece: a stranger could send without end."""
    read = b""
    with client.stream("GET", address, withhold_token=True, headers=headers) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            read += piece
            if len(read) > LARGEST:
                raise ProviderRefusedError
    found = json.loads(read)
    if not isinstance(found, dict):
        raise ProviderRefusedError
    return found


def _verified(
    client: "OAuth2Client", provider: Provider, token: object, now: datetime
) -> Mapping[str, object]:
    """Return the claims of an ID token signed by the issuer.

    A key we do not know may be new: the issuer's keys are then read again.
    """
    from joserfc import jwt  # noqa: PLC0415 -- heavy, loaded where it is used
    from joserfc.errors import InvalidKeyIdError  # noqa: PLC0415 -- heavy, loaded where it is used
    from joserfc.jwk import KeySet  # noqa: PLC0415 -- heavy, loaded where it is used

    if not isinstance(token, str) or len(token) > LARGEST:
        raise ProviderRefusedError
    known = _learn(client, provider.issuer, now)
    try:
        return jwt.decode(token, known.keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError:
        if abs(now - known.keys_read_at) < SOONEST:
            raise
    keys = KeySet.import_key_set(_fetch(client, known.metadata["jwks_uri"]))
    _known[provider.issuer] = replace(known, keys=keys, keys_read_at=now)
    return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _ask_for_email(
    client: "OAuth2Client",
    metadata: Mapping[str, Any],
    provider: Provider,
    vouched: Vouched,
) -> Vouched:
    """Ask the institution's userinfo where the ID token names no address.

    Source:
        OpenID Connect Core 1.0, 5.3.2: its ``sub`` must be the ID token's.
    """
    address = metadata.get("userinfo_endpoint")
    if not is_safe_address(address, issuer=provider.issuer):
        return vouched
    bearer = f"Bearer {client.token['access_token']}"
    claims = _fetch(client, str(address), authorization=bearer)
    if claims.get("sub") != vouched.subject:
        raise ProviderRefusedError
    return with_email(claims, subject=vouched.subject)
