"""Certificates made for the tests: genuine, altered and hostile ones."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import segno
import typst
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from tests.constants import NOON

COURSE = "unesco-oxford-ai-dt-gov"
TITLE = "AI and Digital Transformation in Government"
NAME = "Amina Diallo"
LINES = (
    "UNESCO and Saïd Business School, University of Oxford",
    "Certificate of completion",
    "This is to certify that",
    NAME,
    "has completed the course",
    TITLE,
    "on 12 October 2026",
)


@cache
def make_pdf(lines: Sequence[str] = LINES, link: str = "") -> bytes:
    """Return a PDF of one page that says some lines, one below the other."""
    body = "\n\n".join(f"#text[{line}]" for line in lines)
    if link:
        body += f'\n\n#link("{link}")[Verify]'
    return typst.compile(body.encode(), format="pdf")


@cache
def make_signer(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Return a key and its certificate, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=365))
        .not_valid_after(NOON + timedelta(days=36500))  # a site's own clock goes on
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def pem_of(name: str) -> bytes:
    """Return a signer's certificate as PEM."""
    return make_signer(name)[1].public_bytes(serialization.Encoding.PEM)


def der_of(name: str) -> bytes:
    """Return a signer's certificate as DER."""
    return make_signer(name)[1].public_bytes(serialization.Encoding.DER)


def sign_pdf(pdf: bytes, by: str = "Registrar") -> bytes:
    """Return a PDF with an electronic signature."""
    key, _ = make_signer(by)
    secret = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(der_of(by)),
        signing_key=keys.PrivateKeyInfo.load(secret),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    made = io.BytesIO()
    # pyHanko starts a loop, and a browser that is open has one running in this thread.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(
            signers.sign_pdf,
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            signers.PdfSignatureMetadata(field_name="Registrar"),
            signer=signer,
            output=made,
        ).result()
    return made.getvalue()


def alter_bytes(pdf: bytes) -> bytes:
    """Return a signed PDF with one byte of its first page changed."""
    at = pdf.index(b"/MediaBox")
    digit = next(i for i in range(at, at + 60) if pdf[i : i + 1] in b"123456789")
    return (
        pdf[:digit]
        + (b"1" if pdf[digit : digit + 1] != b"1" else b"2")
        + pdf[digit + 1 :]
    )


def append_page(pdf: bytes) -> bytes:
    """Return a signed PDF with a page added behind its signature, by an update."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_blank_page(200, 200)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def make_photo(
    text: str = "https://www.sbs.ox.ac.uk/verify/AB12CD34EF", kind: str = "JPEG"
) -> bytes:
    """Return a photo with a QR code on it, with a place in its hidden data."""
    code = io.BytesIO()
    segno.make(text).save(code, kind="png", scale=6)
    photo = Image.new("RGB", (900, 700), (230, 225, 210))
    photo.paste(Image.open(code).convert("RGB"), (120, 150))
    hidden = Image.Exif()
    hidden[0x010F] = "SecretPhone"
    made = io.BytesIO()
    photo.save(made, kind, exif=hidden)
    return made.getvalue()


def make_badge(text: str) -> bytes:
    """Return a PNG with an Open Badge in it."""
    hidden = PngInfo()
    hidden.add_itxt("openbadgecredential", text)
    made = io.BytesIO()
    Image.new("RGB", (200, 200), "navy").save(made, "PNG", pnginfo=hidden)
    return made.getvalue()
