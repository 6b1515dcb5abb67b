import smtplib
import stat
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemLoader

from app.kernel.database import Database
from app.kernel.jobs import Job, Outcome, run_due
from app.kernel.postbox import MailServer, read_mailbox
from app.kernel.text import Language
from app.settings import Settings
from app.web.mail import (
    KIND,
    Letter,
    _plain,
    as_html,
    deliver,
    queue_mail,
    render_letter,
    write_message,
)
from tests.conftest import make_settings
from tests.constants import NOON
from tests.kernel.builders import job_rows
from tests.web.mailserver import (
    BUSY,
    PASSWORD,
    UNKNOWN,
    USER,
    Mailbox,
    certificate,
    mail_server,
)

SITE = "https://masar.example.org/"
ARABIC = "دعوة إلى التقييم الذاتي في الذكاء الاصطناعي والتحول الرقمي لموظفي الوزارة"
SENDER = read_mailbox("Fonction publique — مسار <masar@example.org>")


def post(database: Database, to: str = "ada@example.org", **context: object) -> None:
    with database.write() as connection:
        queue_mail(
            connection,
            to=to,
            template="test",
            language=Language.AR,
            context={"public_url": SITE, **context},
            now=NOON,
        )


def work(
    database: Database, settings: Settings, *, hours: float = 0
) -> tuple[int, list[Outcome]]:
    seen: list[Outcome] = []
    now = NOON + timedelta(hours=hours)
    handlers = {KIND: partial(deliver, settings, now=NOON)}
    done = run_due(database, handlers, now=now, limit=9, observe=seen.append)
    return done, seen


def with_server(database_url: str, mailbox: Mailbox, scheme: str = "smtp") -> Settings:
    login = f"{USER}:p%40ss%3A%2Fword@" if scheme != "smtp" else ""
    scheme = scheme.removesuffix("+login")
    return make_settings(
        database_url,
        smtp_url=f"{scheme}://{login}127.0.0.1:{mailbox.port}",
        mail_from="Masar <masar@example.org>",
    )


def job(subject: str = "Hello", text: str = "Hello\n", **others: object) -> Job:
    payload = {
        "to": "ada@example.org",
        "language": "ar",
        "subject": subject,
        "text": text,
        "written_at": NOON.isoformat(),
        "unsubscribe_url": None,
        **others,
    }
    return Job(job_id=UUID(int=7), kind=KIND, payload=payload, attempts=1)


