"""The rules of study groups that a caller can break."""

from app.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)


class NotACompanionError(ForbiddenError):
    """A study group is seen by those who agreed to be seen by it."""

    code = "not-a-companion"


class QuestionNotFoundError(NotFoundError):
    """The group has no such question or answer, or not for this person."""

    code = "question-not-found"


class GroupClosedError(ConflictError):
    """The cohort is over: nobody is seen or writes any more."""

    code = "study-group-closed"


class QuestionFullError(ConflictError):
    """A question has as many answers as it takes."""

    code = "question-full"


class NothingWrittenError(InvalidError):
    """A question or an answer says something, in not too many letters."""

    code = "nothing-written"


class NameMissingError(InvalidError):
    """Whoever agrees to be seen says under which name."""

    code = "companion-name-missing"
