"""HTTP shapes of a framework: the tree, in one language."""

from pydantic import BaseModel, ConfigDict

from app.frameworks.domain import (
    Competency,
    Framework,
    Kind,
    Provenance,
    ProvenanceStatus,
    RoleProfile,
)
from app.kernel.text import Language, LocalizedText


class Shape(BaseModel):
    """Attribute docstrings become OpenAPI descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)


class ProvenanceOut(Shape):
    """Who stands behind a node."""

    status: ProvenanceStatus
    source: str
    """URL, or ``masar`` for what we wrote."""
    note: str | None


class SourceOut(Shape):
    """The document the framework builds on."""

    title: str
    url: str
    retrieved: str
    licence: str
    licence_is_confirmed: bool


class LevelOut(Shape):
    """One rung of the scale."""

    rank: int
    key: str
    title: str
    description: str
    attitude_title: str
    provenance: ProvenanceOut


class DescriptorOut(Shape):
    """What a person at one level does."""

    level: int
    does: str
    example: str
    provenance: ProvenanceOut


class CompetencyOut(Shape):
    """One competency or attitude."""

    key: str
    kind: Kind
    official_id: str | None
    title: str
    description: str
    requires: list[str]
    related: list[str]
    provenance: ProvenanceOut
    descriptors: list[DescriptorOut]


class DomainOut(Shape):
    """A domain with its competencies."""

    key: str
    official_id: str | None
    title: str
    description: str
    provenance: ProvenanceOut
    competencies: list[CompetencyOut]


class NeedOut(Shape):
    """The level an activity asks of a competency."""

    competency: str
    level: int
    weight: int


class ActivityOut(Shape):
    """Something people in a role really do."""

    key: str
    title: str
    needs: list[NeedOut]


class RoleOut(Shape):
    """A role profile; ``targets`` merges its activities."""

    key: str
    title: str
    description: str
    is_fallback: bool
    """The profile of those who are not sure of their role."""
    provenance: ProvenanceOut
    activities: list[ActivityOut]
    targets: list[NeedOut]


class FrameworkOut(Shape):
    """The whole tree of one version."""

    key: str
    version: str
    title: str
    description: str
    lang: Language
    source: SourceOut
    provenance: ProvenanceOut
    levels: list[LevelOut]
    domains: list[DomainOut]
    attitudes: list[CompetencyOut]
    roles: list[RoleOut]


class FrameworkSummaryOut(Shape):
    """One version in a list."""

    key: str
    version: str
    title: str
    description: str
    languages: list[Language]
    """Languages in which the title is there."""


class FrameworkListOut(Shape):
    """Published versions: by key, newest first."""

    items: list[FrameworkSummaryOut]
    next: str | None
    """Opaque; send it as ``after``. Null on the last page."""


def write_summary(framework: Framework, language: Language) -> FrameworkSummaryOut:
    """Return one version for a list."""
    return FrameworkSummaryOut(
        key=framework.key,
        version=framework.version,
        title=framework.title.in_language(language),
        description=framework.description.in_language(language),
        languages=sorted(framework.title.texts),
    )


def write_framework(framework: Framework, language: Language) -> FrameworkOut:
    """Return the tree with its texts in one language."""
    return _Writer(language).framework(framework)


class _Writer:
    def __init__(self, language: Language) -> None:
        self._language = language

    def _text(self, text: LocalizedText) -> str:
        return text.in_language(self._language)

    def _stand(self, provenance: Provenance) -> ProvenanceOut:
        note = provenance.note
        return ProvenanceOut(
            status=provenance.status,
            source=provenance.source,
            note=self._text(note) if note else None,
        )

    def framework(self, framework: Framework) -> FrameworkOut:
        written = [(c.domain, self._competency(c)) for c in framework.competencies]
        return FrameworkOut(
            key=framework.key,
            version=framework.version,
            title=self._text(framework.title),
            description=self._text(framework.description),
            lang=self._language,
            source=SourceOut.model_validate(framework.source),
            provenance=self._stand(framework.provenance),
            levels=[
                LevelOut(
                    rank=level.rank,
                    key=level.key,
                    title=self._text(level.title),
                    description=self._text(level.description),
                    attitude_title=self._text(level.attitude_title),
                    provenance=self._stand(level.provenance),
                )
                for level in framework.levels
            ],
            domains=[
                DomainOut(
                    key=domain.key,
                    official_id=domain.official_id,
                    title=self._text(domain.title),
                    description=self._text(domain.description),
                    provenance=self._stand(domain.provenance),
                    competencies=[c for key, c in written if key == domain.key],
                )
                for domain in framework.domains
            ],
            attitudes=[c for key, c in written if key is None],
            roles=[self._role(role) for role in framework.roles],
        )

    def _competency(self, competency: Competency) -> CompetencyOut:
        return CompetencyOut(
            key=competency.key,
            kind=competency.kind,
            official_id=competency.official_id,
            title=self._text(competency.title),
            description=self._text(competency.description),
            requires=list(competency.requires),
            related=list(competency.related),
            provenance=self._stand(competency.provenance),
            descriptors=[
                DescriptorOut(
                    level=rank,
                    does=self._text(descriptor.does),
                    example=self._text(descriptor.example),
                    provenance=self._stand(descriptor.provenance),
                )
                for rank, descriptor in competency.descriptors.items()
            ],
        )

    def _role(self, role: RoleProfile) -> RoleOut:
        return RoleOut(
            key=role.key,
            title=self._text(role.title),
            description=self._text(role.description),
            is_fallback=role.is_fallback,
            provenance=self._stand(role.provenance),
            activities=[
                ActivityOut(
                    key=activity.key,
                    title=self._text(activity.title),
                    needs=[NeedOut.model_validate(need) for need in activity.needs],
                )
                for activity in role.activities
            ],
            targets=[NeedOut.model_validate(need) for need in role.targets().values()],
        )
