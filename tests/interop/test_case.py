import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.frameworks.domain import Framework
from app.interop.case import schemas
from app.interop.case.domain.edition import NAMESPACE, Edition, Node, identify
from app.interop.case.domain.package import build_package
from app.interop.case.domain.selection import Condition, read_selection
from app.interop.case.errors import CaseCallError
from app.kernel.text import Language
from tests.constants import NOON

ROOT = "/ims/case/v1p1"
NOBODY = "00000000-0000-4000-8000-000000000000"
KINDS: dict[str, type[schemas.Shape]] = {
    "CFDocuments": schemas.Document,
    "CFItems": schemas.Item,
    "CFAssociations": schemas.Association,
    "CFAssociationGroupings": schemas.AssociationGrouping,
    "CFLicenses": schemas.License,
    "CFRubrics": schemas.Rubric,
    "CFSubjects": schemas.SubjectSet,
    "CFItemTypes": schemas.ItemTypeSet,
}


def get(client: TestClient, path: str, **params: str | int) -> Any:  # noqa: ANN401 -- JSON
    answer = client.get(f"{ROOT}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def documents(client: TestClient) -> dict[str, Node]:
    found = get(client, "/CFDocuments")["CFDocuments"]
    return {each["language"]: each for each in found}


def package(client: TestClient, language: str = "en") -> Node:
    document = documents(client)[language]
    written: Node = get(client, f"/CFPackages/{document['identifier']}")
    return written


def nodes(written: Node) -> Iterator[tuple[str, Node]]:
    yield "CFDocuments", written["CFDocument"]
    for kind in ("CFItems", "CFAssociations", "CFRubrics"):
        yield from ((kind, each) for each in written[kind])
    for kind, found in written["CFDefinitions"].items():
        yield from ((kind, each) for each in found)


def test_documents_are_one_for_each_language(client: TestClient) -> None:
    answer = client.get(f"{ROOT}/CFDocuments")

    read = schemas.DocumentSet.model_validate_json(answer.content)
    assert [each.language for each in read.CFDocuments] == [
        "en",
        "ar",
        "es",
        "fr",
        "pt",
    ]
    assert answer.headers["x-total-count"] == "5"
    assert {each.caseVersion for each in read.CFDocuments} == {"1.1"}
    assert all(each.version == "1.0.0" for each in read.CFDocuments)


@pytest.mark.parametrize("language", list(Language))
def test_packages_follow_the_standard(client: TestClient, language: Language) -> None:
    written = package(client, language)

    schemas.Package.model_validate(written)
    types = [each["CFItemType"] for each in written["CFItems"]]
    assert {one: types.count(one) for one in types[:22]} == {
        "domain": 3, "competency": 14, "attitude": 5
    }  # fmt: skip
    assert types.count("role") == 7
    rubric = written["CFRubrics"][0]
    assert [len(c["CFRubricCriterionLevels"]) for c in rubric["CFRubricCriteria"]] == (
        [4] * 19
    )


def test_every_identifier_is_one_of_a_kind_and_every_end_exists(
    client: TestClient,
) -> None:
    every = {language: package(client, language) for language in Language}
    found = [each["identifier"] for one in every.values() for _, each in nodes(one)]
    known = set(found)

    assert len(known) == len(found)
    for written in every.values():
        for each in written["CFAssociations"]:
            assert each["originNodeURI"]["identifier"] in known
            assert each["destinationNodeURI"]["identifier"] in known


def test_everything_has_an_address_that_answers(client: TestClient) -> None:
    written = package(client, "fr")
    asked = {
        "http://127.0.0.1:8000",
    }
    for kind, node in nodes(written):
        base, _, path = node["uri"].partition(ROOT)
        assert base in asked
        shown = get(client, path)
        KINDS[kind].model_validate(shown)
        found = shown if "identifier" in shown else shown[kind][0]
        assert found["identifier"] == node["identifier"]


def test_item_shows_what_it_is_an_end_of(client: TestClient) -> None:
    english, french = package(client), package(client, "fr")
    item = english["CFItems"][0]

    shown = get(client, f"/CFItemAssociations/{item['identifier']}")

    read = schemas.AssociationSet.model_validate(shown)
    assert read.CFItem.identifier == item["identifier"]
    types = {each.associationType for each in read.CFAssociations}
    assert types == {"isChildOf", "isTranslationOf"}
    translations = [
        each
        for each in read.CFAssociations
        if each.associationType == "isTranslationOf"
    ]
    origins = {each.originNodeURI.identifier for each in translations}
    assert len(origins) == 4
    assert french["CFItems"][0]["identifier"] in origins


def test_roles_say_which_level_their_activities_need(
    client: TestClient, framework: Framework
) -> None:
    needs = [
        each["extensions"]["masar"]
        for each in package(client)["CFAssociations"]
        if each.get("extensions", {}).get("masar", {}).get("relation") == "needs"
    ]
    meant = [
        need
        for role in framework.roles
        for activity in role.activities
        for need in activity.needs
    ]
    assert [(each["level"], each["weight"]) for each in needs] == [
        (need.level, need.weight) for need in meant
    ]


def test_newer_version_replaces_the_older(framework: Framework) -> None:
    older = framework
    edition = Edition(
        framework=replace(older, version="1.1.0", roles=older.roles[1:]),
        language=Language.PT,
        changed_at=NOON,
        base="https://masar.example",
    )

    written = build_package(edition, older=older)

    schemas.Package.model_validate(written)
    replaced = [
        each
        for each in written["CFAssociations"]
        if each["associationType"] == "replacedBy"
    ]
    gone = identify(older.ref, "pt", "role", older.roles[0].key)
    origins = {each["originNodeURI"]["identifier"] for each in replaced}
    assert gone not in origins
    assert identify(older.ref, "pt", "document") in origins
    assert len(replaced) == len(written["CFItems"]) + 1
    ours = {each["identifier"] for each in written["CFItems"]}
    ours.add(written["CFDocument"]["identifier"])
    assert {each["destinationNodeURI"]["identifier"] for each in replaced} == ours


def test_identifiers_stay_what_they_are() -> None:
    assert str(NAMESPACE) == "6f0c1a5e-9b7e-5c0a-8f3d-2f4c8f5d7a11"
    assert UUID(identify("a", "b")).version == 5
    assert identify("unesco-ai-dt@1.0.0", "en", "document") == (
        "7535137a-f9d8-544f-b578-b7bd6a01fd50"
    )


@pytest.mark.parametrize(
    ("params", "languages"),
    [
        ({"limit": "2"}, ["en", "ar"]),
        ({"limit": "2", "offset": "4"}, ["pt"]),
        ({"offset": "99"}, []),
        ({"sort": "language"}, ["ar", "en", "es", "fr", "pt"]),
        ({"sort": "language", "orderBy": "desc"}, ["pt", "fr", "es", "en", "ar"]),
        ({"filter": "language='fr'"}, ["fr"]),
        ({"filter": "language='fr' OR language='pt'"}, ["fr", "pt"]),
        ({"filter": "language>='fr' AND version='1.0.0'"}, ["fr", "pt"]),
        ({"filter": "title~'TRANSFORMA' AND language!='en'"}, ["es", "fr", "pt"]),
        ({"filter": "subject='Nothing'"}, []),
    ],
)
def test_documents_are_selected(
    client: TestClient, params: dict[str, str], languages: list[str]
) -> None:
    found = get(client, "/CFDocuments", **params)["CFDocuments"]

    assert [each["language"] for each in found] == languages


def test_fields_are_selected_and_the_needed_ones_stay(client: TestClient) -> None:
    found = get(client, "/CFDocuments", fields="language,version", limit=1)

    schemas.DocumentSet.model_validate(found)
    assert set(found["CFDocuments"][0]) == {
        "identifier", "uri", "creator", "title", "lastChangeDateTime", "CFPackageURI",
        "language", "version",
    }  # fmt: skip


def test_pages_follow_one_another(client: TestClient) -> None:
    seen, url = [], f"{ROOT}/CFDocuments?limit=2&sort=language"
    while url:
        answer = client.get(url)
        seen += [each["language"] for each in answer.json()["CFDocuments"]]
        links = answer.links
        assert {"first", "last"} <= set(links)
        url = links.get("next", {}).get("url", "").removeprefix("http://127.0.0.1:8000")
    assert seen == ["ar", "en", "es", "fr", "pt"]


@pytest.mark.parametrize(
    ("path", "status", "minor"),
    [
        ("/CFDocuments?limit=0", 400, "invalid_selection_field"),
        ("/CFDocuments?limit=x", 400, "invalid_selection_field"),
        ("/CFDocuments?offset=-1", 400, "invalid_selection_field"),
        ("/CFDocuments?offset=" + "9" * 5000, 400, "invalid_selection_field"),
        ("/CFDocuments?fields=secret", 400, "invalid_selection_field"),
        ("/CFDocuments?filter=language", 400, "invalid_selection_field"),
        ("/CFDocuments?filter=secret='1'", 400, "invalid_selection_field"),
        ("/CFDocuments?filter=title='a' XOR title='b'", 400, "invalid_selection_field"),
        ("/CFDocuments?sort=extensions", 400, "invalid_sort_field"),
        ("/CFDocuments?sort=title&orderBy=up", 400, "invalid_sort_field"),
        (f"/CFItems/{NOBODY}", 404, "unknownobject"),
        (f"/CFConcepts/{NOBODY}", 404, "unknownobject"),
        (f"/CFPackages/{NOBODY}", 404, "unknownobject"),
        ("/CFItems/nothing", 404, "invalid_uuid"),
        ("/CFRubrics/%00", 404, "invalid_uuid"),
    ],
)
def test_what_goes_wrong_is_said_as_the_standard_says_it(
    client: TestClient, path: str, status: int, minor: str
) -> None:
    answer = client.get(ROOT + path)

    assert answer.status_code == status
    info = schemas.StatusInfo.model_validate_json(answer.content)
    assert info.imsx_codeMajor == "failure"
    assert info.imsx_codeMinor
    assert info.imsx_codeMinor.imsx_codeMinorField[0].imsx_codeMinorFieldValue == minor


def test_identifiers_may_be_written_in_capitals(client: TestClient) -> None:
    item = package(client)["CFItems"][0]

    shown = get(client, f"/CFItems/{item['identifier'].upper()}")

    assert shown["identifier"] == item["identifier"]


def test_objects_of_another_kind_are_unknown(client: TestClient) -> None:
    document = documents(client)["en"]["identifier"]

    for kind in KINDS:
        if kind != "CFDocuments":
            assert client.get(f"{ROOT}/{kind}/{document}").status_code == 404


def test_unchanged_packages_are_not_sent_again(client: TestClient) -> None:
    path = f"{ROOT}/CFPackages/{documents(client)['ar']['identifier']}"
    mark = client.get(path).headers["etag"]

    again = client.get(path, headers={"if-none-match": f'W/"other", {mark}'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == mark


def test_service_describes_itself(client: TestClient) -> None:
    described = get(client, "/discovery/imscasev1p1_openapi3_v1p0.json")

    assert described["servers"] == [{"url": "http://127.0.0.1:8000"}]
    assert f"{ROOT}/CFPackages/{{sourced_id}}" in described["paths"]
    names = {
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    }
    assert {"getAllCFDocuments", "getCFPackage", "getCFItemAssociations"} <= names
    assert "paths" in described
    assert ROOT not in " ".join(client.get("/api/openapi.json").json()["paths"])


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_no_parameter_breaks_the_reading(
    condition: str, number: str, name: str
) -> None:
    try:
        asked = read_selection(
            limit=number or "5",
            offset="0",
            sort=name or None,
            order="asc",
            condition=condition,
            fields=name,
        )
    except CaseCallError:
        return
    assert 1 <= asked.limit <= 1000


@given(st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from("abc"))
def test_conditions_on_lists_ask_for_one_entry(entries: list[str], value: str) -> None:
    node: Node = {"subject": entries}

    assert Condition("subject", "=", value).holds(node) is (value in entries)
    assert not Condition("title", "=", value).holds(node)


def test_scores_are_numbers(client: TestClient) -> None:
    rubric = TypeAdapter(schemas.Rubric).validate_python(
        package(client, "ar")["CFRubrics"][0]
    )
    scores = [
        level.score
        for criterion in rubric.CFRubricCriteria or []
        for level in criterion.CFRubricCriterionLevels or []
    ]
    assert math.isclose(sum(filter(None, scores)), 19 * (1 + 2 + 3 + 4))
