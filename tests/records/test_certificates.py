"""Giving certificates in the browser and by program."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource
from app.proficiency.queries import list_observations
from app.progress.models import CertificateRow
from tests.cohorts.builders import sign_in
from tests.identity.builders import (
    FRAMEWORK,
    add_learner,
    database_of,
    read_page,
    send,
    show,
)
from tests.progress.documents import (
    COURSE,
    NAME,
    alter_bytes,
    make_pdf,
    make_photo,
    sign_pdf,
)
from tests.records.giving import (
    GIVE,
    MINE,
    UNSIGNED,
    Scene,
    ask,
    bearer,
    files,
    first_review,
    give,
    given,
    queue,
)


def test_signed_certificate_is_accepted_and_moves_the_estimate(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, sign_pdf(make_pdf()))

    text = client.get(page).text
    assert "/profile#checked" in text
    assert "Registrar" in text
    progress = client.get(
        f"/api/v1/me/progress/{COURSE}", headers=bearer(scene.member)
    ).json()
    assert progress["completed_by"] == "evidenced"
    assert page in show(client, "/fr/certificates").links
    with database_of(client).read() as connection:
        seen = list_observations(
            connection, learner_id=scene.member.learner_id, framework_key=FRAMEWORK
        )
    assert {each.source for each in seen} == {EvidenceSource.EVIDENCED}


def test_altered_certificate_is_refused_and_says_why(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, alter_bytes(sign_pdf(make_pdf())))

    found = client.get(
        f"{MINE}/{page.rpartition('/')[2]}", headers=bearer(scene.member)
    )
    assert found.json()["outcome"] == "refused"
    seals = {each["check"]: each["why"] for each in found.json()["findings"]}
    assert seals["seal"] == "altered"
    progress = client.get(
        f"/api/v1/me/progress/{COURSE}", headers=bearer(scene.member)
    ).json()
    assert progress["completed_by"] is None


@pytest.mark.parametrize("language", list(Language))
def test_pages_are_whole_in_every_language(
    client: TestClient, scene: Scene, language: Language
) -> None:
    page = given(client, UNSIGNED)
    ask(client, scene, page)

    for address in (page, GIVE, "/fr/certificates"):
        assert show(client, address.replace("/fr/", f"/{language}/", 1)).headings
    review = first_review(client, scene)
    for address in (queue(scene), review):
        assert show(client, address.replace("/fr/", f"/{language}/", 1)).headings


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"%PDF-" + b"x" * (11 * 1024 * 1024), 413)],
)
def test_what_cannot_be_taken_is_said_on_the_form_and_keeps_the_name(
    client: TestClient, content: bytes, status: int
) -> None:
    answer = give(client, content, name="Awa Ndiaye")

    assert answer.status_code == status
    assert read_page(answer).controls["name"] == ["Awa Ndiaye"]
    assert files(client) == []


@pytest.mark.usefixtures("scene")
def test_a_body_beyond_any_upload_is_refused_unread(client: TestClient) -> None:
    answer = client.post(GIVE, content=b"x" * (14 * 1024 * 1024))

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"MZ" + b"\x00" * 500, "unknown-kind"), (b"%PDF-1.7 nothing", "broken")],
)
def test_what_is_no_document_is_refused_and_not_kept(
    client: TestClient, scene: Scene, content: bytes, why: str
) -> None:
    page = given(client, content)

    found = client.get(
        f"{MINE}/{page.rpartition('/')[2]}", headers=bearer(scene.member)
    ).json()
    assert (found["outcome"], found["findings"][0]["why"]) == ("refused", why)
    assert files(client) == []
    assert client.get(f"{page}/file").status_code == 404
    assert not found["may_be_reviewed"]


@pytest.mark.usefixtures("scene")
def test_same_file_again_is_the_same_certificate(client: TestClient) -> None:
    assert given(client, UNSIGNED) == given(client, UNSIGNED)
    assert len(files(client)) == 1


def test_same_certificate_of_somebody_else_is_refused(
    client: TestClient, scene: Scene
) -> None:
    signed = sign_pdf(make_pdf())
    given(client, signed)
    with database_of(client).write() as connection:
        other = add_learner(connection)
    sign_in(client, other.learner_id)

    page = given(client, signed)

    found = client.get(
        f"{MINE}/{page.rpartition('/')[2]}", headers=bearer(other)
    ).json()
    assert found["outcome"] == "refused"
    assert str(scene.member.learner_id) not in client.get(page).text


@pytest.mark.usefixtures("scene")
def test_download_is_never_run_by_a_browser(client: TestClient) -> None:
    page = given(client, UNSIGNED)

    answer = client.get(f"{page}/file")

    assert answer.content == UNSIGNED
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_another_learner_reaches_nothing(client: TestClient, scene: Scene) -> None:
    page = given(client, UNSIGNED)
    number = page.rpartition("/")[2]
    with database_of(client).write() as connection:
        other = add_learner(connection)
    sign_in(client, other.learner_id)
    token = show(client, GIVE).controls["form_token"][0]

    assert client.get(page).status_code == 404
    assert client.get(f"{page}/file").status_code == 404
    for action in ("ask", "take-back", "remove"):
        data = {
            "form_token": token,
            "action": action,
            "cohort": str(scene.cohort.cohort_id),
        }
        assert client.post(page, data=data).status_code == 404
    headers = bearer(other)
    assert client.get(f"{MINE}/{number}", headers=headers).status_code == 404
    assert client.get(f"{MINE}/{number}/file", headers=headers).status_code == 404
    assert client.delete(f"{MINE}/{number}", headers=headers).status_code == 404
    assert client.delete(f"{MINE}/{number}/review", headers=headers).status_code == 404
    assert client.get(MINE, headers=headers).json() == {"items": []}
    assert len(files(client)) == 1


def test_nobody_gives_anything_without_being_known(client: TestClient) -> None:
    client.cookies.clear()

    assert client.post(GIVE, content=b"x" * 1000).status_code in {401, 303}
    assert client.post(f"{MINE}?course={COURSE}", content=b"x").status_code == 401


def test_removing_takes_the_file_and_what_it_counted_for(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, sign_pdf(make_pdf()))

    answer = send(client, page, {"action": "remove"})

    assert answer.headers["location"] == "/fr/certificates"
    progress = client.get(
        f"/api/v1/me/progress/{COURSE}", headers=bearer(scene.member)
    ).json()
    assert progress["completed_by"] is None
    with database_of(client).read() as connection:
        assert connection.scalar(select(func.count()).select_from(CertificateRow)) == 0


def test_programs_do_the_same(client: TestClient, scene: Scene) -> None:
    headers = bearer(scene.member)
    sent = client.post(
        MINE,
        params={"course": COURSE, "name": NAME},
        content=UNSIGNED,
        headers={**headers, "content-type": "application/pdf"},
    )
    assert sent.status_code == 200, sent.text
    number = sent.json()["certificate_id"]
    assert sent.json()["outcome"] == "needs_review"
    asked = client.put(
        f"{MINE}/{number}/review",
        json={"cohort_id": str(scene.cohort.cohort_id)},
        headers=headers,
    )
    assert asked.json()["outcome"] == "in_review"
    assert scene.cohort.name in asked.json()["consent"]
    back = client.delete(f"{MINE}/{number}/review", headers=headers)
    assert back.json()["outcome"] == "needs_review"
    assert client.get(f"{MINE}/{number}/file", headers=headers).content == UNSIGNED
    assert client.delete(f"{MINE}/{number}", headers=headers).status_code == 204
    assert client.get(MINE, headers=headers).json() == {"items": []}


def test_programs_say_what_they_send(client: TestClient, scene: Scene) -> None:
    for kind in ("text/html", ""):
        answer = client.post(
            MINE,
            params={"course": COURSE},
            content=UNSIGNED,
            headers={**bearer(scene.member), "content-type": kind},
        )
        assert answer.status_code == 415
    unknown = client.post(
        MINE,
        params={"course": "nothing"},
        content=UNSIGNED,
        headers={**bearer(scene.member), "content-type": "application/pdf"},
    )
    assert unknown.status_code == 404


@pytest.mark.usefixtures("scene")
def test_photos_are_kept_as_pictures_of_our_own(client: TestClient) -> None:
    page = given(client, make_photo())

    content = client.get(f"{page}/file").content
    assert content.startswith(b"\xff\xd8")
    assert content != make_photo()


@pytest.mark.usefixtures("scene")
def test_too_many_in_an_hour_wait(client: TestClient) -> None:
    for number in range(30):
        give(client, b"%d" % number)

    assert give(client, UNSIGNED).status_code == 429
