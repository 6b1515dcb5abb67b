"""What a page of a study group shows, whoever reads it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.catalogue.queries import get_catalogue
from app.identity.access import PageFrame
from app.study import queries
from app.study.domain import Reader

MOST_SHOWN = 100
"""People and questions on one page."""


def look(
    page: PageFrame, connection: Connection, *, cohort_id: UUID, reader: Reader
) -> dict[str, Any]:
    """Return people with their work and questions; marks in the address go on in each."""
    asked = page.request.query_params
    people = queries.list_companions(
        connection,
        cohort_id=cohort_id,
        reader=reader,
        limit=MOST_SHOWN,
        after=asked.get("people"),
    )
    questions = queries.list_questions(
        connection,
        cohort_id=cohort_id,
        reader=reader,
        limit=MOST_SHOWN,
        after=asked.get("after"),
    )
    return {
        "people": people.items,
        "more_people": people.next,
        "work": queries.find_work(connection, companions=people.items, now=page.now),
        "courses": {each.key: each for each in get_catalogue(connection).courses},
        "questions": questions.items,
        "following": questions.next,
    }
