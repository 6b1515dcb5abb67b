"""HTTP shapes of a path (``shapes``), and what fills them with words (``writer``)."""

from app.paths.schemas.shapes import (
    ChoiceIn,
    Hours,
    Megabytes,
    PathOut,
    PreferencesForm,
    PreferencesIn,
    PreferencesOut,
    Weeks,
)
from app.paths.schemas.writer import write_path

__all__ = [
    "ChoiceIn",
    "Hours",
    "Megabytes",
    "PathOut",
    "PreferencesForm",
    "PreferencesIn",
    "PreferencesOut",
    "Weeks",
    "write_path",
]
