from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.frameworks.domain import Framework
from app.frameworks.files import read_framework
from app.interop.case.domain.edition import Edition, Node
from app.interop.case.domain.naming import slug
from app.interop.case.domain.package import build_package
from app.interop.case.errors import UnreadablePackageError
from app.interop.case.files import LARGEST, draft_framework, parse_package
from app.kernel.text import Language
from tests.constants import NOON
from tests.frameworks.builders import framework as small
from tests.frameworks.builders import write


def packages(framework: Framework, *languages: Language) -> list[Node]:
    found = []
    for language in languages or Language:
        edition = Edition(
            framework=framework,
            language=language,
            changed_at=NOON,
            base="https://masar.example",
        )
        found.append(parse_package(orjson.dumps(build_package(edition))))
    return found


def read_back(packages: list[Node], folder: Path) -> Framework:
    data = draft_framework(packages).data
    path = folder / data["key"] / f"{data['version']}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(draft_framework(packages).as_yaml(), "utf-8")
    return read_framework(path)


def node(identifier: str, statement: str, **others: Any) -> Node:  # noqa: ANN401 -- JSON
    return {
        "identifier": identifier,
        "uri": f"https://skills.example/{identifier}",
        "fullStatement": statement,
        "lastChangeDateTime": "2025-02-03T04:05:06Z",
        **others,
    }


def association(type_: str, origin: str, destination: str, place: int = 0) -> Node:
    return {
        "identifier": f"{origin}-{destination}",
        "associationType": type_,
        "originNodeURI": {"identifier": origin, "title": "", "uri": "x"},
        "destinationNodeURI": {"identifier": destination, "title": "", "uri": "x"},
        "sequenceNumber": place,
    }


def foreign() -> Node:
    """A package as others write it: three levels deep, without extensions."""
    rungs = [
        {"identifier": f"l{n}", "uri": f"https://skills.example/l{n}",
         "quality": quality, "description": f"Does it {quality}", "score": n}
        for n, quality in ((2, "well"), (1, "somehow"))
    ]  # fmt: skip
    return {
        "CFDocument": {
            "identifier": "doc",
            "uri": "https://skills.example/doc",
            "title": "Digital skills",
            "creator": "A school",
            "lastChangeDateTime": "2025-02-03T04:05:06Z",
        },
        "CFItems": [
            node("b", "Write", educationLevel=["09"]),
            node("a", "Data", humanCodingScheme="D"),
            node("c", "Read", abbreviatedStatement="Reading", notes="What it says"),
            node("d", "Read aloud"),
        ],
        "CFAssociations": [
            association("isChildOf", "a", "doc"),
            association("isChildOf", "c", "a", 1),
            association("isChildOf", "b", "a", 2),
            association("isChildOf", "d", "c"),
            association("precedes", "c", "b"),
            association("isPeerOf", "d", "b"),
            association("exactMatchOf", "c", "elsewhere"),
        ],
        "CFRubrics": [
            {
                "identifier": "r",
                "CFRubricCriteria": [
                    {
                        "CFItemURI": {"identifier": "c"},
                        "CFRubricCriterionLevels": rungs,
                    }
                ],
            }
        ],
    }


def test_what_masar_wrote_comes_back_whole(
    framework: Framework, tmp_path: Path
) -> None:
    assert read_back(packages(framework), tmp_path) == framework
    assert not draft_framework(packages(framework)).lost


def test_gaps_and_stale_texts_come_back_as_they_were(tmp_path: Path) -> None:
    data = small()
    data["title"] = {
        "en": "Small", "fr": "Petit", "pt": "Pequeno",
        "follows": {"fr": "000000"},
    }  # fmt: skip
    data["provenance"]["note"] = {"en": "Ours", "ar": "لنا"}
    original = read_framework(write(tmp_path / "small" / "1.0.0.yaml", data))

    found = read_back(packages(original), tmp_path / "again")

    assert found.title.texts == original.title.texts
    for language in Language:
        assert found.title.state(language) == original.title.state(language)
        assert found.provenance.note
        assert original.provenance.note
        assert found.provenance.note.state(language) == (
            original.provenance.note.state(language)
        )
    assert found.competencies == original.competencies
    assert found.roles == original.roles


def test_some_languages_are_enough(framework: Framework, tmp_path: Path) -> None:
    found = read_back(packages(framework, Language.FR, Language.EN), tmp_path)

    assert set(found.title.texts) == {Language.EN, Language.FR}
    assert [one.key for one in found.roles] == [one.key for one in framework.roles]


def test_frameworks_of_others_become_drafts() -> None:
    draft = draft_framework([parse_package(orjson.dumps(foreign()))])

    data = draft.data
    assert (data["key"], data["version"]) == ("digital-skills", "0.1.0")
    assert data["source"]["retrieved"] == "2025-02-03"
    assert [each["key"] for each in data["domains"]] == ["data"]
    assert data["domains"][0]["official_id"] == "D"
    found = {each["key"]: each for each in data["competencies"]}
    assert set(found) == {"write", "reading", "read-aloud"}
    assert {each["domain"] for each in found.values()} == {"data"}
    assert found["write"]["requires"] == ["reading"]
    assert found["read-aloud"]["related"] == ["write"]
    assert found["reading"]["description"] == {"en": "What it says"}
    assert found["reading"]["descriptors"][1]["does"] == {"en": "Does it somehow"}
    assert found["reading"]["provenance"]["status"] == "official"
    assert [each["title"]["en"] for each in data["levels"]] == ["somehow", "well"]
    assert draft.lost == {
        "educationLevel of items": 1,
        "associations exactMatchOf": 1,
        "places below a competency: the item stands beside it now": 1,
    }


def test_long_texts_are_cut_and_it_is_said() -> None:
    package = foreign()
    package["CFItems"][0]["fullStatement"] = "word " * 400

    draft = draft_framework([package])

    title = draft.data["competencies"][0]["title"]["en"]
    assert len(title) <= 600
    assert title.endswith("word…")
    assert draft.lost["ends of texts with more than 600 letters"]


def test_circles_of_children_end() -> None:
    package = foreign()
    package["CFAssociations"] = [
        association("isChildOf", "a", "b"),
        association("isChildOf", "b", "a"),
    ]

    assert draft_framework([package]).items == 4


def test_packages_that_do_not_belong_together_are_refused(
    framework: Framework,
) -> None:
    stranger = foreign()
    stranger["CFDocument"]["language"] = "fr"
    unknown = deepcopy(stranger)
    unknown["CFDocument"]["language"] = "xx"
    english = packages(framework, Language.EN)

    for wrong in ([], english * 2, [*english, stranger], [unknown]):
        with pytest.raises(UnreadablePackageError):
            draft_framework(wrong)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"CFDocument": {}, "CFItems": []}',
        b'{"CFDocument": {"identifier": 1}, "CFItems": 3}',
        b" " * (LARGEST + 1),
    ],
)
def test_what_is_no_package_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePackageError):
        parse_package(content)


@given(st.text(max_size=60))
def test_names_are_keys_or_nothing(text: str) -> None:
    made = slug(text)

    assert made == slug(made)
    assert all(each.isascii() and (each.isalnum() or each == "-") for each in made)
    assert len(made) <= 48
