"""What can go wrong on a path."""

from app.kernel.errors import NotFoundError


class StepNotFoundError(NotFoundError):
    """No course or module of the catalogue has this key."""

    code = "step-not-found"
