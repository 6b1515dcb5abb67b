"""What can go wrong with courses."""

from app.kernel.errors import NotFoundError


class CourseNotFoundError(NotFoundError):
    """No such course is in the catalogue."""

    code = "course-not-found"
