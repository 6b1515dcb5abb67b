"""Other systems' frameworks as a draft of ours, with a report of what has no place here.

CASE says less than our files hold (levels in words, roles, five languages) and more
(any depth, any kind of association). What Masar wrote comes back whole; what others
wrote becomes a draft that an editor completes: ``masar check`` names what is missing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import yaml
from pydantic import ValidationError

from app.interop.case import schemas
from app.interop.case.domain.edition import Node, masar_of
from app.interop.case.domain.naming import slug
from app.interop.case.errors import UnreadablePackageError
from app.interop.case.files.scale import Scale
from app.interop.case.files.texts import Texts
from app.interop.case.files.tree import Keys, Tree

LARGEST = 32 * 1024 * 1024
"""Bytes of a package; ours have a fiftieth of it."""
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")
_UNKEPT = ("conceptKeywords", "educationLevel", "statusEndDate")
_DEEPEST = 2
"""A domain stands at 1, a competency at 2."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What became of some packages."""

    data: dict[str, Any]
    """A framework file, perhaps with gaps."""
    items: int
    """How many items the packages have in their first language."""
    lost: Counter[str]
    """What has no place in it, and how often."""

    def as_yaml(self) -> str:
        """Write it as a file of ``frameworks/``."""
        return yaml.dump(
            self.data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10**6
        )


class _Plain(yaml.SafeDumper):
    """Writes equal parts out each time."""

    def ignore_aliases(self, data: object) -> bool:  # type: ignore[explicit-override]  # PyYAML has no hints
        del data
        return True


def parse_package(content: bytes) -> Node:
    """Read a package from JSON; of CASE 1.0 too, which knows fewer fields.

    Raises:
        UnreadablePackageError: It is too large, no JSON, or no package.
    """
    if len(content) > LARGEST:
        raise UnreadablePackageError(most=f"{LARGEST // 1024**2} MB")
    try:
        package: Node = orjson.loads(content)
        schemas.AnyPackage.model_validate(package)
    except orjson.JSONDecodeError:
        raise UnreadablePackageError(reason="it is no JSON") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise UnreadablePackageError(where=where or "whole") from None
    return package


def draft_framework(packages: Sequence[Node]) -> Draft:
    """Turn the packages of one framework, one for each language, into a draft.

    Raises:
        UnreadablePackageError: There is none, two are of the same language, or they do
            not translate one another.
    """
    texts = Texts(packages)
    document = texts.source["CFDocument"]
    items = {each["identifier"]: each for each in texts.source["CFItems"]}
    tree, keys = Tree(texts.source, items), Keys(items.values())
    scale = Scale(texts, items)
    masar, version = masar_of(document), str(document.get("version", ""))
    data = {
        "key": masar.get("key") or slug(document["title"]) or "framework",
        "version": version if _VERSION.fullmatch(version) else "0.1.0",
        "title": texts.text(document, "title", "title"),
        "description": texts.text(document, "description", "description", "title"),
        "source": _source(texts, document),
        "provenance": texts.provenance(document),
        "levels": scale.levels(),
        "domains": [_domain(each, texts, keys) for each in tree.domains()],
        "competencies": list(_competencies(texts, tree, scale, keys)),
        "roles": list(_roles(texts, tree, keys)),
    }
    for item in items.values():
        if not masar_of(item):
            texts.lost.update(f"{name} of items" for name in _UNKEPT if item.get(name))
    return Draft(data, len(items), +(texts.lost + tree.lost))


def _source(texts: Texts, document: Node) -> dict[str, Any]:
    said = masar_of(document).get("source", {})
    day = str(document["lastChangeDateTime"])[:10]
    licence = document.get("licenseURI") or {}
    return {
        "title": said.get("title") or texts.line(document["title"]),
        "url": document.get("officialSourceURL") or document["uri"],
        "retrieved": said.get("retrieved") or day,
        "licence": licence.get("title") or "unknown",
        "licence_is_confirmed": said.get("licence_is_confirmed", False),
    }


def _domain(item: Node, texts: Texts, keys: Keys) -> dict[str, Any]:
    names = ("abbreviatedStatement", "fullStatement")
    domain = {
        "key": keys[item],
        "official_id": _official(item),
        "title": texts.text(item, "title", "fullStatement"),
        "short_title": texts.text(item, "short_title", *names),
        "description": texts.text(item, "description", "notes", "fullStatement"),
        "provenance": texts.provenance(item),
    }
    return _without_none(domain)


def _official(item: Node) -> object:
    masar = masar_of(item)
    return masar.get("official_id") if masar else item.get("humanCodingScheme")


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _competencies(
    texts: Texts, tree: Tree, scale: Scale, keys: Keys
) -> Iterator[dict[str, Any]]:
    for item, domain in tree.competencies():
        is_attitude = bool(masar_of(item)) and item.get("CFItemType") == "attitude"
        before, beside = tree.relations(item)
        competency = {
            "key": keys[item],
            "kind": "attitude" if is_attitude else None,
            "domain": keys[domain] if domain else None,
            "official_id": _official(item),
            "title": texts.text(item, "title", "fullStatement"),
            "description": texts.text(item, "description", "notes", "fullStatement"),
            "requires": [keys[each] for each in before],
            "related": [keys[each] for each in beside],
            "provenance": texts.provenance(item),
            **scale.descriptors(item),
        }
        if tree.depth(item) > _DEEPEST:
            texts.lost["places below a competency: the item stands beside it now"] += 1
        yield _without_none(competency)


def _roles(texts: Texts, tree: Tree, keys: Keys) -> Iterator[dict[str, Any]]:
    for item in tree.of_type("role"):
        role = {
            "key": keys[item],
            "title": texts.text(item, "title", "fullStatement"),
            "description": texts.text(item, "description", "notes"),
            "fallback": masar_of(item).get("fallback") or None,
            "provenance": texts.provenance(item),
            "activities": [
                {
                    "key": keys[activity],
                    "title": texts.text(activity, "title", "fullStatement"),
                    "needs": [
                        {"competency": keys[end], **facts}
                        for end, facts in tree.needs(activity)
                    ],
                }
                for activity in tree.children(item)
            ],
        }
        yield _without_none(role)
