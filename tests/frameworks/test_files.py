from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.frameworks.domain import Framework, Kind, Need, ProvenanceStatus
from app.frameworks.files import (
    framework_schema,
    instrument_schema,
    parse_framework,
    parse_instrument,
    read_framework,
    read_instrument,
)
from app.kernel.text import Language
from app.kernel.yaml import DocumentError, FileProblem, read_document
from tests.frameworks.builders import (
    changed,
    competency,
    framework,
    framework_path,
    instrument,
    instrument_path,
    level,
    line_of,
    text,
    write,
    written,
)

KEY = "a-z and 0-9 in words joined by single hyphens, up to 64"
ADDRESS = "an http or https address in ASCII"
TEXT = "a mapping (lines of `key: value`) with the fields en, ar, es, fr, pt, follows"
COMPETENCIES = "one of data-governance, open-data, trust"
LEVELS = "each of the levels 1, 2 once"
FALLBACK = "exactly one role with `fallback: true`"
LEVEL = "the fields rank, key, title, description, attitude_title, provenance"
TWICE = "each value once"
NEED = "roles.0.activities.0.needs.0"


def problems_of(read: Callable[[], object]) -> tuple[FileProblem, ...]:
    with pytest.raises(DocumentError) as caught:
        read()
    return caught.value.problems


def small(root: Path) -> Framework:
    return read_framework(write(framework_path(root), framework()))


def test_a_framework_becomes_values(tmp_path: Path) -> None:
    value = small(tmp_path)

    assert value.ref == "small@1.0.0"
    assert [(one.kind, one.domain) for one in value.competencies] == [
        (Kind.COMPETENCY, "data"),
        (Kind.COMPETENCY, "data"),
        (Kind.ATTITUDE, None),
    ]
    assert value.competency("data-governance").requires == ("open-data",)
    assert value.competency("trust").descriptors[2].does.texts[Language.EN] == "Leads"
    assert value.domains[0].provenance.status is ProvenanceStatus.OFFICIAL
    assert value.role(None).key == "anyone"
    assert value.role("director").targets() == {
        "open-data": Need(competency="open-data", level=2, weight=3)
    }


def test_an_instrument_becomes_values(tmp_path: Path) -> None:
    path = write(instrument_path(tmp_path), instrument())

    value = read_instrument(path, small(tmp_path))

    assert (value.framework_key, value.framework_version) == ("small", "1.0.0")
    assert value.minutes == 12
    assert [item.competency for item in value.items] == [
        "open-data",
        "data-governance",
        "trust",
    ]
    assert value.items[0].statements[2].texts[Language.FR] == "I decide (fr)"


def test_what_is_stored_as_json_is_read_alike(tmp_path: Path) -> None:
    value = small(tmp_path)
    path = write(instrument_path(tmp_path), instrument())

    def stored(path: Path) -> bytes:
        data = read_document(path).data
        return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)

    assert parse_framework(stored(framework_path(tmp_path))) == value
    assert parse_instrument(stored(path)) == read_instrument(path, value)


