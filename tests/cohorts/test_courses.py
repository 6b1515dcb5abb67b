"""Courses of an institution in the browser: written, reviewed, published."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app.catalogue.queries import get_course, own
from app.cohorts.domain import Office
from app.kernel.text import Language
from tests.cohorts.builders import World, be_officer, make_world
from tests.identity.builders import database_of, read_page, send, show

ABOUT = {
    "title": "Données ouvertes",
    "title_language": "fr",
    "provider": "Enap",
    "url": "https://enap.example/data",
    "hours": "12,5",
    "delivery": "cohort",
    "audience": "public_servants",
    "needs_selection": "yes",
    "seats": "30",
}
KEY = "health-donnees-ouvertes"


def home(world: World) -> str:
    return f"/fr/cohorts/institutions/{world.health.institution_id}/courses"


def begin(client: TestClient, world: World, **changes: str) -> Response:
    address = home(world)
    return send(client, address, {**ABOUT, **changes}, shown_at=f"{address}/new")


def save(client: TestClient, address: str, **fields: str) -> Response:
    revision = show(client, address).controls["revision"][0]
    return send(client, address, {"revision": revision, **fields})


def stored(client: TestClient, world: World, key: str = KEY) -> Any:  # noqa: ANN401
    with database_of(client).read() as connection:
        course = own.get_own_course(
            connection,
            institution_id=world.health.institution_id,
            course_key=key,
        )
        revision = own.get_revision(
            connection, course_key=key, revision=course.revision
        )
    return revision.data


def test_a_course_goes_from_an_empty_form_to_the_learners(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    page = f"{home(world)}/{KEY}"

    assert home(world) in show(client, "/fr/cohorts").links
    assert begin(client, world).headers["location"] == f"{page}/edit/runs"
    save(
        client,
        f"{page}/edit/runs",
        **{
            "runs.0.language": "fr",
            "runs.0.state": "announced",
            "runs.0.starts_on": "2027-02-01",
            "runs.0.seats": "30",
            "runs.1.language": "ar",
            "runs.1.state": "open",
        },
    )
    save(
        client,
        f"{page}/edit/modules",
        **{
            "modules.0.title.fr": "Éthique",
            "modules.0.hours": "2",
            "modules.0.serves.0.competency": "data-governance",
            "modules.0.serves.0.from_level": "0",
            "modules.0.serves.0.to_level": "1",
        },
    )
    last = save(
        client,
        f"{page}/edit/levels",
        **{
            "serves.0.competency": "data-governance",
            "serves.0.from_level": "0",
            "serves.0.to_level": "2",
        },
    )
    assert last.headers["location"] == page
    assert "Éthique" in show_text(client, f"{page}/preview")
    save(client, page, step="submit")
    assert "publish" not in show(client, page).controls["step"]

    be_officer(client, Office.ADMINISTRATOR, world.health)
    save(client, page, step="publish")

    with database_of(client).read() as connection:
        course = get_course(connection, KEY)
    assert (course.hours, course.seats, course.needs_selection) == (12.5, 30, True)
    assert [run.language for run in course.runs] == ["fr", "ar"]
    assert course.modules[0].title.in_language(Language.PT) == "Éthique"
    for language in Language:
        learner_page = show_text(client, f"/{language}/courses/{KEY}")
        assert "Ministère health" in learner_page
    item = client.get(f"/api/v1/courses/{KEY}").json()
    assert (item["added_by"], item["mapping_provenance"]) == (
        "Ministère health",
        "institution",
    )


def show_text(client: TestClient, address: str) -> str:
    answer = client.get(address)
    read_page(answer)
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("url", "javascript:alert(1)"),
        ("hours", "many"),
        ("title_language", ""),
        ("seats", "0"),
        ("key", "Not A Key"),
        ("key", "unesco-oxford-ai-dt-gov"),
    ],
)
def test_nothing_typed_is_lost_where_something_is_wrong(
    client: TestClient, field: str, typed: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)

    answer = begin(client, world, **{field: typed, "note.ar": "ملاحظة"})

    page = read_page(answer)
    assert answer.status_code in {409, 422}
    assert page.controls["title"] == ["Données ouvertes"]
    assert page.controls["note.ar"] == ["ملاحظة"]
    shown = page.controls[field]
    assert typed in shown


def test_a_wrong_row_is_shown_again_with_what_was_typed(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    begin(client, world)
    address = f"{home(world)}/{KEY}/edit/runs"

    answer = save(
        client, address, **{"runs.1.starts_on": "soon", "runs.1.state": "open"}
    )

    page = read_page(answer)
    assert answer.status_code == 422
    assert page.controls["runs.0.starts_on"] == ["soon"]
    assert page.checked["runs.0.state"] == "open"
    assert "runs" not in stored(client, world)


def test_two_who_write_at_once_see_both_texts(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    begin(client, world)
    address = f"{home(world)}/{KEY}/edit/about"
    save(client, address, **{**ABOUT, "title": "First"})

    answer = send(client, address, {**ABOUT, "title": "Second", "revision": "1"})

    assert answer.status_code == 412
    assert "First" in answer.text
    page = read_page(answer)
    assert (page.controls["title"], page.controls["revision"]) == (["Second"], ["2"])
    assert stored(client, world)["title"] == "First"
    send(client, address, {**ABOUT, "title": "Second", "revision": "2"})
    assert stored(client, world)["title"] == "Second"


def test_saving_without_a_change_makes_no_revision(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    begin(client, world)
    address = f"{home(world)}/{KEY}/edit/about"

    for _ in range(2):
        assert save(client, address, **ABOUT).status_code == 303

    assert show(client, address).controls["revision"] == ["1"]


def test_the_author_does_not_publish_unless_nobody_else_could(
    client: TestClient,
) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    begin(client, world)
    page = f"{home(world)}/{KEY}"
    save(client, page, step="submit")

    alone = show(client, page).controls["step"]
    with_colleague = be_colleague(client, world, page)

    assert "publish" in alone
    assert with_colleague == 403


def be_colleague(client: TestClient, world: World, page: str) -> int:
    """Let there be an editor as well; return how the author's decision is answered."""
    mine = client.cookies["masar_session"]
    client.cookies.clear()
    be_officer(client, Office.EDITOR, world.country)
    client.cookies.clear()
    client.cookies.set("masar_session", mine)
    return save(client, page, step="publish").status_code


