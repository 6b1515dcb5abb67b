from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.catalogue.domain import (
    Catalogue,
    Course,
    Delivery,
    Requirement,
    RunState,
    Serve,
)
from app.catalogue.files import catalogue_schema, parse_catalogue, read_catalogue
from app.kernel.text import Language
from app.kernel.yaml import DocumentError, FileProblem, read_document
from tests.catalogue.builders import catalogue as course_file
from tests.catalogue.builders import course
from tests.frameworks.builders import Mapping, changed, text, write, written

KEYS = ("open-data", "trust")
NAMES = [field.name for field in fields(Course) if field.name != "added_by"]
FIELDS = f"the fields {', '.join(NAMES)}"
KNOWN = "one of open-data, trust"
ADDRESS = "an http or https address in ASCII"
DAY = "a date or month, as 2026-07-16 or 2026-07"
LETTERS = "two letters of ISO 639-1, as fr"
LINE = "up to 600 characters on one line, none hidden, no blank at the ends"


def catalogue() -> Mapping:
    serve = {"competency": "open-data", "from_level": 0, "to_level": 2}
    mooc = course(
        "mooc",
        hours=12,
        delivery="self_paced",
        prerequisites=[{"competency": "trust", "level": 1}],
        runs=[{"language": "en", "state": "open", "starts_on": "2026-02"}],
        modules=[
            {
                "key": "m1",
                "title": text("Ethics"),
                "serves": [serve],
                "source": "https://example.org/themes",
            }
        ],
        serves=[{"competency": "trust", "from_level": 1, "to_level": 2}],
        is_flagship=True,
    )
    return course_file("open", mooc, course("second"))


def catalogue_path(root: Path) -> Path:
    return root / "courses" / "open.yaml"


def test_a_catalogue_becomes_values(tmp_path: Path) -> None:
    value = read_catalogue(write(catalogue_path(tmp_path), catalogue()), KEYS)

    mooc, second = value.courses
    assert value.mapping_note.texts[Language.EN] == "The links are ours."
    assert (mooc.hours, mooc.delivery) == (12.0, Delivery.SELF_PACED)
    assert mooc.prerequisites == (Requirement(competency="trust", level=1),)
    assert mooc.languages(RunState.OPEN) == ("en",)
    assert mooc.modules[0].serves == (
        Serve(competency="open-data", from_level=0, to_level=2),
    )
    assert (second.hours, second.delivery, second.runs) == (None, None, ())


def test_what_is_stored_as_json_is_read_alike(tmp_path: Path) -> None:
    path = write(catalogue_path(tmp_path), catalogue())

    stored = orjson.dumps(read_document(path).data)

    assert parse_catalogue(stored) == read_catalogue(path, KEYS)