@pytest.mark.parametrize(
    ("where", "value", "line", "wrong", "allowed"),
    [
        ("key", "Big Key", "key: Big", "is 'Big Key'", KEY),
        (
            "version",
            1.0,
            "version:",
            "is 1.0, no text",
            "three numbers joined by dots, as 1.0.0, in quotes",
        ),
        ("key", "other", "key: other", "is 'other', but the path says 'small'", "'small'"),
        (
            "version",
            "1.0.1",
            "version:",
            "is '1.0.1', but the path says '1.0.0'",
            "'1.0.0'",
        ),
        ("source.url", "ftp://x.org", "url: ftp", "is 'ftp://x.org'", ADDRESS),
        ("source.url", "javascript:x", "url: java", "is 'javascript:x'", ADDRESS),
        (
            "source.retrieved",
            "2026-13",
            "retrieved",
            "is '2026-13'",
            "a date or month, as 2026-07-16 or 2026-07",
        ),
        (
            "source.licence_is_confirmed",
            "no",
            "licence_is",
            "is 'no'",
            "true or false",
        ),
        (
            "provenance.status",
            "unofficial",
            "  status: unofficial",
            "is 'unofficial'",
            "official, derived, ours",
        ),
        (
            "provenance.source",
            "unesco",
            "  source: unesco",
            "is 'unesco'",
            "masar, or an http(s) address in ASCII",
        ),
        ("title", ..., "key: small", "is missing", TEXT),
        ("levels.1.description", ..., "- rank: 2", "is missing", TEXT),
        (
            "levels.1.color",
            "red",
            "color: red",
            "is no field here",
            LEVEL,
        ),
        (
            "levels.1.tittle",
            "x",
            "tittle:",
            "is no field here",
            f"perhaps title; {LEVEL}",
        ),
        ("levels.1.rank", 3, "rank: 3", "is 3", "2; ranks count from 1"),
        ("levels.1.rank", True, "rank: true", "is true", "a whole number from 1 to 9"),
        (
            "levels.1.key",
            "discover",
            "key: discover\n  title:\n    en: lead",
            "repeats 'discover' of levels.0",
            TWICE,
        ),
        (
            "competencies.1",
            competency("open-data", title=text("Twin")),
            "key: open-data\n  domain: data\n  title:\n    en: Twin",
            "repeats 'open-data' of competencies.0",
            TWICE,
        ),
        ("competencies.0.kind", "skill", "kind: skill", "is 'skill'", "competency, attitude"),
        ("competencies.0.domain", "date", "domain: date", "is unknown: 'date'", "perhaps data; one of data"),
        ("competencies.0.domain", ..., "- key: open-data", "is missing", "one of data"),
        (
            "competencies.2.domain",
            "data",
            "domain: data\nroles",
            "belongs to an attitude",
            "no domain for it",
        ),
        (
            "competencies.0.descriptors.2",
            ...,
            "descriptors:",
            "is missing",
            LEVELS,
        ),
        (
            "competencies.0.descriptors.3",
            {"does": text("a"), "example": text("b")},
            "    3:",
            "is no level of the framework",
            LEVELS,
        ),
        (
            "competencies.0.descriptors",
            {"one": {"does": text("a"), "example": text("b")}},
            "    one:",
            "has the key 'one'",
            "a level as key, from 1 to 9",
        ),
        (
            "competencies.1.requires.0",
            "open-date",
            "  - open-date",
            "is unknown: 'open-date'",
            "perhaps open-data; one of open-data, trust",
        ),
        (
            "competencies.0.related.0",
            "open-data",
            "  - open-data",
            "is unknown: 'open-data'",
            "one of data-governance, trust",
        ),
        (
            "competencies.0.related",
            ["trust", "trust"],
            "  - trust\n  provenance",
            "repeats 'trust' of competencies.0.related.0",
            TWICE,
        ),
        (
            "competencies.0.requires",
            ["data-governance"],
            "requires:\n  - data-governance",
            "goes in a circle: open-data requires data-governance requires open-data",
            "what can be built in some order",
        ),
        ("roles.1.fallback", False, "roles:", "has 0 fallback roles", FALLBACK),
        ("roles.1.fallback", "yes", "fallback: 'yes'", "is 'yes'", "true or false"),
        ("roles.1.key", "director", "key: director\n  title:\n    en: anyone", "repeats 'director' of roles.0", TWICE),
        (f"{NEED}.competency", "open", "competency: open\n", "is unknown: 'open'", f"perhaps open-data; {COMPETENCIES}"),
        (f"{NEED}.level", 3, "level: 3", "is 3", "a level from 1 to 2"),
        (f"{NEED}.weight", 4, "weight: 4", "is 4", "a whole number from 1 to 3"),
        (f"{NEED}.weight", 0, "weight: 0", "is 0", "a whole number from 1 to 3"),
    ],
)  # fmt: skip
def test_a_wrong_framework_is_refused_with_line_and_reason(
    tmp_path: Path, where: str, value: object, line: str, wrong: str, allowed: str
) -> None:
    source = written(changed(framework(), where, value))
    path = write(framework_path(tmp_path), source)

    (problem,) = problems_of(lambda: read_framework(path))

    assert (problem.line, problem.wrong, problem.allowed) == (
        line_of(source, line),
        wrong,
        allowed,
    )
    assert where.startswith(problem.where) or problem.where.startswith(where)


