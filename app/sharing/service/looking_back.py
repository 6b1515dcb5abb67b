"""What of looking back goes along with a second round."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from app.assessment.domain import LookingBack, read_value
from app.assessment.errors import AttemptNotFoundError, NothingToLookBackAtError
from app.assessment.queries import get_looking_back
from app.frameworks.domain import Instrument
from app.frameworks.queries import get_instrument
from app.proficiency.domain import Occasion
from app.sharing.domain.cells import level_cell
from app.sharing.domain.pools import FIRST, Share
from app.sharing.queries import list_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """How a learner sees the result of the first round from that of the second."""

    found: LookingBack
    instrument: Instrument

    @property
    def is_complete(self) -> bool:
        """Whether she has said it of everything, so that it goes along."""
        return self.found.is_complete(self.instrument)

    def cells(self) -> dict[str, int] | None:
        """Return level cell by competency; ``None``: nothing goes along.

        All or nothing: whoever left out one competency would be a difference between
        two published totals (docs/privacy.md).
        """
        if not self.is_complete:
            return None
        return {
            competency: level_cell(*read_value(value))
            for competency, value in self.found.recalled.items()
        }


def find_recalled(
    connection: Connection, *, learner_id: UUID, cohort_id: UUID, occasion: Occasion
) -> Recalled | None:
    """Return what can go along when a cohort gets a learner's second round.

    Args:
        connection: Any connection.
        learner_id: Whose.
        cohort_id: Which cohort.
        occasion: Where the result of the second round comes from.

    Returns:
        ``None``: the cohort got nothing from her in the first round, or one of the two
        results is not that of a questionnaire of its own.
    """
    first = next(
        (
            share
            for share in list_shares(connection, learner_id=learner_id)
            if share.cohort_id == cohort_id and share.round == FIRST
        ),
        None,
    )
    earlier_id = _attempt_of(first) if first else None
    if earlier_id is None or occasion.attempt_id is None:
        return None
    try:
        found = get_looking_back(
            connection,
            learner_id=learner_id,
            attempt_id=occasion.attempt_id,
            earlier_id=earlier_id,
        )
    except (AttemptNotFoundError, NothingToLookBackAtError):
        return None
    later = found.later
    instrument = get_instrument(
        connection, later.framework_key, later.framework_version, later.instrument_ref
    )
    return Recalled(found=found, instrument=instrument)


def _attempt_of(share: Share) -> UUID | None:
    return Occasion(ref=share.snapshot_ref, submitted_at=share.shared_at).attempt_id
