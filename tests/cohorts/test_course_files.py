"""Courses of an institution by file and by program."""

import io
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from xlsxwriter import Workbook

from app.catalogue.queries import own
from app.cohorts.domain import Office
from app.cohorts.files.courses import COLUMNS, MOST_BYTES, read_courses, write_template
from app.cohorts.schemas.courses import COURSE
from app.kernel.yaml import DocumentError
from tests.architecture.test_permissions import Person, enter
from tests.cohorts.builders import World, add_officer, be_officer, make_world
from tests.constants import NOON
from tests.identity.builders import database_of, read_page, show

HEADER = "key,title,title_language,provider,url,serves,language,state,starts_on,hours"
ROWS = (
    "h-a,Données,fr,Enap,https://e.org/a,data-governance 0-2,fr,open,2027-01,3",
    "h-a,,,,,,ar,announced,,",
    "h-b,Ethics,en,Enap,https://e.org/b,,,,,",
)
GOOD = "\n".join((HEADER, *ROWS))
YAML = """courses:
  - key: h-y
    title: A
    title_language: fr
    provider: Enap
    url: https://enap.example/a
    url_kind: course_page
    audience: anyone
    verification: provider
    sources: [https://enap.example]
    checked_on: 2026-11-01
"""


def upload(
    client: TestClient, world: World, name: str, content: bytes, *, draft: bool = True
) -> Response:
    home = f"/fr/cohorts/institutions/{world.health.institution_id}/courses"
    token = show(client, home).controls["form_token"][0]
    form = {"form_token": token, **({"draft": "yes"} if draft else {"check": "yes"})}
    files = {"file": (name, content)}
    answer: Response = client.post(f"{home}/upload", data=form, files=files)
    return answer


def keys(client: TestClient, world: World) -> list[str]:
    with database_of(client).read() as connection:
        found = own.list_own_courses(
            connection, institution_id=world.health.institution_id
        )
    return sorted(each.course_key for each in found)


