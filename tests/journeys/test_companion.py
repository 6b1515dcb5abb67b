"""A learner takes a course, proves it in every way there is, and sees her level move."""

import time
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.catalogue.queries import get_catalogue
from app.cohorts.domain import INSTALLATION
from app.cohorts.domain.keys import Scope
from app.cohorts.service import KeyDraft, assign_trainer, issue_key
from app.kernel.clock import current_time
from app.proficiency.domain import EvidenceSource
from app.progress.domain.ledger import CourseCount
from app.progress.queries import count_course
from tests.home.builders import personal_counts
from tests.journeys.addresses import PHONE
from tests.journeys.barriers import OPEN_ALL
from tests.journeys.conftest import Inspect, NewDevice
from tests.journeys.people import (
    DESKTOP,
    Group,
    Servers,
    Staff,
    add_director,
    add_group,
    add_ministry,
    add_staff,
)
from tests.journeys.server import PATIENCE_S, Server
from tests.journeys.test_director import SLOW_MS
from tests.journeys.test_people import join
from tests.journeys.walk import answer_all, choose, go_to_path, hand_in
from tests.progress.documents import (
    COURSE,
    LINES,
    NAME,
    alter_bytes,
    make_pdf,
    pem_of,
    sign_pdf,
)
from tests.records.builders import statement

NAMES = {"ar": "أمينة ديالو", "en": NAME}
"""What she writes; on the certificate it stands in Latin letters."""
NOTE = "الوحدة الأولى · First module"
REASON = "رأيته · I have seen it"
"""What the trainer writes."""


@dataclass(frozen=True, kw_only=True)
class School:
    """A ministry with a cohort: who learns, who teaches, who reports, and a platform."""

    group: Group
    learner: Staff
    trainer: Staff
    director: Staff
    key: httpx.BasicAuth


def add_school(server: Server) -> School:
    """Make a ministry with its people, and a signer whom the site believes."""
    server.signers_dir.mkdir(exist_ok=True)
    (server.signers_dir / "registrar.pem").write_bytes(pem_of("Registrar"))
    now = current_time()
    with server.write() as connection:
        ministry = add_ministry(connection)
        group = add_group(connection, ministry, "Leaders · أطر")
        trainer = add_staff(connection)
        assign_trainer(
            connection,
            actor_id=INSTALLATION,
            cohort=group.cohort,
            learner_id=trainer.learner_id,
            now=now,
        )
        key, secret = issue_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=ministry.institution_id,
            draft=KeyDraft(name="Moodle", scopes=(Scope.ALL,)),
            now=now,
        )
        return School(
            group=group,
            learner=add_staff(connection),
            trainer=trainer,
            director=add_director(connection, ministry),
            key=httpx.BasicAuth(str(key.key_id), secret),
        )


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("language", "size"),
    [pytest.param("ar", PHONE, id="ar"), pytest.param("en", DESKTOP, id="en")],
)
def test_a_learner_walks_her_path_and_proves_it(
    backend: str,
    language: str,
    size: tuple[int, int],
    servers: Servers,
    new_device: NewDevice,
    inspect: Inspect,
) -> None:
    server = servers(backend)
    school = add_school(server)
    home = f"{server.base}/{language}"
    before = count(server)
    page = new_device(base=server.base, size=size).page
    page.goto(f"{home}/sign-in")
    school.learner.sign_in(page)
    page.wait_for_url(lambda url: "sign-in" not in url)

    join(page, home, school.group, lambda _page: None)
    answer_all(page, language)
    hand_in(page)
    expect(page.locator("#checked")).to_have_count(0)
    take_the_path(page, home, inspect)
    tick_two_and_change_the_language(page, inspect)
    teacher = new_device(base=server.base, size=size).page
    prove(page, teacher, school, language, inspect)
    documented = read_estimate(page, home, ".mark.evidenced")
    report_by_platform(server, school)
    reported = read_estimate(page, home, ".mark.verified")
    office = new_device(base=server.base, size=size).page
    other = find_another(server)
    report_by_list(office, home, school, other, inspect)
    listed = read_estimate(page, home, f"a[href$='/courses/{other}']")
    assert documented != reported != listed
    inspect(page)
    page.goto(f"{home}/progress")
    expect(page.locator("main .mark.verified")).to_have_count(2)
    inspect(page)
    leave_only_the_totals(page, home, server, school, before)


