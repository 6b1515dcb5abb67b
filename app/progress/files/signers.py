"""Whose signed documents we believe: the certificates in a folder of the operator's."""

import logging
from pathlib import Path

_log = logging.getLogger("masar.signers")
_KINDS = {".pem", ".crt", ".cer"}
_MARK = b"-----BEGIN CERTIFICATE-----"


def read_signers(folder: Path) -> tuple[bytes, ...]:
    """Return the certificates of a folder in DER; none where there is no folder.

    Read anew for each document: an operator adds one without a restart. What is no
    certificate is left out and logged by its file name.
    """
    from cryptography import x509  # noqa: PLC0415 -- only who checks a document needs it
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 -- the same
        Encoding,
    )

    found: list[bytes] = []
    for path in _paths(folder):
        try:
            content = path.read_bytes()
            if _MARK in content:
                read = x509.load_pem_x509_certificates(content)
            else:
                read = [x509.load_der_x509_certificate(content)]
            found += [each.public_bytes(Encoding.DER) for each in read]
        except (OSError, ValueError):
            _log.warning("unreadable signer", extra={"file": path.name})
    return tuple(found)


def _paths(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.suffix.lower() in _KINDS)
    except FileNotFoundError:
        return []
    except OSError:
        _log.warning("unreadable folder of signers")
        return []