def sheet(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "excel-csv", "xlsx", "yaml"])
def test_a_file_is_checked_and_then_becomes_drafts(
    client: TestClient, kind: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    rows = [line.split(",") for line in GOOD.split("\n")]
    name, content = {
        "csv": ("a.csv", GOOD.encode()),
        "excel-csv": ("a.csv", GOOD.replace(",", ";").encode("cp1252")),
        "xlsx": ("a.xlsx", sheet(rows)),
        "yaml": ("a.YAML", YAML.encode()),
    }[kind]
    expected = ["h-y"] if kind == "yaml" else ["h-a", "h-b"]

    checked = upload(client, world, name, content, draft=False)
    before = keys(client, world)
    drafted = upload(client, world, name, content)

    assert (checked.status_code, before) == (200, ["health-course"])
    assert drafted.status_code == 200, drafted.text
    assert keys(client, world) == [*expected, "health-course"]


def test_rows_of_one_key_are_runs_of_one_course() -> None:
    document = read_courses("a.csv", GOOD.encode(), today=NOON.date())

    data: Any = document.data
    first, second = data["courses"]
    assert first["runs"] == [
        {"language": "fr", "state": "open", "starts_on": "2027-01"},
        {"language": "ar", "state": "announced"},
    ]
    assert first["serves"] == [
        {"competency": "data-governance", "from_level": 0, "to_level": 2}
    ]
    assert (first["hours"], "runs" in second) == (3, False)


@pytest.mark.parametrize(
    ("line", "wrong", "where"),
    [
        (1, ("fr,open", "fr,soon"), "courses.0.runs.0.state"),
        (2, ("ar,announced", "arabic,announced"), "courses.0.runs.1.language"),
        (3, ("https://e.org/b", "e.org"), "courses.1.url"),
        (3, ("h-b", "justice-course"), "courses.1.key"),
        (1, ("data-governance 0-2", "juggling 0-2"), "courses.0.serves.0.competency"),
        (1, ("data-governance 0-2", "data-governance"), "courses.0.serves.0"),
    ],
)
def test_each_problem_is_told_with_its_line_and_nothing_is_made(
    client: TestClient, line: int, wrong: tuple[str, str], where: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)

    answer = upload(client, world, "a.csv", GOOD.replace(*wrong, 1).encode())

    assert answer.status_code == 422
    assert f'<td class="n">{line + 1}</td><td><bdi dir="ltr">{where}' in answer.text
    assert keys(client, world) == ["health-course"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"\x00" * (170 * 1024 * 1024))
    return out.getvalue()


HOSTILE: dict[str, tuple[str, Any]] = {
    "empty": ("a.csv", b""),
    "huge": ("a.csv", b"key\n" + b"x" * MOST_BYTES),
    "many-rows": ("a.csv", b"key\n" + b"a\n" * 6000),
    "not-text": ("a.csv", b"key\x00\xff"),
    "no-key": ("a.csv", b"title\nA"),
    "strange-column": ("a.csv", b"key,salary\na,1"),
    "twice": ("a.csv", b"key,key\na,b"),
    "zip-bomb": ("a.xlsx", bomb),
    "no-book": ("a.xlsx", b"PK\x03\x04" + b"\x00" * 100),
    "aliases": ("a.yaml", b"a: &a [x]\ncourses: [*a, *a, *a]"),
    "deep": ("a.yaml", b"courses: " + b"[" * 5000),
    "tag": ("a.yaml", b"courses: !!python/object/apply:os.system [id]"),
    "latin": ("a.yaml", "courses: [é]".encode("latin-1")),
    "no-courses": ("a.yaml", b"courses: []"),
    "flagship": ("a.yaml", (YAML + "    is_flagship: true\n").encode()),
    "scalar": ("a.yaml", b"hello"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_and_changes_nothing(
    client: TestClient, case: str
) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    name, content = HOSTILE[case]

    answer = upload(client, world, name, content() if callable(content) else content)

    assert answer.status_code == 422
    assert read_page(answer).controls["draft"] == ["yes"]
    assert keys(client, world) == ["health-course"]


def test_the_template_can_be_sent_back(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.EDITOR, world.health)
    home = f"/fr/cohorts/institutions/{world.health.institution_id}/courses"

    template = client.get(f"{home}/template.csv")
    answer = upload(client, world, "courses.csv", template.content)

    assert template.text.lstrip("\ufeff") == write_template()
    assert template.text.count(",") == 2 * (len(COLUMNS) - 1)
    assert answer.status_code == 200
    assert "my-school-open-data" in keys(client, world)


def test_a_file_without_its_form_token_is_refused(client: TestClient) -> None:
    world = make_world(client)
    home = f"/fr/cohorts/institutions/{world.health.institution_id}/courses/upload"
    stranger = client.post(home, files={"file": ("a.csv", b"x")})
    be_officer(client, Office.EDITOR, world.health)

    forged = client.post(home, files={"file": ("a.csv", GOOD.encode())})

    assert (stranger.status_code, forged.status_code) == (401, 403)
    assert keys(client, world) == ["health-course"]


def test_yaml_with_a_byte_order_mark_says_so() -> None:
    with pytest.raises(DocumentError, match="byte order mark"):
        read_courses("a.yml", b"\xef\xbb\xbfcourses: []", today=NOON.date())


def person(client: TestClient, world: World) -> Person:
    with database_of(client).write() as connection:
        return enter(connection, add_officer(connection, Office.EDITOR, world.health))


def call(
    client: TestClient,
    who: Person,
    method: str,
    address: str,
    *,
    json: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    answer: Response = client.request(
        method,
        address,
        headers={"authorization": f"Bearer {who.token}", **(headers or {})},
        json=json,
    )
    return answer


def test_a_course_of_another_institution_is_not_reached_through_ones_own(
    client: TestClient,
) -> None:
    world = make_world(client)
    ada = person(client, world)
    base = f"/api/v1/institutions/{world.health.institution_id}/courses"
    one = f"{base}/{world.foreign_course.course_key}"
    mark = {"if-match": '"1-draft"'}

    answers = [
        call(client, ada, "PUT", one, json=COURSE, headers=mark),
        call(
            client, ada, "POST", f"{one}/steps", json={"step": "retire"}, headers=mark
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_program_writes_has_reviewed_and_publishes(client: TestClient) -> None:
    world = make_world(client)
    ada, bob = person(client, world), person(client, world)
    base = f"/api/v1/institutions/{world.health.institution_id}/courses"
    one = f"{base}/{COURSE['key']}"

    created = call(client, ada, "POST", base, json=COURSE)
    read = call(client, bob, "GET", one)
    stale = {"if-match": read.headers["etag"]}
    changed = call(client, bob, "PUT", one, json={**COURSE, "hours": 9}, headers=stale)
    late = call(client, ada, "PUT", one, json=COURSE, headers=stale)
    mark = {"if-match": changed.headers["etag"]}
    submitted = call(
        client, bob, "POST", f"{one}/steps", json={"step": "submit"}, headers=mark
    )
    mark = {"if-match": submitted.headers["etag"]}
    own_review, published = (
        call(
            client, who, "POST", f"{one}/steps", json={"step": "publish"}, headers=mark
        )
        for who in (bob, ada)
    )

    assert (created.status_code, read.json()["course"]) == (201, COURSE)
    assert (late.status_code, late.json()["code"]) == (412, "course-changed")
    assert (own_review.status_code, own_review.json()["code"]) == (403, "own-review")
    assert published.json()["published_revision"] == 2
    assert client.get(f"/api/v1/courses/{COURSE['key']}").json()["hours"] == 9
    listed = call(client, ada, "GET", base).json()["items"]
    assert {each["key"]: each["state"] for each in listed} == {
        COURSE["key"]: "published",
        "health-course": "draft",
    }


def test_a_program_sends_many_courses_or_none(client: TestClient) -> None:
    world = make_world(client)
    ada = person(client, world)
    base = f"/api/v1/institutions/{world.health.institution_id}/course-imports"
    second = {**COURSE, "key": "h-2"}
    wrong = {**COURSE, "key": "justice-course"}

    dry, refused, done, again = (
        call(client, ada, "POST", base, json={"courses": courses, "dry_run": is_dry})
        for courses, is_dry in (
            ([COURSE, second], True),
            ([COURSE, wrong], False),
            ([COURSE, second], False),
            ([COURSE, second], False),
        )
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "broken-course")
    assert [each["is_drafted"] for each in dry.json()["items"]] == [True, True]
    assert [each["is_drafted"] for each in done.json()["items"]] == [True, True]
    assert [each["is_drafted"] for each in again.json()["items"]] == [False, False]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid-request"),
        ({**COURSE, "url": "ftp://a"}, "invalid-request"),
        ({**COURSE, "surprise": 1}, "invalid-request"),
        ({**COURSE, "serves": [{"competency": "x", "from_level": 0, "to_level": 1}]}, "broken-course"),
        ({**COURSE, "is_flagship": True}, "broken-course"),
    ],
)  # fmt: skip
def test_a_wrong_course_of_a_program_is_a_problem(
    client: TestClient, body: dict[str, Any], code: str
) -> None:
    world = make_world(client)
    base = f"/api/v1/institutions/{world.health.institution_id}/courses"

    answer = call(client, person(client, world), "POST", base, json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
