"""Reading documents in their small process: genuine, altered and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import orjson
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from app.progress.domain.certificates import Badge, Reading, SealState
from app.progress.files.reading import read_file
from tests.constants import NOON
from tests.progress.documents import (
    LINES,
    NAME,
    alter_bytes,
    append_page,
    der_of,
    make_badge,
    make_pdf,
    make_photo,
    sign_pdf,
)


def read(content: bytes, *roots: bytes) -> tuple[Reading, bytes]:
    """Read a document as the site does."""
    return read_file(content, roots=roots, now=NOON)


def test_a_pdf_gives_its_text_and_its_links_and_is_kept_as_it_is() -> None:
    pdf = make_pdf(link="https://www.sbs.ox.ac.uk/verify/AB12CD34EF")

    reading, kept = read(pdf)

    assert (reading.kind, reading.refused) == ("application/pdf", None)
    assert [line for line in LINES if line not in reading.text] == []
    assert reading.links == ("https://www.sbs.ox.ac.uk/verify/AB12CD34EF",)
    assert reading.seal.state is SealState.NONE
    assert kept == pdf


def test_a_signature_is_known_if_somebody_we_trust_vouches_for_it() -> None:
    signed = sign_pdf(make_pdf())

    known, _ = read(signed, der_of("Somebody else"), der_of("Registrar"))
    unknown, _ = read(signed, der_of("Somebody else"))

    assert (known.seal.state, known.seal.signer) == (SealState.KNOWN, "Registrar")
    assert (unknown.seal.state, unknown.seal.signer) == (SealState.UNKNOWN, "Registrar")


@pytest.mark.parametrize("alter", [alter_bytes, append_page])
def test_a_signed_pdf_that_was_altered_is_said_to_be(
    alter: Callable[[bytes], bytes],
) -> None:
    reading, _ = read(alter(sign_pdf(make_pdf())), der_of("Registrar"))

    assert reading.seal.state is SealState.ALTERED


def test_a_photo_is_made_anew_without_its_hidden_data_and_its_code_is_read() -> None:
    reading, kept = read(make_photo())

    assert reading.codes == ("https://www.sbs.ox.ac.uk/verify/AB12CD34EF",)
    assert len(reading.look) == 64
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
    assert b"SecretPhone" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_badge_in_a_picture_is_read() -> None:
    badge = {
        "credentialSubject": {"name": NAME, "achievement": {"name": "AI"}},
        "issuer": {"name": "UNESCO"},
        "validFrom": "2026-10-12T00:00:00Z",
    }

    reading, _ = read(make_badge(orjson.dumps(badge).decode()))

    assert reading.badge == Badge(
        name=NAME, achievement="AI", issuer="UNESCO", on="2026-10-12T00:00:00Z"
    )


def with_script() -> bytes:
    """Return a PDF that would run a script when it is opened."""
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf()))
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('hello')"),
        }
    )
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def with_attachment() -> bytes:
    """Return a PDF with another file in it."""
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf()))
    writer.add_attachment("run.exe", b"MZ")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def encrypted() -> bytes:
    """Return a PDF that asks for a password."""
    writer = PdfWriter(clone_from=io.BytesIO(make_pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def many_pages() -> bytes:
    """Return a PDF with more pages than a certificate has."""
    writer = PdfWriter()
    for _ in range(21):
        writer.add_blank_page(100, 100)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def inflating() -> bytes:
    """Return a PDF whose page grows from 300 KB to 300 MB of text commands."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"(a) Tj " * 150_000) for _ in range(300))
    packed += packer.flush()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(packed), packed),
    ]
    body, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))  # fmt: skip


def bomb() -> bytes:
    """Return a PNG of a few bytes that says it has 900 million pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))  # fmt: skip

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")  # fmt: skip


def archive_in_photo() -> bytes:
    """Return a photo that is a ZIP archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("a.txt", "a")
    return make_photo() + archive.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (with_script, "active"),
        (with_attachment, "active"),
        (encrypted, "encrypted"),
        (many_pages, "too-complex"),
        (lambda: make_pdf()[:-2000], "broken"),
        (lambda: make_pdf() + b"<script>", "broken"),
        (lambda: b"%PDF-1.7\n%%EOF\n", "broken"),
        (bomb, "too-many-pixels"),
        (lambda: make_photo()[:4000], "broken"),
        (archive_in_photo, "two-in-one"),
        (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (lambda: b"GIF89a" + bytes(100), "unknown-kind"),
        (lambda: b"hello", "unknown-kind"),
    ],
)
def test_a_hostile_or_strange_file_is_refused_with_its_reason(
    make: Callable[[], bytes], reason: str
) -> None:
    assert read(make())[0].refused == reason


def test_a_pdf_that_grows_ends_its_own_process_and_not_ours() -> None:
    reading, _ = read(inflating())

    assert reading.refused in {"too-complex", "broken"}
