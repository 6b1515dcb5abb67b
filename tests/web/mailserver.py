"""A real mail server that keeps what it takes."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.kernel.clock import current_time
from tests.ports import free_port

USER, PASSWORD = "masar", "p@ss:/word"
UNKNOWN = "nobody@example.org"
BUSY = "busy@example.org"


class Mailbox:
    """Takes mail for everybody but ``UNKNOWN`` and, for now, ``BUSY``."""

    def __init__(self) -> None:
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.were_signed_in: list[bool] = []

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Accept a recipient or not."""
        if address == UNKNOWN:
            return "550 5.1.1 no such user"
        if address == BUSY:
            return "450 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a message."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        self.were_signed_in.append(bool(session.authenticated))
        return "250 OK"


def _check_login(
    _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    is_right = data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right and mechanism in {"LOGIN", "PLAIN"})


@contextmanager
def mail_server(
    *, secure: ssl.SSLContext | None = None, is_wrapped: bool = False, port: int = 0
) -> Iterator[Mailbox]:
    """Run a server; with ``secure``, only for those who use TLS and the password."""
    mailbox = Mailbox()
    mailbox.port = port or free_port()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=mailbox.port,
        enable_SMTPUTF8=True,
        ssl_context=secure if is_wrapped else None,
        tls_context=None if is_wrapped else secure,
        require_starttls=secure is not None and not is_wrapped,
        auth_required=secure is not None and not is_wrapped,  # it would warn
        auth_require_tls=not is_wrapped,  # aiosmtpd sees no TLS from the first byte
        authenticator=_check_login,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1; return its file and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(current_time() - day)
        .not_valid_after(current_time() + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
