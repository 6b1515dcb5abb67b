"""The electronic signatures of a PDF. Runs in the small process, without network."""

import io
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MOST_SEALS = 5
NONE, ALTERED, EXTENDED = "none", "altered", "extended"
UNKNOWN, KNOWN = "unknown-signer", "known-signer"
_WORST_FIRST = (ALTERED, EXTENDED, UNKNOWN, KNOWN)


def read_seal(content: bytes, *, roots: list[bytes], now: datetime) -> dict[str, Any]:
    """Say who signed a PDF and whether anything was changed since.

    Args:
        content: The file.
        roots: Certificates in DER; who is vouched for by one of them is known.
        now: At which certificates must be valid.

    Returns:
        ``state``: ``none``; ``altered``: a signature does not fit the document;
        ``extended``: fields were filled in after signing; ``unknown-signer``: sound,
        by somebody for whom nobody vouches here; ``known-signer``. Of several
        signatures the worst counts. And ``signer``, its name for itself.
    """
    try:
        seals = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures
        if not seals:
            return {"state": NONE, "signer": ""}
        if len(seals) > MOST_SEALS:
            return {"state": ALTERED, "signer": ""}
        anchors = [x509.Certificate.load(each) for each in roots]
        found = [_judge(each, anchors, now) for each in seals]
    except (PdfError, SigningError, ValueError, KeyError, TypeError):
        # A signature is there and cannot be read: as bad as a wrong one.
        return {"state": ALTERED if b"/ByteRange" in content else NONE, "signer": ""}
    states = [state for state, _ in found]
    worst = min(states, key=_WORST_FIRST.index)
    signer = found[states.index(worst)][1]
    return {"state": worst, "signer": signer[:200]}


def _judge(
    seal: EmbeddedPdfSignature, anchors: list[x509.Certificate], now: datetime
) -> tuple[str, str]:
    context = ValidationContext(
        trust_roots=anchors,
        allow_fetching=False,
        moment=now,
        revocation_mode="soft-fail",
    )
    status = validate_pdf_signature(seal, context)
    signer = status.signing_cert.subject.native.get("common_name", "")
    signer = signer if isinstance(signer, str) else ""
    if not status.intact or not status.valid or not _covers(status):
        return ALTERED, signer
    if status.modification_level == ModificationLevel.FORM_FILLING:
        return EXTENDED, signer
    return (KNOWN if status.trusted else UNKNOWN), signer


def _covers(status: PdfSignatureStatus) -> bool:
    """Whether it covers the whole document, but for fields and time stamps added."""
    coverage, level = status.coverage, status.modification_level
    if coverage is None or coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return False
    is_harmless = level is not None and level <= ModificationLevel.FORM_FILLING
    return coverage == SignatureCoverageLevel.ENTIRE_FILE or is_harmless
