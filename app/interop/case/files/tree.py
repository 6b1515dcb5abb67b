"""How the items of a CASE package hang together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.interop.case.domain.edition import Node, masar_of
from app.interop.case.domain.naming import slug


class Keys:
    """Short names of items: ours, or made from what they are called."""

    def __init__(self, items: Iterable[Node]) -> None:
        self._keys: dict[str, str] = {}
        taken: set[str] = set()
        for item in items:
            name = item.get("abbreviatedStatement") or item["fullStatement"]
            base = masar_of(item).get("key") or slug(str(name)) or "item"
            key, number = base, 2
            while key in taken and not masar_of(item):
                key, number = f"{base}-{number}", number + 1
            taken.add(key)
            self._keys[item["identifier"]] = key

    def __getitem__(self, item: Node) -> str:
        """Return the short name of an item."""
        return self._keys[item["identifier"]]


class Tree:
    """What is a child of what, and what else is associated."""

    def __init__(self, package: Node, items: Mapping[str, Node]) -> None:
        self.items = items
        self.lost: Counter[str] = Counter()
        self._parents: dict[str, str] = {}
        self._before: dict[str, list[str]] = {}
        self._beside: dict[str, list[str]] = {}
        self._needs: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._order = {name: place for place, name in enumerate(items)}
        found = package.get("CFAssociations") or ()
        for each in sorted(found, key=lambda one: one.get("sequenceNumber") or 0):
            self._take(each)

    def _take(self, association: Node) -> None:
        origin = association["originNodeURI"]["identifier"]
        destination = association["destinationNodeURI"]["identifier"]
        type_, masar = association["associationType"], masar_of(association)
        are_ours = {origin, destination} <= self.items.keys()
        match type_:
            case "isTranslationOf" | "replacedBy":
                return
            case "isChildOf" if origin in self.items and origin not in self._parents:
                self._parents[origin] = destination
            case "precedes" if are_ours:
                self._before.setdefault(destination, []).append(origin)
            case "isRelatedTo" if are_ours and masar.get("relation") == "needs":
                facts = {"level": masar["level"], "weight": masar["weight"]}
                self._needs.setdefault(origin, []).append((destination, facts))
            case "isRelatedTo" | "isPeerOf" if are_ours:
                self._beside.setdefault(origin, []).append(destination)
            case _:
                self.lost[f"associations {type_}"] += 1

    def children(self, parent: Node) -> list[Node]:
        """Return what stands directly below an item."""
        name = parent["identifier"]
        return [
            self.items[one] for one, above in self._parents.items() if above == name
        ]

    def depth(self, item: Node) -> int:
        """Count the items above, the document included."""
        return len(self._above(item)) + 1

    def _above(self, item: Node) -> list[str]:
        """Return the items above one, the nearest first; a circle ends."""
        above: list[str] = []
        name = self._parents.get(item["identifier"])
        while name is not None and name in self.items and name not in above:
            above.append(name)
            name = self._parents.get(name)
        return above

    def of_type(self, *types: str) -> list[Node]:
        """Return the items of our own types."""
        return [
            each
            for each in self.items.values()
            if masar_of(each) and each.get("CFItemType") in types
        ]

    def domains(self) -> list[Node]:
        """Return what stands at the top and holds something, or says it is one."""
        parents = set(self._parents.values())
        return [
            each
            for name, each in self.items.items()
            if (
                each.get("CFItemType") == "domain"
                if masar_of(each)
                else not self._above(each) and name in parents
            )
        ]

    def competencies(self) -> Iterator[tuple[Node, Node | None]]:
        """Yield the rest, each with the domain it belongs to."""
        domains = {each["identifier"] for each in self.domains()}
        for name, item in self.items.items():
            if name in domains:
                continue
            if masar_of(item) and item.get("CFItemType") in {"role", "activity"}:
                continue
            top = next((one for one in reversed(self._above(item))), None)
            yield item, self.items[top] if top is not None and top in domains else None

    def relations(self, item: Node) -> tuple[list[Node], list[Node]]:
        """Return what is built before an item, and what is related."""
        name = item["identifier"]
        kept = {each["identifier"] for each, _ in self.competencies()}
        both = []
        for found in (self._before, self._beside):
            ends = list(dict.fromkeys(found.get(name, ())))
            inside = [self.items[one] for one in ends if one in kept and one != name]
            self.lost["relations that are not between competencies"] += len(ends) - len(
                inside
            )
            both.append(inside)
        return both[0], both[1]

    def needs(self, activity: Node) -> Iterator[tuple[Node, dict[str, Any]]]:
        """Yield what an activity needs."""
        for name, facts in self._needs.get(activity["identifier"], ()):
            yield self.items[name], facts
