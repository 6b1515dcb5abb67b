"""What a path says in words, in the language they are written in."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from app.catalogue.domain import Course, Delivery
from app.paths.schemas import write_path
from tests.paths.catalogues import EN, FR, course, draw, runs

OPEN, GOVERNED = course("a", "open-data:0-3"), course("b", "data-governance:0-2")
HALF = course("a", "open-data:0-2")
FLAGSHIP = course("f", "open-data:0-1", is_flagship=True)
TIE_BREAK = (
    "our tie-break: the UNESCO and Oxford course first, then fewer hours, then fewer "
    "megabytes."
)


def step(*courses: Course, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401 -- any wish
    """Return the first step of a path, as it is sent."""
    document = orjson.loads(write_path(draw(*courses, **wanted), EN))
    first: dict[str, Any] = document["steps"][0]
    return first


INSTEAD = {
    "all": (
        [OPEN],
        "Without it, nothing takes its place, and no gap would become smaller.",
    ),
    "nothing": (
        [OPEN, GOVERNED],
        (
            "Without it, nothing takes its place: 3 of the 5 levels that your path closes "
            "would stay open."
        ),
    ),
    "less": (
        [OPEN, course("b", "open-data:0-2", hours=9)],
        "Next best: “b”. Your path would then close one level fewer, of 3.",
    ),
    "lighter": (
        [HALF, replace(GOVERNED, hours=34)],
        (
            "Without it, your path would close levels that count less for your role. What "
            "would come in then: “b”."
        ),
    ),
    "longer": (
        [OPEN, replace(OPEN, key="b", title="b", hours=7.5)],
        "Next best: “b”. It closes as much, but takes 1.5 h more.",
    ),
    "same": (
        [OPEN, replace(OPEN, key="b", title="b")],
        f"Next best: “b”. It closes as much; this one was chosen by {TIE_BREAK}",
    ),
    "spare": (
        [FLAGSHIP, OPEN],
        f"Without it, the other steps close as much. It is here by {TIE_BREAK}",
    ),
}


@pytest.mark.parametrize("case", INSTEAD)
def test_alternative_says_what_the_path_would_be_without_a_step(case: str) -> None:
    courses, sentence = INSTEAD[case]

    assert step(*courses)["alternative"]["sentence"] == sentence


def test_alternative_counts_the_levels_lost() -> None:
    lost = {
        case: step(*courses)["alternative"]["levels_lost"]
        for case, (courses, _) in INSTEAD.items()
    }

    assert lost == {
        "all": 3,
        "nothing": 3,
        "less": 1,
        "lighter": 0,
        "longer": 0,
        "same": 0,
        "spare": 0,
    }


CHANGES: dict[str, tuple[list[Course], dict[str, Any], str, str]] = {
    "weeks": (
        [OPEN, course("b", "open-data:0-1", hours=5)],
        {"hours": 1},
        "weeks",
        (
            "With 5 weeks instead of 12 it would leave your path. What would come in then: "
            "“b”."
        ),
    ),
    "a week": (
        [OPEN],
        {"hours": 5, "weeks": 2},
        "weeks",
        "With one week instead of 2 it would leave your path.",
    ),
    "hours": (
        [OPEN],
        {"hours": 6.5, "weeks": 1},
        "hours_per_week",
        "With 5 h a week instead of 6.5 h it would leave your path.",
    ),
    "data": (
        [OPEN],
        {},
        "max_mb",
        "With at most 800 MB of data in all it would leave your path.",
    ),
    "any limit": (
        [replace(OPEN, delivery=Delivery.IN_PERSON)],
        {},
        "max_mb",
        (
            "With any limit on data it would leave your path: we cannot estimate its "
            "megabytes."
        ),
    ),
    "one language less": (
        [replace(OPEN, runs=runs("en"))],
        {"languages": (FR, EN)},
        "languages",
        "It would leave your path if you did not accept this language: English.",
    ),
    "one language more": (
        [HALF, replace(OPEN, key="b", title="b", runs=runs("en"))],
        {},
        "languages",
        (
            "It would leave your path if you accepted this language too: English. What "
            "would come in then: “b”."
        ),
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_change_says_what_would_make_a_step_leave(case: str) -> None:
    courses, wanted, setting, sentence = CHANGES[case]

    changes = step(*courses, **wanted)["changed_by"]

    assert [c["sentence"] for c in changes if c["setting"] == setting] == [sentence]


def test_first_change_is_said_first() -> None:
    found = step(OPEN)

    assert [change["setting"] for change in found["changed_by"]] == ["weeks", "max_mb"]
    assert found["change"] == found["changed_by"][0]["sentence"]


def test_step_that_nothing_moves_says_how_far_that_was_tried() -> None:
    tiny = course("a", "open-data:0-3", hours=0.003)

    found = step(tiny, max_mb=0)

    assert found["changed_by"] == []
    assert found["change"] == "It would stay in your path even with 3 h in all."


def test_step_of_which_nothing_is_known_to_change_it_says_nothing() -> None:
    tiny = course("a", "open-data:0-3", hours=0.003)

    found = step(tiny, max_mb=0, hours=0.5, weeks=1)

    assert (found["changed_by"], found["change"]) == ([], "")
