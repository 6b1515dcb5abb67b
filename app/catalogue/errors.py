"""What can go wrong with courses."""

from app.kernel.errors import InvalidError, NotFoundError


class CourseNotFoundError(NotFoundError):
    """No such course is in the catalogue."""

    code = "course-not-found"


class UnknownCourseLanguageError(InvalidError):
    """No course runs in such a language, and the interface does not speak it."""

    code = "unknown-course-language"
