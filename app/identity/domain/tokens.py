"""Bearer tokens of programs (RFC 7519)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from jose import jwk, jwt
from jose.backends.base import Key
from jose.exceptions import JWTError

from app.identity.domain.learners import sign
from app.identity.errors import InvalidTokenError

ALGORITHM = "HS256"
"""Pinned: whatever a token's header says, this is what is checked."""
AUDIENCE = "masar-api"
ISSUER = "masar"
MAX_TOKEN = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a valid token says."""

    learner_id: UUID
    session_ref: str | None
    """The session it ends with; ``None`` for a learner without an account."""


@lru_cache(maxsize=8)
def _signing_key(secret: bytes) -> Key:
    # Parsed once: python-jose would parse it at every request.
    token_key = sign(secret, "token-key", AUDIENCE).encode()
    return jwk.construct(token_key, ALGORITHM)


def issue_token(
    secret: bytes,
    *,
    learner_id: UUID,
    now: datetime,
    lifetime: timedelta,
    session_ref: str | None = None,
) -> str:
    """Sign the bearer token of one learner (HS256).

    Args:
        secret: The installation's key.
        learner_id: Whose.
        now: Aware UTC instant.
        lifetime: How long it is valid.
        session_ref: The session it belongs to: it ends when that does.
    """
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(learner_id),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        **({} if session_ref is None else {"sid": session_ref}),
    }
    return jwt.encode(claims, _signing_key(secret), algorithm=ALGORITHM)


def read_token(secret: bytes, token: str, *, now: datetime) -> Token:
    """Return what a token says.

    Raises:
        InvalidTokenError: Forged, expired, of another algorithm, audience or issuer.
    """
    said, issued_at, expires_at = _check_token(secret, token)
    if not issued_at - 60 <= now.timestamp() < expires_at:
        raise InvalidTokenError
    return said


# A signature stays valid: only the clock is looked at again. Refusals are not kept.
@lru_cache(maxsize=4096)
def _check_token(secret: bytes, token: str) -> tuple[Token, int, int]:
    if len(token) > MAX_TOKEN:
        raise InvalidTokenError
    try:
        claims = jwt.decode(
            token,
            _signing_key(secret),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            # The clock is ours, so that tests can move it; all claims must be there.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "require_aud": True,
                "require_iss": True,
            },
        )
        sid = claims.get("sid")
        said = Token(
            learner_id=UUID(claims["sub"]),
            session_ref=None if sid is None else str(sid),
        )
        return said, int(claims["iat"]), int(claims["exp"])
    except (
        JWTError,
        LookupError,
        ArithmeticError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        # A recursion error: a header of a thousand brackets, parsed before its signature.
        raise InvalidTokenError from None
