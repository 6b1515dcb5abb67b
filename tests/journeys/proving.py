"""Somebody with certificates of every outcome, and the office that looks at them."""

import time
from dataclasses import dataclass
from uuid import UUID

from playwright.sync_api import StorageState

from app.cohorts.domain import INSTALLATION
from app.cohorts.service import assign_trainer
from app.identity.domain import Strength
from app.kernel.clock import current_time
from app.kernel.database import Database
from app.kernel.intake import IntakeState, Upload
from app.progress.domain.certificates import Outcome
from app.progress.domain.ledger import Kind
from app.progress.files.documents import Folder
from app.progress.service import Desk, Given, Word, give_certificate, say
from app.records.queries.completions import get_report
from app.records.queries.reviews import list_queue
from app.records.service import accept_report, send_for_review, upload_report
from tests.constants import SECRET
from tests.journeys.people import (
    add_director,
    add_group,
    add_ministry,
    remember,
    take_part,
)
from tests.journeys.server import PATIENCE_S, Server
from tests.progress.documents import (
    COURSE,
    NAME,
    alter_bytes,
    der_of,
    make_pdf,
    sign_pdf,
)

HEAD = "member,course,completed_on\n"
STRANGERS = HEAD + "".join(
    f"someone.with.a.long.name.{n}@ministry.example,{COURSE},2026-10-1{n}\n"
    for n in range(5)
)
BAD = HEAD + "nobody,none,soon\n=1+1,,2099-01-01\n"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Two browsers, and the numbers in the addresses they open."""

    learner: StorageState
    office: StorageState
    ids: dict[str, str]


def prove(server: Server) -> Proof:
    """Let a member give three certificates, and her office send two lists."""
    now = current_time()
    with server.open() as database:
        with database.write() as connection:
            ministry = add_ministry(connection)
            group = add_group(connection, ministry, "Leaders · أطر")
            cohort_id, tenant = group.cohort.cohort_id, ministry.institution_id
            office = add_director(connection, ministry)
            assign_trainer(
                connection,
                actor_id=INSTALLATION,
                cohort=group.cohort,
                learner_id=office.learner_id,
                now=now,
            )
            learner = take_part(connection, group.link)
            me = learner.learner_id
            say(
                connection,
                learner_id=me,
                course_key=COURSE,
                word=Word(kind=Kind.ENROLLED, ref="taken-here", language="fr"),
                now=now,
            )
            phone = remember(connection, learner)
            desk = remember(connection, office, Strength.TWO_FACTOR)
        ids = give_all(database, server, me)
        with database.write() as connection:
            send_for_review(
                connection,
                learner_id=me,
                certificate_id=UUID(ids["sent"]),
                cohort_id=cohort_id,
                consent="I agree.",
                now=now,
            )
            [review] = list_queue(
                connection, cohort_id=cohort_id, reader_id=office.learner_id
            )
        waiting = send_list(database, tenant, STRANGERS)
        with database.write() as connection:
            report = get_report(connection, institution_id=tenant, report_id=waiting)
            accept_report(connection, report=report, now=now)
        wait_for(database, tenant, waiting, IntakeState.DONE)
        refused = send_list(database, tenant, BAD)
    ids |= {"cohort": str(cohort_id), "institution": str(tenant)}
    ids |= {"review": str(review.review_id), "report": str(refused)}
    return Proof(learner=phone, office=desk, ids=ids)


def give_all(database: Database, server: Server, learner_id: UUID) -> dict[str, str]:
    """Give a genuine, an altered and an unsigned certificate; return their numbers."""
    genuine = sign_pdf(make_pdf())
    files = {"accepted": genuine, "refused": alter_bytes(genuine), "sent": make_pdf()}
    given = {
        name: give_certificate(
            database,
            desk=Desk(
                key=SECRET,
                folder=Folder(server.files_dir / "documents"),
                roots=(der_of("Registrar"),),
            ),
            learner_id=learner_id,
            course_key=COURSE,
            given=Given(content=content, name=NAME),
            now=current_time(),
        )
        for name, content in files.items()
    }
    outcomes = [each.outcome for each in given.values()]
    assert outcomes == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.NEEDS_REVIEW]
    return {name: str(each.certificate_id) for name, each in given.items()}


def send_list(database: Database, tenant: UUID, text: str) -> UUID:
    """Upload a list of finished courses, and wait until the site has checked it."""
    with database.write() as connection:
        report_id = upload_report(
            connection,
            actor_id=INSTALLATION,
            tenant=tenant,
            file=Upload(name="done.csv", content=text.encode()),
            now=current_time(),
        )
    wait_for(database, tenant, report_id, IntakeState.CHECKED, IntakeState.REFUSED)
    return report_id


def wait_for(
    database: Database, tenant: UUID, report_id: UUID, *states: IntakeState
) -> None:
    """Wait until the worker beside the site has brought a list to a state."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with database.read() as connection:
            found = get_report(connection, institution_id=tenant, report_id=report_id)
        if found.state in states:
            return
        assert time.monotonic() < end, found.state
        time.sleep(0.1)
