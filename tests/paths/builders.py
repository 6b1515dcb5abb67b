"""Units, gaps and whole random cases for the tests and the bench of paths."""

from random import Random

from app.paths.domain.values import Budget, Gain, Gap, Requirement, Unit

COMPETENCIES = tuple(f"c{number:02}" for number in range(19))
COURSES = 60
UNITS = 200
MEGABYTES_PER_HOUR = 150


def unit(key: str, *gains: str, **changes: object) -> Unit:
    """Build a unit of one hour and 100 MB; a gain reads ``"competency:from-to"``."""
    values: dict[str, object] = {
        "key": key,
        "course": key,
        "hours": 1.0,
        "megabytes": 100,
        "gains": tuple(gain(text) for text in gains),
        "needs": (),
        "after": (),
        "is_flagship": False,
        "order": 0,
    }
    return Unit(**{**values, **changes})  # type: ignore[arg-type]  # test data


def gain(text: str) -> Gain:
    """Read ``"ethics:0-2"``."""
    competency, levels = text.split(":")
    first, last = levels.split("-")
    return Gain(competency=competency, from_level=int(first), to_level=int(last))


def gap(competency: str, level: int = 0, target: int = 2, weight: int = 1) -> Gap:
    """Build a gap of two levels."""
    return Gap(competency=competency, level=level, target=target, weight=weight)


def random_case(seed: int) -> tuple[tuple[Gap, ...], tuple[Unit, ...], Budget]:
    """Draw a catalogue of 60 courses in 200 units, a learner and her budget.

    Sizes follow DESIGN.md: most courses have three or four modules that follow one
    another, some modules ask for a level of another competency, the first course is
    the flagship, and half of the learners count their megabytes.
    """
    random = Random(seed)  # noqa: S311  # test data
    gaps = tuple(
        Gap(
            competency=competency,
            level=random.choices(range(4), (6, 8, 4, 1))[0],
            target=random.choices(range(1, 5), (2, 6, 6, 2))[0],
            weight=random.randint(1, 3),
        )
        for competency in COMPETENCIES
    )
    sizes = _course_sizes(random)
    units = tuple(
        module
        for course, size in enumerate(sizes)
        for module in _course(random, course, size)
    )
    hours = random.choice((20.0, 30.0, 40.0, 60.0, 80.0))
    megabytes = random.choice((None, round(hours * 100)))
    return gaps, units, Budget(hours=hours, megabytes=megabytes)


def _course_sizes(random: Random) -> list[int]:
    sizes = [random.choices((1, 3, 4), (1, 3, 4))[0] for _ in range(COURSES)]
    while sum(sizes) != UNITS:
        index = random.randrange(COURSES)
        sizes[index] = max(1, sizes[index] + (1 if sum(sizes) < UNITS else -1))
    return sizes


def _course(random: Random, course: int, size: int) -> list[Unit]:
    """Draw a course pitched at one level, whose modules follow one another."""
    topics = random.sample(COMPETENCIES, 4)
    pitch = random.choices(range(3), (5, 4, 2))[0]
    megabytes_per_hour = random.choice((15, 150, 150, 150, 150))
    modules: list[Unit] = []
    for number in range(size):
        hours = random.randint(3, 24) / 4
        modules.append(
            Unit(
                key=f"course-{course:02}/{number}",
                course=f"course-{course:02}",
                hours=hours,
                megabytes=round(hours * megabytes_per_hour),
                gains=tuple(
                    _gain(random, topic, pitch)
                    for topic in random.sample(topics, random.randint(1, 3))
                ),
                needs=_needs(random),
                after=(modules[-1].key,) if modules and random.random() < 0.8 else (),
                is_flagship=course == 0,
                order=course * 10 + number,
            )
        )
    return modules


def _gain(random: Random, competency: str, pitch: int) -> Gain:
    """Most modules start at the pitch of their course, some one level off it."""
    start = min(2, max(0, pitch + random.choices((-1, 0, 1), (1, 5, 2))[0]))
    return Gain(
        competency=competency,
        from_level=start,
        to_level=min(3, start + random.choices((1, 2), (4, 1))[0]),
    )


def _needs(random: Random) -> tuple[Requirement, ...]:
    if random.random() < 0.85:
        return ()
    return (
        Requirement(
            competency=random.choice(COMPETENCIES), level=random.choice((1, 1, 2))
        ),
    )
