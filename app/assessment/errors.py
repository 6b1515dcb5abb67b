"""What can go wrong while somebody answers."""

from app.kernel.errors import ConflictError, InvalidError, NotFoundError


class AttemptNotFoundError(NotFoundError):
    """No such attempt, or it belongs to someone else; the two are not told apart."""

    code = "attempt-not-found"


class AttemptSubmittedError(ConflictError):
    """The attempt was submitted; its answers are final."""

    code = "attempt-submitted"


class ItemNotFoundError(NotFoundError):
    """The questionnaire has no such question."""

    code = "item-not-found"


class GroupNotFoundError(NotFoundError):
    """The questionnaire has no such page."""

    code = "group-not-found"


class UnknownAnswerError(InvalidError):
    """The value is none of those a question offers."""

    code = "unknown-answer"


class NothingToLookBackAtError(ConflictError):
    """The two questionnaires are not an earlier and a later result of one framework."""

    code = "nothing-to-look-back-at"


class UnknownRoleError(InvalidError):
    """The framework has no such role."""

    code = "unknown-role"


class UnknownInstrumentError(InvalidError):
    """No questionnaire is loaded for this framework."""

    code = "unknown-framework"
