"""What can go wrong with courses."""

from collections.abc import Sequence

from app.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StaleError,
)
from app.kernel.yaml import FileProblem

MOST_TOLD = 20
"""Problems in one sentence to a program."""


class CourseNotFoundError(NotFoundError):
    """No such course is in the catalogue."""

    code = "course-not-found"


class UnknownCourseLanguageError(InvalidError):
    """No course runs in such a language, and the interface does not speak it."""

    code = "unknown-course-language"


class CourseKeyTakenError(ConflictError):
    """Another course has this key."""

    code = "course-key-taken"


class CourseChangedError(StaleError):
    """Somebody changed the course since it was read; nothing was overwritten."""

    code = "course-changed"


class CourseStateError(ConflictError):
    """A course in this state does not allow the step; ``state`` says which it is in."""

    code = "course-state"


class OwnReviewError(ForbiddenError):
    """Who wrote or submitted a revision does not publish it; somebody else does."""

    code = "own-review"


class BrokenCourseError(InvalidError):
    """A course is not as it must be; each problem says where, and what is allowed."""

    code = "broken-course"

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        self.problems = tuple(problems)
        lines = (f"{one.where}: {one.wrong}" for one in self.problems[:MOST_TOLD])
        super().__init__(problems="; ".join(lines))
