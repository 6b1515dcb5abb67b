"""What can go wrong when somebody says what was done."""

from app.kernel.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    TooManyError,
)


class ModuleNotFoundInCourseError(NotFoundError):
    """The course has no such module."""

    code = "module-not-found"


class EntryNotFoundError(NotFoundError):
    """What is to be corrected was never said, or by somebody else."""

    code = "entry-not-found"


class EntryInvalidError(InvalidError):
    """An entry does not say what its kind needs: a module, minutes, what it corrects."""

    code = "entry-invalid"


class CertificateNotFoundError(NotFoundError):
    """No such certificate, or it is another person's."""

    code = "certificate-not-found"


class DocumentMissingError(InvalidError):
    """A certificate was sent without a file, or with an empty one."""

    code = "document-missing"


class DocumentTooLargeError(TooLargeError):
    """The file has more than 10 MB."""

    code = "document-too-large"


class DocumentsFullError(ConflictError):
    """She keeps as many certificates here as one person can."""

    code = "documents-full"


class DocumentsBusyError(TooManyError):
    """Too many documents are being read at this moment."""

    code = "documents-busy"


class ReviewNotOpenError(ConflictError):
    """Nobody can look at this certificate: it is decided, or nothing of it is kept."""

    code = "review-not-open"


class CertificateUsedError(ConflictError):
    """The same certificate was accepted for somebody else."""

    code = "certificate-used"


class ReminderTimeInvalidError(InvalidError):
    """There is no such day, hour or time zone."""

    code = "reminder-time-invalid"


class CalendarNotFoundError(NotFoundError):
    """No calendar has this address, or no longer."""

    code = "calendar-not-found"


class StopLinkUnknownError(NotFoundError):
    """A link to stop reminders is not one of ours."""

    code = "stop-link-unknown"