@pytest.mark.parametrize(
    ("where", "value", "line", "wrong", "allowed"),
    [
        ("key", "closed", "key: closed", "is 'closed', but the path says 'open'", "'open'"),
        ("mapping_note", ..., "key: open", "is missing", "a mapping (lines of `key: value`) with the fields en, ar, es, fr, pt, follows"),
        ("courses.1.key", "mooc", "key: mooc\n  title: Données ouvertes\n  title_language: fr\n  provider: École\n  url: https://example.org/second", "repeats 'mooc' of courses.0", "each value once"),
        ("courses.1.title_language", "fra", "title_language: fra", "is 'fra'", LETTERS),
        ("courses.1.title", " Data", "title: ' Data'", "begins or ends with a blank", LINE),
        ("courses.1.url", "javascript:alert(1)", "url: java", "is 'javascript:alert(1)'", ADDRESS),
        ("courses.1.url", "https://é.org", "url: https://é", "is 'https://é.org'", ADDRESS),
        ("courses.1.registration_url", "ftp://a", "registration_url", "is 'ftp://a'", f"{ADDRESS} or null"),
        ("courses.1.url_kind", "page", "url_kind: page", "is 'page'", "course_page, registration_page, information_page, catalogue_page, programme_page"),
        ("courses.1.delivery", "online", "delivery: online", "is 'online'", "self_paced, cohort, online_instructor_led, in_person or null"),
        ("courses.1.hours", 0, "hours: 0", "is 0", "a number above 0 to 2000 or null"),
        ("courses.1.hours", True, "hours: true", "is true", "a number above 0 to 2000 or null"),
        ("courses.1.seats", 1.5, "seats: 1.5", "is 1.5", "a whole number from 1 to 10000000 or null"),
        ("courses.1.checked_on", "July 2026", "checked_on: July", "is 'July 2026'", DAY),
        ("courses.1.sources", [], "sources: []", "is a list", "a list (lines beginning with `- `) with one entry at least"),
        ("courses.1.sources.0", "data:text/html,x", "- data:", "is no http or https address", LINE),
        ("courses.1.is_flagship", True, "is_flagship: true", "is a second flagship beside courses.0", "one flagship at most"),
        ("courses.1.flag", True, "flag: true\n", "is no field here", FIELDS),
        ("courses.0.runs.0.language", "EN", "language: EN", "is 'EN'", LETTERS),
        ("courses.0.runs.0.state", "soon", "state: soon", "is 'soon'", "open, announced, closed, unknown"),
        ("courses.0.runs.0.ends_on", "2026-01-31", "ends_on: '2026", "is '2026-01-31', before it starts", "from 2026-02"),
        ("courses.0.prerequisites.0.competency", "trusts", "competency: trusts", "is unknown: 'trusts'", f"perhaps trust; {KNOWN}"),
        ("courses.0.prerequisites.0.level", 5, "level: 5", "is 5", "a whole number from 1 to 4"),
        ("courses.0.serves.0.competency", "law", "competency: law", "is unknown: 'law'", KNOWN),
        ("courses.0.serves.0.to_level", 1, "to_level: 1", "is 1", "a level from 2 to 4"),
        ("courses.0.modules.0.serves.0.from_level", 3, "to_level: 2\n    source", "is 2", "a level from 4 to 4"),
        ("courses.0.modules.0.serves.0.competency", "law", "competency: law", "is unknown: 'law'", KNOWN),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_refused_with_line_and_reason(
    tmp_path: Path, where: str, value: object, line: str, wrong: str, allowed: str
) -> None:
    source = written(changed(catalogue(), where, value))
    path = write(catalogue_path(tmp_path), source)

    with pytest.raises(DocumentError) as caught:
        read_catalogue(path, KEYS)

    (problem,) = caught.value.problems
    assert (problem.line, problem.wrong) == (
        source[: source.rindex(line)].count("\n") + 1,
        wrong,
    )
    assert problem.allowed == allowed


def test_files_beside_one_another_share_no_key_and_no_flagship(
    tmp_path: Path,
) -> None:
    first = read_catalogue(write(catalogue_path(tmp_path), catalogue()), KEYS)
    other = course_file("other", course("second"), course("own", is_flagship=True))
    path = write(tmp_path / "courses" / "other.yaml", other)

    with pytest.raises(DocumentError) as caught:
        read_catalogue(path, KEYS, [first])

    assert [(p.where, p.wrong) for p in caught.value.problems] == [
        ("courses.0.key", "repeats 'second' of open.yaml"),
        ("courses.1.is_flagship", "is a second flagship beside mooc of open.yaml"),
    ]
    assert len(read_catalogue(path, KEYS).courses) == 2


def test_equal_modules_of_one_course_are_refused(tmp_path: Path) -> None:
    data = catalogue()
    data["courses"][0]["modules"] *= 2
    path = write(catalogue_path(tmp_path), data)

    with pytest.raises(DocumentError) as caught:
        read_catalogue(path, KEYS)

    (problem,) = caught.value.problems
    assert problem.where == "courses.0.modules.1.key"
    assert problem.wrong == "repeats 'm1' of courses.0.modules.0"


def test_the_schema_closes_every_mapping() -> None:
    schema: dict[str, Any] = catalogue_schema()

    shapes = [schema, *schema["$defs"].values()]
    closed = [one for one in shapes if one.get("type") == "object"]

    assert all(one["additionalProperties"] is False for one in closed)


SOURCE = written(catalogue())


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    at=st.integers(0, len(SOURCE) - 1),
    character=st.characters(exclude_categories=["Cs"]) | st.just(""),
)
def test_no_corruption_of_one_character_escapes(
    tmp_path: Path, at: int, character: str
) -> None:
    source = SOURCE[:at] + character + SOURCE[at + 1 :]
    path = write(catalogue_path(tmp_path), source)

    try:
        value: object = read_catalogue(path, KEYS)
    except DocumentError as error:
        value = error.problems[0]

    assert isinstance(value, (Catalogue, FileProblem))
