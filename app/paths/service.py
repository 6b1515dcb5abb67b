"""Use cases of the path: propose, adapt, choose."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, select

from app.catalogue.queries import get_catalogue
from app.identity.domain import Learner
from app.journal.service import record
from app.kernel.database import Database, Upsert
from app.kernel.text import Language
from app.paths.domain.explain import draw_path
from app.paths.domain.plan import Choice, Path, Preferences, list_offers
from app.paths.errors import StepNotFoundError
from app.paths.models import ChoiceRow, PathRow, PreferenceRow
from app.paths.queries import find_path, get_choices, get_preferences, get_stamp
from app.proficiency.queries import get_profile
from app.proficiency.service import mark_changed

Write = Callable[[Path], bytes]
"""Turns a path into the document that is sent."""
_PREFERENCES = Upsert(
    PreferenceRow,
    values=(
        "learner_id",
        "hours_per_week",
        "weeks",
        "languages",
        "max_mb",
        "updated_at",
    ),
    keys=("learner_id",),
    updated=("hours_per_week", "weeks", "languages", "max_mb", "updated_at"),
)
_CHOICE = Upsert(
    ChoiceRow,
    values=("learner_id", "unit_key", "choice", "chosen_at"),
    keys=("learner_id", "unit_key"),
    updated=("choice", "chosen_at"),
)
_PATH = Upsert(
    PathRow,
    values=("learner_id", "language", "stamp", "body", "computed_at"),
    keys=("learner_id", "language"),
    updated=("stamp", "body", "computed_at"),
)


def find_current_path(
    connection: Connection, *, learner: Learner, language: Language
) -> bytes | None:
    """Return the path as stored, if nothing has changed since.

    Raises:
        NoProfileError: The learner has not begun.
    """
    stamp = get_stamp(connection, learner_id=learner.learner_id)
    return find_path(
        connection, learner_id=learner.learner_id, language=language, stamp=stamp
    )


def propose_path(
    database: Database,
    *,
    learner: Learner,
    language: Language,
    write: Write,
    now: datetime,
) -> bytes:
    """Return the path for the stored preferences, computed at most once.

    Reading, solving and storing are apart: no transaction is open while the solver
    works (docs/decisions/0004).

    Args:
        database: Where to read, and to store in a short transaction.
        learner: Whose path.
        language: Of its sentences.
        write: Turns the path into the document.
        now: Aware UTC instant.

    Raises:
        NoProfileError: The learner has not begun.
    """
    with database.read() as connection:
        stored = find_current_path(connection, learner=learner, language=language)
        if stored is not None:
            return stored
        stamp = get_stamp(connection, learner_id=learner.learner_id)
    body = write(_draw(database, learner, None))
    # If anything changed meanwhile, the stamp is already one of yesterday.
    with database.write() as connection:
        _PATH.execute(
            connection,
            {
                "learner_id": learner.learner_id,
                "language": language,
                "stamp": stamp,
                "body": body,
                "computed_at": now,
            },
        )
    return body


def try_path(
    database: Database, *, learner: Learner, preferences: Preferences, write: Write
) -> bytes:
    """Return the path for other preferences; nothing is stored.

    Raises:
        NoProfileError: The learner has not begun.
    """
    return write(_draw(database, learner, preferences))


def _draw(
    database: Database, learner: Learner, preferences: Preferences | None
) -> Path:
    with database.read() as connection:
        profile = get_profile(connection, learner_id=learner.learner_id)
        catalogue = get_catalogue(connection)
        choices = get_choices(connection, learner_id=learner.learner_id)
        wanted = preferences or get_preferences(connection, learner=learner)
    return draw_path(profile, catalogue, wanted, choices)


def adapt_path(
    connection: Connection, *, learner_id: UUID, preferences: Preferences, now: datetime
) -> None:
    """Remember what a learner can spend; her path is computed anew."""
    _PREFERENCES.execute(
        connection,
        {
            "learner_id": learner_id,
            "hours_per_week": preferences.hours_per_week,
            "weeks": preferences.weeks,
            "languages": ",".join(preferences.languages),
            "max_mb": preferences.max_mb,
            "updated_at": now,
        },
    )
    mark_changed(connection, learner_id=learner_id)


def choose_step(
    connection: Connection,
    *,
    learner_id: UUID,
    unit_key: str,
    choice: Choice | None,
    now: datetime,
) -> None:
    """Mark a step as done, put it aside, or (``None``) take that back.

    Raises:
        StepNotFoundError: The catalogue has no such course or module.
    """
    units = list_offers(get_catalogue(connection), tuple(Language))
    if unit_key not in units:
        raise StepNotFoundError(step=unit_key[:140])
    if choice is None:
        connection.execute(
            delete(ChoiceRow).where(
                ChoiceRow.learner_id == learner_id, ChoiceRow.unit_key == unit_key
            )
        )
    else:
        _CHOICE.execute(
            connection,
            {
                "learner_id": learner_id,
                "unit_key": unit_key,
                "choice": choice,
                "chosen_at": now,
            },
        )
    record(
        connection,
        learner_id=learner_id,
        verb=f"marked-{choice}" if choice else "unmarked",
        object_ref=f"step:{unit_key}",
        occurred_at=now,
    )
    mark_changed(connection, learner_id=learner_id)


def settle_steps(
    connection: Connection,
    *,
    learner_id: UUID,
    done: Iterable[str],
    undone: Iterable[str],
    now: datetime,
) -> None:
    """Let the plan follow what was done, and what was taken back.

    Args:
        connection: The caller's transaction.
        learner_id: Whose plan.
        done: Unit keys; what the catalogue does not offer as a step is left out.
        undone: Unit keys that count as done no longer; put aside stays put aside.
        now: Aware UTC instant.
    """
    units = list_offers(get_catalogue(connection), tuple(Language))
    rows = [
        {
            "learner_id": learner_id,
            "unit_key": key,
            "choice": Choice.DONE,
            "chosen_at": now,
        }
        for key in sorted(done)
        if key in units
    ]
    if rows:
        _CHOICE.execute(connection, rows)
    gone = sorted(undone)
    if gone:
        connection.execute(
            delete(ChoiceRow).where(
                ChoiceRow.learner_id == learner_id,
                ChoiceRow.unit_key.in_(gone),
                ChoiceRow.choice == Choice.DONE,
            )
        )
    mark_changed(connection, learner_id=learner_id)


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Give a learner the choices of another who is the same person.

    Where both have said something, the newer stays. Computed paths are left: they are
    of yesterday. The caller's transaction then erases ``from_learner``.
    """
    both = (from_learner, to_learner)
    preferences = connection.execute(
        select(PreferenceRow.__table__)
        .where(PreferenceRow.learner_id.in_(both))
        .order_by(PreferenceRow.updated_at.desc())
    ).first()
    if preferences is not None:
        row = {**preferences._mapping, "learner_id": to_learner}  # noqa: SLF001 -- SQLAlchemy's public name
        _PREFERENCES.execute(connection, row)
    choices = connection.execute(
        select(ChoiceRow.__table__)
        .where(ChoiceRow.learner_id.in_(both))
        .order_by(ChoiceRow.chosen_at)
    ).all()
    for choice in choices:
        row = {**choice._mapping, "learner_id": to_learner}  # noqa: SLF001 -- SQLAlchemy's public name
        _CHOICE.execute(connection, row)
    mark_changed(connection, learner_id=to_learner)
