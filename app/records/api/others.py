"""What is known of agents and activities, and which versions are spoken."""

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.cohorts.domain.keys import Scope
from app.kernel.clock import Now
from app.records import queries
from app.records.api.calls import METHODS, Call, XapiRoute, answer, refuse_call
from app.records.api.statements import read_agent
from app.records.domain import Version
from app.records.domain import formats as f

router = APIRouter(prefix="/xapi", route_class=XapiRoute)


@router.get("/about", name="records:about")
def about() -> Response:
    """Say which versions are spoken; for everybody, with no header needed."""
    body = orjson.dumps({"version": [*sorted(Version)]})
    return Response(body, media_type="application/json")


@router.api_route("/agents", methods=list(METHODS), name="records:agents")
def agents(request: Request, now: Now) -> Response:
    """Return what is known of an agent."""
    return answer(request, {"GET": _get_agent}, now)


def _get_agent(call: Call) -> Response:
    """Return the agent as a Person: no more than was said, for we do not link them."""
    call.need_to_read(Scope.PROFILE)
    call.allow("agent")
    agent = read_agent(call, "agent")
    person: dict[str, object] = {"objectType": "Person"}
    for name in ("name", "mbox", "mbox_sha1sum", "openid", "account"):
        if name in agent:
            person[name] = [agent[name]]
    return Response(orjson.dumps(person), media_type="application/json")


@router.api_route("/activities", methods=list(METHODS), name="records:activities")
def activities(request: Request, now: Now) -> Response:
    """Return what an activity is called."""
    return answer(request, {"GET": _get_activity}, now)


def _get_activity(call: Call) -> Response:
    call.need_to_read(Scope.STATEMENTS_READ)
    call.allow("activityId")
    activity_id = call.need("activityId")
    if not f.is_iri(activity_id):
        refuse_call("activityId", "must be an IRI")
    with call.database.read() as connection:
        known = queries.find_definitions(
            connection, tenant=call.tenant, activity_ids=[activity_id]
        )
    definition = known.get(activity_id)
    found = {"objectType": "Activity", "id": activity_id}
    body = {**found, "definition": definition} if definition else found
    return Response(orjson.dumps(body), media_type="application/json")
