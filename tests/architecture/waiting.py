"""What waits in a small world: a certificate and a question for trainers, an activity."""

from datetime import timedelta
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert

from app.cohorts.domain import Institution
from app.progress.domain.certificates import Outcome
from app.progress.files.documents import Folder
from app.progress.models import CertificateRow, ReviewRow
from app.progress.queries import get_certificate
from app.records.domain.reviews import cohort_ref_of, review_of
from app.records.models import ActivityRow
from tests.cohorts.builders import World
from tests.constants import NOON
from tests.identity.builders import application
from tests.sharing.builders import add_member
from tests.study.builders import add_companion, add_question

ACTIVITY = "00000000000000ff"
REVIEW = UUID("6f0a3c3e-5d0b-5f43-9a51-1c0b6f6f3d11")


def add_activity(connection: Connection, institution: Institution) -> None:
    """Let a platform have reported about something."""
    row = {"activity_id": "https://lms.example/1", "definition": {}}
    keys = {"institution_id": institution.institution_id, "activity_key": 255}
    connection.execute(insert(ActivityRow), {**row, **keys, "first_seen_at": NOON})


def add_review(connection: Connection, client: TestClient, world: World) -> None:
    """Let a certificate wait for the trainers of the own cohort."""
    member = add_member(connection, world.cohort.cohort_id)
    cohort_ref = cohort_ref_of(world.cohort.cohort_id)
    keys = {"learner_id": member.learner_id, "certificate_id": REVIEW}
    row = {
        "course_key": "x",
        "kind": "application/pdf",
        "size": 1,
        "address": REVIEW.hex,
        "name_given": "",
        "findings": [],
        "claims": [],
        "outcome": Outcome.IN_REVIEW,
        "given_at": NOON,
        "reason": "",
    }
    connection.execute(
        insert(CertificateRow),
        {**keys, **row, "cohort_ref": cohort_ref, "asked_at": NOON},
    )
    connection.execute(
        insert(ReviewRow), {**keys, "cohort_ref": cohort_ref, "asked_at": NOON}
    )
    folder = Folder(application(client).state.settings.documents_folder)
    folder.keep(folder.stage(b"x"), REVIEW.hex)
    certificate = get_certificate(connection, **keys)
    world.review_ids.append(review_of(certificate).review_id)


def add_shown_question(connection: Connection, world: World) -> None:
    """Let a question wait that trainers appointed until a day later may see."""
    cohort_id, soon = world.cohort.cohort_id, NOON + timedelta(days=1)
    member = add_companion(connection, cohort_id, with_trainers=True, now=soon)
    world.question_ids.append(add_question(connection, member, cohort_id, now=soon))
