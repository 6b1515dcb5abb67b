"""What can go wrong when somebody says who they are."""

from app.kernel.errors import (
    ConflictError,
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


class SignInNeededError(UnauthenticatedError):
    """This page is for people who have signed in."""

    code = "sign-in-needed"


class SecondFactorNeededError(ForbiddenError):
    """This page is for people who have signed in with a second factor."""

    code = "second-factor-needed"


class FreshProofNeededError(ForbiddenError):
    """What is delicate asks people to prove who they are once more."""

    code = "fresh-proof-needed"


class EmailInvalidError(InvalidError):
    """This cannot be an e-mail address."""

    code = "email-invalid"


class EmailTakenError(ConflictError):
    """Another account has this address."""

    code = "email-taken"


class SignInRefusedError(UnauthenticatedError):
    """Address and password do not belong together, or there is no such account."""

    code = "sign-in-refused"


class ProviderNotFoundError(NotFoundError):
    """Nobody signs in here through this institution."""

    code = "provider-not-found"


class ProviderRefusedError(UnauthenticatedError):
    """An institution did not answer, or not in a way that can be trusted."""

    code = "provider-refused"


class CodeRefusedError(InvalidError):
    """This is not the code, or it has been used."""

    code = "code-refused"


class TicketExpiredError(NotFoundError):
    """The link or code is used up, too old, or was tried too often."""

    code = "ticket-expired"


class PasswordLengthError(InvalidError):
    """A password has at least 8 characters and at most 256."""

    code = "password-length"


class PasswordCommonError(InvalidError):
    """The password stands in the list of those that are tried first."""

    code = "password-common"


class PasswordGuessableError(InvalidError):
    """The password contains the person's address, or the name of this site."""

    code = "password-guessable"
