"""A dashboard as the content of the printable report (``files/report.typ``)."""

from collections.abc import Sequence
from typing import Any

from app.insights.domain.changes import ChangeRow
from app.insights.domain.tallies import MARKS, Tally
from app.insights.pages.context import Row, Scene, by_domain
from app.insights.pages.words import (
    CATEGORY_TITLES,
    LOOKING_BACK,
    LOOKING_BACK_MEANS,
    MORE_NEEDED,
    NOT_SHOWN,
    Words,
)
from app.web.rendering import write_date
from app.web.sentences import N_

PRINTED = 5
"""Priorities in the report: those that a minister reads."""


def draw_report(scene: Scene, *, footer: str) -> dict[str, Any]:
    """Return texts, written numbers and places of points.

    Args:
        scene: What the page shows.
        footer: Where it comes from.
    """
    words, view = scene.words, scene.view
    cohort, institution = scene.reached.cohort, scene.reached.institution
    dates = (cohort.starts_on, cohort.ends_on)
    first, last = (write_date(each, words.language) for each in dates)  # type: ignore[arg-type]  # Babel takes days, too
    fictitious = words.say(N_("Fictitious people")) if cohort.is_fictitious else ""
    return {
        "language": str(words.language),
        "direction": words.language.direction,
        "title": cohort.name,
        "subtitle": f"{institution.name_in(words.language)} · {first} – {last}",
        "fictitious": fictitious,
        "footer": footer,
        "whose": _whose(scene),
        "funnel": {
            "title": words.say(N_("Taking part")),
            "steps": [
                {
                    "title": words.step(step.name),
                    "share": step.share,
                    "text": words.say(NOT_SHOWN)
                    if step.people is None
                    else f"{words.number(step.people)} · {words.percent(step.share)}",
                }
                for step in scene.funnel
            ],
        },
        "heats": _heats(scene) if view.dashboard.people else [],
        "domains": _domains(scene),
        "priorities": _priorities(scene),
        "changes": _changes(scene),
        "looking_back": _looking_back(scene),
    }


def _whose(scene: Scene) -> str:
    words, view = scene.words, scene.view
    people = words.number(view.dashboard.people)
    parts = [f"{words.say(N_('People in the results'))}: {people}"]
    if view.dashboard.released_at:
        day = write_date(view.dashboard.released_at, words.language)
        parts.append(f"{words.say(N_('As of'))}: {day}")
    if view.lens.role_key:
        parts.append(f"{words.say(N_('Role'))}: {words.role(view.lens.role_key)}")
    if view.lens.attribute:
        value = words.value(view.lens.attribute, view.lens.value)
        parts.append(f"{words.trait(view.lens.attribute)}: {value}")
    return " · ".join(parts)


def _heats(scene: Scene) -> list[dict[str, Any]]:
    words, view = scene.words, scene.view
    name, people = words.say(N_("Competency")), words.say(N_("People"))
    levels = view.framework.levels
    scale = (
        words.say(N_("? don’t know")),
        words.say(N_("— not part of the work, or not answered")),
        words.say(N_("0 none of it yet")),
        *(f"{each.rank} {each.title.in_language(words.language)}" for each in levels),
    )
    return [
        {
            "title": words.say(N_("Where people stand")),
            "caption": " · ".join(scale),
            "header": [name, *MARKS, people],
            "rows": _rows(view.dashboard.levels, scene, width=len(MARKS), marks=True),
        },
        {
            "title": words.say(N_("Distance to the target")),
            "caption": "",
            "header": [name, *(words.say(each) for each in CATEGORY_TITLES), people],
            "rows": _rows(
                view.dashboard.gaps, scene, width=len(CATEGORY_TITLES), marks=False
            ),
        },
    ]


def _rows(
    rows: Sequence[Row], scene: Scene, *, width: int, marks: bool
) -> list[dict[str, Any]]:
    words = scene.words
    drawn: list[dict[str, Any]] = []
    for domain, found in by_domain(rows, scene.view.framework):
        drawn.append({"title": words.domain(domain), "cells": []})
        for row in found:
            people = _cell(words.number(row.people) if row.tally else "–")
            cells: list[dict[str, Any]] = _cells(
                row.tally, words, width=width, marks=marks
            )
            title = words.competency(row.competency)
            drawn.append({"title": title, "cells": [*cells, people]})
    return drawn


