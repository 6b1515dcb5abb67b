"""``/ims/case/v1p1``: frameworks for systems that read CASE (REST binding of CASE 1.1).

Everything here is public and is only read.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from app.interop.case import schemas
from app.interop.case.domain.edition import ROOT, Node
from app.interop.case.domain.selection import (
    Selection,
    read_selection,
    select_documents,
)
from app.interop.case.errors import CaseCallError, InvalidUuidError, UnknownObjectError
from app.interop.case.queries import Shelf, get_shelf
from app.kernel.database import ReadDep
from app.web.routes import Route

MAX_AGE_S = 300
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DISCOVERY = "/discovery/imscasev1p1_openapi3_v1p0.json"


class CaseRoute(Route):
    """Answers what goes wrong in the words of the standard."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except CaseCallError as error:
                return _status_info(error)

        return answer


router = APIRouter(prefix=ROOT, route_class=CaseRoute, tags=["CASE 1.1"])


def _status_info(error: CaseCallError) -> Response:
    info = schemas.StatusInfo(
        imsx_codeMajor="failure",
        imsx_severity="error",
        imsx_description=error.description,
        imsx_codeMinor=schemas.CodeMinor(
            imsx_codeMinorField=[
                schemas.CodeMinorField.model_validate(
                    {
                        "imsx_codeMinorFieldName": error.field,
                        "imsx_codeMinorFieldValue": error.minor,
                    }
                )
            ]
        ),
    )
    return Response(
        info.model_dump_json(), status_code=error.status, media_type="application/json"
    )


def _base(request: Request) -> str:
    return str(request.app.state.settings.public_url).rstrip("/")


def _shelf(request: Request, connection: ReadDep) -> Shelf:
    return get_shelf(connection, base=_base(request))


ShelfDep = Annotated[Shelf, Depends(_shelf)]


def _send(
    request: Request, body: object, headers: Mapping[str, str] | None = None
) -> Response:
    """Send a public object with its ETag (RFC 9110, 8.8.3 and 13.1.2)."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    mark = f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'
    all_headers = {
        "etag": mark,
        "cache-control": f"public, max-age={MAX_AGE_S}",
        "vary": "Accept-Encoding",
        **(headers or {}),
    }
    known = request.headers.get("if-none-match", "")
    if known == "*" or mark in (each.strip() for each in known.split(",")):
        return Response(status_code=304, headers=all_headers)
    return Response(content, media_type="application/json", headers=all_headers)


def _find(shelf: Shelf, kind: str, identifier: str) -> tuple[Node, Node]:
    """Return an object and its document.

    Raises:
        InvalidUuidError: It is no UUID.
        UnknownObjectError: There is none of that kind.
    """
    if not _UUID.fullmatch(identifier):
        raise InvalidUuidError(field="sourcedId", description="Invalid UUID")
    found = shelf.parts.get(kind, {}).get(identifier.lower())
    if found is None:
        raise UnknownObjectError(field="sourcedId", description="Unknown Object")
    return found


def _link(node: Node, title: str) -> Node:
    return {
        "title": title,
        "identifier": node["identifier"],
        "uri": node["uri"],
    }


def _with_package(document: Node) -> Node:
    """Add the way to its package; both have the identifier of the document."""
    uri = document["uri"].replace("/CFDocuments/", "/CFPackages/")
    return document | {
        "CFPackageURI": {
            "title": document["title"],
            "identifier": document["identifier"],
            "uri": uri,
        }
    }


def _with_document(node: Node, document: Node) -> Node:
    return node | {"CFDocumentURI": _link(document, document["title"])}


def _responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {each: {"model": schemas.StatusInfo} for each in statuses}


@router.get(
    "/CFDocuments",
    name="getAllCFDocuments",
    response_model=schemas.DocumentSet,
    responses=_responses(400),
)
def list_documents(
    request: Request,
    shelf: ShelfDep,
    limit: str = "100",
    offset: str = "0",
    sort: str | None = None,
    orderBy: str = "asc",  # noqa: N803 -- the standard's
    filter: str | None = None,  # noqa: A002 -- the standard's
    fields: str | None = None,
) -> Response:
    """List the documents: one for each version and language, the newest first."""
    asked = read_selection(
        limit=limit,
        offset=offset,
        sort=sort,
        order=orderBy,
        condition=filter,
        fields=fields,
    )
    documents = [_with_package(each["CFDocument"]) for each in shelf.packages.values()]
    page, total = select_documents(documents, asked)
    headers = {"x-total-count": str(total)}
    if links := _page_links(request, asked, total):
        headers["link"] = links
    return _send(request, {"CFDocuments": page}, headers)


def _page_links(request: Request, asked: Selection, total: int) -> str:
    """Write the ``Link`` header of RFC 8288: first, previous, next and last page."""
    last = max((total - 1) // asked.limit, 0) * asked.limit
    offsets = {"first": 0, "last": last}
    if asked.offset + asked.limit < total:
        offsets["next"] = asked.offset + asked.limit
    if asked.offset:
        offsets["prev"] = max(asked.offset - asked.limit, 0)
    others = {
        key: value
        for key, value in request.query_params.items()
        if key not in {"limit", "offset"}
    }
    address = f"{_base(request)}{ROOT}/CFDocuments"
    return ", ".join(
        f"<{address}?{urlencode({**others, 'limit': asked.limit, 'offset': offset})}>"
        f'; rel="{name}"'
        for name, offset in offsets.items()
    )


@router.get(
    "/CFDocuments/{sourced_id}",
    name="getCFDocument",
    response_model=schemas.Document,
    responses=_responses(404),
)
def get_document(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show one document: a version of a framework in one language."""
    document, _ = _find(shelf, "CFDocuments", sourced_id)
    return _send(request, _with_package(document))


