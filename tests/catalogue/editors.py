"""People who add courses for institutions, and what they do."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from app.catalogue.domain.own import Editor, OwnCourse, Step
from app.catalogue.queries import get_catalogue
from app.catalogue.service import draft_course, take_step
from app.journal.models import AuditRow
from app.kernel.text import Language, LocalizedText
from tests.catalogue import builders
from tests.constants import NOON

ENAP, IIAG = UUID(int=1001), UUID(int=1002)
NAMES = LocalizedText(texts={Language.FR: "Enap"})


def editor(learner: int = 1, institution_id: UUID = ENAP, **changes: bool) -> Editor:
    return Editor(
        learner_id=UUID(int=learner),
        institution_id=institution_id,
        institution_names=NAMES,
        **changes,
    )


AWA, BINTA = editor(1), editor(2)


def course(key: str, **changes: Any) -> Any:  # noqa: ANN401 -- a file's data
    return builders.course(key, **changes)


def draft(connection: Connection, key: str = "enap-data", **changes: Any) -> OwnCourse:  # noqa: ANN401
    return draft_course(connection, editor=AWA, data=course(key, **changes), now=NOON)


def step(
    connection: Connection, seen: OwnCourse, what: Step, who: Editor = AWA
) -> OwnCourse:
    return take_step(connection, editor=who, seen=seen, step=what, now=NOON)


def publish(connection: Connection, seen: OwnCourse) -> OwnCourse:
    return step(connection, step(connection, seen, Step.SUBMIT), Step.PUBLISH, BINTA)


def shown(connection: Connection) -> dict[str, str]:
    return {
        one.key: one.title
        for one in get_catalogue(connection).courses
        if one.added_by is not None
    }


def verbs(connection: Connection) -> list[str]:
    rows = select(AuditRow.verb).where(AuditRow.scope_id == ENAP)
    return sorted(connection.scalars(rows))
