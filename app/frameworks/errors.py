"""What can go wrong with frameworks."""

from app.kernel.errors import ConflictError, NotFoundError


class FrameworkNotFoundError(NotFoundError):
    """No such framework, version or node is published."""

    code = "framework-not-found"


class VersionIsPublishedError(ConflictError):
    """A published version is immutable, and the file with its name differs.

    An operator's error: the command line shows the differences.
    """

    code = "version-is-published"

    def __init__(self, name: str, differences: tuple[str, ...]) -> None:
        super().__init__(name=name)
        self.name = name
        self.differences = differences
