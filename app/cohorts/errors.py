"""What can go wrong with institutions, cohorts and joining."""

from app.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)


class InstitutionNotFoundError(NotFoundError):
    """No such institution, or outside what this person may see."""

    code = "institution-not-found"


class CohortNotFoundError(NotFoundError):
    """No such cohort, or outside what this person may see."""

    code = "cohort-not-found"


class CampaignNotFoundError(NotFoundError):
    """The cohort has no such campaign."""

    code = "campaign-not-found"


class NotYourOfficeError(ForbiddenError):
    """She may see it, but her office does not include this."""

    code = "not-your-office"


class JoinCodeUnknownError(NotFoundError):
    """Nobody gave out this code or link."""

    code = "join-code-unknown"


class CampaignClosedError(ConflictError):
    """The campaign has not begun, or has ended."""

    code = "campaign-closed"


class InstitutionExistsError(ConflictError):
    """The key of an institution is taken."""

    code = "institution-exists"


class RoundExistsError(ConflictError):
    """The cohort has a campaign of this round already."""

    code = "round-exists"


class UnknownChoiceError(InvalidError):
    """A field holds none of the values it offers."""

    code = "unknown-choice"


class WrongPeriodError(InvalidError):
    """A period ends before it begins, or is longer than two years."""

    code = "wrong-period"


class MisplacedInstitutionError(InvalidError):
    """An institution cannot lie below one of that kind."""

    code = "misplaced-institution"


class FirstRoundMissingError(ConflictError):
    """A second round looks back at a first one, and there is none."""

    code = "first-round-missing"


class AccountNotFoundError(NotFoundError):
    """Nobody has an account with this address."""

    code = "account-not-found"


class WrongAddressError(InvalidError):
    """One address of a list cannot be one; its place is among the facts."""

    code = "wrong-address"


class RosterNotFoundError(NotFoundError):
    """The cohort has no such list of people."""

    code = "roster-not-found"


class RosterNotReadyError(ConflictError):
    """A list is imported once, and only after nothing was found wrong with it."""

    code = "roster-not-ready"


class UnreadableCoursesError(InvalidError):
    """An upload of courses is none of the kinds we read, or is too large."""

    code = "unreadable-courses"


class KeyNotFoundError(NotFoundError):
    """The institution has no such key."""

    code = "key-not-found"


class KeyRefusedError(UnauthenticatedError):
    """No key, or one that is wrong, has ended or was revoked."""

    code = "key-refused"


class KeyScopeError(ForbiddenError):
    """The key is good, and does not include this."""

    code = "key-scope"
