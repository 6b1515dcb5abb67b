"""What can go wrong with what institutions report."""

from collections.abc import Sequence

from app.kernel.errors import ConflictError, InvalidError, NotFoundError, StaleError

MOST_TOLD = 100


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


class ReportNotFoundError(NotFoundError):
    """The institution has no such list of completions."""

    code = "report-not-found"


class ReportNotReadyError(ConflictError):
    """A list is imported once, and only after nothing was found wrong with it."""

    code = "report-not-ready"


class CompletionsWrongError(InvalidError):
    """Some of the reported completions are wrong, and nothing was recorded.

    Args:
        problems: Number in the list from 1, field and what is wrong with it.
    """

    code = "completions-wrong"

    def __init__(self, problems: Sequence[tuple[int, str, str]]) -> None:
        self.problems = tuple(problems)
        lines = (f"{n} {field}: {why}" for n, field, why in self.problems[:MOST_TOLD])
        super().__init__(problems="; ".join(lines), wrong=len(self.problems))


class UnknownUnitError(InvalidError):
    """The catalogue has no such course or module."""

    code = "unknown-unit"


class ReasonMissingError(InvalidError):
    """A certificate is refused without saying why."""

    code = "reason-missing"