def parsed(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    return str(text.get_content()), str(html.get_content())


def test_mail_reaches_its_reader_and_nothing_of_it_stays(
    database: Database, database_url: str
) -> None:
    post(database, to="ada@وزارة.مصر")

    with mail_server() as mailbox:
        done, _ = work(database, with_server(database_url, mailbox))

    (message,) = mailbox.messages
    text, html = parts(message)
    assert (done, job_rows(database)) == (1, [])
    assert mailbox.recipients == ["ada@xn--mgbexc3i.xn--wgbh1c"]
    assert (message["from"], message["auto-submitted"], message["date"]) == (
        "Masar <masar@example.org>",
        "auto-generated",
        "Mon, 23 Nov 2026 12:00:00 +0000",
    )
    assert message["content-language"] == "ar"
    assert message["list-unsubscribe"] is None
    assert SITE in text
    assert f'<a href="{SITE.rstrip("/")}' in html
    assert '<div lang="ar" dir="rtl">' in html


@pytest.mark.parametrize("scheme", ["smtp+login", "smtps"])
def test_the_password_goes_over_tls_only(
    database: Database,
    database_url: str,
    scheme: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public, secure = certificate(tmp_path)
    post(database)

    with mail_server(secure=secure, is_wrapped=scheme == "smtps") as mailbox:
        settings = with_server(database_url, mailbox, scheme)
        distrusted, _ = work(database, settings)
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        trusted, _ = work(database, settings, hours=1)

    assert (distrusted, trusted) == (0, 1)
    assert mailbox.were_signed_in == [True]
    assert PASSWORD not in str(settings)


def test_nothing_is_sent_without_tls_where_it_is_needed() -> None:
    with mail_server() as mailbox:
        server = MailServer(
            host="127.0.0.1", port=mailbox.port, user="", password="",
            is_wrapped=False, needs_tls=True,
        )  # fmt: skip
        with pytest.raises(smtplib.SMTPNotSupportedError):
            server.send(EmailMessage(), sender="a@b.org", recipient="c@d.org")

    assert mailbox.messages == []


def test_a_server_that_is_down_gets_the_mail_when_it_is_up(
    database: Database, database_url: str
) -> None:
    with mail_server() as gone:
        settings = with_server(database_url, gone)
    post(database)

    down, outcomes = work(database, settings)
    (waiting,) = job_rows(database)
    with mail_server(port=gone.port) as mailbox:
        up, _ = work(database, settings, hours=1)

    assert (down, up) == (0, 1)
    assert isinstance(outcomes[0].error, ConnectionRefusedError)
    assert waiting.last_error == "ConnectionRefusedError"
    assert len(mailbox.messages) == 1


def test_a_busy_mailbox_is_tried_again_an_unknown_one_is_not(
    database: Database, database_url: str
) -> None:
    post(database, to=UNKNOWN)
    with mail_server() as mailbox:
        settings = with_server(database_url, mailbox)
        work(database, settings)
        (refused,) = job_rows(database)
        post(database, to=BUSY)
        work(database, settings)

    busy = next(row for row in job_rows(database) if row.failed_at is None)
    assert refused.last_error == "refused-550"
    assert busy.last_error == "SMTPRecipientsRefused"
    assert mailbox.messages == []


@pytest.mark.parametrize(
    "to",
    [
        "ada", "@example.org", "ada@", "a@b@c.org", "a b@c.org", "ada@b..c",
        "ada@example.org\r\nBcc: eve@example.org", "ada@example.org, eve@example.org",
        "ada@example.org\nX: y", '"ada\n"@example.org', "ada@[127.0.0.1]", "a@😀.com",
        "<ada@example.org>", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_given_up_and_sent_nowhere(
    database: Database, database_url: str, to: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    post(database, to=to)

    work(database, make_settings(database_url, mail_dir=folder))

    (row,) = job_rows(database)
    assert row.last_error == "unusable-address"
    assert row.failed_at is not None
    assert not folder.exists()


def test_without_a_server_mail_is_a_file_for_the_owner(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = make_settings(database_url, mail_dir=tmp_path / "mail")
    post(database, to="مها@example.org")

    work(database, settings)

    (path,) = settings.mail_dir.iterdir()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (path.suffix, stat.S_IMODE(path.stat().st_mode)) == (".eml", 0o600)
    assert message["to"] == "مها@example.org"
    assert job_rows(database) == []


def test_mail_to_many_has_a_way_out_and_lets_others_go_first(
    database: Database,
) -> None:
    way_out = f"{SITE}ar/stop/{'x' * 90}?a=b"

    post(database, unsubscribe_url=way_out)

    (row,) = job_rows(database)
    raw = write_message(job(unsubscribe_url=way_out), SENDER).as_bytes().decode()
    assert row.is_bulk is True
    assert f"List-Unsubscribe:\r\n <{way_out}>\r\n" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_a_long_arabic_subject_arrives_unharmed() -> None:
    raw = write_message(job(subject=ARABIC), SENDER).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert message["subject"] == ARABIC
    assert message["from"].addresses[0].display_name == SENDER.display_name
    assert message["message-id"] == f"<{UUID(int=7)}@example.org>"


@given(subject=st.text(max_size=200), text=st.text(max_size=400))
def test_no_value_can_add_a_header_or_a_recipient(subject: str, text: str) -> None:
    written = "\r\nBcc: eve@example.org\r\n\r\n" + subject
    letter = Letter(subject=" ".join(written.split()), text=text + "\n")
    message = parsed(
        write_message(job(subject=letter.subject, text=letter.text), SENDER)
    )

    assert message["bcc"] is None
    assert len(message.get_all("to", [])) == 1
    assert sorted(set(message.keys())) == [
        "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From",
        "MIME-Version", "Message-ID", "Subject", "To",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\u2028", "\x85", "\x0b", "\x1b"])
def test_a_value_cannot_end_the_subject(
    sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "email"
    folder.mkdir()
    (folder / "greeting.txt").write_text("Hello {{ name }}!\n\nHello {{ name }}!\n")
    monkeypatch.setattr(_plain(Language.EN), "loader", FileSystemLoader(tmp_path))
    letter = render_letter("greeting", Language.EN, {"name": f"A{sign}Bcc: b@c.org"})

    assert letter.subject == "Hello A Bcc: b@c.org!"
    assert letter.text == f"Hello A{sign}Bcc: b@c.org!\n"


def test_html_shows_the_text_and_nothing_more() -> None:
    letter = Letter(
        subject="<b>",
        text="A <script>x</script>\nand https://a.org/?x=1&y=2.\n\nB “https://b.org/é”\n",
    )

    html = as_html(letter, Language.FR)

    assert "<script>" not in html
    assert "<title>&lt;b&gt;</title>" in html
    assert (
        'and <a href="https://a.org/?x=1&amp;y=2" dir="ltr">'
        "https://a.org/?x=1&amp;y=2</a>.</p>" in html
    )
    assert html.count("<p>") == 2
    assert "</script&gt;<br>" not in html
    assert 'lang="fr" dir="ltr"' in html


@pytest.mark.parametrize(
    "path",
    sorted(Path("app/web/templates/email").glob("*.txt")),
    ids=lambda path: str(path.stem),
)
def test_every_template_has_a_subject_an_empty_line_and_a_text(path: Path) -> None:
    subject, separator, text = path.read_text("utf-8").partition("\n\n")

    assert subject.strip()
    assert "\n" not in subject
    assert separator
    assert text.strip()