@pytest.mark.parametrize(
    ("where", "value", "line", "wrong", "allowed"),
    [
        ("framework", "small@1.0.1", "framework:", "is 'small@1.0.1'", "small@1.0.0"),
        ("framework", "small", "framework:", "is 'small'", "key@version, as unesco@1.0.0"),
        ("key", "begin", "key:", "is 'begin', but the path says 'start'", "'start'"),
        ("minutes", 61, "minutes:", "is 61", "a whole number from 1 to 60"),
        ("minutes", "12", "minutes:", "is '12'", "a whole number from 1 to 60"),
        ("items.2", ..., "items:", "asks nothing about trust", "at least one item for each competency"),
        ("items.1.key", "q-open-data", "key: q-open-data\n  competency: data", "repeats 'q-open-data' of items.0", TWICE),
        ("items.0.statements.1", ..., "statements:", "is missing", LEVELS),
        ("items.0.statements.3", text("I rule"), "    3:", "is no level of the framework", LEVELS),
        ("items.2.stem.en", "", "en: ''", "is empty", "up to 600 characters on one line, none hidden, no blank at the ends"),
    ],
)  # fmt: skip
def test_a_wrong_instrument_is_refused_with_line_and_reason(
    tmp_path: Path, where: str, value: object, line: str, wrong: str, allowed: str
) -> None:
    source = written(changed(instrument(), where, value))
    path = write(instrument_path(tmp_path), source)

    (problem,) = problems_of(lambda: read_instrument(path, small(tmp_path)))

    assert (problem.line, problem.wrong, problem.allowed) == (
        line_of(source, line),
        wrong,
        allowed,
    )


def test_an_item_on_an_unknown_competency_is_refused(tmp_path: Path) -> None:
    source = written(changed(instrument(), "items.2.competency", "trusts"))
    path = write(instrument_path(tmp_path), source)

    problems = problems_of(lambda: read_instrument(path, small(tmp_path)))

    unasked = "asks nothing about trust"
    allowed = f"perhaps trust; {COMPETENCIES}"
    line = line_of(source, "competency: trusts")
    assert [(one.line, one.wrong, one.allowed) for one in problems] == [
        (line_of(source, "items:"), unasked, "at least one item for each competency"),
        (line, "is unknown: 'trusts'", allowed),
    ]


def test_an_instrument_in_another_framework_s_folder_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "other" / "instruments" / "start.yaml", instrument())

    (problem,) = problems_of(lambda: read_instrument(path, small(tmp_path)))

    assert problem.where == "framework"
    assert problem.wrong == "is 'small', but the path says 'other'"


def test_all_problems_are_collected(tmp_path: Path) -> None:
    data = changed(framework(), "version", "2.0.0")
    data["levels"].append(level(5, "lead"))
    data["competencies"].append(competency("new", requires=["new", "old"]))
    path = write(framework_path(tmp_path), data)

    problems = problems_of(lambda: read_framework(path))

    assert [one.where for one in problems] == [
        "version",
        "levels.2.rank",
        "levels.2.key",
        *(f"competencies.{i}.descriptors.3" for i in range(3)),
        "competencies.3.requires",
        "competencies.3.requires.0",
        "competencies.3.requires.1",
        "competencies.3.descriptors.3",
    ]


def test_a_second_fallback_role_is_refused_where_it_stands(tmp_path: Path) -> None:
    source = written(changed(framework(), "roles.0.fallback", value=True))
    path = write(framework_path(tmp_path), source)

    (problem,) = problems_of(lambda: read_framework(path))

    line = source[: source.rindex("fallback")].count("\n") + 1
    wrong = "has 2 fallback roles"
    assert problem == FileProblem(line, 3, "roles.1.fallback", wrong, FALLBACK)


def test_yaml_words_for_no_stay_text(tmp_path: Path) -> None:
    source = written(framework()).replace("en: Data use\n", "en: no\n")

    value = read_framework(write(framework_path(tmp_path), source))

    assert value.domains[0].title.texts[Language.EN] == "no"


@pytest.mark.parametrize("schema", [framework_schema(), instrument_schema()])
def test_the_schemas_close_every_mapping_and_say_what_it_is(
    schema: dict[str, Any],
) -> None:
    shapes = [schema, *schema["$defs"].values()]
    closed = [one for one in shapes if one.get("type") == "object"]

    assert all(one["additionalProperties"] is False for one in closed)
    assert all(one["description"] and one["title"] for one in shapes)
    assert schema["properties"]["version"]["patternErrorMessage"]


SOURCE = written(framework())


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    at=st.integers(0, len(SOURCE.encode()) - 1),
    byte=st.binary(max_size=1) | st.sampled_from([b"\t", b"&a ", b"*a", b"{", b": "]),
)
def test_no_corruption_of_one_place_escapes(
    tmp_path: Path, at: int, byte: bytes
) -> None:
    content = SOURCE.encode()
    path = framework_path(tmp_path)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content[:at] + byte + content[at + 1 :])

    try:
        value: object = read_framework(path)
    except DocumentError as error:
        value = error.problems[0]

    assert isinstance(value, (Framework, FileProblem))
