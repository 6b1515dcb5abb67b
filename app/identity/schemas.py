"""HTTP shapes of identity."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class TokenIn(BaseModel):
    """What somebody shows to be known again: a resume code, or address and password."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"resume_code": "K7PM-2XQ4-9BTB"},
                {"email": "ada@example.org", "password": "four words no one guesses"},
            ]
        },
    )

    resume_code: str | None = Field(default=None, max_length=100)
    """As written down; case, blanks and hyphens do not matter."""
    email: str | None = Field(default=None, max_length=254)
    """Of an account."""
    password: SecretStr | None = Field(default=None, max_length=256)
    """Of the account."""
    code: str | None = Field(default=None, max_length=30)
    """Of its second factor, or a recovery code, where one is set up."""

    @model_validator(mode="after")
    def check_one_way(self) -> Self:
        """Refuse both ways at once, and half a way."""
        has_account = self.email is not None and self.password is not None
        has_part = any(x is not None for x in (self.email, self.password, self.code))
        if (self.resume_code is not None) == has_account or (
            has_part and not has_account
        ):
            raise ValueError("give either resume_code, or email and password")
        return self


class TokenOut(BaseModel):
    """A new bearer token."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    token: str
    """A JWT; send it as ``Authorization: Bearer …``."""
    expires_in_s: int
    """Seconds until it ends."""
