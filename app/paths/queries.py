"""Reading what a path is made from, and the path last computed."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from app.catalogue.queries import find_release
from app.identity.domain import Learner
from app.kernel.statements import Prebuilt
from app.kernel.text import Language
from app.paths.domain.plan import Choice, Preferences
from app.paths.models import ChoiceRow, PathRow, PreferenceRow
from app.proficiency.errors import NoProfileError
from app.proficiency.queries import find_aim

SHAPE = 2
"""Raised with every change of the path document or its rules: older ones are redone."""
_PREFERENCES = select(
    PreferenceRow.hours_per_week,
    PreferenceRow.weeks,
    PreferenceRow.languages,
    PreferenceRow.max_mb,
).where(PreferenceRow.learner_id == bindparam("learner_id"))
_CHOICES = (
    select(ChoiceRow.unit_key, ChoiceRow.choice)
    .where(ChoiceRow.learner_id == bindparam("learner_id"))
    .order_by(ChoiceRow.chosen_at, ChoiceRow.unit_key)
)
_PATH = Prebuilt(
    select(PathRow.body, PathRow.stamp).where(
        PathRow.learner_id == bindparam("learner_id"),
        PathRow.language == bindparam("language"),
    )
)


def get_preferences(connection: Connection, *, learner: Learner) -> Preferences:
    """Return what a learner can spend; by default 3 hours in each of 12 weeks."""
    row = connection.execute(_PREFERENCES, {"learner_id": learner.learner_id}).first()
    if row is None:
        return Preferences(languages=default_languages(learner.language))
    return Preferences(
        hours_per_week=row.hours_per_week,
        weeks=row.weeks,
        languages=tuple(Language(code) for code in row.languages.split(",")),
        max_mb=row.max_mb,
    )


def default_languages(language: Language) -> tuple[Language, ...]:
    """Return the languages assumed until she says otherwise: the one she reads."""
    return (language,)


def get_choices(connection: Connection, *, learner_id: UUID) -> Mapping[str, Choice]:
    """Return what a learner has said about single steps, by unit key."""
    rows = connection.execute(_CHOICES, {"learner_id": learner_id})
    return {row[0]: row[1] for row in rows}


def get_stamp(connection: Connection, *, learner_id: UUID) -> str:
    """Name what a path is computed from: our rules, the evidence, the catalogue.

    Raises:
        NoProfileError: The learner has not begun.
    """
    aim = find_aim(connection, learner_id=learner_id)
    if aim is None:
        raise NoProfileError
    return f"{SHAPE}:{aim.revision}:{find_release(connection)}"


def find_path(
    connection: Connection, *, learner_id: UUID, language: Language, stamp: str
) -> bytes | None:
    """Return the stored path, unless it is out of date."""
    keys = {"learner_id": learner_id, "language": language}
    row = _PATH.first(connection, keys)
    return row.body if row is not None and row.stamp == stamp else None
