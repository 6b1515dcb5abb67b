"""Giving certificates in tests, and a cohort whose trainer looks at them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from app.cohorts.domain import Cohort
from app.identity.domain.tokens import issue_token
from tests.cohorts.builders import World, add_trainer, make_world, sign_in
from tests.constants import NOON, SECRET
from tests.identity.builders import (
    HALF_A_YEAR,
    application,
    database_of,
    send,
    show,
)
from tests.progress.documents import (
    COURSE,
    NAME,
    make_pdf,
    pem_of,
)
from tests.sharing.builders import add_member

GIVE = f"/fr/progress/{COURSE}/certificate"
MINE = "/api/v1/me/certificates"
UNSIGNED = make_pdf()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A cohort with a trainer, and a member who gives certificates."""

    world: World
    cohort: Cohort
    member: Any
    trainer: Any


def give(
    client: TestClient, content: bytes, *, name: str = NAME, address: str = GIVE
) -> Response:
    token = show(client, address).controls["form_token"][0]
    answer: Response = client.post(
        address,
        data={"form_token": token, "name": name},
        files={"file": ("certificate.pdf", content)},
        follow_redirects=False,
    )
    return answer


def given(client: TestClient, content: bytes) -> str:
    """Give a certificate; return the address of its page."""
    answer = give(client, content)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def files(client: TestClient) -> list[Path]:
    folder: Path = application(client).state.settings.documents_folder
    return [each for each in folder.rglob("*") if each.is_file()]


def bearer(learner: Any) -> dict[str, str]:  # noqa: ANN401 -- a Learner
    token = issue_token(
        SECRET, learner_id=learner.learner_id, now=NOON, lifetime=HALF_A_YEAR
    )
    return {"authorization": f"Bearer {token}"}


def queue(scene: Scene) -> str:
    return f"/fr/cohorts/{scene.cohort.cohort_id}/reviews"


def ask(client: TestClient, scene: Scene, page: str) -> None:
    answer = send(
        client, page, {"action": "ask", "cohort": str(scene.cohort.cohort_id)}
    )
    assert answer.status_code == 303, answer.text


def first_review(client: TestClient, scene: Scene) -> str:
    sign_in(client, scene.trainer.learner_id)
    found = re.findall(
        rf"{queue(scene)}/[0-9a-f-]{{36}}",
        client.get(queue(scene)).text,
    )
    assert found
    return str(found[0])


def set_scene(client: TestClient) -> Scene:
    """Make a cohort with a trainer; its member is at this browser."""
    signers: Path = application(client).state.settings.signers_dir
    signers.mkdir(parents=True)
    (signers / "registrar.pem").write_bytes(pem_of("Registrar"))
    (signers / "broken.crt").write_bytes(b"no certificate")
    world = make_world(client)
    with database_of(client).write() as connection:
        member = add_member(connection, world.cohort.cohort_id)
        trainer = add_trainer(connection, world.cohort)
    sign_in(client, member.learner_id)
    return Scene(world=world, cohort=world.cohort, member=member, trainer=trainer)
