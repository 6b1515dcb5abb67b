"""HTTP shapes of identity."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class TokenIn(BaseModel):
    """What a learner shows to be known again."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={"examples": [{"resume_code": "K7PM-2XQ4-9BTB"}]},
    )

    resume_code: str = Field(max_length=100)
    """As written down; case, blanks and hyphens do not matter."""


class PasswordIn(BaseModel):
    """How somebody with an account signs a program in."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"email": "ada@example.org", "password": "four words no one guesses"}
            ]
        },
    )

    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=256)
    code: str | None = Field(default=None, max_length=30)
    """Of the second factor, or a recovery code, where one is set up."""


class TokenOut(BaseModel):
    """A new bearer token."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    token: str
    """A JWT; send it as ``Authorization: Bearer …``."""
    expires_in_s: int
    """Seconds until it ends."""
