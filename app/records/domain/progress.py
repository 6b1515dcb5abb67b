"""What a statement means here: which course or module is done, and in what time."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.catalogue.domain import Course
from app.records.domain import Json

DONE = frozenset(
    {
        "http://adlnet.gov/expapi/verbs/completed",
        "http://adlnet.gov/expapi/verbs/passed",
        "https://w3id.org/xapi/adl/verbs/completed",
        "https://w3id.org/xapi/adl/verbs/passed",
    }
)
_OWN = re.compile(r"(?:/[a-z]{2})?/courses/([a-z0-9-]+)(?:/modules/([a-z0-9-]+))?/?")
_DURATION = re.compile(
    r"P(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?"
)
_MINUTES = (7 * 24 * 60, 24 * 60, 60, 1, 1 / 60)
LONGEST_MINUTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A course, or a module of one."""

    course_key: str
    module_key: str | None = None


Units = Mapping[str | Unit, Unit]
"""Every unit there is by itself, and courses by their addresses."""


def is_done(statement: Json) -> bool:
    """Whether somebody finished an activity: completed or passed, and not failed."""
    result = statement.get("result", {})
    return (
        statement["verb"]["id"] in DONE
        and statement["object"].get("objectType", "Activity") == "Activity"
        and result.get("completion") is not False
        and result.get("success") is not False
    )


def minutes_of(statement: Json) -> int | None:
    """Return the whole minutes it took; ``None`` where it does not say, or in months."""
    text = statement.get("result", {}).get("duration", "").replace(",", ".")
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    parts = zip(found.groups(), _MINUTES, strict=True)
    minutes = sum(float(number) * unit for number, unit in parts if number)
    return int(minutes) if minutes <= LONGEST_MINUTES else None


def read_unit(text: str) -> Unit:
    """Read ``course`` or ``course/module``, as forms and commands write it."""
    course_key, _, module_key = text.partition("/")
    return Unit(course_key=course_key, module_key=module_key or None)


def list_units(courses: Iterable[Course]) -> Units:
    """Return every course and module, and which course an address is of.

    An address that several courses share stands for none of them.
    """
    found: dict[str | Unit, Unit] = {}
    addresses: list[tuple[str, Unit]] = []
    for course in courses:
        whole = Unit(course_key=course.key)
        units = [Unit(course_key=course.key, module_key=m.key) for m in course.modules]
        found |= {each: each for each in (whole, *units)}
        own = {course.url, course.registration_url, *(run.url for run in course.runs)}
        addresses += [(each.rstrip("/"), whole) for each in own if each]
    shared = Counter(address for address, _ in addresses)
    return found | {name: unit for name, unit in addresses if shared[name] == 1}


def find_unit(
    activity_id: str, *, base: str, known: Units, mapped: Mapping[str, Unit]
) -> Unit | None:
    """Return which course or module an activity is.

    Args:
        activity_id: IRI of the activity.
        base: Address of this site.
        known: Of ``list_units``.
        mapped: What editors said, by activity id; it comes first.
    """
    if activity_id in mapped:
        return known.get(mapped[activity_id])
    own = _OWN.fullmatch(activity_id.removeprefix(base))
    if activity_id.startswith(f"{base}/") and own:
        return known.get(Unit(course_key=own[1], module_key=own[2]))
    return known.get(activity_id.rstrip("/"))
