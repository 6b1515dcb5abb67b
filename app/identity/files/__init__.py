"""The list of passwords that are tried first."""

from functools import cache
from importlib.resources import files


def is_common_password(password: str) -> bool:
    """Whether a password of 8 characters and more stands in our list of 21 648.

    Args:
        password: Normalised; case does not matter.

    Source:
        ``common_passwords.txt``, one a line in lower case: the union of three published
        lists, of Django 5.2 (BSD-3-Clause; Royce Williams, from Have I Been Pwned), of
        ``zxcvbn`` 4.5.0 (MIT) and of ``@zxcvbn-ts/language-common`` 4.1.3 (MIT).
    """
    return "\n" not in password and f"\n{password.casefold()}\n" in _common_passwords()


@cache
def _common_passwords() -> str:
    # Searched as one text: a set would take 4 MB instead of 0.2.
    return files(__name__).joinpath("common_passwords.txt").read_text("utf-8")
