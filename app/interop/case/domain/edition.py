"""One version of a framework in one language: how its parts are named and linked.

Identifiers are UUIDs of version 5 (RFC 9562, 5.5) made from our own keys: the same on
every installation and after every restart. What CASE has no field for goes into
``extensions.masar``, so that ``app.interop.case.files`` can read everything back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from app.frameworks.domain import (
    Activity,
    Competency,
    Framework,
    Kind,
    Provenance,
    RoleProfile,
)
from app.kernel.text import Language, LocalizedText, TranslationState

Node: TypeAlias = dict[str, Any]
NAMESPACE = UUID("6f0c1a5e-9b7e-5c0a-8f3d-2f4c8f5d7a11")
"""Of all our identifiers; must never change."""
ROOT = "/ims/case/v1p1"


def identify(*parts: str) -> str:
    """Return the identifier of what our keys name.

    Example:
        >>> identify("unesco-ai-dt@1.0.0", "fr") == identify("unesco-ai-dt@1.0.0", "fr")
        True
    """
    return str(uuid5(NAMESPACE, "/".join(parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One version of a framework, in one language, at one address."""

    framework: Framework
    language: Language
    changed_at: datetime
    base: str
    """Address of the installation, without a slash at its end."""

    def name(self, *parts: str) -> str:
        """Return the identifier of a part of this edition."""
        return identify(self.framework.ref, self.language, *parts)

    def translated(self, language: Language) -> "Edition":
        """Return the same version in another language."""
        return replace(self, language=language)

    def of(self, framework: Framework) -> "Edition":
        """Return another version in the same language."""
        return replace(self, framework=framework)

    def at(self, kind: str, identifier: str) -> str:
        """Return the address of an object."""
        return f"{self.base}{ROOT}/{kind}/{identifier}"

    def link(self, kind: str, title: str, *parts: str) -> Node:
        """Point to a part of this edition (``LinkURI``)."""
        identifier = self.name(*parts)
        return {
            "title": title,
            "identifier": identifier,
            "uri": self.at(kind, identifier),
        }

    def node(self, kind: str, *parts: str) -> Node:
        """Begin an object: who it is, and since when it is so."""
        identifier = self.name(*parts)
        return {
            "identifier": identifier,
            "uri": self.at(kind, identifier),
            "lastChangeDateTime": self.changed_at.isoformat(timespec="seconds"),
        }

    def say(self, text: LocalizedText) -> str:
        """Return a text in this language, or in English where it has none."""
        return text.in_language(self.language)

    def masar(
        self,
        texts: Mapping[str, LocalizedText],
        provenance: Provenance | None = None,
        **facts: object,
    ) -> Node:
        """Say what CASE has no field for, and which texts are not translated.

        Args:
            texts: What the part says, by our name of the field.
            provenance: Who stands behind it.
            facts: What else belongs to it; ``None`` is left out.
        """
        texts = dict(texts)
        if provenance is not None:
            said = {"status": str(provenance.status), "source": provenance.source}
            if provenance.note is not None:
                said["note"] = self.say(provenance.note)
                texts["note"] = provenance.note
            facts["provenance"] = said
        states = {name: text.state(self.language) for name, text in texts.items()}
        facts["missing"] = [
            name for name, state in states.items() if state is TranslationState.MISSING
        ] or None
        facts["stale"] = {
            name: texts[name].follows.get(self.language, "")
            for name, state in states.items()
            if state is TranslationState.STALE
        } or None
        return {"masar": {k: v for k, v in facts.items() if v is not None}}

    def item_links(self) -> dict[tuple[str, str], Node]:
        """Point to every item, by type and key, in reading order."""
        framework = self.framework
        named = [("domain", one.key, one.title) for one in framework.domains]
        named += [(type_of(one), one.key, one.title) for one in framework.competencies]
        for role in framework.roles:
            named.append(("role", role.key, role.title))
            named += [
                ("activity", activity_key(role, one), one.title)
                for one in role.activities
            ]
        return {
            (type_, key): self.link("CFItems", self.say(title), type_, key)
            for type_, key, title in named
        }

    def competency_links(self) -> dict[str, Node]:
        """Point to every competency and attitude, by key."""
        links = self.item_links()
        return {
            one.key: links[type_of(one), one.key] for one in self.framework.competencies
        }


def type_of(competency: Competency) -> str:
    """Return the item type of a competency."""
    return "attitude" if competency.kind is Kind.ATTITUDE else "competency"


def activity_key(role: RoleProfile, activity: Activity) -> str:
    """Name an activity within its framework."""
    return f"{role.key}/{activity.key}"


def masar_of(node: Node) -> Node:
    """Return what Masar said in the extensions of an object; empty if nothing."""
    extensions = node.get("extensions")
    found = extensions.get("masar") if isinstance(extensions, dict) else None
    return found if isinstance(found, dict) else {}
