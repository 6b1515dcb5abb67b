"""The scale of a framework as a CASE rubric."""

from collections.abc import Iterator, Mapping

from app.frameworks.domain import Competency, Kind
from app.interop.case.domain.edition import Edition, Node, type_of


def write_rubric(edition: Edition) -> Node:
    """Write the scale: a criterion for each competency, a level for each rung."""
    framework, links = edition.framework, edition.competency_links()
    rubric = edition.node("CFRubrics", "rubric")
    return rubric | {
        "title": edition.say(framework.title),
        "CFRubricCriteria": [
            _criterion(edition, one, links[one.key], place=place)
            | {"rubricId": rubric["identifier"]}
            for place, one in enumerate(framework.competencies, start=1)
        ],
        "extensions": {"masar": {"levels": list(_scale(edition))}},
    }


def _scale(edition: Edition) -> Iterator[Node]:
    for level in edition.framework.levels:
        texts = {
            "title": level.title,
            "description": level.description,
            "attitude_title": level.attitude_title,
        }
        said: Mapping[str, object] = {
            name: edition.say(text) for name, text in texts.items()
        }
        facts = edition.masar(
            texts,
            rank=level.rank,
            key=level.key,
            provenance=level.provenance,
        )
        yield {**facts["masar"], **said}


def _criterion(
    edition: Edition, competency: Competency, link: Node, *, place: int
) -> Node:
    criterion = edition.node("CFRubrics", "criterion", competency.key)
    return criterion | {
        "category": type_of(competency),
        "description": edition.say(competency.title),
        "CFItemURI": link,
        "position": place,
        "CFRubricCriterionLevels": list(
            _criterion_levels(edition, competency, criterion["identifier"])
        ),
    }


def _criterion_levels(
    edition: Edition, competency: Competency, criterion: str
) -> Iterator[Node]:
    titles = {
        level.rank: level.attitude_title
        if competency.kind is Kind.ATTITUDE
        else level.title
        for level in edition.framework.levels
    }
    for rank, descriptor in competency.descriptors.items():
        texts = {"does": descriptor.does, "example": descriptor.example}
        facts = edition.masar(
            texts,
            example=edition.say(descriptor.example),
            provenance=descriptor.provenance,
        )
        yield edition.node("CFRubrics", "level", competency.key, str(rank)) | {
            "description": edition.say(descriptor.does),
            "quality": edition.say(titles[rank]),
            "score": float(rank),
            "position": rank,
            "rubricCriterionId": criterion,
            "extensions": [facts],
        }
