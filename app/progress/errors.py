"""What can go wrong when somebody says what was done."""

from app.kernel.errors import InvalidError, NotFoundError


class ModuleNotFoundInCourseError(NotFoundError):
    """The course has no such module."""

    code = "module-not-found"


class EntryNotFoundError(NotFoundError):
    """What is to be corrected was never said, or by somebody else."""

    code = "entry-not-found"


class EntryInvalidError(InvalidError):
    """An entry does not say what its kind needs: a module, minutes, what it corrects."""

    code = "entry-invalid"