@router.get(
    "/CFPackages/{sourced_id}",
    name="getCFPackage",
    response_model=schemas.Package,
    response_model_exclude_none=True,
    responses=_responses(404),
)
def get_package(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show a whole framework in one language, by the identifier of its document."""
    document, _ = _find(shelf, "CFDocuments", sourced_id)
    return _send(request, shelf.written[document["identifier"]])


@router.get(
    "/CFItems/{sourced_id}",
    name="getCFItem",
    response_model=schemas.Item,
    responses=_responses(404),
)
def get_item(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show a domain, a competency, an attitude, a role or an activity."""
    return _send(request, _with_document(*_find(shelf, "CFItems", sourced_id)))


@router.get(
    "/CFItemAssociations/{sourced_id}",
    name="getCFItemAssociations",
    response_model=schemas.AssociationSet,
    responses=_responses(404),
)
def get_item_associations(
    request: Request, sourced_id: str, shelf: ShelfDep
) -> Response:
    """Show an item and everything it is an end of, in all documents."""
    item, document = _find(shelf, "CFItems", sourced_id)
    return _send(
        request,
        {
            "CFItem": _with_document(item, document),
            "CFAssociations": shelf.associations_of(item["identifier"]),
        },
    )


@router.get(
    "/CFAssociations/{sourced_id}",
    name="getCFAssociation",
    response_model=schemas.Association,
    responses=_responses(404),
)
def get_association(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show what one object is to another."""
    return _send(request, _with_document(*_find(shelf, "CFAssociations", sourced_id)))


@router.get(
    "/CFAssociationGroupings/{sourced_id}",
    name="getCFAssociationGrouping",
    response_model=schemas.AssociationGrouping,
    responses=_responses(404),
)
def get_grouping(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show what the associations of one group mean."""
    return _send(request, _find(shelf, "CFAssociationGroupings", sourced_id)[0])


@router.get(
    "/CFLicenses/{sourced_id}",
    name="getCFLicense",
    response_model=schemas.License,
    responses=_responses(404),
)
def get_license(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show the licence of the document a framework builds on."""
    return _send(request, _find(shelf, "CFLicenses", sourced_id)[0])


@router.get(
    "/CFRubrics/{sourced_id}",
    name="getCFRubric",
    response_model=schemas.Rubric,
    responses=_responses(404),
)
def get_rubric(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show the scale: for each competency, what a person at each level does."""
    return _send(request, _find(shelf, "CFRubrics", sourced_id)[0])


@router.get(
    "/CFConcepts/{sourced_id}",
    name="getCFConcept",
    response_model=schemas.ConceptSet,
    responses=_responses(404),
)
def get_concept(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show a concept, then those below it. Our frameworks have none today."""
    return _send(request, _family(shelf, "CFConcepts", sourced_id))


@router.get(
    "/CFSubjects/{sourced_id}",
    name="getCFSubject",
    response_model=schemas.SubjectSet,
    responses=_responses(404),
)
def get_subject(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show a subject, then those below it: the domains."""
    return _send(request, _family(shelf, "CFSubjects", sourced_id))


@router.get(
    "/CFItemTypes/{sourced_id}",
    name="getCFItemType",
    response_model=schemas.ItemTypeSet,
    responses=_responses(404),
)
def get_item_type(request: Request, sourced_id: str, shelf: ShelfDep) -> Response:
    """Show an item type, then those below it."""
    return _send(request, _family(shelf, "CFItemTypes", sourced_id))


def _family(shelf: Shelf, kind: str, identifier: str) -> dict[str, Iterable[Node]]:
    """Return an object, then those whose place in the hierarchy is below its own."""
    found, document = _find(shelf, kind, identifier)
    code = f"{found['hierarchyCode']}."
    package = shelf.packages[document["identifier"]]
    below = [
        each
        for each in package["CFDefinitions"][kind]
        if each["hierarchyCode"].startswith(code)
    ]
    return {kind: [found, *below]}


@router.get(_DISCOVERY, name="getDiscovery", include_in_schema=False)
def discover(request: Request) -> Response:
    """Describe this service in OpenAPI, with the address it really has."""
    document = get_openapi(
        title="CASE 1.1 of Masar",
        version="1.1",
        summary="Competency frameworks, read only and public.",
        routes=router.routes,
        servers=[{"url": _base(request)}],
    )
    return _send(request, document)
