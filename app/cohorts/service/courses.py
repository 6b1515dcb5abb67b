"""Who works on the courses of an institution."""

from sqlalchemy import Connection

from app.catalogue.domain.own import Editor
from app.cohorts.domain import Office, ReachedInstitution
from app.cohorts.queries.editors import has_other_editors
from app.identity.domain import Learner
from app.kernel.text import LocalizedText

_DECIDING_ALONE = frozenset({Office.ADMINISTRATOR, Office.OPERATOR})


def editor_of(
    connection: Connection, learner: Learner, reached: ReachedInstitution
) -> Editor:
    """Return somebody as an editor; she decides alone if nobody else could."""
    institution = reached.institution
    is_alone = bool(reached.offices & _DECIDING_ALONE) and not has_other_editors(
        connection,
        learner_id=learner.learner_id,
        institution_id=institution.institution_id,
    )
    return Editor(
        learner_id=learner.learner_id,
        institution_id=institution.institution_id,
        institution_names=LocalizedText(texts=institution.names),
        may_decide_alone=is_alone,
    )
