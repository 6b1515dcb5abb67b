"""The objects of CASE 1.1, field by field.

Written from the information model and the REST binding of the standard,
https://www.imsglobal.org/spec/CASE/v1p1 . An unknown field is an error: what a test
reads with these shapes holds nothing that the standard does not know.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Uuid = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ),
]
Uri = Annotated[str, Field(pattern=r"^[a-z][a-z0-9+.-]*:\S+$")]
ASSOCIATION = (
    r"^(isChildOf|isPeerOf|isPartOf|exactMatchOf|precedes|isRelatedTo|replacedBy"
    r"|exemplar|hasSkillLevel|isTranslationOf|ext:[A-Za-z0-9._-]+)$"
)


class Shape(BaseModel):
    """One object of the standard."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class LinkURI(Shape):
    """Points to an object of CASE."""

    title: str
    identifier: Uuid
    uri: Uri


class LinkGenURI(Shape):
    """Points to an end of an association, in CASE or elsewhere."""

    title: str
    identifier: str
    uri: Uri
    targetType: Annotated[str, Field(pattern=r"^(CASE|ext:[A-Za-z0-9._-]+)$")] = "CASE"


class Node(Shape):
    """What every object has."""

    identifier: Uuid
    uri: Uri
    lastChangeDateTime: AwareDatetime
    extensions: dict[str, Any] | None = None


class PackageDocument(Node):
    """A framework in one language (``CFPckgDocument``)."""

    creator: str
    title: str
    caseVersion: Literal["1.1"] | None = None
    frameworkType: str | None = None
    officialSourceURL: Uri | None = None
    publisher: str | None = None
    description: str | None = None
    subject: list[str] | None = None
    subjectURI: list[LinkURI] | None = None
    language: str | None = None
    version: str | None = None
    adoptionStatus: str | None = None
    statusStartDate: date | None = None
    statusEndDate: date | None = None
    licenseURI: LinkURI | None = None
    notes: str | None = None


class Document(PackageDocument):
    """The same, with the way to its package (``CFDocument``)."""

    CFPackageURI: LinkURI


class PackageItem(Node):
    """A statement (``CFPckgItem``): a domain, a competency, a role or an activity."""

    fullStatement: str
    alternativeLabel: str | None = None
    CFItemType: str | None = None
    CFItemTypeURI: LinkURI | None = None
    humanCodingScheme: str | None = None
    listEnumeration: str | None = None
    abbreviatedStatement: str | None = None
    conceptKeywords: list[str] | None = None
    conceptKeywordsURI: LinkURI | None = None
    notes: str | None = None
    subject: list[str] | None = None
    subjectURI: list[LinkURI] | None = None
    language: str | None = None
    educationLevel: list[str] | None = None
    licenseURI: LinkURI | None = None
    statusStartDate: date | None = None
    statusEndDate: date | None = None


class Item(PackageItem):
    """The same, with the way to its document (``CFItem``)."""

    CFDocumentURI: LinkURI


class PackageAssociation(Node):
    """What one object is to another (``CFPckgAssociation``)."""

    associationType: Annotated[str, Field(pattern=ASSOCIATION)]
    originNodeURI: LinkGenURI
    destinationNodeURI: LinkGenURI
    sequenceNumber: int | None = None
    CFAssociationGroupingURI: LinkURI | None = None
    notes: str | None = None


class Association(PackageAssociation):
    """The same, with the way to its document (``CFAssociation``)."""

    CFDocumentURI: LinkURI | None = None


class AssociationGrouping(Node):
    """Associations that mean the same (``CFAssociationGrouping``)."""

    title: str
    description: str | None = None


class ItemType(Node):
    """A type of items (``CFItemType``)."""

    title: str
    description: str
    hierarchyCode: str
    typeCode: str | None = None


class Concept(Node):
    """A concept (``CFConcept``)."""

    title: str
    hierarchyCode: str
    keywords: str | None = None
    description: str | None = None


class Subject(Node):
    """A subject (``CFSubject``): a domain of the framework."""

    title: str
    hierarchyCode: str
    description: str | None = None


class License(Node):
    """A licence (``CFLicense``)."""

    title: str
    licenseText: str
    description: str | None = None


class RubricCriterionLevel(Shape):
    """What a person at one level does (``CFRubricCriterionLevel``)."""

    identifier: Uuid
    uri: Uri
    lastChangeDateTime: AwareDatetime
    description: str | None = None
    quality: str | None = None
    score: float | None = None
    feedback: str | None = None
    position: int | None = None
    rubricCriterionId: Uuid | None = None
    extensions: list[dict[str, Any]] | None = None


