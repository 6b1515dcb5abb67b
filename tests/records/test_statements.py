"""Storing statements and finding them again."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.records.builders import COURSE, about, connect, mailbox, statement, voiding


def test_a_statement_is_stored_and_returned_with_what_we_add(
    client: TestClient,
) -> None:
    platform = connect(client)
    sent = statement()

    answer = platform.post(sent)
    found = platform.get(statementId=sent["id"]).json()

    assert (answer.status_code, answer.json()) == (200, [sent["id"]])
    assert found == {
        **sent,
        "version": "1.0.0",
        "stored": found["stored"],
        "timestamp": found["stored"],
        "authority": {
            "objectType": "Agent",
            "account": {
                "homePage": "http://127.0.0.1:8000",
                "name": f"key:{platform.key.key_id}",
            },
        },
    }


def test_put_stores_under_the_id_of_the_call(client: TestClient) -> None:
    platform = connect(client)
    sent = statement()
    number = sent.pop("id")

    assert platform.put(sent, number).status_code == 204
    assert platform.get(statementId=number).json()["id"] == number


def test_the_same_again_is_fine_and_another_with_its_id_is_not(
    client: TestClient,
) -> None:
    platform = connect(client)
    sent = statement()
    platform.post(sent)

    assert platform.post(sent).json() == [sent["id"]]
    assert platform.put(sent).status_code == 204
    other = platform.post({**sent, "actor": mailbox("bintou")})
    assert (other.status_code, other.json()["code"]) == (409, "statement-exists")
    assert platform.ids() == [sent["id"]]


def test_a_batch_is_stored_whole_or_not_at_all(client: TestClient) -> None:
    platform = connect(client)
    good, bad = statement(), statement(verb={"id": "no iri"})

    answer = platform.post(good, bad)

    assert (answer.status_code, answer.json()["facts"]["where"]) == (400, "verb.id")
    assert platform.get(statementId=good["id"]).status_code == 404


def test_an_id_twice_in_a_batch_is_refused(client: TestClient) -> None:
    platform = connect(client)
    sent = statement()

    assert platform.post(sent, sent).status_code == 400


def test_lists_are_newest_first_and_go_on_where_they_stopped(
    client: TestClient,
) -> None:
    platform = connect(client)
    sent = [statement() for _ in range(5)]
    platform.post(*sent)
    ids = [each["id"] for each in sent]

    first = platform.get(limit=2).json()
    more = platform.client.get(first["more"], headers=platform.headers).json()
    last = platform.client.get(more["more"], headers=platform.headers).json()

    shown = [[s["id"] for s in page["statements"]] for page in (first, more, last)]
    assert shown == [ids[4:2:-1], ids[2:0:-1], ids[:1]]
    assert last["more"] == ""
    assert platform.ids(ascending="true") == ids


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_every_filter_finds_what_it_names(client: TestClient, version: str) -> None:
    platform = connect(client, version=version)
    registration = str(uuid4())
    plain = statement()
    other = statement(
        actor=mailbox("bintou"),
        verb={"id": "http://example.org/read"},
        object={"id": "https://lms.example/other"},
        context={
            "registration": registration,
            "instructor": mailbox(),
            "contextActivities": {"parent": {"id": COURSE}},
        },
    )
    platform.post(plain, other)
    amina = '{"mbox":"mailto:amina@health.example"}'

    assert platform.ids(agent=amina) == [plain["id"]]
    assert platform.ids(agent=amina, related_agents="true") == [
        other["id"],
        plain["id"],
    ]
    assert platform.ids(verb="http://example.org/read") == [other["id"]]
    assert platform.ids(activity=COURSE) == [plain["id"]]
    assert platform.ids(activity=COURSE, related_activities="true") == [
        other["id"],
        plain["id"],
    ]
    assert platform.ids(registration=registration) == [other["id"]]
    assert platform.ids(agent=amina, verb="http://example.org/read") == []
    stored = platform.get(statementId=plain["id"]).json()["stored"]
    assert platform.ids(since=stored) == [other["id"]]
    assert platform.ids(until=stored) == [plain["id"]]


def test_a_statement_about_another_is_found_by_what_that_mentions(
    client: TestClient,
) -> None:
    platform = connect(client)
    target = statement()
    above = about(target, actor=mailbox("bintou"), verb={"id": "http://x.example/saw"})
    top = about(above, actor=mailbox("chloe"), verb={"id": "http://x.example/heard"})

    platform.post(top)
    platform.post(above)
    platform.post(target)

    assert platform.ids(activity=COURSE) == [t["id"] for t in (target, above, top)]
    assert platform.ids(verb="http://x.example/saw") == [above["id"], top["id"]]


def test_a_voided_statement_is_found_only_as_such(client: TestClient) -> None:
    platform = connect(client)
    sent = statement()
    void = voiding(sent)
    platform.post(sent)
    platform.post(void)

    assert platform.get(statementId=sent["id"]).status_code == 404
    assert platform.get(voidedStatementId=sent["id"]).json()["id"] == sent["id"]
    assert platform.ids(activity=COURSE) == [void["id"]]
    assert platform.ids() == [void["id"]]
    assert platform.post(voiding(void)).status_code == 400
    assert platform.get(statementId=void["id"]).status_code == 200


def test_voiding_may_come_before_what_it_voids(client: TestClient) -> None:
    platform = connect(client)
    sent = statement()

    platform.post(voiding(sent))
    platform.post(sent)

    assert platform.get(statementId=sent["id"]).status_code == 404
    assert platform.get(voidedStatementId=sent["id"]).status_code == 200


def test_an_institution_sees_nothing_of_another(client: TestClient) -> None:
    ours, theirs = connect(client), connect(client, institution="justice")
    sent = statement()
    ours.post(sent)

    assert theirs.ids() == []
    assert theirs.ids(activity=COURSE) == []
    assert theirs.get(statementId=sent["id"]).status_code == 404
    assert theirs.post({**sent, "actor": mailbox("bintou")}).status_code == 200
    assert ours.get(statementId=sent["id"]).json()["actor"] == mailbox()
