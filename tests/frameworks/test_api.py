from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

FRAMEWORKS = "/api/v1/frameworks"
ONE = f"{FRAMEWORKS}/unesco-ai-dt/1.0.0"


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Walk a tree of JSON and yield what has a provenance."""
    if isinstance(value, dict):
        if "provenance" in value:
            yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def test_list_names_the_published_versions(client: TestClient) -> None:
    document = client.get(FRAMEWORKS, params={"lang": "fr"}).json()

    assert document["next"] is None
    assert [(each["key"], each["version"]) for each in document["items"]] == [
        ("unesco-ai-dt", "1.0.0")
    ]
    assert document["items"][0]["languages"] == ["ar", "en", "es", "fr", "pt"]


def test_tree_is_whole(client: TestClient) -> None:
    tree = client.get(ONE).json()

    assert [domain["key"] for domain in tree["domains"]] == [
        "planning-design",
        "data-use-governance",
        "management-execution",
    ]
    competencies = [c for domain in tree["domains"] for c in domain["competencies"]]
    assert (len(competencies), len(tree["attitudes"]), len(tree["roles"])) == (14, 5, 7)
    assert [level["rank"] for level in tree["levels"]] == [1, 2, 3, 4]
    for competency in competencies + tree["attitudes"]:
        assert [d["level"] for d in competency["descriptors"]] == [1, 2, 3, 4]
        assert all(d["does"] and d["example"] for d in competency["descriptors"])


def test_every_node_says_who_stands_behind_it(client: TestClient) -> None:
    found = list(nodes(client.get(ONE).json()))

    assert len(found) > 100
    assert {node["provenance"]["status"] for node in found} == {
        "official", "derived", "ours"
    }  # fmt: skip
    assert all(node["provenance"]["source"] for node in found)


def test_only_domains_are_official_and_competencies_are_not(
    client: TestClient,
) -> None:
    tree = client.get(ONE).json()

    assert {d["provenance"]["status"] for d in tree["domains"]} == {"official"}
    competencies = [c for domain in tree["domains"] for c in domain["competencies"]]
    assert "official" not in {c["provenance"]["status"] for c in competencies}
    assert {role["provenance"]["status"] for role in tree["roles"]} == {"ours"}


def test_role_profiles_lead_from_activities_to_targets(client: TestClient) -> None:
    for role in client.get(ONE).json()["roles"]:
        needs = [need for activity in role["activities"] for need in activity["needs"]]
        assert {need["competency"] for need in role["targets"]} == {
            need["competency"] for need in needs
        }
        for target in role["targets"]:
            same = [n for n in needs if n["competency"] == target["competency"]]
            assert target["level"] == max(need["level"] for need in same)
            assert target["weight"] == max(need["weight"] for need in same)


def test_texts_come_in_five_languages(client: TestClient) -> None:
    titles = {}
    for lang in ("ar", "en", "es", "fr", "pt"):
        answer = client.get(ONE, params={"lang": lang})
        titles[answer.json()["domains"][0]["title"]] = answer.json()["lang"]
        assert answer.headers["content-language"] == lang
        preferred = client.get(ONE, headers={"accept-language": f"{lang}-XX, x;q=0.5"})
        assert preferred.json() == answer.json()

    assert sorted(titles.values()) == ["ar", "en", "es", "fr", "pt"]


@pytest.mark.parametrize("address", [FRAMEWORKS, ONE])
def test_unchanged_document_is_not_sent_again(client: TestClient, address: str) -> None:
    first = client.get(address, params={"lang": "fr"})
    known = {"if-none-match": first.headers["etag"]}

    same = client.get(address, params={"lang": "fr"}, headers=known)
    other = client.get(address, params={"lang": "ar"}, headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert "Accept-Language" in first.headers["vary"]
    assert other.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        f"{FRAMEWORKS}/nothing/1.0.0",
        f"{FRAMEWORKS}/unesco-ai-dt/9.0.0",
        f"{FRAMEWORKS}/unesco-ai-dt/latest",
        f"{FRAMEWORKS}/%00/1.0.0",
        f"{FRAMEWORKS}/{'x' * 1000}/1.0.0",
    ],
)
def test_version_that_is_not_published_is_a_problem(
    client: TestClient, address: str
) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer.json()["code"]) == (404, "framework-not-found")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"lang": "de"}, "invalid-request"),
        ({"limit": 0}, "invalid-request"),
        ({"after": "garbage"}, "unknown-page-mark"),
    ],
)
def test_wrong_parameters_are_problems(
    client: TestClient, parameters: dict[str, Any], code: str
) -> None:
    answer = client.get(FRAMEWORKS, params=parameters)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