def leave_only_the_totals(
    page: Page, home: str, server: Server, school: School, before: CourseCount
) -> None:
    """Erase the account: what is counted of nobody in particular stays."""
    known = count(server)
    page.goto(f"{home}/account/erase")
    page.locator("main input[name=sure]").check()
    page.locator("main form button").click()
    page.wait_for_url(f"{home}/")
    with server.open() as database, database.read() as connection:
        left = personal_counts(connection, school.learner.learner_id)
    assert sum(left.values()) == 0
    assert count(server) == known
    assert known.enrolled == before.enrolled + 1
    assert finished(known) == finished(before) + 1


def count(server: Server) -> CourseCount:
    """Return how many people took the course here, whoever they were."""
    with server.open() as database, database.read() as connection:
        return count_course(connection, COURSE)


def finished(counted: CourseCount) -> int:
    """Return for how many of them an institution says that they finished."""
    return counted.completed.get(EvidenceSource.VERIFIED, 0)


def find_another(server: Server) -> str:
    """Return the key of another course that gives something."""
    with server.open() as database, database.read() as connection:
        courses = get_catalogue(connection).courses
    return next(each.key for each in courses if each.serves and each.key != COURSE)


def take_the_path(page: Page, home: str, inspect: Inspect) -> None:
    """Say on the path that one takes its first course."""
    page.goto(f"{home}/profile")
    assert go_to_path(page, home[-2:])[0] == COURSE
    page.locator(f"main a[href$='/courses/{COURSE}/enrol']").first.click()
    page.wait_for_url("**/enrol")
    inspect(page)
    page.locator("main form button.go").click()
    page.wait_for_url(f"**/progress/{COURSE}")


def tick_two_and_change_the_language(page: Page, inspect: Inspect) -> None:
    """Do two modules, with a note; in another language they are still done."""
    page.locator("main ol.steps li.here summary").click()
    page.locator("main ol.steps li.here textarea").fill(NOTE)
    for done in (1, 2):
        page.locator("main ol.steps li.here button[value=done]").click()
        expect(page.locator("main ol.steps li.done")).to_have_count(done)
    inspect(page)
    page.locator("main ul.facts a[href$='/enrol']").click()
    page.wait_for_url("**/enrol")
    offered = page.locator("main input[name=language]:not(:checked)").first
    code = offered.get_attribute("value")
    choose(page.locator(f"main input[name=language][value={code}]"))
    page.locator("main form button.go").click()
    page.wait_for_url(f"**/progress/{COURSE}")
    expect(page.locator("main ol.steps li.done")).to_have_count(2)
    expect(page.locator("main ol.steps textarea").first).to_have_value(NOTE)
    page.locator("main ul.facts a[href$='/enrol']").click()
    expect(page.locator(f"main input[value={code}]")).to_be_checked()
    page.go_back()


def prove(
    page: Page, teacher: Page, school: School, language: str, inspect: Inspect
) -> None:
    """Give an altered certificate, one without a signature, and a genuine one."""
    unsigned = make_pdf((*LINES, f"Certificate number: {uuid4().hex[:12]}"))
    genuine = sign_pdf(unsigned)

    give(page, alter_bytes(genuine), language, inspect)
    expect(page.locator("main .mark.warm")).to_be_visible()
    inspect(page)
    give(page, unsigned, language, inspect)
    expect(page.locator("main .mark.new")).to_be_visible()
    page.locator("main form button[value=ask]").click()
    expect(page.locator("main form button[value=take-back]")).to_be_visible()
    inspect(page)
    accept(teacher, school, f"{page.url.partition('/certificates/')[0]}", inspect)
    page.reload()
    expect(page.locator("main .mark.evidenced")).to_be_visible()
    expect(page.locator("main blockquote")).to_have_text(REASON)
    give(page, genuine, language, inspect)
    expect(page.locator("main .mark.evidenced")).to_be_visible()
    expect(page.locator("main a[href$='/profile#checked']")).to_be_visible()
    inspect(page)
    page.locator("main a[href$='/certificates']").click()
    page.wait_for_url("**/certificates")
    assert page.locator("main .mark").count() == len(("altered", "unsigned", "genuine"))
    inspect(page)


