"""Setting the plan and what was done side by side."""

from datetime import datetime

import orjson

from app.catalogue.queries import get_catalogue
from app.identity.domain import Learner
from app.kernel.database import Database
from app.kernel.text import Language
from app.paths.queries import get_preferences
from app.paths.service import Write, propose_path
from app.proficiency.errors import NoProfileError
from app.progress.domain.walk import Planned, Walk, draw_walk
from app.progress.queries import list_entries


def find_walk(
    database: Database,
    *,
    learner: Learner,
    language: Language,
    write: Write,
    now: datetime,
) -> Walk:
    """Return a learner's steps, done and to come, laid into weeks from this one on.

    Who has no result yet has no path; the courses she takes are there all the same.

    Args:
        database: Where; no transaction is open while a path is computed.
        learner: Whose.
        language: Of the path as it is stored.
        write: Turns a path into its document (``paths.schemas.write_path``).
        now: Aware UTC instant; its day says which week is the present one.
    """
    planned: list[Planned] = []
    said_done: list[str] = []
    try:
        body = propose_path(
            database, learner=learner, language=language, write=write, now=now
        )
    except NoProfileError:
        pass
    else:
        document = orjson.loads(body)
        said_done = [unit["key"] for unit in document["done"]]
        planned = [
            Planned(
                key=step["key"],
                course_key=step["course"],
                module_key=step["module"],
                url=step["url"],
                hours=step["hours"],
            )
            for step in document["steps"]
        ]
    with database.read() as connection:
        entries = list_entries(connection, learner_id=learner.learner_id)
        courses = get_catalogue(connection).courses
        wanted = get_preferences(connection, learner=learner)
    return draw_walk(
        planned,
        entries,
        {course.key: course for course in courses},
        said_done=said_done,
        minutes_per_week=round(wanted.hours_per_week * 60),
        today=now.date(),
    )
