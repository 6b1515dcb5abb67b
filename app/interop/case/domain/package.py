"""A framework as CASE 1.1 says it: one document for each version and language."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.frameworks.domain import Competency, Framework, Kind, RoleProfile
from app.interop.case.domain.edition import Edition, Node, activity_key, type_of
from app.interop.case.domain.rubric import write_rubric
from app.kernel.text import SOURCE_LANGUAGE, LocalizedText

TYPES: Mapping[str, tuple[str, str]] = {
    "domain": ("1", "A group of competencies."),
    "competency": ("2", "Something a person can do."),
    "attitude": ("3", "How a person tends to act; levels say how often."),
    "role": ("4", "A role in public service, made of activities."),
    "activity": ("5", "Something people in a role really do."),
}
"""Item types: place in the hierarchy, and what they are. Codes of ours, in English."""
GROUPINGS: Mapping[str, str] = {
    "requires": "The origin is built before the destination.",
    "related": "The two help each other.",
    "needs": "The activity asks for a level of the competency; the level and its "
    "weight (1 useful, 2 important, 3 decisive) are in extensions.masar.",
}


def build_package(edition: Edition, *, older: Framework | None = None) -> Node:
    """Write one edition as a CASE package (``CFPackage``).

    Args:
        edition: What to write.
        older: The version before it; its parts are said to be replaced by ours.
    """
    framework = edition.framework
    return {
        "CFDocument": _document(edition),
        "CFItems": list(_items(edition)),
        "CFAssociations": [
            *_tree(edition),
            *_relations(edition),
            *_translations(edition),
            *(_successions(edition, older) if older else ()),
        ],
        "CFDefinitions": _definitions(edition),
        "CFRubrics": [write_rubric(edition)] if framework.levels else [],
    }


def _document(edition: Edition) -> Node:
    framework = edition.framework
    texts = {"title": framework.title, "description": framework.description}
    source = framework.source
    return edition.node("CFDocuments", "document") | {
        "caseVersion": "1.1",
        "frameworkType": "CompetencyFramework",
        "creator": "Masar",
        "publisher": "Masar",
        "title": edition.say(framework.title),
        "description": edition.say(framework.description),
        "officialSourceURL": source.url,
        "language": str(edition.language),
        "version": framework.version,
        "adoptionStatus": "Adopted",
        "statusStartDate": edition.changed_at.date().isoformat(),
        "subject": [edition.say(one.title) for one in framework.domains],
        "subjectURI": [
            edition.link("CFSubjects", edition.say(one.title), "subject", one.key)
            for one in framework.domains
        ],
        "licenseURI": edition.link("CFLicenses", source.licence, "licence"),
        "extensions": edition.masar(
            texts,
            key=framework.key,
            source={
                "title": source.title,
                "retrieved": source.retrieved,
                "licence_is_confirmed": source.licence_is_confirmed,
            },
            provenance=framework.provenance,
        ),
    }


def _items(edition: Edition) -> Iterator[Node]:
    framework = edition.framework
    for place, domain in enumerate(framework.domains, start=1):
        texts = {
            "title": domain.title,
            "short_title": domain.short_title,
            "description": domain.description,
        }
        yield _item(edition, "domain", domain.key, domain.official_id, texts) | {
            "abbreviatedStatement": edition.say(domain.short_title),
            "listEnumeration": str(place),
            "extensions": edition.masar(
                texts,
                key=domain.key,
                official_id=domain.official_id,
                provenance=domain.provenance,
            ),
        }
    for competency in framework.competencies:
        yield _competency(edition, competency)
    for role in framework.roles:
        yield from _role(edition, role)


def _item(
    edition: Edition,
    type_: str,
    key: str,
    code: str | None,
    texts: Mapping[str, LocalizedText],
) -> Node:
    item = edition.node("CFItems", type_, key) | {
        "fullStatement": edition.say(texts["title"]),
        "humanCodingScheme": code or key,
        "CFItemType": type_,
        "CFItemTypeURI": edition.link("CFItemTypes", type_, "type", type_),
        "language": str(texts["title"].language_shown(edition.language)),
        "licenseURI": edition.link(
            "CFLicenses", edition.framework.source.licence, "licence"
        ),
    }
    if "description" in texts:
        item["notes"] = edition.say(texts["description"])
    return item


def _competency(edition: Edition, competency: Competency) -> Node:
    type_ = type_of(competency)
    texts = {"title": competency.title, "description": competency.description}
    item = _item(edition, type_, competency.key, competency.official_id, texts)
    item["extensions"] = edition.masar(
        texts,
        key=competency.key,
        official_id=competency.official_id,
        provenance=competency.provenance,
    )
    for domain in edition.framework.domains:
        if domain.key == competency.domain:
            title = edition.say(domain.title)
            item["subject"] = [title]
            item["subjectURI"] = [
                edition.link("CFSubjects", title, "subject", domain.key)
            ]
    return item


def _role(edition: Edition, role: RoleProfile) -> Iterator[Node]:
    texts = {"title": role.title, "description": role.description}
    yield _item(edition, "role", role.key, None, texts) | {
        "extensions": edition.masar(
            texts,
            key=role.key,
            fallback=role.is_fallback,
            provenance=role.provenance,
        )
    }
    for activity in role.activities:
        key = activity_key(role, activity)
        only = {"title": activity.title}
        yield _item(edition, "activity", key, None, only) | {
            "extensions": edition.masar(only, key=activity.key)
        }


def _association(
    edition: Edition, type_: str, origin: Node, destination: Node, *, mark: str = ""
) -> Node:
    parts = ("association", type_, mark, origin["identifier"])
    node = edition.node("CFAssociations", *parts, destination["identifier"])
    return node | {
        "associationType": type_,
        "originNodeURI": origin | {"targetType": "CASE"},
        "destinationNodeURI": destination | {"targetType": "CASE"},
    }


def _document_link(edition: Edition) -> Node:
    title = edition.say(edition.framework.title)
    return edition.link("CFDocuments", title, "document")


def _tree(edition: Edition) -> Iterator[Node]:
    """Say what is a child of what, in reading order."""
    framework, links = edition.framework, edition.item_links()
    document = _document_link(edition)
    children: list[tuple[Node, Node]] = [
        (links["domain", one.key], document) for one in framework.domains
    ]
    for competency in framework.competencies:
        if competency.kind is Kind.ATTITUDE:
            children.append((links["attitude", competency.key], document))
        elif competency.domain is not None:
            parent = links["domain", competency.domain]
            children.append((links["competency", competency.key], parent))
    for role in framework.roles:
        parent = links["role", role.key]
        children.append((parent, document))
        children += [
            (links["activity", activity_key(role, one)], parent)
            for one in role.activities
        ]
    for place, (child, parent) in enumerate(children, start=1):
        yield _association(edition, "isChildOf", child, parent) | {
            "sequenceNumber": place
        }


def _relations(edition: Edition) -> Iterator[Node]:
    """Say what is built before what, what is related, and what activities need."""
    competencies, links = edition.competency_links(), edition.item_links()
    for competency in edition.framework.competencies:
        own = competencies[competency.key]
        for place, key in enumerate(competency.requires):
            yield _grouped(
                edition, "requires", "precedes", (competencies[key], own), place=place
            )
        for place, key in enumerate(competency.related):
            yield _grouped(
                edition, "related", "isRelatedTo", (own, competencies[key]), place=place
            )
    for role in edition.framework.roles:
        for activity in role.activities:
            origin = links["activity", activity_key(role, activity)]
            for place, need in enumerate(activity.needs):
                ends = (origin, competencies[need.competency])
                facts = {"level": need.level, "weight": need.weight}
                yield _grouped(
                    edition, "needs", "isRelatedTo", ends, place=place, **facts
                )


def _grouped(
    edition: Edition,
    group: str,
    type_: str,
    ends: tuple[Node, Node],
    *,
    place: int,
    **facts: object,
) -> Node:
    association = _association(edition, type_, *ends, mark=group)
    return association | {
        "sequenceNumber": place + 1,
        "CFAssociationGroupingURI": edition.link(
            "CFAssociationGroupings", group, "grouping", group
        ),
        "extensions": {"masar": {"relation": group, **facts}},
    }


def _translations(edition: Edition) -> Iterator[Node]:
    """Point from each part to the English one it translates."""
    if edition.language is SOURCE_LANGUAGE:
        return
    source = edition.translated(SOURCE_LANGUAGE)
    pairs = [(_document_link(edition), _document_link(source))]
    pairs += zip(
        edition.item_links().values(), source.item_links().values(), strict=True
    )
    for ours, theirs in pairs:
        yield _association(edition, "isTranslationOf", ours, theirs)


def _successions(edition: Edition, older: Framework) -> Iterator[Node]:
    """Point from each part of the older version to what replaces it in this one."""
    before = edition.of(older)
    yield _association(
        edition, "replacedBy", _document_link(before), _document_link(edition)
    )
    links = edition.item_links()
    for name, link in before.item_links().items():
        if name in links:
            yield _association(edition, "replacedBy", link, links[name])


def _definitions(edition: Edition) -> Node:
    framework = edition.framework
    used = {item["CFItemType"] for item in _items(edition)}
    return {
        "CFConcepts": [],
        "CFSubjects": [
            edition.node("CFSubjects", "subject", one.key)
            | {
                "title": edition.say(one.title),
                "description": edition.say(one.description),
                "hierarchyCode": str(place),
            }
            for place, one in enumerate(framework.domains, start=1)
        ],
        "CFLicenses": [
            edition.node("CFLicenses", "licence")
            | {
                "title": framework.source.licence,
                "description": framework.source.title,
                "licenseText": framework.source.licence,
            }
        ],
        "CFItemTypes": [
            edition.node("CFItemTypes", "type", type_)
            | {
                "title": type_,
                "typeCode": type_,
                "hierarchyCode": code,
                "description": description,
            }
            for type_, (code, description) in TYPES.items()
            if type_ in used
        ],
        "CFAssociationGroupings": [
            edition.node("CFAssociationGroupings", "grouping", group)
            | {"title": group, "description": description}
            for group, description in GROUPINGS.items()
        ],
    }


def by_identifier(
    packages: Iterable[Mapping[str, Any]],
) -> dict[str, dict[str, tuple[Node, Node]]]:
    """Lay out packages to be looked up.

    Returns:
        By kind (``CFItems`` …) and identifier: the object and its document.
    """
    found: dict[str, dict[str, tuple[Node, Node]]] = {}
    for package in packages:
        document = package["CFDocument"]
        parts = {"CFDocuments": [document], **package["CFDefinitions"]}
        for kind in ("CFItems", "CFAssociations", "CFRubrics"):
            parts[kind] = package[kind]
        for kind, nodes in parts.items():
            place = found.setdefault(kind, {})
            place.update({each["identifier"]: (each, document) for each in nodes})
    return found
