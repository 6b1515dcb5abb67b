"""Signing in through an institution: OpenID Connect Core 1.0, code flow with PKCE.

What is checked, and what an institution's word is worth; ``service.openid`` asks it.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from app.identity.domain.addresses import read_address, same_address
from app.identity.domain.learners import new_secret, sign
from app.identity.errors import EmailInvalidError, ProviderRefusedError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
    | {"EdDSA", "Ed25519"}
)
"""Only signatures with a key pair: a shared secret would let us sign for others."""
SCOPE = "openid email"
PATIENCE = timedelta(minutes=10)
"""For the way to the institution and back, and for linking afterwards."""
DRIFT = timedelta(minutes=1)
"""By which another's clock may be wrong."""
LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, 2."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Provider:
    """An institution that says who its people are."""

    provider_key: str
    """The institution's key."""
    name: str
    """As people know it."""
    issuer: str
    client_id: str
    sealed_secret: str | None
    """Encrypted; ``None`` for a public client."""
    domains: tuple[str, ...]
    """Mail domains of its own: what it says of their addresses is believed."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Journey:
    """What a browser takes along to an institution and must bring back."""

    provider_key: str
    state: str
    nonce: str
    verifier: str
    """Of PKCE (RFC 7636)."""
    language: str
    next_path: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Claim:
    """Somebody whom an institution knows and we do not yet."""

    provider_key: str
    subject_digest: str
    next_path: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Vouched:
    """What an institution says about a person."""

    subject: str
    email: str | None
    is_verified: bool
    """The institution has verified the address."""


Step = TypeVar("Step", Journey, Claim)


def new_journey(*, provider_key: str, language: str, next_path: str) -> Journey:
    """Draw what ties an answer to this browser and this moment."""
    return Journey(
        provider_key=provider_key,
        state=new_secret(),
        nonce=new_secret(),
        verifier=new_secret(),
        language=language,
        next_path=next_path,
    )


def _cipher(key: bytes, purpose: str) -> "Fernet":
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- for institutions only

    return Fernet(urlsafe_b64encode(bytes.fromhex(sign(key, "openid", purpose))))


def seal_step(key: bytes, step: Journey | Claim, *, now: datetime) -> str:
    """Encrypt a step for the browser's cookie; nobody else can make or read one."""
    text = json.dumps(asdict(step)).encode()
    cipher = _cipher(key, type(step).__name__)
    return cipher.encrypt_at_time(text, int(now.timestamp())).decode()


def open_step(key: bytes, kind: type[Step], sealed: str, *, now: datetime) -> Step:
    """Return a step as it was sealed.

    Raises:
        ProviderRefusedError: There is none, it is of another kind, or too old.
    """
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- heavy, loaded where it is used

    try:
        text = _cipher(key, kind.__name__).decrypt_at_time(
            sealed.encode(),
            ttl=int(PATIENCE.total_seconds()),
            current_time=int(now.timestamp()),
        )
    except InvalidToken:
        raise ProviderRefusedError from None
    return kind(**json.loads(text))


def seal_client_secret(key: bytes, provider_key: str, secret: str) -> str:
    """Encrypt what we prove ourselves with to an institution."""
    return _cipher(key, f"client:{provider_key}").encrypt(secret.encode()).decode()


def open_client_secret(key: bytes, provider: Provider) -> str | None:
    """Return the secret; ``None`` for a public client.

    Raises:
        ProviderRefusedError: It was sealed with another installation's key.
    """
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- heavy, loaded where it is used

    if provider.sealed_secret is None:
        return None
    cipher = _cipher(key, f"client:{provider.provider_key}")
    try:
        return cipher.decrypt(provider.sealed_secret.encode()).decode()
    except InvalidToken:
        raise ProviderRefusedError from None


def digest_of_subject(key: bytes, *, issuer: str, subject: str) -> str:
    """Return under what a person of an institution is looked up; keyed."""
    return sign(key, "subject", json.dumps([issuer, subject]))


def is_safe_address(address: object, *, issuer: str) -> bool:
    """Whether secrets may go there: HTTPS, or this machine if the issuer is on it."""
    if not isinstance(address, str):
        return False
    parts, home = urlsplit(address), urlsplit(issuer)
    if parts.scheme == "https" and parts.hostname:
        return True
    both = (parts.hostname or "", home.hostname or "")
    return parts.scheme == "http" and all(map(_is_loopback, both))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_metadata(metadata: Mapping[str, object], *, issuer: str) -> None:
    """Accept what an issuer says about itself (OpenID Connect Discovery 1.0, 4.3).

    Raises:
        ProviderRefusedError: It speaks for another issuer, or asks us to send secrets
            over an open line.
    """
    if metadata.get("issuer") != issuer:
        raise ProviderRefusedError
    if not all(is_safe_address(metadata.get(e), issuer=issuer) for e in ENDPOINTS):
        raise ProviderRefusedError


def check_claims(
    claims: Mapping[str, object], *, provider: Provider, nonce: str, now: datetime
) -> Vouched:
    """Accept the claims of an ID token whose signature was checked.

    Source:
        OpenID Connect Core 1.0, 3.1.3.7.

    Raises:
        ProviderRefusedError: It is of another issuer, for another client, for another
            sign-in, too old, of the future, or names nobody.
    """
    subject = claims.get("sub")
    rules = (
        claims.get("iss") == provider.issuer,
        _is_for(provider.client_id, claims),
        claims.get("nonce") == nonce,
        _is_timely(claims, now),
        isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT,
    )
    if not all(rules):
        raise ProviderRefusedError
    return with_email(claims, subject=str(subject))


def with_email(claims: Mapping[str, object], *, subject: str) -> Vouched:
    """Read what is said about an address; only a plain ``true`` verifies it."""
    email = claims.get("email")
    return Vouched(
        subject=subject,
        email=email if isinstance(email, str) else None,
        is_verified=claims.get("email_verified") is True,
    )


def _is_for(client_id: str, claims: Mapping[str, object]) -> bool:
    audience, party = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences or party not in {None, client_id}:
        return False
    return len(audiences) == 1 or party == client_id


def _is_timely(claims: Mapping[str, object], now: datetime) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    if type(issued) not in {int, float} or type(expires) not in {int, float}:
        return False
    present, drift = now.timestamp(), DRIFT.total_seconds()
    is_young = present - PATIENCE.total_seconds() <= float(str(issued))
    return (
        is_young
        and float(str(issued)) <= present + drift
        and present < float(str(expires)) + drift
    )


def trusted_address(vouched: Vouched, provider: Provider) -> str | None:
    """Return an address that an institution may vouch for: verified, of its own domain.

    A word about another's domain would let it make accounts in anybody's name.
    """
    if vouched.email is None or not vouched.is_verified:
        return None
    try:
        email = read_address(vouched.email)
    except EmailInvalidError:
        return None
    return email if domain_of(email) in provider.domains else None


def return_address(site: str, provider_key: str) -> str:
    """Return where an institution sends browsers back: what is registered with it."""
    return f"{site.rstrip('/')}/oidc/{provider_key}/return"


def read_domain(typed: str) -> str:
    """Bring a mail domain into the form in which domains are compared.

    Raises:
        EmailInvalidError: It is none.
    """
    return domain_of(read_address(f"x@{typed}"))


def domain_of(email: str) -> str:
    """Return an address's domain in the form in which domains are compared."""
    return same_address(email).rpartition("@")[2]
