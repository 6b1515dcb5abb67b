"""The texts of a framework, gathered from its packages in several languages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.interop.case.domain.edition import Node, masar_of
from app.interop.case.errors import UnreadablePackageError
from app.kernel.text import SOURCE_LANGUAGE, Language, fingerprint

LONGEST = 600
"""Letters of a text in our files."""
_BREAKS = re.compile("[ \\t-\\r\\x1c-\\x1f\\x85\u2028\u2029]+")
"""Blanks and line breaks; the narrow blanks that French needs stay."""
_ORDER = ("en", "fr", "ar", "pt", "es")
Version = tuple[Language, Node, Sequence[str]]
"""A language, what was said in it, and the fields that may hold a text."""


class Texts:
    """Knows what each item is called in each language.

    Args:
        packages: One for each language, each translating the same.

    Raises:
        UnreadablePackageError: There is none, two are of the same language, or they do
            not translate one another.
    """

    def __init__(self, packages: Sequence[Node]) -> None:
        self.packages = {_language_of(each): each for each in packages}
        if not packages or len(self.packages) != len(packages):
            raise UnreadablePackageError(reason="one package for each language")
        self.source = self.packages.get(SOURCE_LANGUAGE, packages[0])
        """The package whose items and associations count."""
        self.lost: Counter[str] = Counter()
        """What has no place in a draft, and how often."""
        self._names = dict(_translations(packages))
        self._said: dict[str, list[tuple[Language, Node]]] = {}
        for language, package in self.packages.items():
            self._listen(language, package)
        document = self.source["CFDocument"]["identifier"]
        if len(self._said[document]) != len(packages):
            raise UnreadablePackageError(reason="they do not translate one another")

    def _listen(self, language: Language, package: Node) -> None:
        nodes = [package["CFDocument"], *package["CFItems"]]
        known = {each["identifier"] for each in self.source["CFItems"]}
        known.add(self.source["CFDocument"]["identifier"])
        for node in nodes:
            name = self.name(node["identifier"])
            if name in known:
                self._said.setdefault(name, []).append((language, node))
            else:
                self.lost[f"items that only the {language} package has"] += 1

    def name(self, identifier: str) -> str:
        """Return the identifier of what something translates, or its own."""
        return self._names.get(identifier, identifier)

    def text(self, node: Node, ours: str, *theirs: str) -> dict[str, Any]:
        """Gather one text of an item in all languages.

        Args:
            node: The item, in the first language.
            ours: What we call the text.
            theirs: The fields that may hold it; the first that does counts.
        """
        versions = self._said[node["identifier"]]
        return self.gather(ours, [(code, each, theirs) for code, each in versions])

    def gather(self, ours: str, versions: Iterable[Version]) -> dict[str, Any]:
        """Put a text side by side in its languages, as our files have it."""
        texts: dict[str, str] = {}
        follows: dict[str, str] = {}
        stale: dict[str, str] = {}
        for language, node, fields in versions:
            masar = masar_of(node)
            said = next((node[one] for one in fields if node.get(one)), None)
            if said is None or ours in masar.get("missing", ()):
                continue
            texts[str(language)] = self.line(said)
            if ours in masar.get("stale", {}):
                stale[str(language)] = masar["stale"][ours]
        english = texts.get(str(SOURCE_LANGUAGE))
        for code in texts:
            if code != SOURCE_LANGUAGE and english is not None:
                follows[code] = stale.get(code, fingerprint(english))
        ordered: dict[str, Any] = {
            code: texts[code] for code in _ORDER if code in texts
        }
        marks = {code: mark for code, mark in follows.items() if mark}
        if marks:
            is_one = len(marks) == len(Language) - 1 and len(set(marks.values())) == 1
            ordered["follows"] = next(iter(marks.values())) if is_one else marks
        return ordered

    def line(self, text: object) -> str:
        """Return a text on one line, as long as our files allow."""
        line = _BREAKS.sub(" ", str(text)).strip()
        if len(line) > LONGEST:
            self.lost[f"ends of texts with more than {LONGEST} letters"] += 1
            line = line[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
        return line

    def provenance(self, node: Node) -> dict[str, Any]:
        """Say who stands behind an item: what it says itself, or its publisher."""
        said = masar_of(node).get("provenance")
        if said is None:
            return {"status": "official", "source": node.get("uri", "")}
        return self.stand(said, self._said[node["identifier"]])

    def stand(
        self, said: Node, versions: Iterable[tuple[Language, Node]]
    ) -> dict[str, Any]:
        """Read who stands behind a part, with the note in all languages."""
        provenance = {"status": said["status"], "source": said["source"]}
        if "note" in said:
            notes = []
            for language, each in versions:
                masar = masar_of(each)
                note = {**masar.get("provenance", {}), "extensions": {"masar": masar}}
                notes.append((language, note, ("note",)))
            provenance["note"] = self.gather("note", notes)
        return provenance


def _language_of(package: Node) -> Language:
    code = str(package["CFDocument"].get("language") or "en").lower()[:2]
    if code not in set(Language):
        raise UnreadablePackageError(reason=f"the language {code!r}, which is not ours")
    return Language(code)


def _translations(packages: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """Yield what translates something, and what it translates."""
    for package in packages:
        for each in package.get("CFAssociations") or ():
            if each["associationType"] == "isTranslationOf":
                origin = each["originNodeURI"]["identifier"]
                yield origin, each["destinationNodeURI"]["identifier"]
