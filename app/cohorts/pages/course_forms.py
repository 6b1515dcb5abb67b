"""A course as a form in four steps: fields become the data of a course file, and back.

A field is named by its path in the data (``runs.0.starts_on``), so what is wrong with
the data names the field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from babel import Locale

from app.catalogue.domain.own import make_key
from app.cohorts.errors import UnknownChoiceError
from app.cohorts.files.courses import read_number
from app.kernel.text import Language
from app.kernel.yaml import FileProblem

Fields = Mapping[str, list[str]]
Course = dict[str, Any]
LONGEST = 4000
MORE_ROWS = 2
"""Empty rows below those that are filled."""
MOST_ROWS = 15
LANGUAGES = (
    *("ar", "en", "es", "fr", "pt", "am", "ff", "ha", "ig", "ln", "mg", "om"),
    *("rw", "sn", "so", "sw", "wo", "xh", "yo", "zu"),
)
"""Offered to choose from; a file may name any."""


class FormStep(StrEnum):
    """The parts of a course, one page each."""

    ABOUT = "about"
    RUNS = "runs"
    MODULES = "modules"
    LEVELS = "levels"


_OWNED: Mapping[FormStep, Sequence[str]] = {
    FormStep.ABOUT: (
        *("title", "title_language", "provider", "url", "registration_url", "hours"),
        *("hours_are_approximate", "delivery", "cost", "certificate", "audience"),
        *("needs_selection", "seats", "licence", "note", "sources"),
    ),
    FormStep.RUNS: ("runs",),
    FormStep.MODULES: ("modules",),
    FormStep.LEVELS: ("serves", "prerequisites"),
}
"""What each step may change."""
_NUMBERS = re.compile(r".*\b(hours|seats|level|from_level|to_level)")
_PATH = re.compile(r"[a-z_]+(\.([a-z_]+|[0-9]{1,2}))*")
_ANSWERS = ("hours_are_approximate", "needs_selection")


def following(step: FormStep) -> FormStep | None:
    """Return the step after one; ``None`` after the last."""
    steps = list(FormStep)
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def read_step(form: Fields, step: FormStep) -> Course:
    """Return what was typed into one step, as data; rows without anything are left out.

    Raises:
        UnknownChoiceError: A field is longer than any text of a course.
    """
    typed: Course = {}
    for name, values in form.items():
        text = values[0].strip()
        if not _PATH.fullmatch(name) or name.partition(".")[0] not in _OWNED[step]:
            continue
        if len(text) > LONGEST or "\x00" in text:
            raise UnknownChoiceError(field=name, allowed=f"0 – {LONGEST}")
        if text:
            _put(typed, name.split("."), _value(name, text))
    found = {name: _listed(value) for name, value in typed.items()}
    for name in _ANSWERS:
        if name in _OWNED[step]:
            found[name] = name in found
    if "sources" in found:
        lines = str(found["sources"]).splitlines()
        found["sources"] = [line.strip() for line in lines if line.strip()]
    return found


def _put(into: Course, path: Sequence[str], value: object) -> None:
    for part in path[:-1]:
        inner = into.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        into = inner
    into[path[-1]] = value


def _value(name: str, text: str) -> object:
    return read_number(text) if _NUMBERS.fullmatch(name) else text


def _listed(value: object) -> Any:  # noqa: ANN401 -- JSON
    """Turn what has numbers for keys into a list; a hidden key alone is no row."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    if not all(key.isdigit() for key in inner):
        return inner
    return [
        inner[key]
        for key in sorted(inner, key=int)
        if not isinstance(inner[key], dict) or set(inner[key]) - {"key"}
    ]


def merge(course: Course, typed: Course, step: FormStep) -> Course:
    """Return a course with one step of it as it was typed."""
    kept = {name: v for name, v in course.items() if name not in _OWNED[step]}
    merged = {**kept, **typed}
    url = str(merged.get("url", ""))
    if step is FormStep.ABOUT:
        merged.setdefault("sources", [url] if url else [])
        if "note" in typed:
            merged["note"] = _text(typed["note"], course.get("note"))
    if step is FormStep.MODULES:
        before = {each["key"]: each for each in course.get("modules", ())}
        modules = typed.get("modules", [])
        merged["modules"] = [_module(each, before, modules, url) for each in modules]
    return merged


def _module(
    typed: Course, before: Mapping[str, Course], modules: Sequence[Course], url: str
) -> Course:
    """Keep of a module what the form does not show; give a new one its key."""
    known = before.get(typed.get("key", ""), {})
    title = _text(typed.get("title", {}), known.get("title"))
    named = next(iter(title.values()), "") if isinstance(title, dict) else ""
    taken = {*before, *(each.get("key") for each in modules)}
    key = known.get("key") or _free(make_key("", str(named)) or "module", taken)
    typed["key"] = key
    hidden = {n: v for n, v in known.items() if n in {"is_announced_theme", "source"}}
    return {"source": url, **hidden, **typed, "title": title}


def _free(key: str, taken: Iterable[object]) -> str:
    used = set(taken)
    key = key[:60]
    numbered = (f"{key}-{number}" for number in range(2, 100))
    return (
        key if key not in used else next(each for each in numbered if each not in used)
    )


def _text(typed: object, before: object) -> Any:  # noqa: ANN401 -- JSON
    """Keep the marks of translations while the texts stay the same."""
    if isinstance(before, dict) and isinstance(typed, dict):
        plain = {name: value for name, value in before.items() if name != "follows"}
        return before if plain == typed else typed
    return typed


def new_course(typed: Course, *, institution_key: str, key: str, today: str) -> Course:
    """Return a new course from its first step, with what nobody is asked for."""
    return {
        "key": key or make_key(institution_key, str(typed.get("title", ""))),
        "url_kind": "course_page",
        "verification": "provider",
        "checked_on": today,
        **merge({}, typed, FormStep.ABOUT),
    }


def problems_by_field(problems: Iterable[FileProblem]) -> dict[str, FileProblem]:
    """Return what is wrong by the name of the field; the first of each."""
    found: dict[str, FileProblem] = {}
    for each in problems:
        found.setdefault(each.where.removeprefix("courses.0."), each)
    return found


def rows_of(course: Course, name: str) -> list[Course]:
    """Return the rows of a part, with a few empty ones below."""
    rows = [row for row in course.get(name) or () if isinstance(row, dict)]
    empty = min(MORE_ROWS, max(0, MOST_ROWS - len(rows)))
    return [*rows, *({} for _ in range(empty))]


def language_names(language: Language, *codes: object) -> dict[str, str]:
    """Return names of languages by code: those offered, and those in use."""
    names = Locale.parse(str(language)).languages
    every = dict.fromkeys((*LANGUAGES, *(str(code) for code in codes if code)))
    return {code: names.get(code, code) for code in every}
