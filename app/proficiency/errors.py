"""What can be missing when somebody asks where she stands."""

from app.kernel.errors import NotFoundError


class NoProfileError(NotFoundError):
    """Nothing is known yet: no questionnaire was started."""

    code = "no-profile-yet"
