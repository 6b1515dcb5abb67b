"""Every rule about statements, one broken at a time."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.domain import Version
from app.records.domain.formats import (
    instant_at,
    is_duration,
    is_iri,
    is_language,
    position_of,
    read_instant,
    write_instant,
)
from app.records.domain.validation import check_statement
from app.records.errors import StatementRefusedError
from tests.records.builders import COURSE, VOIDED, Statement, mailbox, statement

UUID = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
GROUP: Statement = {"objectType": "Group", "member": [mailbox(), mailbox("bintou")]}
REFERENCE = {"objectType": "StatementRef", "id": UUID}
INNER: Statement = {
    "objectType": "SubStatement",
    "actor": mailbox(),
    "verb": {"id": "http://x.example/plans"},
    "object": {"id": COURSE},
}


def activity(**definition: Any) -> Statement:  # noqa: ANN401 -- of any shape
    return {"object": {"id": COURSE, "definition": definition}}


def parts(name: str, *ids: Any) -> dict[str, Any]:  # noqa: ANN401 -- of any shape
    return {name: [{"id": each} for each in ids]}


GOOD: list[Statement] = [
    {},
    {"actor": {"mbox_sha1sum": "a" * 40, "objectType": "Agent", "name": "A"}},
    {"actor": {"openid": "https://a.example/"}},
    {"actor": {"account": {"homePage": "https://a.example", "name": "1"}}},
    {"actor": GROUP},
    {"actor": {**mailbox(), "objectType": "Group"}},
    {"object": {**mailbox(), "objectType": "Agent"}},
    {"object": REFERENCE},
    {"object": INNER},
    {"verb": {"id": VOIDED}, "object": REFERENCE},
    {"verb": {"id": "http://x.example/v", "display": {"fr-SN": "a", "zh-Hant": "b"}}},
    {"timestamp": "2026-11-23T12:00:00Z"},
    {"timestamp": "2026-11-23 12:00:00.123+01:00"},
    {"version": "1.0.9"},
    {"authority": {**GROUP}},
    {"result": {"score": {"scaled": -1, "raw": 0, "min": 0, "max": 10}}},
    {"result": {"success": False, "completion": True, "duration": "PT1H0M0.1S"}},
    {"result": {"extensions": {"http://x.example": None}}},
    {"context": {"registration": UUID, "language": "ar", "statement": REFERENCE}},
    {"context": {"team": GROUP, "instructor": mailbox(), "platform": "M"}},
    {"context": {"contextActivities": {"parent": [{"id": COURSE}], "other": []}}},
    activity(type="http://x.example/t", moreInfo="http://x.example", extensions={}),
    activity(
        interactionType="choice", correctResponsesPattern=["a"], **parts("choices", "a")
    ),
]
BAD: dict[str, Statement] = {
    "id": {"id": "1"},
    "statement.extra": {"extra": 1},
    "actor": {"actor": {}},
    "actor.mbox": {"actor": {"mbox": "amina@health.example"}},
    "actor.mbox_sha1sum": {"actor": {"mbox_sha1sum": "z" * 40}},
    "actor.openid": {"actor": {"openid": "a"}},
    "actor.account.name": {"actor": {"account": {"homePage": "https://a.example"}}},
    "actor.account.homePage": {"actor": {"account": {"homePage": "a", "name": "1"}}},
    "actor.name": {"actor": {**mailbox(), "name": 1}},
    "actor.objectType": {"actor": {**mailbox(), "objectType": "agent"}},
    "actor.member": {"actor": {"objectType": "Group"}},
    "actor.member.member": {"actor": {"objectType": "Group", "member": [GROUP]}},
    "verb.id": {"verb": {"display": {"en": "did"}}},
    "verb.display.a_b": {"verb": {"id": "x:y", "display": {"a_b": "x"}}},
    "verb.display.en": {"verb": {"id": "x:y", "display": {"en": None}}},
    "object.id": {"object": {"id": "ab=c://should.fail.com"}},
    "object.objectType": {"object": {"id": COURSE, "objectType": "activity"}},
    "object": {"verb": {"id": VOIDED}},
    "object.definition": {"object": {"id": COURSE, "definition": "x"}},
    "object.definition.type": activity(type="x"),
    "object.definition.name": activity(name="x"),
    "object.definition.moreInfo": activity(moreInfo="x"),
    "object.definition.extensions.x": activity(extensions={"x": 1}),
    "object.definition.interactionType": activity(interactionType="quiz"),
    "object.definition.correctResponsesPattern": activity(
        interactionType="other", correctResponsesPattern="a"
    ),
    "object.definition.scale": activity(
        interactionType="likert", **parts("scale", "a", "a")
    ),
    "object.definition.steps.id": activity(
        interactionType="performance", **parts("steps", 1)
    ),
    "object.verb": {"object": {k: v for k, v in INNER.items() if k != "verb"}},
    "object.id ": {"object": {**REFERENCE, "id": "1"}},
    "object.stored": {"object": {**INNER, "stored": "2026-11-23T12:00:00Z"}},
    "object.object.objectType": {"object": {**INNER, "object": INNER}},
    "result.success": {"result": {"success": "true"}},
    "result.completion": {"result": {"completion": 1}},
    "result.response": {"result": {"response": 1}},
    "result.duration": {"result": {"duration": "PA1H0M0S"}},
    "result.score.scaled": {"result": {"score": {"scaled": 1.01}}},
    "result.score.raw": {"result": {"score": {"raw": 11, "min": 0, "max": 10}}},
    "result.score.min": {"result": {"score": {"min": 10, "max": 0}}},
    "result.score.max": {"result": {"score": {"max": True}}},
    "result.extra": {"result": {"extra": 1}},
    "result.score": {"result": {"score": None}},
    "context.registration": {"context": {"registration": "1"}},
    "context.language": {"context": {"language": "english!"}},
    "context.team.objectType": {"context": {"team": mailbox()}},
    "context.statement": {"context": {"statement": {"id": UUID}}},
    "context.contextActivities.mother": {
        "context": {"contextActivities": {"mother": {"id": COURSE}}}
    },
    "context.revision": {"context": {"revision": "1"}, "object": REFERENCE},
    "context.platform": {
        "context": {"platform": "M"},
        "object": {**mailbox(), "objectType": "Agent"},
    },
    "timestamp": {"timestamp": "01/011/2015"},
    "timestamp ": {"timestamp": "2008-09-15T15:53:00.601-00:00"},
    "stored": {"stored": "soon"},
    "version": {"version": "0.9.9"},
    "version ": {"version": "1.1.0"},
    "authority": {"authority": {"objectType": "Group", "member": [mailbox()]}},
    "attachments": {"attachments": {}},
    "attachments.sha2": {
        "attachments": [
            {
                "usageType": "x:y",
                "display": {},
                "contentType": "text/plain",
                "length": 1,
                "sha2": "nothing",
            }
        ]
    },
    "attachments.usageType": {"attachments": [{}]},
}


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("others", GOOD)
def test_a_statement_that_keeps_the_rules_is_taken(
    others: Statement, version: Version
) -> None:
    sent = statement(**others)

    assert check_statement(sent, version) == sent


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("where", BAD)
def test_a_broken_rule_is_named(where: str, version: Version) -> None:
    with pytest.raises(StatementRefusedError) as refusal:
        check_statement(statement(**BAD[where]), version)

    assert refusal.value.facts["where"] == where.strip()


@pytest.mark.parametrize("name", ["actor", "verb", "object"])
@pytest.mark.parametrize("value", [None, "text", 1, [], {}])
def test_a_part_is_needed_and_is_an_object(name: str, value: object) -> None:
    sent = statement(**{name: value})
    missing = {k: v for k, v in sent.items() if k != name}

    for each in (sent, missing):
        with pytest.raises(StatementRefusedError):
            check_statement(each, Version.ONE)


PEOPLE: Statement = {
    "contextAgents": [{"objectType": "contextAgent", "agent": mailbox()}],
    "contextGroups": [
        {"objectType": "contextGroup", "group": GROUP, "relevantTypes": ["x:y"]}
    ],
}


def test_people_of_the_context_are_of_version_two() -> None:
    sent = statement(context=PEOPLE)

    assert check_statement(sent, Version.TWO) == sent
    with pytest.raises(StatementRefusedError):
        check_statement(sent, Version.ONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"objectType": "contextagent", "agent": mailbox()},
        {"objectType": "contextAgent"},
        {"objectType": "contextAgent", "agent": {"key": 1}},
        {"objectType": "contextAgent", "agent": mailbox(), "relevantTypes": []},
        {"objectType": "contextAgent", "agent": mailbox(), "relevantTypes": ["a"]},
    ],
)
def test_people_of_the_context_have_rules_too(wrong: Statement) -> None:
    with pytest.raises(StatementRefusedError):
        check_statement(statement(context={"contextAgents": [wrong]}), Version.TWO)


def test_version_two_needs_an_offset() -> None:
    assert read_instant("2026-11-23T12:00:00", Version.TWO) is None
    assert read_instant("2026-11-23T12:00:00", Version.ONE) is not None


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("PT4H35M59.14S", True),
        ("P3Y1M29DT4H35M59.14S", True),
        ("P4W", True),
        ("P3Y", True),
        ("P", False),
        ("PT", False),
        ("P1DT", False),
        ("4H", False),
    ],
)
def test_durations(text: str, *, is_right: bool) -> None:
    assert is_duration(text) is is_right


@pytest.mark.parametrize(
    "tag", ["en", "fr-SN", "zh-Hant-TW", "de-1996", "x-own", "es-419"]
)
def test_language_tags(tag: str) -> None:
    assert is_language(tag)


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(text: str) -> None:
    assert is_iri(text) in {True, False}
    assert is_language(text) in {True, False}
    assert (
        read_instant(text) is None or ":" in text or text[8:].isdigit() or "T" in text
    )


@given(st.integers(min_value=0, max_value=4_000_000_000_000_000))
def test_a_place_is_an_instant_and_back(position: int) -> None:
    written = write_instant(instant_at(position))
    again = read_instant(written, Version.TWO)

    assert again is not None
    assert position_of(again) == position


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "objectType",
                    "mbox",
                    "member",
                    "definition",
                    "score",
                    "name",
                    "en",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["actor", "verb", "object", "result", "context"]))
def test_whatever_is_sent_is_taken_or_refused(value: object, name: str) -> None:
    sent = statement(**{name: value})
    with suppress(StatementRefusedError):
        assert check_statement(sent, Version.TWO) == sent
