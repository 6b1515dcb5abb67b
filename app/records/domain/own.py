"""What a learner did in Masar, as statements of the Experience API.

They are worked out anew each time, from what is kept anyway; the id of each follows
from what it is about, so a store that gets one twice keeps it once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from app.assessment.domain import Attempt
from app.catalogue.domain import Course
from app.frameworks.domain import Framework
from app.kernel.text import Language
from app.proficiency.domain import EvidenceSource, Observation, Outcome
from app.progress.domain.ledger import Entry
from app.records.domain import Json
from app.records.domain.formats import write_instant

NAMESPACE = UUID("5d0f8a3e-7f5c-4b61-9a55-0f6e2f4c8d10")
"""Ours: the ids of these statements are drawn from it (RFC 9562, version 5)."""
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
_ACTIVITIES = "http://adlnet.gov/expapi/activities"
_NO_TEXTS: Mapping[Language, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Whose statements these are, and where the things in them are found."""

    learner_id: UUID
    site: str
    """Where browsers reach this installation, without a slash at the end."""
    courses: Mapping[str, Course]
    frameworks: Mapping[str, Framework]
    """By key."""

    def assessed(self, attempts: Iterable[Attempt]) -> list[Json]:
        """Tell which self-assessments she handed in; nothing of what she answered."""
        return [
            self._tell(
                f"assessed:{each.attempt_id}",
                at=each.submitted_at,
                verb={"id": COMPLETED, "display": {"en": "completed"}},
                about=self._activity(
                    f"frameworks/{each.framework_key}/{each.framework_version}",
                    "assessment",
                    self._framework_name(each.framework_key),
                ),
                completion=True,
            )
            for each in attempts
            if each.submitted_at is not None
        ]

    def levelled(
        self, framework_key: str, evidence: Iterable[Observation]
    ) -> list[Json]:
        """Tell at which level she was seen, in each competency, and who says so."""
        return [
            self._tell(
                f"levelled:{framework_key}:{each.competency}:{each.source_ref}",
                at=each.observed_at,
                verb={"id": f"{self.site}/xapi/verbs/levelled"}
                | {"display": {"en": "was seen at a level"}},
                about=self._activity(
                    f"frameworks/{framework_key}/competencies/{each.competency}",
                    "objective",
                    self._competency_name(framework_key, each.competency),
                ),
                source=each.source,
                level=each.level,
            )
            for each in evidence
            if each.outcome is Outcome.LEVEL and each.level is not None
        ]

    def completed(self, entries: Iterable[Entry]) -> list[Json]:
        """Tell which courses and parts she has finished: of entries that count as done."""
        return [
            self._tell(
                f"completed:{each.ref}",
                at=each.occurred_at,
                verb={"id": COMPLETED, "display": {"en": "completed"}},
                about=self._course(each),
                source=each.source,
                completion=True,
            )
            for each in entries
        ]

    def _tell(  # noqa: PLR0913 -- the parts of a statement
        self,
        what: str,
        *,
        at: datetime | None,
        verb: Json,
        about: Json,
        source: EvidenceSource = EvidenceSource.SELF_DECLARED,
        level: int | None = None,
        completion: bool = False,
    ) -> Json:
        extensions: Json = {f"{self.site}/xapi/extensions/source": str(source)}
        if level is not None:
            extensions[f"{self.site}/xapi/extensions/level"] = level
        result = {"completion": True} if completion else {}
        # What may be said anew of the same thing is another statement: a store refuses
        # one whose id it knows with other words.
        said = f"{self.learner_id}:{what}:{source}:{level}:{at and at.isoformat()}"
        name = {"homePage": self.site, "name": str(self.learner_id)}
        return {
            "id": str(uuid5(NAMESPACE, said)),
            "actor": {"objectType": "Agent", "account": name},
            "verb": verb,
            "object": about,
            "result": {**result, "extensions": extensions},
            "context": {"platform": "Masar"},
            "timestamp": write_instant(at) if at else None,
        }

    def _activity(self, path: str, kind: str, name: Mapping[str, str]) -> Json:
        definition: Json = {"type": f"{_ACTIVITIES}/{kind}"}
        if name:
            definition["name"] = dict(name)
        return {
            "objectType": "Activity",
            "id": f"{self.site}/{path}",
            "definition": definition,
        }

    def _course(self, entry: Entry) -> Json:
        course = self.courses.get(entry.course_key)
        if entry.module_key is None:
            name = {course.title_language: course.title} if course else {}
            return self._activity(f"courses/{entry.course_key}", "course", name)
        part = f"courses/{entry.course_key}/modules/{entry.module_key}"
        return self._activity(part, "module", {})

    def _framework_name(self, key: str) -> dict[str, str]:
        framework = self.frameworks.get(key)
        return _texts(framework.title.texts) if framework else {}

    def _competency_name(self, framework_key: str, key: str) -> dict[str, str]:
        framework = self.frameworks.get(framework_key)
        found = framework.competencies if framework else ()
        titles = (each.title.texts for each in found if each.key == key)
        return _texts(next(titles, _NO_TEXTS))


def _texts(texts: Mapping[Language, str]) -> dict[str, str]:
    return {str(language): text for language, text in texts.items()}


def in_order(statements: Iterable[Json]) -> Sequence[Json]:
    """Return statements, the oldest first; always the same way."""
    return sorted(statements, key=lambda each: (each["timestamp"], each["id"]))
