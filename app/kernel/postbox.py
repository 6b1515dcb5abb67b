"""Where mail leaves: a mail server (RFC 5321), or a folder of files."""

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

import idna

from app.kernel.jobs import GiveUpError

SECONDS = 30.0
"""For one answer of the server."""
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(
    r"[0-9a-z]([0-9a-z-]*[0-9a-z])?(\.[0-9a-z]([0-9a-z-]*[0-9a-z])?)*", re.IGNORECASE
)
PERMANENT = 500
"""Answers from here on mean: do not try again (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailServer:
    """A server that takes our mail, and how to speak with it."""

    host: str
    port: int
    user: str
    """Empty: do not sign in."""
    password: str
    is_wrapped: bool
    """TLS from the first byte, not by STARTTLS."""
    needs_tls: bool
    """Rather send nothing than without TLS."""

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``smtp://user:password@host:587``, or ``smtps://`` for TLS at once.

        ``smtp://`` insists on STARTTLS, but for this machine; ``?tls=none`` gives it
        up, and is refused together with a password.

        Raises:
            ValueError: It is no such address; the message does not repeat it.
        """
        parts = urlsplit(url)
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("must be smtp://user:password@host:587 or smtps://…")
        if parts.path not in {"", "/"} or options not in ({}, {"tls": ["none"]}):
            raise ValueError("knows no option but ?tls=none")
        is_wrapped = parts.scheme == "smtps"
        is_near = _is_loopback(parts.hostname)
        if options and parts.password and not is_near:
            raise ValueError("would send the password without TLS")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if is_wrapped else 587),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            is_wrapped=is_wrapped,
            needs_tls=not options and not is_near,
        )

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand over one message.

        Raises:
            GiveUpError: The server will never take it for this recipient.
            OSError: It could not be handed over now (``smtplib``'s errors are such).
        """
        with self._connect(greeting=sender.rpartition("@")[2]) as server:
            needs_utf8 = not recipient.isascii()
            if needs_utf8 and not server.has_extn("smtputf8"):
                raise GiveUpError("no-smtputf8")
            try:
                server.send_message(message, sender, [recipient])
            except smtplib.SMTPRecipientsRefused as error:
                code, _text = error.recipients[recipient]
                if code >= PERMANENT:
                    raise GiveUpError(f"refused-{code}") from None
                raise

    def _connect(self, *, greeting: str) -> smtplib.SMTP:
        where = (self.host, self.port, greeting)
        if self.is_wrapped:
            secure = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                *where, timeout=SECONDS, context=secure
            )
        else:
            server = smtplib.SMTP(*where, timeout=SECONDS)
        try:
            self._introduce(server)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if not self.is_wrapped and (self.needs_tls or server.has_extn("starttls")):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self.user:
            server.login(self.user, self.password)


def read_mailbox(text: str) -> Address:
    """Read an address, or ``Name <address>``; a domain in another script becomes ASCII.

    Raises:
        ValueError: It is not exactly one address; the message does not repeat it.

    Example:
        >>> read_mailbox("ada@وزارة.مصر").addr_spec
        'ada@xn--mgbexc3i.xn--wgbh1c'
    """
    name, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    try:
        host = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        host = ""
    is_whole = text in {address, f"{name} <{address}>"} and text.isprintable()
    if not is_whole or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise ValueError("is not one address")
    return Address(display_name=name, username=local, domain=host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def write_file(folder: Path, name: str, message: EmailMessage) -> Path:
    """Put a message into a folder as ``<name>.eml``, whole or not at all.

    Writing it again replaces it. Only the owner may read it (mode 0600).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.eml"
    unfinished = path.with_suffix(".tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes(policy=policy.SMTPUTF8))
    unfinished.replace(path)
    return path
