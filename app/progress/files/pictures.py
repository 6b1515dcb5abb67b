"""Photos of certificates: made anew, their codes read. Runs in the small process.

Text in a photo is not read: this machine has no reader of letters, and a wrong letter
would be worse than none.
"""

import base64
import io
import warnings
from typing import Any

import orjson
import zxingcpp
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from app.progress.files.refusal import UnsoundError

MOST_PIXELS = 40_000_000
"""Of a photo; the largest phones take 50, and mostly give 12."""
LARGEST_SIDE = 2400
"""Pixels of the picture that is kept: enough to read a certificate."""
MOST_CODES = 8
LONGEST_CODE = 2000
LOOK_SIDE = 16
MOST_BADGE = 64 * 1024
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_BADGE_CHUNKS = ("openbadgecredential", "openbadges")


def read_picture(content: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """Return what a photo shows to a machine, and the photo made anew as JPEG.

    The new one has no place, time, camera or other data of the old.

    Raises:
        UnsoundError: It has too many pixels, or cannot be read to its end.
    """
    image = _open(content, kind)
    badge = _find_badge(image) if kind == "image/png" else None
    try:
        image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        image.load()
        turned = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, MemoryError):
        raise UnsoundError("broken") from None
    codes = read_codes(turned)
    turned.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    clean = Image.new("RGB", turned.size)
    clean.paste(turned)
    made = io.BytesIO()
    clean.save(made, "JPEG", quality=85)
    found = {"codes": codes, "badge": badge, "look": look_of(clean)}
    return found, made.getvalue()


def _open(content: bytes, kind: str) -> Image.Image:
    # Several frames, and all other formats, are of no use on a certificate.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    PngImagePlugin.MAX_TEXT_CHUNK = MOST_BADGE
    PngImagePlugin.MAX_TEXT_MEMORY = 4 * MOST_BADGE
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(io.BytesIO(content), formats=[_FORMATS[kind]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnsoundError("too-many-pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise UnsoundError("broken") from None
    if image.width * image.height > MOST_PIXELS:
        raise UnsoundError("too-many-pixels")
    return image


def read_codes(image: Image.Image) -> list[str]:
    """Return the texts of the QR codes on a picture."""
    found = zxingcpp.read_barcodes(
        image.convert("L"),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
    )
    texts = [each.text[:LONGEST_CODE] for each in found[:MOST_CODES]]
    return [text for text in texts if text.isprintable()]


def look_of(image: Image.Image) -> str:
    """Return 256 bits that change little when a picture is made smaller or paler.

    Each says whether a field of a coarse grid is brighter than its neighbour.

    Source:
        https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
    """
    small = image.convert("L").resize((LOOK_SIDE + 1, LOOK_SIDE), Image.Resampling.BOX)
    bright = small.tobytes()
    bits = 0
    for row in range(LOOK_SIDE):
        at = row * (LOOK_SIDE + 1)
        for column in range(LOOK_SIDE):
            bits = bits << 1 | (bright[at + column] > bright[at + column + 1])
    return f"{bits:064x}"


def _find_badge(image: Image.Image) -> dict[str, str] | None:
    """Return what an Open Badge in a picture says, if there is one.

    Source:
        Open Badges 3.0, 5.3.1 (``openbadgecredential``); 2.0, baking (``openbadges``).
    """
    for chunk in _BADGE_CHUNKS:
        text = image.info.get(chunk)
        if isinstance(text, str) and text:
            return read_badge(str(text)[:MOST_BADGE])
    return None


def read_badge(text: str) -> dict[str, str]:
    """Return name, achievement, issuer and day of a badge as JSON or as a JWT.

    What cannot be read is left out; its signature is not looked at here.
    """
    body = text.strip()
    if body.count(".") == 2 and not body.startswith("{"):  # noqa: PLR2004 -- a JWT
        part = body.split(".")[1]
        try:
            body = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        except ValueError:
            return {}
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    said = _dict(_dict(said).get("vc") or said)
    subject = _dict(said.get("credentialSubject"))
    achievement = _dict(subject.get("achievement") or said.get("badge"))
    found = {
        "name": subject.get("name"),
        "achievement": achievement.get("name"),
        "issuer": _dict(said.get("issuer")).get("name"),
        "on": said.get("validFrom") or said.get("issuanceDate") or said.get("issuedOn"),
    }
    return {key: value[:200] for key, value in found.items() if isinstance(value, str)}


def _dict(value: object) -> dict[str, Any]:
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) else {}
