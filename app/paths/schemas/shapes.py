"""HTTP shapes of a path."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from app.catalogue.domain import Certificate, Cost
from app.kernel.text import Language
from app.paths.domain.plan import (
    MOST_HOURS_PER_WEEK,
    MOST_WEEKS,
    Choice,
    Preferences,
    Reason,
    Setting,
    Uncovered,
)

MOST_MEGABYTES = 1_000_000
Hours = Annotated[
    float,
    Field(ge=0.5, le=MOST_HOURS_PER_WEEK, allow_inf_nan=False),
    AfterValidator(lambda hours: round(hours * 4) / 4),
]
"""Hours a week, to the quarter."""
Weeks = Annotated[int, Field(ge=1, le=MOST_WEEKS)]
Megabytes = Annotated[int, Field(ge=0, le=MOST_MEGABYTES)]


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class PreferencesIn(Shape):
    """What a learner can spend on learning."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "hours_per_week": 3,
                    "weeks": 12,
                    "languages": ["fr", "en"],
                    "max_mb": 1000,
                }
            ]
        }
    )

    hours_per_week: Annotated[Hours, Strict()]
    weeks: Annotated[Weeks, Strict()]
    languages: list[Language] = Field(min_length=1, max_length=5)
    """Languages of courses she accepts, the preferred one first."""
    max_mb: Annotated[Megabytes, Strict()] | None = None
    """Megabytes for the whole path; null without a limit."""

    def to_domain(self) -> Preferences:
        """Return the values, each language once."""
        return Preferences(
            hours_per_week=self.hours_per_week,
            weeks=self.weeks,
            languages=tuple(dict.fromkeys(self.languages)),
            max_mb=self.max_mb,
        )


class PreferencesForm(PreferencesIn):
    """The same from a form, which sends numbers as text."""

    hours_per_week: Hours
    weeks: Weeks
    max_mb: Megabytes | None = None


class ChoiceIn(Shape):
    """What a learner says about one step."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "done"}]})

    choice: Literal["done", "aside", "back"]
    """``back`` takes an earlier word back."""

    def to_domain(self) -> Choice | None:
        """Return the choice, ``None`` for none."""
        return None if self.choice == "back" else Choice(self.choice)


class CloseOut(Shape):
    """Part of a gap that a step closes."""

    competency: str
    from_level: int
    to_level: int


class AlternativeOut(Shape):
    """The best plan without this step."""

    titles: list[str]
    """What would come in its place; may be empty."""
    levels_lost: int
    """Levels fewer that the path would then close; less than 0 for more."""
    sentence: str


class PreferencesOut(Shape):
    """What the plan was made for."""

    hours_per_week: float
    weeks: int
    languages: list[Language]
    max_mb: int | None


class ChangeOut(Shape):
    """A change of one wish by which a step would leave the path; it was computed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "setting": "weeks",
                    "preferences": {
                        "hours_per_week": 3,
                        "weeks": 10,
                        "languages": ["fr"],
                        "max_mb": None,
                    },
                    "titles": ["Les données ouvertes"],
                    "sentence": "With 10 weeks instead of 12 it would leave your path. "
                    "What would come in then: “Les données ouvertes”.",
                }
            ]
        }
    )

    setting: Setting
    """The only preference that differs."""
    preferences: PreferencesOut
    """Try them with `GET /api/v1/me/path`.

    Less time or data is the nearest that removes the step, in whole hours a week (and
    half an hour), whole weeks, and hundreds of megabytes.
    """
    titles: list[str]
    """What that path holds and this one does not; may be empty."""
    sentence: str


class StepOut(Shape):
    """One step of the path, in order."""

    key: str
    """``course`` or ``course/module``; name it to mark the step."""
    course: str
    module: str | None
    title: str
    title_lang: str
    provider: str
    url: str
    lang: str
    """ISO 639-1 code of the run proposed."""
    lang_name: str
    hours: float
    megabytes: int | None
    """Our estimate, 150 MB an hour; null where none is possible."""
    week: int
    """Week in which it begins, from 1."""
    week_end: int
    cost: Cost | None
    certificate: Certificate | None
    needs_selection: bool
    is_flagship: bool
    """The UNESCO and Oxford MOOC."""
    modules: list[str]
    """Titles of its modules or announced themes."""
    closes: list[CloseOut]
    reason: str
    """Why it is in the plan."""
    reason_code: Reason
    alternative: AlternativeOut
    change: str
    """What would change it: the first of `changed_by`, else how far it stays."""
    changed_by: list[ChangeOut]
    """What would make it leave: time, then data, then languages, one of each at most."""


class UncoveredOut(Shape):
    """Levels that the plan leaves open."""

    competency: str
    from_level: int
    to_level: int
    reason: Uncovered
    sentence: str


class MoreOut(Shape):
    """What one more hour a week would add."""

    hours_per_week: float
    sentence: str


class WiderOut(Shape):
    """What one more accepted language would add."""

    language: Language
    sentence: str


class UnitOut(Shape):
    """A step that was marked."""

    key: str
    title: str
    title_lang: str


class PathOut(Shape):
    """The best plan within the budget, and what it leaves open."""

    steps: list[StepOut]
    hours: float
    megabytes: int
    weeks: int
    closed_gap: int
    """Levels closed × weight: what no other plan within the budget exceeds."""
    total_gap: int
    """Levels × weight of all known gaps."""
    closed_levels: int
    total_levels: int
    closed_competencies: int
    """Competencies whose target the plan reaches."""
    gap_competencies: int
    uncovered: list[UncoveredOut]
    more: MoreOut | None
    wider: WiderOut | None
    done: list[UnitOut]
    """Marked as done by the learner; self-declared."""
    aside: list[UnitOut]
    preferences: PreferencesOut
