"""What can go wrong when another system asks, or sends a framework."""

from typing import ClassVar

from app.kernel.errors import InvalidError


class CaseCallError(Exception):
    """A call that CASE answers with a status of its own (``imsx_StatusInfo``)."""

    status: ClassVar[int]
    minor: ClassVar[str]
    """One of the standard's ``imsx_codeMinorFieldValue``."""

    def __init__(self, *, field: str, description: str) -> None:
        super().__init__(description)
        self.field = field
        self.description = description


class UnknownObjectError(CaseCallError):
    """No object of that kind has this identifier."""

    status = 404
    minor = "unknownobject"


class InvalidUuidError(CaseCallError):
    """The identifier is no UUID."""

    status = 404
    minor = "invalid_uuid"


class InvalidSelectionError(CaseCallError):
    """``limit``, ``offset``, ``filter`` or ``fields`` cannot be followed."""

    status = 400
    minor = "invalid_selection_field"


class InvalidSortError(CaseCallError):
    """``sort`` or ``orderBy`` names nothing that can be sorted by."""

    status = 400
    minor = "invalid_sort_field"


class UnreadablePackageError(InvalidError):
    """What was sent is no CASE package, or packages of different frameworks."""

    code = "unreadable-case-package"