def give(page: Page, content: bytes, language: str, inspect: Inspect) -> None:
    """Upload a file for the course."""
    page.locator(f"main a[href$='/progress/{COURSE}/certificate']").click()
    page.wait_for_url("**/certificate")
    inspect(page)
    page.locator("main input[type=file]").set_input_files(
        {"name": "c.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.locator("main input[name=name]").fill(NAMES[language])
    page.locator("main form button.go").click()
    page.wait_for_url("**/certificates/*", timeout=SLOW_MS)


def accept(page: Page, school: School, home: str, inspect: Inspect) -> None:
    """Let the trainer look at what waits, and say yes with a word."""
    queue = f"{home}/cohorts/{school.group.cohort.cohort_id}/reviews"
    page.goto(queue)
    school.trainer.sign_in(page)
    page.wait_for_url(queue)
    inspect(page)
    page.locator("main .card a").click()
    page.wait_for_url("**/reviews/*")
    inspect(page)
    page.locator("main textarea[name=reason]").fill(REASON)
    page.locator("main button[value=accept]").click()
    page.wait_for_url(queue)
    expect(page.locator("main .empty")).to_be_visible()


def read_estimate(page: Page, home: str, reason: str) -> str:
    """Wait until a reason stands below the levels; return levels and their odds."""
    end = time.monotonic() + PATIENCE_S
    page.goto(f"{home}/profile")
    while not page.locator(f"#checked {reason}").count():
        assert time.monotonic() < end
        page.wait_for_timeout(200)
        page.reload()
    page.evaluate(OPEN_ALL)
    said = page.locator("#checked .card > p, #checked .card details > p")
    return "\n".join(said.all_inner_texts())


def report_by_platform(server: Server, school: School) -> None:
    """Send a statement, as a platform of the institution does."""
    sent = statement(
        actor={"mbox": f"mailto:{school.learner.email}"},
        object={"id": f"{server.base}/courses/{COURSE}"},
        result={"completion": True, "duration": "PT11H"},
        timestamp=current_time().isoformat(),
    )
    with httpx.Client(trust_env=False, auth=school.key) as client:
        client.post(
            f"{server.base}/xapi/statements",
            json=sent,
            headers={"x-experience-api-version": "1.0.3"},
        ).raise_for_status()


def report_by_list(
    page: Page, home: str, school: School, course_key: str, inspect: Inspect
) -> None:
    """Upload a list, as an office of the institution does."""
    page.goto(f"{home}/cohorts")
    school.director.sign_in(page)
    page.wait_for_url(f"{home}/cohorts")
    page.locator("main a[href*='/cohorts/institutions/']").first.click()
    page.locator("main a[href$='/completions']").click()
    page.wait_for_url("**/completions")
    inspect(page)
    day = current_time().date().isoformat()
    row = f"{school.learner.email},{course_key},{day}"
    page.locator("main input[type=file]").set_input_files(
        {
            "name": "done.csv",
            "mimeType": "text/csv",
            "buffer": f"member,course,completed_on\n{row}\n".encode(),
        }
    )
    page.locator("main form button.go").click()
    page.wait_for_url("**/completions/*")
    yes = page.locator("main form button.go")
    expect(yes).to_be_visible(timeout=SLOW_MS)
    inspect(page)
    yes.click()
    expect(page.locator("main a.go")).to_be_visible(timeout=SLOW_MS)
    inspect(page)
