"""A dashboard as tables, for spreadsheets: the same numbers as on the page."""

from collections.abc import Iterable, Iterator, Sequence

from app.insights.domain.changes import ChangeRow
from app.insights.domain.tallies import MARKS, Tally
from app.insights.files.sheets import Cell, Sheet
from app.insights.pages.context import Scene
from app.insights.pages.words import (
    CATEGORY_TITLES,
    LOOKING_BACK,
    MORE_NEEDED,
    NOT_SHOWN,
    Words,
)
from app.web.rendering import write_date
from app.web.sentences import N_

COMPETENCY = N_("Competency")
PEOPLE = N_("People")
SHARE = N_("Share")
TOGETHER = N_("Counted together")


def draw_sheets(scene: Scene) -> list[Sheet]:
    """Return every panel of a dashboard as a table."""
    words = scene.words
    sheets = [
        _about(scene),
        _taking_part(scene),
        *_breakdowns(scene),
        _languages(scene),
        _levels(scene),
        _gaps(scene),
        _priorities(scene),
    ]
    dashboard = scene.view.dashboard
    if dashboard.changes:
        title = words.say(N_("Before and after"))
        sheets.append(_changes(words, title, dashboard.changes))
    if dashboard.looking_back:
        title = words.say(LOOKING_BACK)
        sheets.append(_changes(words, title, dashboard.looking_back))
    return sheets


def _about(scene: Scene) -> Sheet:
    words, dashboard = scene.words, scene.view.dashboard
    lens = scene.view.lens
    rows: list[tuple[Cell, Cell]] = [
        (
            words.say(N_("Institution")),
            scene.reached.institution.name_in(words.language),
        ),
        (words.say(N_("People in the results")), dashboard.people),
    ]
    if dashboard.changes_wait:
        rows.append(
            (words.say(N_("Before and after")), words.wait(dashboard.changes_wait))
        )
    if dashboard.released_at:
        day = write_date(dashboard.released_at, words.language)
        rows.append((words.say(N_("As of")), day))
    if lens.role_key:
        rows.append((words.say(N_("Role")), words.role(lens.role_key)))
    if lens.attribute:
        name = words.trait(lens.attribute)
        rows.append((name, words.value(lens.attribute, lens.value)))
    if scene.reached.cohort.is_fictitious:
        rows.append((words.say(N_("Fictitious people")), "✓"))
    cohort = scene.reached.cohort.name
    return Sheet(title=cohort, header=(words.say(N_("Cohort")), cohort), rows=rows)


def _taking_part(scene: Scene) -> Sheet:
    words = scene.words
    return Sheet(
        title=words.say(N_("Taking part")),
        header=("", words.say(PEOPLE), words.say(SHARE)),
        rows=[
            (words.step(step.name), step.people, step.share)
            if step.people is not None
            else (words.step(step.name), words.say(NOT_SHOWN), None)
            for step in scene.funnel
        ],
        share_columns=frozenset({2}),
    )


def _breakdowns(scene: Scene) -> Iterator[Sheet]:
    words = scene.words
    for trait, rows in scene.breakdowns.items():
        yield Sheet(
            title=words.trait(trait),
            header=(words.trait(trait), *(words.stage(s) for s in rows[0].counts)),
            rows=[
                (
                    words.value(trait, row.value),
                    *(
                        words.say(NOT_SHOWN) if n is None else n
                        for n in row.counts.values()
                    ),
                )
                for row in rows
            ],
        )


def _languages(scene: Scene) -> Sheet:
    words = scene.words
    return Sheet(
        title=words.trait("language"),
        header=(words.trait("language"), words.step("joined")),
        rows=[
            (
                words.value("language", code),
                words.say(NOT_SHOWN) if people is None else people,
            )
            for code, people in scene.speakers.items()
        ],
    )


def _spread(tally: Tally) -> list[Cell]:
    """Return one cell per column; of merged ones the first holds the number."""
    cells: list[Cell] = [None] * tally.size
    for span in tally.spans:
        cells[span.first] = span.people
    return cells


def _levels(scene: Scene) -> Sheet:
    words = scene.words
    rows: list[Sequence[Cell]] = []
    for row in scene.view.dashboard.levels:
        title = words.competency(row.competency)
        if row.tally is None:
            blank: list[Cell] = [None] * len(MARKS)
            rows.append((title, *blank, None, words.say(MORE_NEEDED)))
            continue
        merged = "  |  ".join(s.mark for s in row.tally.spans if s.width > 1)
        rows.append((title, *_spread(row.tally), row.people, merged))
    return Sheet(
        title=words.say(N_("Where people stand")),
        header=(
            words.say(COMPETENCY),
            *MARKS,
            words.say(PEOPLE),
            words.say(TOGETHER),
        ),
        rows=rows,
    )


def _gaps(scene: Scene) -> Sheet:
    words = scene.words
    titles = [words.say(each) for each in CATEGORY_TITLES]
    rows: list[Sequence[Cell]] = []
    for row in scene.view.dashboard.gaps:
        title = words.competency(row.competency)
        if row.tally is None:
            blank: list[Cell] = [None] * len(titles)
            rows.append((title, *blank, None, words.say(MORE_NEEDED)))
            continue
        merged = "  |  ".join(
            " + ".join(titles[s.first : s.last + 1])
            for s in row.tally.spans
            if s.width > 1
        )
        rows.append((title, *_spread(row.tally), row.people, merged))
    return Sheet(
        title=words.say(N_("Distance to the target")),
        header=(
            words.say(COMPETENCY),
            *titles,
            words.say(PEOPLE),
            words.say(TOGETHER),
        ),
        rows=rows,
    )


def _priorities(scene: Scene) -> Sheet:
    words = scene.words
    return Sheet(
        title=words.say(N_("Training priorities")),
        header=(
            words.say(N_("Rank")),
            words.say(COMPETENCY),
            words.say(N_("Score")),
            words.say(N_("Lower end")),
            words.say(N_("Upper end")),
            words.say(N_("Below the target, at least")),
            words.say(N_("Below the target, at most")),
            words.say(N_("Average gap")),
            words.say(N_("Average weight")),
            words.say(N_("Divided by")),
            words.say(PEOPLE),
            words.say(N_("Would serve")),
        ),
        rows=[
            (
                rank,
                words.competency(each.competency),
                round(each.score, 1),
                round(each.interval.low, 1),
                round(each.interval.high, 1),
                round(each.below.low),
                round(each.below.high),
                round(each.mean_gap, 2),
                round(each.mean_weight, 2),
                round(each.divisor, 2),
                each.people,
                "  |  ".join(c.title for c in scene.courses[each.competency]),
            )
            for rank, each in enumerate(scene.view.dashboard.priorities, 1)
        ],
    )


def _changes(words: Words, title: str, changes: Iterable[ChangeRow]) -> Sheet:
    return Sheet(
        title=title,
        header=(
            words.say(COMPETENCY),
            words.say(N_("More of a hundred at the target")),
            words.say(N_("Lower end")),
            words.say(N_("Upper end")),
            words.say(PEOPLE),
            "",
        ),
        rows=[
            (
                words.competency(row.competency),
                round(row.mean.middle, 1),
                round(row.interval.low, 1),
                round(row.interval.high, 1),
                row.people,
                None if row.is_clear else words.say(N_("no clear change")),
            )
            if row.mean and row.interval
            else (
                words.competency(row.competency),
                None,
                None,
                None,
                row.people,
                words.say(MORE_NEEDED),
            )
            for row in changes
        ],
    )
