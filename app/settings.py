"""Everything that differs between two installations, and nothing else."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kernel.postbox import MailServer, read_mailbox
from app.kernel.text import Language

ROOT = Path(__file__).resolve().parent.parent
FEWEST_BYTES = 8
"""Different bytes in a key; 32 random ones have about 30."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "glusterfs", "fuse.sshfs"}
)


class Environment(StrEnum):
    """What the installation is for."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Read once, from variables named ``MASAR_<FIELD>``; see ``masar settings``.

    ``make run`` writes the secrets into ``var/secrets.env``; production sets them
    itself. No secret has a working default.
    """

    model_config = SettingsConfigDict(
        env_prefix="MASAR_",
        env_file=(ROOT / "var" / "secrets.env", ".env"),
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    environment: Environment = Environment.DEVELOPMENT
    """``production`` refuses unsafe settings."""
    debug: bool = False
    """Reload on change and tracebacks in the log; never in production."""
    database_url: SecretStr = SecretStr(f"sqlite:///{ROOT / 'var' / 'masar.sqlite'}")
    """SQLAlchemy URL, SQLite or PostgreSQL; secret, since it may carry a password."""
    secret_key: SecretStr = Field(min_length=64)
    """Signs tokens and resume codes; 32 random bytes or more, in hexadecimal."""
    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8000")
    """Where browsers reach the site; HTTPS makes the cookies secure-only."""
    default_language: Language = Language.FR
    """Shown to visitors whose browser asks for none of the five."""
    frameworks_dir: Path = ROOT / "frameworks"
    """Folder of the framework and course files."""
    session_lifetime: timedelta = Field(default=timedelta(days=180), gt=timedelta(0))
    """How long a browser stays known; ISO 8601 duration, e.g. ``P180D``."""
    token_lifetime: timedelta = Field(default=timedelta(days=30), gt=timedelta(0))
    """How long an API token is valid; ISO 8601 duration."""
    resume_attempts_per_hour: int = Field(default=200, ge=1, le=1000)
    """Wrong resume codes one address may try in an hour."""
    starts_per_hour: int = Field(default=20_000, ge=1)
    """New learners one address may create in an hour; a whole ministry may share one."""
    account_session_lifetime: timedelta = Field(
        default=timedelta(days=30), gt=timedelta(0)
    )
    """How long a browser stays signed in to an account; ISO 8601 duration."""
    account_token_lifetime: timedelta = Field(
        default=timedelta(hours=1), gt=timedelta(0)
    )
    """How long an API token of an account is valid; ISO 8601 duration."""
    network_refusals_per_hour: int = Field(default=300, ge=1)
    """Wrong passwords one network may try in an hour."""
    account_refusals_per_hour: int = Field(default=20, ge=1, le=100)
    """Wrong passwords or codes that may be tried at one account in an hour."""
    network_mails_per_hour: int = Field(default=2000, ge=1)
    """Sign-in mails one network may ask for in an hour; a ministry may share one."""
    address_mails_per_hour: int = Field(default=6, ge=1, le=100)
    """Sign-in mails that may be sent to one address in an hour."""
    unused_lifetime: timedelta = Field(default=timedelta(days=730), gt=timedelta(0))
    """How long answers without an account are kept unused; ISO 8601 duration."""
    smtp_url: SecretStr | None = None
    """Mail server, e.g. ``smtp://user:password@host:587``; empty: files in a folder."""
    mail_from: str = "Masar <masar@localhost>"
    """Sender of all mail, an address or ``Name <address>``."""
    mail_dir: Path = ROOT / "var" / "mail"
    """Folder of the mail files where there is no mail server."""
    documents_dir: Path | None = None
    """Folder of people's certificates, outside every web root; empty: beside the database."""
    signers_dir: Path = ROOT / "var" / "signers"
    """Certificates (``.pem``, ``.crt``, ``.cer``) of those whose signed PDF we believe."""
    worker_in_process: bool = True
    """Send mail and do other waiting work beside the site; else by ``masar worker``."""
    check_links: bool = False
    """Ask every link of the courses once a week whether it still answers."""
    private_links: bool = False
    """Let the check of links reach addresses of private networks."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses or networks whose ``X-Forwarded-For`` is believed, comma-separated."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    """Least severe entry to log."""

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: SecretStr) -> SecretStr:
        """Refuse what is neither SQLite nor PostgreSQL, without printing it."""
        try:
            url = make_url(value.get_secret_value())
        except ArgumentError:
            raise ValueError("not a database URL") from None
        backend = url.get_backend_name()
        if backend not in {"sqlite", "postgresql", "postgres"}:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        in_memory = ":memory:" in (url.database or ":memory:")
        if backend == "sqlite" and (in_memory or url.query.get("mode") == "memory"):
            raise ValueError("must name a file: memory forgets what it acknowledged")
        return value

    @field_validator("smtp_url")
    @classmethod
    def check_smtp_url(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what is no mail server, without printing it; empty is none."""
        if value is None or not value.get_secret_value():
            return None
        MailServer.from_url(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def check_mail_from(cls, value: str) -> str:
        """Refuse what is not one address."""
        read_mailbox(value)
        return value

    @field_validator("secret_key")
    @classmethod
    def check_secret_key(cls, value: SecretStr) -> SecretStr:
        """Refuse a key that is not random bytes in hexadecimal."""
        key = value.get_secret_value()
        try:
            raw = bytes.fromhex(key)
        except ValueError:
            raise ValueError("must be hexadecimal: openssl rand -hex 32") from None
        if len(set(raw)) < FEWEST_BYTES:
            raise ValueError("is not random: openssl rand -hex 32")
        return value

    @model_validator(mode="after")
    def check_production(self) -> Self:
        """Refuse what is only safe on a developer's machine."""
        if self.environment is not Environment.PRODUCTION:
            return self
        if self.debug:
            raise ValueError("MASAR_DEBUG must be off in production")
        if "*" in self.trusted_proxies:
            raise ValueError(
                "MASAR_TRUSTED_PROXIES must name the proxies in production"
            )
        sends_from = read_mailbox(self.mail_from).domain
        if self.smtp_url is not None and sends_from == "localhost":
            raise ValueError("MASAR_MAIL_FROM must be an address that can be answered")
        if self.is_sqlite and self._sqlite_is_remote():
            raise ValueError(
                "SQLite needs a local disk: use PostgreSQL for a database on the network"
            )
        return self

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine."""
        url = make_url(self.database_url.get_secret_value())
        return url.get_backend_name() == "sqlite"

    @property
    def documents_folder(self) -> Path:
        """Where certificates are kept."""
        if self.documents_dir is not None:
            return self.documents_dir
        url = make_url(self.database_url.get_secret_value())
        beside = Path(url.database or "").parent if self.is_sqlite else ROOT / "var"
        return beside / "documents"

    @property
    def cookies_are_secure(self) -> bool:
        """Whether browsers may send our cookies over HTTPS only."""
        return self.public_url.scheme == "https"

    def _sqlite_is_remote(self) -> bool:
        url = make_url(self.database_url.get_secret_value())
        name = url.database or ""
        if url.host or name.startswith(("//", "\\\\", "file://")):
            return True
        return _file_system_of(Path(name).resolve()) in NETWORK_FILE_SYSTEMS


def _file_system_of(path: Path) -> str:
    """Return the type of the file system a path lies on; empty where unknown."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    lines = (line.split(" ") for line in mounts.read_text().splitlines())
    covering = [
        (len(line[1]), line[2]) for line in lines if path.is_relative_to(line[1])
    ]
    return max(covering, default=(0, ""))[1]
