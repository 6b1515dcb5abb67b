"""What programs send and receive about keys."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.cohorts.domain.keys import Key, Scope, order_scopes

KEY: dict[str, Any] = {
    "name": "Moodle",
    "scopes": ["statements/write", "define"],
    "verbs": [],
    "activities": [],
    "expires_at": "2028-01-01T00:00:00Z",
}
KEY_OUT: dict[str, Any] = {
    "id": "3f0b6a52-9c1e-4d7a-8b35-6e2d9f4c1a70",
    **KEY,
    "created_at": "2026-11-23T12:00:00Z",
    "revoked_at": "2027-06-30T09:00:00Z",
    "last_used_on": "2027-06-29",
}


def _giving(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"examples": [example]}
    )


class KeyIn(BaseModel):
    """What a key of an institution's own system is to open."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [KEY]},
    )

    name: str = Field(min_length=1, max_length=120)
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    """As the Experience API names them."""
    verbs: list[str] = Field(default=[], max_length=100)
    """Only statements with these verbs; empty: with any."""
    activities: list[str] = Field(default=[], max_length=100)
    """Only statements about these activities; empty: about any."""
    expires_at: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A key, without its secret."""

    model_config = _giving(KEY_OUT)

    id: UUID
    """The user name of HTTP Basic."""
    name: str
    scopes: list[Scope]
    verbs: list[str]
    activities: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: date | None

    @classmethod
    def of(cls, key: Key) -> Self:
        """Write a key."""
        return cls(**_fields_of(key))


class IssuedKeyOut(KeyOut):
    """A new key with its secret, which is shown this once."""

    model_config = _giving({**KEY_OUT, "secret": "kU0cQ3tJ5lq8m2wYk1nXb7sEo4rTzHd"})

    secret: str
    """The password of HTTP Basic."""

    @classmethod
    def issued(cls, key: Key, secret: str) -> Self:
        """Write a new key."""
        return cls(**_fields_of(key), secret=secret)


def _fields_of(key: Key) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": list(order_scopes(key.scopes)),
        "verbs": list(key.verbs),
        "activities": list(key.activities),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_on": key.last_used_on,
    }


class KeyListOut(BaseModel):
    """The keys of an institution, newest first, revoked ones too."""

    model_config = _giving({"items": [KEY_OUT]})

    items: list[KeyOut]
