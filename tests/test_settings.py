from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app import settings as module
from app.settings import Environment, Settings
from tests.constants import SECRET_KEY

POSTGRES = "postgresql://masar:s3cr3t@db/masar"


def make(**values: Any) -> Settings:  # noqa: ANN401 -- any setting
    return Settings.model_validate({"secret_key": SECRET_KEY, **values})


def refusal(**values: Any) -> str:  # noqa: ANN401 -- any setting
    with pytest.raises(ValidationError) as caught:
        make(**values)
    return str([each["msg"] for each in caught.value.errors()])


def production(**values: Any) -> dict[str, Any]:  # noqa: ANN401 -- any setting
    return {
        "environment": "production",
        "database_url": POSTGRES,
        "public_url": "https://masar.example",
        **values,
    }


def test_production_with_everything_set_starts() -> None:
    found = make(**production())

    assert found.environment is Environment.PRODUCTION
    assert found.cookies_are_secure
    assert not found.is_sqlite


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://u:s3cr3t@relay?tls=none", "smtp://"]
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    assert "s3cr3t" not in refusal(smtp_url=url)


def test_mail_needs_a_sender_that_can_be_answered() -> None:
    server = "smtp://u:s3cr3t@mail.example:587"
    sender = "Masar <masar@mail.example>"

    assert make(smtp_url="").smtp_url is None
    assert "one address" in refusal(mail_from="Masar")
    assert "MASAR_MAIL_FROM" in refusal(**production(smtp_url=server))
    found = make(**production(smtp_url=server, mail_from=sender))
    assert "s3cr3t" not in repr(found)


def test_production_refuses_debug() -> None:
    assert "MASAR_DEBUG" in refusal(**production(debug=True))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://server/masar.sqlite",
        "sqlite:////" + "/server/share/masar.sqlite",
        "sqlite:///file://server/masar.sqlite",
    ],
)
def test_production_refuses_sqlite_on_the_network(url: str) -> None:
    assert "local disk" in refusal(**production(database_url=url))


def test_production_refuses_sqlite_on_a_mounted_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_file_system_of", lambda _path: "nfs4")

    assert "PostgreSQL" in refusal(**production(database_url="sqlite:////srv/x"))


def test_production_allows_sqlite_on_a_local_disk(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/masar.sqlite"

    assert make(**production(database_url=url)).is_sqlite


@pytest.mark.parametrize(
    "key", ["", "s3cr3t", "x" * 64, "0" * 64, "zz" * 32, "ab" * 31, "0123" * 16]
)
def test_weak_key_is_refused_and_not_printed(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make(secret_key=key)

    assert not key or key not in str(caught.value.errors(include_input=False))


def test_missing_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASAR_SECRET_KEY", raising=False)

    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)

    assert [each["loc"] for each in caught.value.errors()] == [("secret_key",)]


@pytest.mark.parametrize(
    "url", ["", "mysql://u:s3cr3t@h/d", "nonsense s3cr3t", "postgresql", "oracle://x"]
)
def test_other_databases_are_refused_without_their_password(url: str) -> None:
    assert "s3cr3t" not in refusal(database_url=url)


def test_secrets_are_never_printed() -> None:
    shown = repr(make(database_url=POSTGRES))

    assert "s3cr3t" not in shown
    assert SECRET_KEY not in shown


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASAR_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("MASAR_DATABASE_URL", POSTGRES)
    monkeypatch.setenv("MASAR_SESSION_LIFETIME", "P14D")
    monkeypatch.setenv("MASAR_DEFAULT_LANGUAGE", "ar")

    found = Settings(_env_file=None)

    assert found.session_lifetime.days == 14
    assert found.default_language == "ar"
    assert found.database_url.get_secret_value() == POSTGRES


@pytest.mark.parametrize(
    "wrong",
    [
        {"default_language": "de"},
        {"public_url": "masar.example"},
        {"session_lifetime": "soon"},
        {"session_lifetime": "-P1D"},
        {"token_lifetime": "PT0S"},
        {"database_url": "sqlite:///file::memory:?uri=true"},
        {"environment": "production", "trusted_proxies": "*"},
        {"resume_attempts_per_hour": 0},
        {"log_level": "LOUD"},
        {"environment": "staging"},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    assert refusal(**wrong)


def test_every_setting_says_what_it_is_for() -> None:
    silent = [name for name, f in Settings.model_fields.items() if not f.description]

    assert silent == []
