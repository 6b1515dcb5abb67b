"""Who looks at a study group as its trainer."""

from typing import Annotated

from fastapi import Depends

from app.cohorts.access import (
    ApiShownReader,
    ApiStaffDep,
    ShownReader,
    Staff,
    StaffDep,
    find_trainer_since,
)
from app.cohorts.domain import ReachedCohort
from app.cohorts.errors import CohortNotFoundError
from app.kernel.database import ReadDep
from app.study.domain import Reader


def _reader(reached: ReachedCohort, staff: Staff, connection: ReadDep) -> Reader:
    cohort_id = reached.cohort.cohort_id
    learner_id = staff.learner.learner_id
    since = find_trainer_since(connection, learner_id=learner_id, cohort_id=cohort_id)
    if since is None:
        raise CohortNotFoundError(cohort_id=str(cohort_id))
    return Reader(learner_id=learner_id, trainer_since=since)


def _trainer(reached: ShownReader, staff: StaffDep, connection: ReadDep) -> Reader:
    return _reader(reached, staff, connection)


def _api_trainer(
    reached: ApiShownReader, staff: ApiStaffDep, connection: ReadDep
) -> Reader:
    return _reader(reached, staff, connection)


TrainerDep = Annotated[Reader, Depends(_trainer)]
ApiTrainerDep = Annotated[Reader, Depends(_api_trainer)]
