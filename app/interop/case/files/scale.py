"""The levels of a framework, read from the rubrics of its packages."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.interop.case.domain.edition import Node, masar_of
from app.interop.case.domain.naming import slug
from app.interop.case.files.texts import Texts
from app.kernel.text import Language


class Scale:
    """The rungs, and what people on them do.

    Args:
        texts: Knows the packages and gathers their texts.
        items: The items of the first language, by identifier.
    """

    def __init__(self, texts: Texts, items: Mapping[str, Node]) -> None:
        self._texts = texts
        self._criteria: dict[str, list[tuple[Language, Node]]] = {}
        self._said: list[tuple[Language, list[Node]]] = []
        for language, package in texts.packages.items():
            for rubric in package.get("CFRubrics") or ():
                if said := masar_of(rubric).get("levels"):
                    self._said.append((language, said))
                for criterion in rubric.get("CFRubricCriteria") or ():
                    end = (criterion.get("CFItemURI") or {}).get("identifier", "")
                    name = texts.name(end)
                    if name in items:
                        place = self._criteria.setdefault(name, [])
                        place.append((language, criterion))
                    else:
                        texts.lost["rubric criteria of no item"] += 1

    def levels(self) -> list[dict[str, Any]]:
        """Return the rungs; what others call them, where Masar did not write them."""
        if self._said:
            return [self._level(versions) for versions in _side_by_side(self._said)]
        found = max(
            self._criteria.values(),
            key=lambda each: len(_rungs(each[0][1])),
            default=[],
        )
        ranked = [(code, _rungs(criterion)) for code, criterion in found]
        return [
            {
                "rank": rank,
                "key": slug(str(versions[0][1].get("quality", ""))) or f"level-{rank}",
                "title": self._texts.gather("title", _with(versions, "quality")),
                "description": {},
                "attitude_title": self._texts.gather(
                    "title", _with(versions, "quality")
                ),
                "provenance": {"status": "official", "source": versions[0][1]["uri"]},
            }
            for rank, versions in enumerate(_side_by_side(ranked), start=1)
        ]

    def _level(self, versions: list[tuple[Language, Node]]) -> dict[str, Any]:
        first = versions[0][1]
        as_nodes = [
            (code, {**said, "extensions": {"masar": said}}) for code, said in versions
        ]
        names = ("title", "description", "attitude_title")
        return {
            "rank": first["rank"],
            "key": first["key"],
            **{name: self._texts.gather(name, _with(as_nodes, name)) for name in names},
            "provenance": self._texts.stand(first["provenance"], as_nodes),
        }

    def descriptors(self, item: Node) -> dict[str, Any]:
        """Return what people at each level of an item do, and who says so."""
        criteria = self._criteria.get(item["identifier"], [])
        ranked = [(code, _rungs(criterion)) for code, criterion in criteria]
        found: dict[int, Any] = {}
        stand: dict[str, Any] | None = None
        for rank, versions in enumerate(_side_by_side(ranked), start=1):
            nodes = [(code, _said_by(level)) for code, level in versions]
            found[rank] = {
                "does": self._texts.gather(
                    "does", _with(nodes, "description", "quality")
                ),
                "example": self._texts.gather(
                    "example", _with(nodes, "example", "feedback")
                ),
            }
            said = masar_of(nodes[0][1]).get("provenance")
            stand = self._texts.stand(said, nodes) if said else stand
        source = {"status": "official", "source": item.get("uri", "")}
        return {"descriptor_provenance": stand or source, "descriptors": found}


def _rungs(criterion: Node) -> list[Node]:
    found = criterion.get("CFRubricCriterionLevels") or ()
    return sorted(found, key=lambda one: one.get("score") or one.get("position") or 0)


def _said_by(level: Node) -> Node:
    """Turn the list of extensions that levels have into the mapping others have."""
    extensions = level.get("extensions") or [{}]
    masar: Node = next((each["masar"] for each in extensions if "masar" in each), {})
    example = {"example": masar["example"]} if "example" in masar else {}
    return {**level, **example, "extensions": {"masar": masar}}


def _side_by_side(
    lists: Iterable[tuple[Language, list[Node]]],
) -> Iterator[list[tuple[Language, Node]]]:
    """Yield the first of each language, and so on."""
    columns = list(lists)
    for place in range(max((len(nodes) for _, nodes in columns), default=0)):
        yield [(code, nodes[place]) for code, nodes in columns if place < len(nodes)]


def _with(
    versions: Iterable[tuple[Language, Node]], *fields: str
) -> list[tuple[Language, Node, tuple[str, ...]]]:
    return [(code, node, fields) for code, node in versions]
