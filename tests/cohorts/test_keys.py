"""Keys: issued and ended by pages, programs and commands; shown once."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from app.cohorts.domain import INSTALLATION, Office
from app.cohorts.domain.keys import Key, Scope
from app.cohorts.errors import KeyNotFoundError, UnknownChoiceError
from app.cohorts.queries.keys import find_key, list_keys
from app.cohorts.service import KeyDraft, issue_key, revoke_key
from app.identity.domain import digest
from app.journal.queries import list_audit
from tests.cohorts.builders import add_key, add_ministry, be_officer, make_world
from tests.constants import NOON
from tests.identity.builders import database_of
from tests.web.builders import form_token


def test_a_secret_is_given_once_and_kept_as_its_digest(connection: Connection) -> None:
    key, secret = add_key(connection, add_ministry(connection))

    assert find_key(connection, key_id=key.key_id) == (key, digest(secret))
    assert secret not in str(find_key(connection, key_id=key.key_id))


def test_issuing_and_ending_are_in_the_log(connection: Connection) -> None:
    ministry = add_ministry(connection)
    key, _ = add_key(connection, ministry)
    for _ in range(2):
        revoke_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=ministry.institution_id,
            key_id=key.key_id,
            now=NOON,
        )

    entries = list_audit(connection, scope_ids=[ministry.institution_id], limit=9)
    verbs = sorted(entry.verb for entry in entries)
    assert verbs == ["institution-added", "key-issued", "key-revoked"]


def test_the_key_of_another_institution_cannot_be_ended(connection: Connection) -> None:
    health, justice = add_ministry(connection), add_ministry(connection, "justice")
    key, _ = add_key(connection, health)

    with pytest.raises(KeyNotFoundError):
        revoke_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=justice.institution_id,
            key_id=key.key_id,
            now=NOON,
        )


@pytest.mark.parametrize(
    "draft",
    [
        KeyDraft(name=" ", scopes=[Scope.ALL]),
        KeyDraft(name="Moodle", scopes=[]),
        KeyDraft(name="Moodle", scopes=[Scope.ALL], verbs=["no iri"]),
        KeyDraft(name="Moodle", scopes=[Scope.ALL], expires_at=NOON),
    ],
)
def test_a_key_that_cannot_be_is_refused(
    connection: Connection, draft: KeyDraft
) -> None:
    with pytest.raises(UnknownChoiceError):
        issue_key(
            connection,
            actor_id=INSTALLATION,
            institution_id=add_ministry(connection).institution_id,
            draft=draft,
            now=NOON,
        )


def test_a_key_is_valid_until_it_expires() -> None:
    key = Key(
        key_id=INSTALLATION,
        institution_id=INSTALLATION,
        name="Moodle",
        scopes=frozenset({Scope.ALL_READ}),
        verbs=(),
        activities=(),
        created_at=NOON,
        expires_at=NOON + timedelta(days=1),
        revoked_at=None,
        last_used_on=None,
    )

    assert key.is_valid(NOON)
    assert not key.is_valid(NOON + timedelta(days=1))
    assert key.may_read(Scope.STATE)
    assert not key.may_write(Scope.STATE)


def test_an_administrator_issues_a_key_and_ends_it(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    address = f"/en/cohorts/institutions/{world.health.institution_id}/keys"
    token = form_token(client, address)

    form = {"form_token": token, "name": "Ilias", "scopes": ["statements/write"]}
    shown = client.post(address, data=form)
    with database_of(client).read() as connection:
        keys = list_keys(connection, institution_id=world.health.institution_id)
        key = next(each for each in keys if each.name == "Ilias")
        secret_digest = (find_key(connection, key_id=key.key_id) or (None, ""))[1]
    client.post(f"{address}/{key.key_id}", data={"form_token": token})

    secrets = [word for word in shown.text.replace("<", ">").split(">") if word]
    assert [digest(word) for word in secrets].count(secret_digest) == 1
    page = client.get(address).text
    assert "Ilias" in page
    with database_of(client).read() as connection:
        ended = find_key(connection, key_id=key.key_id)
    assert ended
    assert not ended[0].is_valid(NOON)


def test_a_form_with_an_unknown_scope_says_so(client: TestClient) -> None:
    world = make_world(client)
    be_officer(client, Office.ADMINISTRATOR, world.health)
    address = f"/en/cohorts/institutions/{world.health.institution_id}/keys"
    form = {
        "form_token": form_token(client, address),
        "name": "Ilias",
        "scopes": ["everything"],
    }

    answer = client.post(address, data=form)

    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
