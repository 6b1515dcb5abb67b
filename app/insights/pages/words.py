"""What dashboards call things: one place for pages, spreadsheets and reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.frameworks.domain import Framework
from app.insights.domain.changes import Wait
from app.insights.domain.intervals import Bounds
from app.kernel.text import Language
from app.web.rendering import write_number
from app.web.sentences import N_, label

TRAITS: Mapping[str, str] = {
    "role": N_("Role"),
    "unit": N_("Unit"),
    "grade": N_("Grade"),
    "gender": N_("Gender"),
    "country": N_("Country"),
    "language": N_("Language"),
}
VALUES: Mapping[str, str] = {
    "support": N_("Support and operations"),
    "officer": N_("Officer"),
    "specialist": N_("Specialist or expert"),
    "manager": N_("Manager"),
    "executive": N_("Senior executive"),
    "woman": N_("Woman"),
    "man": N_("Man"),
    "other": N_("Another"),
    "": N_("Not said"),
}
"""Grades and genders."""
STEPS: Mapping[str, str] = {
    "invited": N_("Invited or joined"),
    "joined": N_("Joined"),
    "started": N_("Started"),
    "submitted": N_("Submitted"),
    "shared": N_("Shared their result"),
    "path": N_("Looked at their learning path"),
    "step": N_("Say they have done a step"),
}
STAGES: Mapping[str, str] = {
    "joined": N_("Joined, not started"),
    "started": N_("Started, not submitted"),
    "submitted": N_("Submitted, not shared"),
    "shared": N_("Shared"),
}
CATEGORY_TITLES = (
    N_("Level not known"),
    N_("Two or more below"),
    N_("One below"),
    N_("Target reached"),
)
"""Of ``gaps.CATEGORIES``."""
NOT_SHOWN = N_("not shown")
MORE_NEEDED = N_("More people are needed")
LOOKING_BACK = N_("Before and after, looking back")
LOOKING_BACK_MEANS = N_(
    "The same, but with the first result as these people see it today. Whoever learns measures herself by more, and memory is not exact: read it beside the table above."
)
WAITS = {
    Wait.NOTHING_KEPT: N_(
        "People came again, but the first results here were already shown among the levels. What changed cannot be shown beside them: it would give away the few who did not come again. For the next cohort, choose to keep first results for before and after."
    ),
    Wait.MORE_PEOPLE: N_(
        "What changed is shown once enough of the people whose first results are kept for it have come again."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Names in one language."""

    language: Language
    framework: Framework
    names: Mapping[str, Mapping[str, str]]
    """Of units and countries, by trait and value."""

    def say(self, message: str) -> str:
        """Translate a text marked with ``N_``."""
        return label(message, self.language)

    def trait(self, trait: str) -> str:
        """Return the name of a trait."""
        return self.say(TRAITS[trait])

    def value(self, trait: str, value: str) -> str:
        """Return the name of a value of a trait; empty is “not said”."""
        if not value or trait in {"grade", "gender"}:
            return self.say(VALUES[value]) if value in VALUES else value
        if trait == "role":
            return self.role(value)
        if trait == "language":
            return Language(value).own_name
        return self.names[trait].get(value, value)

    def role(self, key: str) -> str:
        """Return the title of a role; the key of one that the framework has not."""
        for role in self.framework.roles:
            if role.key == key:
                return role.title.in_language(self.language)
        return key

    def competency(self, key: str) -> str:
        """Return the title of a competency."""
        return self.framework.competency(key).title.in_language(self.language)

    def domain(self, key: str | None) -> str:
        """Return the title of a domain; ``None`` are the attitudes."""
        for domain in self.framework.domains:
            if domain.key == key:
                return domain.title.in_language(self.language)
        return self.say(N_("Attitudes"))

    def step(self, name: str) -> str:
        """Return the name of a bar of the funnel."""
        return self.say(STEPS[name])

    def stage(self, stage: str) -> str:
        """Return how far people are who are in a stage."""
        return self.say(STAGES[stage])

    def wait(self, wait: Wait | None) -> str:
        """Say why nothing is shown of what changed; empty: nothing waits."""
        return self.say(WAITS[wait]) if wait else ""

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number."""
        rounded = round(value, digits)
        return write_number(rounded if digits else int(rounded), self.language)

    def signed(self, value: float) -> str:
        """Write a change, with its sign."""
        return f"{'+' if value > 0 else ''}{self.number(value)}"

    def percent(self, share: float) -> str:
        """Write a share as a percentage."""
        return f"{round(share * 100)}%"

    def between(self, bounds: Bounds) -> str:
        """Write a number of people as far as it is known."""
        low, high = self.number(bounds.low), self.number(bounds.high)
        return low if low == high else f"{low}–{high}"
