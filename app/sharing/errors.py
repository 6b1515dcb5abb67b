"""The rules of sharing that a caller can break."""

from app.kernel.errors import ConflictError, InvalidError, NotFoundError


class NotAMemberError(NotFoundError):
    """A result goes only to a cohort that one has joined."""

    code = "not-a-member"


class NothingToShareError(ConflictError):
    """There is no submitted result on the cohort's framework."""

    code = "nothing-to-share"


class UnknownAttributeError(InvalidError):
    """Cohorts are not broken down by this."""

    code = "unknown-attribute"
