"""PDF certificates: text, links, codes and seal. Runs in the small process."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject

from app.progress.files.pictures import MOST_CODES, MOST_PIXELS, read_codes
from app.progress.files.refusal import UnsoundError
from app.progress.files.seals import read_seal

MOST_PAGES = 20
READ_PAGES = 4
MOST_OBJECTS = 20_000
MOST_DEPTH = 40
MOST_PICTURES = 12
LONGEST_TEXT = 20_000
MOST_LINKS = 40
LONGEST_LINK = 500
_ACTIVE_KEYS = frozenset(
    ("/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent")
)
_ACTIVE_ACTIONS = frozenset(
    (
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Movie"),
        *("/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"),
    )
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']{4,400}")
_END = re.compile(rb"%%EOF[\s\x00]*\Z")


def read_paper(content: bytes, *, roots: list[bytes], now: datetime) -> dict[str, Any]:
    """Return what a PDF says to a machine.

    Raises:
        UnsoundError: It is encrypted, active, too large inside, or broken.
    """
    if not _END.search(content[-1024:]):
        raise UnsoundError("broken")
    try:
        text, links, codes = _read_sound(PdfReader(io.BytesIO(content), strict=False))
    except UnsoundError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf raises whatever its input leads it to
        raise UnsoundError("broken") from None
    return {
        "text": text,
        "links": links,
        "codes": codes,
        "seal": read_seal(content, roots=roots, now=now),
    }


def _read_sound(reader: PdfReader) -> tuple[str, list[str], list[str]]:
    if reader.is_encrypted:
        raise UnsoundError("encrypted")
    _check_objects(reader)
    if not 1 <= len(reader.pages) <= MOST_PAGES:
        raise UnsoundError("too-complex")
    return _read_pages(reader)


def _check_objects(reader: PdfReader) -> None:
    """Look at every object once: nothing may run, lead elsewhere or hide a file."""
    numbers = {
        (number, generation)
        for generation, table in reader.xref.items()
        for number in table
        if generation != 65535  # noqa: PLR2004 -- free entries
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise UnsoundError("too-complex")
    _check(reader.trailer, 0)
    for number, generation in numbers:
        if number:
            _check(reader.get_object(IndirectObject(number, generation, reader)), 0)


def _check(value: object, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise UnsoundError("too-complex")
    if isinstance(value, DictionaryObject):
        if _ACTIVE_KEYS & value.keys() or _raw(value, "/S") in _ACTIVE_ACTIONS:
            raise UnsoundError("active")
        for key in value:
            _check(value.raw_get(key), depth + 1)
    elif isinstance(value, ArrayObject):
        for each in list.__iter__(value):
            _check(each, depth + 1)


def _raw(value: DictionaryObject, key: str) -> str:
    found = value.raw_get(key) if key in value else None
    # An action's kind may stand in an object of its own.
    found = found.get_object() if isinstance(found, IndirectObject) else found
    return str(found)


def _read_pages(reader: PdfReader) -> tuple[str, list[str], list[str]]:
    texts: list[str] = []
    links: list[str] = []
    codes: list[str] = []
    pictures = 0
    for page in reader.pages[:READ_PAGES]:
        texts.append(page.extract_text()[:LONGEST_TEXT])
        links += _links_of(page)
        for image in _pictures_of(page):
            pictures += 1
            if pictures > MOST_PICTURES:
                break
            codes += read_codes(image)
    text = "\n".join(texts)[:LONGEST_TEXT].replace("\x00", "")
    links += _ADDRESS.findall(text)
    distinct = dict.fromkeys(link[:LONGEST_LINK] for link in links)
    return text, list(distinct)[:MOST_LINKS], codes[:MOST_CODES]


def _links_of(page: DictionaryObject) -> Iterator[str]:
    notes = page.get("/Annots", NullObject())
    if not isinstance(notes, ArrayObject):
        return
    for note in notes[:MOST_LINKS]:
        found = note.get_object()
        action = found.get("/A") if isinstance(found, DictionaryObject) else None
        address = action.get("/URI") if isinstance(action, DictionaryObject) else None
        if address is not None and str(address).isprintable():
            yield str(address)


def _pictures_of(page: Any) -> Iterator[Image.Image]:  # noqa: ANN401 -- pypdf's page
    for name in list(page.images.keys())[:MOST_PICTURES]:
        if isinstance(name, list):
            continue  # inside a form: no certificate we know has its code there
        try:
            image = page.images[name].image
        except Exception:  # noqa: BLE001, S112 -- a picture that cannot be read says nothing
            continue
        if image is not None and image.width * image.height <= MOST_PIXELS:
            yield image
