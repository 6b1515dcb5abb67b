"""Mail to people: rendered in their language, queued, sent when the queue is worked on.

A template is ``templates/email/<name>.txt``: one line of subject, an empty line, the
text, in which empty lines part the paragraphs. The HTML version follows from the text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import (
    Address,
    BaseHeader,
    HeaderRegistry,
    UnstructuredHeader,
)
from email.message import EmailMessage
from email.policy import Policy
from functools import cache
from uuid import uuid4

from jinja2 import Environment, Template
from markupsafe import Markup, escape
from sqlalchemy import Connection
from typing_extensions import override

from app.kernel.jobs import GiveUpError, Job, queue
from app.kernel.postbox import MailServer, read_mailbox, write_file
from app.kernel.text import Language, LocalizedText
from app.settings import Settings
from app.web.rendering import environment

KIND = "mail"
"""Of the jobs that ``deliver`` does."""
UNSUBSCRIBE = "unsubscribe_url"
"""In a template's context: where one click ends mail of this sort."""
UNTIL = "until"
"""In a template's context: an aware instant after which it is of no use."""


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is never encoded: ``email`` would do so with a long address."""

    @override
    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}:{policy.linesep} {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)
_POLICY = policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
"""Readable for every server; each takes 7 bits."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]،؛؟]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered message."""

    subject: str
    text: str


def queue_mail(
    connection: Connection,
    *,
    to: str,
    template: str,
    language: Language,
    context: Mapping[str, object],
    now: datetime,
) -> None:
    """Render a message and queue it in the caller's transaction.

    Nobody learns here whether the address exists or can be used: an impossible one is
    given up when its turn comes.

    Args:
        connection: The caller's transaction.
        to: The address alone; its domain may be in any script.
        template: Name in ``templates/email``, without ``.txt``.
        language: What the recipient reads.
        context: What the template shows; addresses of pages are complete ones. With
            ``unsubscribe_url`` it is mail to many, which lets other mail go first;
            that address ends it on a GET by a button and on a POST of
            ``List-Unsubscribe=One-Click`` without a cookie (RFC 8058). With ``until``,
            an aware instant, what could not be sent by then is given up.
        now: Aware UTC instant; the date of the message.
    """
    payload = _payload(to, template, language, context, now)
    is_bulk = UNSUBSCRIBE in context
    queue(connection, kind=KIND, payload=payload, run_at=now, is_bulk=is_bulk)


def _payload(
    to: str,
    template: str,
    language: Language,
    context: Mapping[str, object],
    now: datetime,
) -> dict[str, object]:
    letter = render_letter(template, language, context)
    until = context.get(UNTIL)
    return {
        "to": to,
        "language": language,
        "subject": letter.subject,
        "text": letter.text,
        "written_at": now.isoformat(),
        "unsubscribe_url": context.get(UNSUBSCRIBE),
        "until": until.isoformat() if isinstance(until, datetime) else None,
    }


def render_letter(
    template: str, language: Language, context: Mapping[str, object]
) -> Letter:
    """Fill a template in; a value never ends the subject, whatever it contains."""
    subject, text = _templates(template, language)
    return Letter(
        subject=_one_line(subject.render(context)),
        text=re.sub(r"\n{3,}", "\n\n", text.render(context)).strip() + "\n",
    )


@cache
def _templates(name: str, language: Language) -> tuple[Template, Template]:
    jinja = _plain(language)
    path = f"email/{name}.txt"
    source = jinja.loader.get_source(jinja, path)[0] if jinja.loader else ""
    subject, separator, text = source.partition("\n\n")
    if not separator or "\n" in subject:
        raise ValueError("a subject of one line, an empty line, a text", path)
    return jinja.from_string(subject), jinja.from_string(text)


@cache
def _plain(language: Language) -> Environment:
    """Return Jinja without escaping: nothing here is HTML."""
    pages = environment(language)
    jinja = pages.overlay(autoescape=False)
    jinja.filters = {
        **pages.filters,
        "text": lambda text: _localized(text, language),
    }
    return jinja


def _localized(text: LocalizedText, language: Language) -> str:
    return text.in_language(language)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def as_html(letter: Letter, language: Language) -> str:
    """Return the text as a small page: paragraphs, links, the right direction."""
    paragraphs = Markup("").join(
        Markup("<p>{}</p>\n").format(_linked(part.strip("\n")))
        for part in letter.text.split("\n\n")
    )
    return Markup(
        '<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>'
        '<meta charset="utf-8"><title>{subject}</title></head>\n'
        '<body>\n<div lang="{language}" dir="{direction}">\n{paragraphs}</div>\n'
        "</body>\n</html>\n"
    ).format(
        language=language,
        direction=language.direction,
        subject=letter.subject,
        paragraphs=paragraphs,
    )


def _linked(text: str) -> Markup:
    written, end = Markup(""), 0
    for match in _ADDRESS.finditer(text):
        written += escape(text[end : match.start()])
        written += Markup('<a href="{0}" dir="ltr">{0}</a>').format(match[0])
        end = match.end()
    written += escape(text[end:])
    return written.replace("\n", Markup("<br>\n"))


def deliver(settings: Settings, job: Job, *, now: datetime) -> None:
    """Send one queued message, or put it into the folder; addresses go with the job.

    Its ``Message-ID`` is the job's: whoever gets it twice can tell.

    Raises:
        GiveUpError: It can never arrive, or not in time.
        OSError: The server or the folder cannot be used now.
    """
    until = job.payload.get("until")
    if until and now > datetime.fromisoformat(until):
        raise GiveUpError("too-late")
    sender = read_mailbox(settings.mail_from)
    message = write_message(job, sender)
    if settings.smtp_url is None:
        written_at = str(job.payload["written_at"])[:19].replace(":", "")
        write_file(settings.mail_dir, f"{written_at}-{job.job_id}", message)
        return
    server = MailServer.from_url(settings.smtp_url.get_secret_value())
    recipient = message["to"].addresses[0].addr_spec
    server.send(message, sender=sender.addr_spec, recipient=recipient)


def send_now(settings: Settings, *, to: str, language: Language, now: datetime) -> str:
    """Send the operator's test message without the queue; return where it went.

    Raises:
        GiveUpError: It can never arrive.
        OSError: The server or the folder cannot be used.
    """
    context = {"public_url": settings.public_url}
    payload = _payload(to, "test", language, context, now)
    job = Job(job_id=uuid4(), kind=KIND, payload=payload, attempts=1)
    deliver(settings, job, now=now)
    if settings.smtp_url is None:
        return f"There is no mail server: a file is in {settings.mail_dir}"
    return "The mail server has taken it."


def write_message(job: Job, sender: Address) -> EmailMessage:
    """Build the message of a job (RFC 5322).

    Raises:
        GiveUpError: The recipient's address is none.
    """
    letter = Letter(subject=job.payload["subject"], text=job.payload["text"])
    language = Language(job.payload["language"])
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = _recipient_of(job)
    message["Subject"] = letter.subject
    message["Date"] = datetime.fromisoformat(job.payload["written_at"])
    message["Message-ID"] = f"<{job.job_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if address := job.payload["unsubscribe_url"]:
        message["List-Unsubscribe"] = f"<{address}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(as_html(letter, language), subtype="html")
    message["Content-Language"] = str(language)
    return message


def _recipient_of(job: Job) -> Address:
    try:
        return read_mailbox(job.payload["to"])
    except ValueError:
        raise GiveUpError("unusable-address") from None