def test_review_shows_what_changes_and_sends_back_with_a_reason(
    client: TestClient,
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    begin(client, world)
    page = f"{home(world)}/{KEY}"
    save(client, page, step="submit")
    be_officer(client, Office.EDITOR, world.health)
    save(client, page, step="publish")
    save(client, f"{page}/edit/about", **{**ABOUT, "hours": "20"})
    save(client, page, step="submit")
    be_officer(client, Office.ADMINISTRATOR, world.health)

    text = show_text(client, page)
    save(client, page, step="send_back", comment="Why <20>?")

    assert "12.5" in text
    assert "<bdi>20</bdi>" in text
    assert "Why &lt;20&gt;?" in show_text(client, page)
    assert show_text(client, f"/fr/courses/{KEY}").count("12,5") > 0
    with_log = show_text(
        client, f"/fr/cohorts/institutions/{world.health.institution_id}/log"
    )
    assert f"<bdi>{KEY}</bdi>" in with_log
    assert f"course:{KEY}@2" not in with_log


def test_every_step_of_every_course_has_a_page_in_every_language(
    client: TestClient,
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    begin(client, world)

    for language in Language:
        address = f"/{language}{home(world)[3:]}"
        for path in ("", "/new", f"/{KEY}", f"/{KEY}/preview"):
            assert show(client, address + path).language == language
        for step in ("about", "runs", "modules", "levels"):
            show(client, f"{address}/{KEY}/edit/{step}")
