"""What can go wrong when somebody says who they are."""

from app.kernel.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyError,
    UnauthenticatedError,
)


class UnknownVisitorError(UnauthenticatedError):
    """This browser is not known here: no session, or one that has ended."""

    code = "unknown-visitor"


class InvalidTokenError(UnauthenticatedError):
    """The bearer token is missing, forged, expired or not for this service."""

    code = "invalid-token"


class ResumeCodeMistypedError(InvalidError):
    """The code cannot be right: its length or its check character is wrong."""

    code = "resume-code-mistyped"


class ResumeCodeUnknownError(NotFoundError):
    """Nobody has this code."""

    code = "resume-code-unknown"


class TooManyAttemptsError(TooManyError):
    """One address asked too often."""

    code = "too-many-attempts"


class FormExpiredError(ForbiddenError):
    """The form carries no token, or one of another session."""

    code = "form-expired"