def _cells(
    tally: Tally | None, words: Words, *, width: int, marks: bool
) -> list[dict[str, Any]]:
    if tally is None:
        return [_cell(words.say(MORE_NEEDED), width=width)]
    return [
        _cell(
            words.number(span.people),
            width=span.width,
            tone=span.tone,
            mark=span.mark if marks and span.width > 1 else "",
        )
        for span in tally.spans
    ]


def _cell(
    text: str, *, width: int = 1, tone: int = 0, mark: str = ""
) -> dict[str, Any]:
    return {"text": text, "width": width, "tone": tone, "mark": mark}


def _domains(scene: Scene) -> dict[str, Any]:
    words = scene.words
    return {
        "title": words.say(N_("By domain")),
        "rows": [
            {
                "title": words.domain(row.domain),
                "share": row.share.low,
                "text": words.percent(row.share.low),
            }
            for row in scene.view.dashboard.domains
            if row.targets
        ],
    }


def _priorities(scene: Scene) -> dict[str, Any]:
    words = scene.words
    header = (
        "",
        words.say(N_("Competency")),
        "",
        words.say(N_("Score")),
        words.say(N_("Would serve")),
    )
    rows = [
        {
            "rank": str(rank),
            "title": words.competency(each.competency),
            "low": each.interval.low / 100,
            "middle": each.score / 100,
            "high": each.interval.high / 100,
            "text": f"{words.number(each.score)} "
            f"({words.number(each.interval.low)}–{words.number(each.interval.high)})",
            "courses": " · ".join(
                course.title for course in scene.courses[each.competency]
            ),
        }
        for rank, each in enumerate(scene.view.dashboard.priorities[:PRINTED], 1)
    ]
    return {
        "title": words.say(N_("Training priorities")),
        "caption": words.say(
            N_(
                "People below the target × size of the gap × weight of the competency. The dot is the score, the bar its 95 percent interval, from 0 to 100."
            )
        ),
        "header": header,
        "rows": rows,
    }


def _looking_back(scene: Scene) -> dict[str, Any]:
    words = scene.words
    return {
        "title": words.say(LOOKING_BACK),
        "note": "",
        "caption": words.say(LOOKING_BACK_MEANS),
        "header": _change_header(words),
        "rows": _change_rows(scene.view.dashboard.looking_back, words),
    }


def _changes(scene: Scene) -> dict[str, Any]:
    words = scene.words
    return {
        "title": words.say(N_("Before and after")),
        "note": words.wait(scene.view.dashboard.changes_wait),
        "caption": words.say(
            N_(
                "How many more of a hundred of the same people reach the level their role asks for, with its 95 percent interval."
            )
        ),
        "header": _change_header(words),
        "rows": _change_rows(scene.view.dashboard.changes, words),
    }


def _change_header(words: Words) -> tuple[str, ...]:
    return (
        words.say(N_("Competency")),
        words.say(N_("From fewer to more")),
        words.say(N_("More of a hundred at the target")),
        words.say(N_("People")),
    )


def _change_rows(changes: Sequence[ChangeRow], words: Words) -> list[dict[str, Any]]:
    rows = []
    for row in changes:
        shown: dict[str, Any] = {"title": words.competency(row.competency)}
        shown["shown"] = False
        shown["people"] = words.number(row.people)
        shown["text"] = words.say(MORE_NEEDED)
        if row.mean and row.interval:
            text = (
                f"{words.signed(row.mean.middle)} "
                f"({words.signed(row.interval.low)} … {words.signed(row.interval.high)})"
            )
            unclear = words.say(N_("no clear change"))
            shown |= {
                "shown": True,
                "low": max(0.0, (row.interval.low + 100) / 200),
                "middle": (row.mean.middle + 100) / 200,
                "high": min(1.0, (row.interval.high + 100) / 200),
                "text": text if row.is_clear else f"{unclear} · {text}",
            }
        rows.append(shown)
    return rows
