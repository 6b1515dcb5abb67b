"""Plans of one learner for any preferences, each solved at most once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.catalogue.domain import Catalogue
from app.kernel.text import Language
from app.paths.domain.choice import choose, without
from app.paths.domain.plan import Choice, Offer, Preferences, list_offers
from app.paths.domain.values import Gap, Plan, Unit, minutes_of

Key = tuple[tuple[Language, ...], bool]
"""What the offers depend on: accepted languages, and whether data is limited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stays the same whatever a learner can spend: her gaps, what she has said."""

    gaps: tuple[Gap, ...]
    catalogue: Catalogue
    said: Mapping[str, Choice]
    plans: dict[Preferences, Plan] = field(default_factory=dict)
    """The plans solved so far."""
    _offers: dict[Key, dict[str, Offer]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Weighted levels of all gaps."""
        return sum(gap.weight * (gap.target - gap.level) for gap in self.gaps)

    def offers(self, preferences: Preferences) -> dict[str, Offer]:
        """Return what may be proposed: nothing spoken about, known data if limited."""
        is_limited = preferences.max_mb is not None
        key = preferences.languages, is_limited
        if key not in self._offers:
            found = list_offers(self.catalogue, preferences.languages)
            self._offers[key] = {
                unit_key: self._after_done(offer)
                for unit_key, offer in found.items()
                if unit_key not in self.said
                and (offer.megabytes is not None or not is_limited)
            }
        return self._offers[key]

    def _after_done(self, offer: Offer) -> Offer:
        """Let a module no longer wait for those that are done."""
        waits = tuple(
            key for key in offer.unit.after if self.said.get(key) is not Choice.DONE
        )
        return replace(offer, unit=replace(offer.unit, after=waits))

    def units(self, preferences: Preferences) -> list[Unit]:
        """Return the units of the offers."""
        return [offer.unit for offer in self.offers(preferences).values()]

    def plan(self, preferences: Preferences) -> Plan:
        """Return the best plan."""
        if preferences not in self.plans:
            units = self.units(preferences)
            self.plans[preferences] = choose(self.gaps, units, preferences.budget)
        return self.plans[preferences]

    def plan_without(self, preferences: Preferences, key: str) -> Plan:
        """Return the best plan that does not use one unit."""
        return without(self.gaps, self.units(preferences), preferences.budget, key)

    def holds(self, plan: Plan, preferences: Preferences) -> bool:
        """Whether a plan can still be had; best where there was more, it stays best.

        What can be had for less is a part of what can be had for more: a plan that is
        the best of the whole, and in the part, is the best of the part.
        """
        budget = preferences.budget
        minutes = sum(minutes_of(step.unit) for step in plan.steps)
        return (
            minutes <= round(budget.hours * 60)
            and (budget.megabytes is None or plan.megabytes <= budget.megabytes)
            and keys_of(plan) <= self.offers(preferences).keys()
        )

    def new_offers(
        self, plan: Plan, preferences: Preferences, known: Plan
    ) -> tuple[Offer, ...]:
        """Return what a plan for some preferences holds and another does not."""
        offers, old = self.offers(preferences), keys_of(known)
        return tuple(
            offers[step.unit.key] for step in plan.steps if step.unit.key not in old
        )


def keys_of(plan: Plan) -> set[str]:
    """Return the keys of the units in a plan."""
    return {step.unit.key for step in plan.steps}