class RubricCriterion(Node):
    """One competency and its levels (``CFRubricCriterion``)."""

    category: str | None = None
    description: str | None = None
    CFItemURI: LinkURI | None = None
    weight: float | None = None
    position: int | None = None
    rubricId: Uuid | None = None
    CFRubricCriterionLevels: list[RubricCriterionLevel] | None = None


class Rubric(Node):
    """The scale of a framework (``CFRubric``)."""

    title: str | None = None
    description: str | None = None
    CFRubricCriteria: list[RubricCriterion] | None = None


class Definitions(Shape):
    """What the parts of a package refer to (``CFDefinition``)."""

    CFConcepts: list[Concept] | None = None
    CFSubjects: list[Subject] | None = None
    CFLicenses: list[License] | None = None
    CFItemTypes: list[ItemType] | None = None
    CFAssociationGroupings: list[AssociationGrouping] | None = None
    extensions: dict[str, Any] | None = None


class Package(Shape):
    """A whole framework in one language (``CFPackage``)."""

    CFDocument: PackageDocument
    CFItems: list[PackageItem] | None = None
    CFAssociations: list[PackageAssociation] | None = None
    CFDefinitions: Definitions | None = None
    CFRubrics: list[Rubric] | None = None
    extensions: dict[str, Any] | None = None


class DocumentSet(Shape):
    """A page of documents (``CFDocumentSet``)."""

    CFDocuments: list[Document]


class AssociationSet(Shape):
    """An item and its associations (``CFAssociationSet``)."""

    CFItem: Item
    CFAssociations: list[PackageAssociation]


class ConceptSet(Shape):
    """A concept, then those below it (``CFConceptSet``)."""

    CFConcepts: list[Concept]


class SubjectSet(Shape):
    """A subject, then those below it (``CFSubjectSet``)."""

    CFSubjects: list[Subject]


class ItemTypeSet(Shape):
    """An item type, then those below it (``CFItemTypeSet``)."""

    CFItemTypes: list[ItemType]


class CodeMinorField(Shape):
    """What was wrong with one part of a call."""

    imsx_codeMinorFieldName: str
    imsx_codeMinorFieldValue: Literal[
        "forbidden",
        "fullsuccess",
        "internal_server_error",
        "invalid_selection_field",
        "invalid_sort_field",
        "invalid_uuid",
        "server_busy",
        "unauthorised_request",
        "unknownobject",
    ]


class CodeMinor(Shape):
    """What was wrong, part by part."""

    imsx_codeMinorField: list[CodeMinorField]


class StatusInfo(Shape):
    """Why a call failed (``imsx_StatusInfo``)."""

    imsx_codeMajor: Literal["failure", "processing", "success", "unsupported"]
    imsx_severity: Literal["error", "status", "warning"]
    imsx_description: str | None = None
    imsx_codeMinor: CodeMinor | None = None


class _Loose(BaseModel):
    """Other systems' objects: what we need of them, whatever else they hold."""

    model_config = ConfigDict(extra="allow")


class AnyNode(_Loose):
    """An object that has a name."""

    identifier: str
    uri: str = ""


class AnyDocument(AnyNode):
    """A document that says what it is called."""

    title: str
    lastChangeDateTime: str


class AnyItem(AnyNode):
    """An item that says something."""

    fullStatement: str
    extensions: dict[str, Any] | None = None


class AnyAssociation(_Loose):
    """An association with two ends."""

    associationType: str
    originNodeURI: AnyNode
    destinationNodeURI: AnyNode
    sequenceNumber: int | None = None
    extensions: dict[str, Any] | None = None


class AnyLevel(AnyNode):
    """A level of a rubric."""

    score: float | None = None
    position: int | None = None


class AnyCriterion(_Loose):
    """A criterion of a rubric."""

    CFItemURI: AnyNode | None = None
    CFRubricCriterionLevels: list[AnyLevel] | None = None


class AnyRubric(_Loose):
    """A rubric."""

    CFRubricCriteria: list[AnyCriterion] | None = None
    extensions: dict[str, Any] | None = None


class AnyPackage(_Loose):
    """A package of another system, of CASE 1.0 or 1.1."""

    CFDocument: AnyDocument
    CFItems: list[AnyItem]
    CFAssociations: list[AnyAssociation] | None = None
    CFRubrics: list[AnyRubric] | None = None
