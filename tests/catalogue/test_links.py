"""How links answer is kept, and told to those who follow and those who write them."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.catalogue.domain.links import list_addresses
from app.catalogue.queries import get_catalogue, get_course
from app.catalogue.queries.links import find_links, list_due, list_failing
from app.catalogue.service.links import forget_links, keep_link
from app.kernel.probing import Answer, Found
from tests.constants import NOON
from tests.home.builders import MOOC
from tests.identity.builders import database_of

DAY = timedelta(days=1)


def keep(
    connection: Connection, address: str, answer: Answer, status: int | None, day: int
) -> None:
    found = Found(address=address, answer=answer, status=status)
    keep_link(connection, found=found, now=NOON + day * DAY)


def test_a_link_fails_since_the_first_failure_in_a_row(connection: Connection) -> None:
    course = get_course(connection, MOOC)
    for day, answer in enumerate(
        (Answer.SILENT, Answer.FINE, Answer.GONE, Answer.SILENT)
    ):
        keep(connection, course.url, answer, None, day)

    link = find_links(connection, [course.url])[course.url]

    assert (link.answer, link.checked_at) == (Answer.SILENT, NOON + 3 * DAY)
    assert link.failing_since == NOON + 2 * DAY
    assert (course.key, course.url) in [
        (one.key, each.address)
        for one, each in list_failing(connection, get_catalogue(connection).courses)
    ]


def test_each_is_due_once_a_week(connection: Connection) -> None:
    every = list_addresses(get_catalogue(connection).courses)
    keep(connection, every[0], Answer.FINE, 200, 0)

    soon = list_due(connection, now=NOON + DAY, limit=len(every))
    later = list_due(connection, now=NOON + 7 * DAY, limit=len(every))

    assert soon == every[1:]
    assert later == every
    assert list_due(connection, now=NOON, limit=2) == every[1:3]


def test_what_no_course_leads_to_is_forgotten(connection: Connection) -> None:
    course = get_course(connection, MOOC)
    keep(connection, course.url, Answer.FINE, 200, 0)
    keep(connection, "https://gone.example/", Answer.GONE, 404, 0)

    assert forget_links(connection) == 1
    assert find_links(connection, [course.url])


def test_a_learner_is_told_kindly(client: TestClient) -> None:
    with database_of(client).write() as connection:
        url = get_course(connection, MOOC).url
        keep(connection, url, Answer.SILENT, 503, 0)
    told = client.get(f"/en/courses/{MOOC}").text
    with database_of(client).write() as connection:
        keep(connection, url, Answer.FINE, 200, 1)
    fine = client.get(f"/en/courses/{MOOC}").text

    assert "did not answer on November 23, 2026" in told
    assert "did not answer" not in fine
