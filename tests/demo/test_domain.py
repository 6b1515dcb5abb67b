from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.demo.domain import (
    DEPARTMENTS,
    MARK,
    MINISTRY,
    RETURNING,
    ROLES,
    SPECIALIST,
    Person,
    Size,
    World,
    draw_people,
)
from app.frameworks.domain import Framework, Instrument
from app.insights.domain.participation import Stage
from app.kernel.text import Language
from tests.constants import NOON, SECRET

SEEDS = st.integers(0, 10**9)
KEYS = ("generative-ai", "trust", "open-data")
SMALL = Size(invited=70, members=60, returning=9, group=8, walking=2)


def draw(seed: int, size: Size = SMALL) -> list[Person]:
    return draw_people(Random(seed), KEYS, size=size, units=4)  # noqa: S311 -- told again, not a secret


@given(SEEDS)
def test_group_comes_first_and_shares(seed: int) -> None:
    people = draw(seed)

    assert len(people) == 60
    assert [person.in_group for person in people] == [True] * 8 + [False] * 52
    assert {(p.role_key, p.stage) for p in people[:8]} == {(SPECIALIST, Stage.SHARED)}
    assert all(person.name is None for person in people[8:])


@given(SEEDS)
def test_who_comes_again_has_shared_before(seed: int) -> None:
    again = [person for person in draw(seed) if person.later is not None]

    assert len(again) <= 9
    assert {(p.role_key, p.stage) for p in again} <= {(RETURNING, Stage.SHARED)}


@given(SEEDS)
def test_everybody_answers_everything_with_values_that_exist(seed: int) -> None:
    known = {*"01234", "unknown", "not_applicable"}
    sheets = [sheet for p in draw(seed) for sheet in (p.answers, p.later) if sheet]

    assert all(tuple(sheet) == KEYS for sheet in sheets)
    assert all(set(sheet.values()) <= known for sheet in sheets)


def test_people_are_believable() -> None:
    people = draw(1, Size(members=3000, returning=1000))
    again = [p for p in people if p.later is not None]
    shares = sum(p.stage is Stage.SHARED for p in people) / len(people)

    learnt = mean_change(again, "generative-ai")
    kept = mean_change(again, "trust")

    assert 0.83 < shares < 0.88
    assert 0.7 < learnt < 1
    assert -0.1 < kept < 0.1


def mean_change(people: list[Person], key: str) -> float:
    """Return the mean change on one competency, where both answers are levels."""
    changes = [
        int(p.later[key]) - int(p.answers[key])
        for p in people
        if p.later and p.later[key].isdigit() and p.answers[key].isdigit()
    ]
    return sum(changes) / len(changes)


def test_roles_and_competencies_are_the_frameworks(
    framework: Framework, instrument: Instrument
) -> None:
    people = draw_people(
        Random(1),  # noqa: S311 -- told again, not a secret
        [item.competency for item in instrument.items],
        size=SMALL,
        units=4,
    )

    assert set(ROLES) <= {role.key for role in framework.roles}
    assert set(people[0].answers) == {each.key for each in framework.competencies}


def test_every_name_is_there_in_five_languages() -> None:
    assert all(set(names) == set(Language) for names in (MARK, MINISTRY, *DEPARTMENTS))


def test_moments_lie_in_working_hours_between_their_days(
    framework: Framework, instrument: Instrument
) -> None:
    world = World(
        key=SECRET,
        chance=Random(1),  # noqa: S311 -- told again, not a secret
        now=NOON,
        framework=framework,
        instrument=instrument,
    )
    moments = [world.moment(5, 2) for _ in range(200)]

    assert {8 <= moment.hour < 17 for moment in moments} == {True}
    assert {(NOON.date() - m.date()).days for m in moments} == {2, 3, 4, 5}
