"""What can go wrong with what institutions report."""

from app.kernel.errors import ConflictError, InvalidError, NotFoundError, StaleError


class StatementRefusedError(InvalidError):
    """A statement is not as the specification has it; ``where`` and ``why`` say how."""

    code = "statement-refused"


class CallRefusedError(InvalidError):
    """A call is not as the specification has it: parameter, header or body."""

    code = "xapi-call-refused"


class StatementNotFoundError(NotFoundError):
    """The institution has no such statement, or it is voided."""

    code = "statement-not-found"


class StatementExistsError(ConflictError):
    """Another statement has this id."""

    code = "statement-exists"


class DocumentNotFoundError(NotFoundError):
    """The institution has no such document."""

    code = "document-not-found"


class DocumentChangedError(StaleError):
    """The document is not the one that was read before."""

    code = "document-changed"


class DocumentUnguardedError(ConflictError):
    """A document would be overwritten by somebody who has not said which one."""

    code = "document-unguarded"


class ActivityNotFoundError(NotFoundError):
    """No statement of the institution has named this activity."""

    code = "activity-not-found"


class UnknownUnitError(InvalidError):
    """The catalogue has no such course or module."""

    code = "unknown-unit"
