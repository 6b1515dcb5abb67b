"""The second factor: codes from an app (TOTP, RFC 6238) and recovery codes."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING
from uuid import UUID

from app.identity.domain.learners import ALPHABET, sign

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

STEP_S = 30
"""Seconds for which one code is shown."""
DRIFT = 1
"""Steps by which a phone's clock may be wrong."""
CODE_LENGTH = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
"""Characters of 5 bits."""
ISSUER = "Masar"


def _cipher(key: bytes) -> "Fernet":
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- for accounts only

    return Fernet(
        urlsafe_b64encode(bytes.fromhex(sign(key, "totp-encryption", "fernet")))
    )


def new_totp_secret() -> str:
    """Return a new shared secret: 160 random bits in Base32 (RFC 4226, 4)."""
    from pyotp import random_base32  # noqa: PLC0415 -- for accounts only

    return str(random_base32())


def seal(key: bytes, learner_id: UUID, secret: str) -> str:
    """Encrypt a learner's secret with the installation's key."""
    return _cipher(key).encrypt(f"{learner_id}:{secret}".encode()).decode()


def unseal(key: bytes, learner_id: UUID, sealed: str) -> str | None:
    """Return the secret, or ``None`` if it is another's, or of another installation."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- heavy, loaded where it is used

    try:
        whose, _, secret = _cipher(key).decrypt(sealed.encode()).decode().partition(":")
    except InvalidToken:
        return None
    return secret if whose == str(learner_id) else None


def address_for_app(secret: str, *, name: str) -> str:
    """Return the ``otpauth:`` address that an app reads from the QR code."""
    from pyotp import TOTP  # noqa: PLC0415 -- heavy, loaded where it is used

    return str(TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))


def draw_qr(text: str) -> str:
    """Draw a QR code (ISO/IEC 18004) as SVG, black on white, without styles."""
    import segno  # noqa: PLC0415 -- heavy, loaded where it is used

    return str(
        segno.make(text, error="m", micro=False).svg_inline(
            scale=5, border=4, dark="#000", light="#fff"
        )
    )


def find_step(secret: str, typed: str, *, now: datetime) -> int | None:
    """Return the time step whose code was typed, or ``None`` if it fits none.

    The caller stores the step and refuses it, and older ones, from then on.
    """
    from pyotp import TOTP  # noqa: PLC0415 -- heavy, loaded where it is used

    code = "".join(c for c in typed if c.isdecimal() and c.isascii())
    if len(code) != CODE_LENGTH:
        return None
    totp, current = TOTP(secret), int(now.timestamp()) // STEP_S
    steps = range(current - DRIFT, current + DRIFT + 1)
    return next((s for s in steps if compare_digest(totp.generate_otp(s), code)), None)


def new_recovery_codes() -> list[str]:
    """Return ten codes of 50 random bits, e.g. ``K7PM2-XQ49B``."""
    return [
        "-".join(
            "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH // 2))
            for _ in range(2)
        )
        for _ in range(RECOVERY_CODES)
    ]


def digest_of_recovery(key: bytes, learner_id: UUID, typed: str) -> str:
    """Return the form in which a recovery code is stored; case and hyphens are free."""
    code = "".join(c for c in typed.upper() if c.isalnum())
    code = code.translate(str.maketrans("ILO", "110"))
    return sign(key, "recovery", f"{learner_id}:{code}")
