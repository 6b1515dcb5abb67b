"""State, activity profiles and agent profiles: documents under a name."""

from email.utils import format_datetime

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.cohorts.domain.keys import Scope
from app.kernel.clock import Now
from app.records import service
from app.records.api.calls import METHODS, Call, XapiRoute, answer, refuse_call
from app.records.api.statements import read_agent
from app.records.domain import Json, Version
from app.records.domain import formats as f
from app.records.domain.documents import DocumentKind, Guard, Place, place_of
from app.records.errors import DocumentNotFoundError
from app.records.queries import documents as queries
from app.records.service.documents import Content

router = APIRouter(prefix="/xapi", route_class=XapiRoute)
LONGEST_ID = 1000


@router.api_route("/activities/state", methods=list(METHODS), name="records:state")
def state(request: Request, now: Now) -> Response:
    """Keep what an activity notes about a person."""
    return _answer(request, now)


@router.api_route(
    "/activities/profile", methods=list(METHODS), name="records:activity-profile"
)
def activity_profile(request: Request, now: Now) -> Response:
    """Keep what is noted about an activity."""
    return _answer(request, now)


@router.api_route(
    "/agents/profile", methods=list(METHODS), name="records:agent-profile"
)
def agent_profile(request: Request, now: Now) -> Response:
    """Keep what is noted about a person."""
    return _answer(request, now)


def _answer(request: Request, now: Now) -> Response:
    methods = {"GET": _get, "PUT": _put, "POST": _post, "DELETE": _delete}
    return answer(request, methods, now)


_KINDS = {
    "/xapi/activities/state": DocumentKind.STATE,
    "/xapi/activities/profile": DocumentKind.ACTIVITY_PROFILE,
    "/xapi/agents/profile": DocumentKind.AGENT_PROFILE,
}
_SCOPES = {
    DocumentKind.STATE: Scope.STATE,
    DocumentKind.ACTIVITY_PROFILE: Scope.PROFILE,
    DocumentKind.AGENT_PROFILE: Scope.PROFILE,
}


def _read_place(call: Call, kind: DocumentKind, *others: str) -> Place:
    """Return where a call points, with every parameter checked."""
    is_state = kind is DocumentKind.STATE
    of_activity = kind is not DocumentKind.AGENT_PROFILE
    of_agent = kind is not DocumentKind.ACTIVITY_PROFILE
    call.allow(
        kind.parameter,
        *(("activityId",) if of_activity else ()),
        *(("agent",) if of_agent else ()),
        *(("registration",) if is_state else ()),
        *others,
    )
    activity_id = call.need("activityId") if of_activity else None
    if activity_id is not None and not f.is_iri(activity_id):
        refuse_call("activityId", "must be an IRI")
    agent: Json | None = read_agent(call, "agent") if of_agent else None
    registration = call.params.get("registration")
    if registration is not None and not f.is_uuid(registration):
        refuse_call("registration", "must be a UUID")
    document_id = call.params.get(kind.parameter)
    if document_id is not None and not 0 < len(document_id) <= LONGEST_ID:
        refuse_call(kind.parameter, f"must have 1 to {LONGEST_ID} characters")
    return place_of(
        kind,
        tenant=call.tenant,
        activity_id=activity_id,
        agent=agent,
        registration=None if registration is None else registration.lower(),
        document_id=document_id,
    )


def _guard(call: Call, kind: DocumentKind) -> Guard:
    """Return what must be so before a document is changed.

    In version 2.0 nobody overwrites a document unread; in 1.0.3 no profile.
    """
    is_put = call.method == "PUT"
    of_profile = kind is not DocumentKind.STATE
    return Guard(
        match=call.headers.get("if-match"),
        none_match=call.headers.get("if-none-match"),
        is_needed=is_put and (of_profile or call.version is Version.TWO),
    )


def _get(call: Call) -> Response:
    kind = _KINDS[call.path]
    call.need_to_read(_SCOPES[kind])
    if kind.parameter in call.params:
        return _get_one(call, _read_place(call, kind))
    place = _read_place(call, kind, "since")
    since = call.params.get("since")
    instant = None if since is None else f.read_instant(since)
    if since is not None and instant is None:
        refuse_call("since", "must be an ISO 8601 date and time")
    with call.database.read() as connection:
        found = queries.list_documents(connection, place=place, since=instant)
    response = Response(
        orjson.dumps([each.document_id for each in found]),
        media_type="application/json",
    )
    if found:
        newest = max(each.updated_at for each in found)
        response.headers["last-modified"] = format_datetime(newest, usegmt=True)
    return response


def _get_one(call: Call, place: Place) -> Response:
    with call.database.read() as connection:
        found = queries.find_document(connection, place=place)
    if found is None:
        raise DocumentNotFoundError
    return Response(
        found.content,
        headers={
            "content-type": found.content_type,
            "etag": f'"{found.etag}"',
            "last-modified": format_datetime(found.updated_at, usegmt=True),
            "content-disposition": "attachment",
        },
    )


def _read_content(call: Call) -> Content:
    kind = call.headers.get("content-type", "application/octet-stream")
    if not f.is_media_type(kind):
        refuse_call("content-type", "must be a media type")
    return Content(content_type=kind[:255], content=call.body)


def _put(call: Call) -> Response:
    return _write(call, is_merge=False)


def _post(call: Call) -> Response:
    return _write(call, is_merge=True)


def _write(call: Call, *, is_merge: bool) -> Response:
    kind = _KINDS[call.path]
    call.need_to_write(_SCOPES[kind])
    call.need(kind.parameter)
    place = _read_place(call, kind)
    write = service.merge_document if is_merge else service.put_document
    with call.database.write() as connection:
        write(
            connection,
            place=place,
            sent=_read_content(call),
            guard=_guard(call, kind),
            now=call.now,
        )
    return Response(status_code=204)


def _delete(call: Call) -> Response:
    kind = _KINDS[call.path]
    call.need_to_write(_SCOPES[kind])
    if kind is not DocumentKind.STATE:
        call.need(kind.parameter)
    place = _read_place(call, kind)
    with call.database.write() as connection:
        service.delete_documents(connection, place=place, guard=_guard(call, kind))
    return Response(status_code=204)
