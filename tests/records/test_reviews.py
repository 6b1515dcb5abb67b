"""The queue of a cohort's trainers."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.cohorts.queries.people import list_members_among
from app.journal.models import AuditRow
from app.sharing.service import leave_cohort
from tests.cohorts.builders import add_trainer, sign_in
from tests.constants import NOON
from tests.identity.builders import (
    database_of,
    read_page,
    send,
)
from tests.progress.documents import (
    COURSE,
)
from tests.records.giving import (
    MINE,
    UNSIGNED,
    Scene,
    ask,
    bearer,
    first_review,
    given,
    queue,
)
from tests.sharing.builders import add_member


def test_trainer_accepts_and_the_course_counts(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, UNSIGNED)
    ask(client, scene, page)
    review = first_review(client, scene)

    assert client.get(f"{review}/file").content == UNSIGNED
    answer = send(client, review, {"decision": "accept", "reason": "Je l’ai vu."})

    assert answer.headers["location"] == queue(scene)
    assert client.get(review).status_code == 404
    sign_in(client, scene.member.learner_id)
    assert "Je l’ai vu." in client.get(page).text
    progress = client.get(
        f"/api/v1/me/progress/{COURSE}", headers=bearer(scene.member)
    ).json()
    assert progress["completed_by"] == "evidenced"
    with database_of(client).read() as connection:
        verbs = connection.scalars(
            select(AuditRow.verb).where(AuditRow.actor_id == scene.trainer.learner_id)
        ).all()
    assert list(verbs) == ["accepted-certificate"]


def test_the_cohort_says_how_many_wait(client: TestClient, scene: Scene) -> None:
    dashboard = queue(scene).removesuffix("/reviews")
    sign_in(client, scene.trainer.learner_id)
    before = client.get(dashboard).text
    sign_in(client, scene.member.learner_id)
    page = given(client, UNSIGNED)
    ask(client, scene, page)

    sign_in(client, scene.trainer.learner_id)
    after = client.get(dashboard).text

    link = re.escape(f'href="{queue(scene)}">')
    assert not re.search(link + r"[^<]* <b>", before)
    assert re.search(link + r"[^<]* <b>1</b></a>", after)


def test_members_of_another_cohort_are_not_members(
    client: TestClient, scene: Scene
) -> None:
    with database_of(client).write() as connection:
        elsewhere = add_member(connection, scene.world.foreign_cohort.cohort_id)

        found = list_members_among(
            connection,
            cohort_id=scene.cohort.cohort_id,
            learner_ids={scene.member.learner_id, elsewhere.learner_id},
        )

    assert found == {scene.member.learner_id}


def test_refusing_needs_a_reason(client: TestClient, scene: Scene) -> None:
    page = given(client, UNSIGNED)
    ask(client, scene, page)
    review = first_review(client, scene)

    without = send(client, review, {"decision": "refuse", "reason": "  "})
    assert without.status_code == 422
    assert read_page(without).controls["reason"]
    refused = send(client, review, {"decision": "refuse", "reason": "Illisible."})

    assert refused.status_code == 303
    sign_in(client, scene.member.learner_id)
    found = client.get(
        f"{MINE}/{page.rpartition('/')[2]}", headers=bearer(scene.member)
    ).json()
    assert (found["outcome"], found["reason"]) == ("refused", "Illisible.")
    assert not found["may_be_reviewed"]


def test_what_is_taken_back_or_left_is_seen_no_more(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, UNSIGNED)
    ask(client, scene, page)
    review = first_review(client, scene)
    sign_in(client, scene.member.learner_id)
    send(client, page, {"action": "take-back"})
    sign_in(client, scene.trainer.learner_id)
    assert client.get(review).status_code == 404
    sign_in(client, scene.member.learner_id)
    ask(client, scene, page)
    sign_in(client, scene.trainer.learner_id)
    assert client.get(review).status_code == 200
    with database_of(client).write() as connection:
        leave_cohort(
            connection,
            learner=scene.member,
            cohort_id=scene.cohort.cohort_id,
            now=NOON,
        )

    assert client.get(review).status_code == 404
    assert client.get(f"{review}/file").status_code == 404
    sign_in(client, scene.member.learner_id)
    told = client.get(page.replace("/fr/", "/en/", 1)).text
    assert "You no longer belong to the group it was sent to" in told
    assert 'value="take-back"' in told


def test_nobody_decides_on_herself(client: TestClient, scene: Scene) -> None:
    with database_of(client).write() as connection:
        add_member(connection, scene.cohort.cohort_id, learner=scene.trainer)
        add_trainer(connection, scene.cohort)
    sign_in(client, scene.trainer.learner_id)
    ask(client, scene, given(client, UNSIGNED))

    assert "<h2>" in client.get(queue(scene)).text
    assert not re.search(r"/reviews/[0-9a-f-]{36}", client.get(queue(scene)).text)


def test_only_own_cohorts_with_a_trainer_can_be_asked(
    client: TestClient, scene: Scene
) -> None:
    page = given(client, UNSIGNED)

    for cohort in (str(scene.world.foreign_cohort.cohort_id), "nothing", ""):
        answer = send(client, page, {"action": "ask", "cohort": cohort})
        assert answer.status_code == 404
