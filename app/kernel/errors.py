"""Errors a caller can act on.

A domain error says *which rule* stopped the request; it knows neither HTTP nor
human language. ``app.web.problems`` gives it a status and a translated sentence.
"""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the platform was not met.

    Args:
        **facts: What the message needs to be concrete, e.g. ``item_key="q3"``.
            Values are shown to the caller, so never personal data or secrets.
    """

    code: ClassVar[str] = "domain-error"
    """Stable, kebab-case, part of the public API and key of the translation."""

    def __init__(self, **facts: str | float) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class UnauthenticatedError(DomainError):
    """Nobody knows who is asking."""


class NotFoundError(DomainError):
    """The thing asked for does not exist, or not for this person."""


class ForbiddenError(DomainError):
    """The thing exists and this person may not do this to it."""


class ConflictError(DomainError):
    """The request is sound but contradicts the present state."""


class StaleError(DomainError):
    """The thing is no longer what the caller has read: somebody changed it since."""


class InvalidError(DomainError):
    """The request is well formed but names something that cannot be."""


class TooManyError(DomainError):
    """Asked too often; ``facts["retry_after_s"]`` says when to come back."""


class TooLargeError(DomainError):
    """More bytes than this address takes."""


class UnsupportedError(DomainError):
    """The body is of a kind this address does not read."""


class TooSlowError(DomainError):
    """What was announced did not arrive in time."""
