"""Joining what two learners did who are one person."""

from uuid import UUID

from sqlalchemy import Connection

from app.progress.service.doing import adopt_notes
from app.progress.service.ledger import adopt_ledger
from app.progress.service.reminders import adopt_reminder
from app.progress.service.subscribing import adopt_calendar


def adopt(connection: Connection, *, from_learner: UUID, to_learner: UUID) -> None:
    """Give a learner the progress of another who is the same person.

    The caller's transaction then erases ``from_learner``.
    """
    adopt_ledger(connection, from_learner=from_learner, to_learner=to_learner)
    adopt_notes(connection, from_learner=from_learner, to_learner=to_learner)
    adopt_reminder(connection, from_learner=from_learner, to_learner=to_learner)
    adopt_calendar(connection, from_learner=from_learner, to_learner=to_learner)
