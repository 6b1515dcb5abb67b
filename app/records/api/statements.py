"""``/xapi/statements``: storing statements and asking for them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from app.cohorts.domain.keys import Scope
from app.kernel.clock import Now
from app.records import queries, service
from app.records.api.calls import METHODS, Call, XapiRoute, answer, refuse_call
from app.records.api.multipart import (
    check_attachments,
    read_multipart,
    write_multipart,
)
from app.records.domain import Json, State, Version
from app.records.domain import formats as f
from app.records.domain.checks import check_iri, refuse
from app.records.domain.filters import (
    FIRST,
    LAST,
    MOST_STATEMENTS,
    Sought,
    Wanted,
    list_mentions,
)
from app.records.domain.mentions import Kind, activities_of, identify, mention_key
from app.records.domain.shapes import choose_language, make_canonical, reduce_to_ids
from app.records.domain.validation import check_actor, check_statement
from app.records.errors import StatementNotFoundError, StatementRefusedError
from app.records.queries import Attachment, Kept

router = APIRouter(prefix="/xapi", route_class=XapiRoute)
FORMATS = ("ids", "exact", "canonical")
MOST_IN_A_BATCH = 1000
_SINGLE = frozenset({"statementId", "voidedStatementId"})
_FILTERS = (
    *("agent", "verb", "activity", "registration", "related_activities"),
    *("related_agents", "since", "until", "limit", "ascending", "cursor"),
)


@router.api_route("/statements", methods=list(METHODS), name="records:statements")
def statements(request: Request, now: Now) -> Response:
    """Store or return statements."""
    return answer(request, {"GET": _get, "PUT": _put, "POST": _post}, now)


def authority_of(call: Call) -> Json:
    """Return who vouches for what is written: the key, as an account of this site."""
    account = {"homePage": call.base, "name": f"key:{call.key.key_id}"}
    return {"objectType": "Agent", "account": account}


def _put(call: Call) -> Response:
    call.need_to_write(Scope.STATEMENTS_WRITE)
    call.allow("statementId")
    statement_id = _read_id(call.need("statementId"), "statementId")
    sent, attachments = _read_body(call)
    if type(sent) is not dict:
        refuse_call("body", "must be one statement")
    if str(sent.get("id", statement_id)).lower() != str(statement_id):
        refuse("id", "must be the statementId of the call")
    sent.setdefault("id", str(statement_id))
    _store(call, [sent], attachments)
    return Response(status_code=204)


def _post(call: Call) -> Response:
    call.need_to_write(Scope.STATEMENTS_WRITE)
    call.allow()
    sent, attachments = _read_body(call)
    batch = sent if type(sent) is list else [sent]
    if not 0 < len(batch) <= MOST_IN_A_BATCH:
        refuse_call("body", f"must have 1 to {MOST_IN_A_BATCH} statements")
    ids = _store(call, batch, attachments)
    return _json(orjson.dumps(ids))


def _read_body(call: Call) -> tuple[Any, list[Attachment]]:
    kind = call.headers.get("content-type", "")
    body = call.body
    attachments: list[Attachment] = []
    if kind.partition(";")[0].strip().lower() == "multipart/mixed":
        body, attachments = read_multipart(kind, call.body)
    elif kind.partition(";")[0].strip().lower() != "application/json":
        refuse_call("content-type", "must be application/json or multipart/mixed")
    try:
        return orjson.loads(body), attachments
    except orjson.JSONDecodeError:
        refuse_call("body", "must be JSON in UTF-8")


def _store(call: Call, batch: list[Any], attachments: list[Attachment]) -> list[str]:
    checked = [check_statement(each, call.version) for each in batch]
    by_sum = check_attachments(checked, attachments)
    authority = authority_of(call)
    drafts = [
        service.prepare(
            each,
            key=call.key,
            version=call.version,
            authority=authority,
            attachments=by_sum,
        )
        for each in checked
    ]
    ids = [str(each.statement_id) for each in drafts]
    if len(set(ids)) != len(ids):
        refuse("id", "given twice in one batch")
    with call.database.write() as connection:
        service.store(connection, key=call.key, drafts=drafts, now=call.now)
    return [each.statement["id"] for each in drafts]


def _get(call: Call) -> Response:
    if not call.key.may_read(Scope.STATEMENTS_READ):
        call.need_to_read(Scope.STATEMENTS_READ_MINE)
    single = _SINGLE & call.params.keys()
    if single:
        name, *others = sorted(single)
        if others:
            refuse_call("voidedStatementId", "not together with statementId")
        call.allow(name, "attachments", "format")
        return _get_one(call, name)
    call.allow("attachments", "format", *_FILTERS)
    return _get_many(call)


def _get_one(call: Call, name: str) -> Response:
    statement_id = _read_id(call.params[name], name)
    state = State.STORED if name == "statementId" else State.VOIDED
    shape = _read_format(call)
    with call.database.read() as connection:
        found = queries.find_statements(
            connection, tenant=call.tenant, ids=[statement_id]
        ).get(statement_id)
        if found is None or found.state is not state or not _may_see(call, found):
            raise StatementNotFoundError(statement_id=str(statement_id))
        body = next(_shape(call, connection, [found], shape))
        attached = _attached(call, connection, [found])
    stored = f.instant_at(found.position)
    response = _respond(body, attached)
    response.headers["last-modified"] = format_datetime(stored, usegmt=True)
    return response


def _may_see(call: Call, found: Kept) -> bool:
    key = call.key
    if key.reads_only_its_own and found.key_id != key.key_id:
        return False
    if not key.verbs and not key.activities:
        return True
    statement = orjson.loads(found.body)
    is_verb = not key.verbs or statement["verb"]["id"] in key.verbs
    return is_verb and (
        not key.activities or statement["object"].get("id") in key.activities
    )


def _get_many(call: Call) -> Response:
    shape = _read_format(call)
    wanted = _read_wanted(call)
    with call.database.read() as connection:
        found = queries.list_statements(
            connection,
            tenant=call.tenant,
            wanted=Wanted(
                mentions=wanted.mentions,
                after=wanted.after,
                before=wanted.before,
                limit=wanted.limit + 1,
                is_ascending=wanted.is_ascending,
            ),
        )
        shown = found[: wanted.limit]
        bodies = list(_shape(call, connection, shown, shape))
        attached = _attached(call, connection, shown)
    more = _more(call, shown[-1].position) if len(found) > len(shown) else ""
    body = b'{"statements":[%s],"more":%s}' % (b",".join(bodies), orjson.dumps(more))
    response = _respond(body, attached)
    newest = max((each.position for each in shown), default=None)
    if newest is not None:
        stored = f.instant_at(newest)
        response.headers["last-modified"] = format_datetime(stored, usegmt=True)
    return response


def _more(call: Call, position: int) -> str:
    params = {**call.params, "cursor": str(position)}
    return f"/xapi/statements?{urlencode(params)}"


def _read_wanted(call: Call) -> Wanted:
    is_ascending = call.flag("ascending")
    after, before = FIRST, LAST
    if "since" in call.params:
        after = f.position_of(_read_instant(call, "since"))
    if "until" in call.params:
        before = f.position_of(_read_instant(call, "until")) + 1
    if "cursor" in call.params:
        cursor = _read_number(call, "cursor")
        after, before = (cursor, before) if is_ascending else (after, cursor)
    return Wanted(
        mentions=_read_mentions(call),
        after=after,
        before=before,
        limit=min(_read_number(call, "limit") or MOST_STATEMENTS, MOST_STATEMENTS),
        is_ascending=is_ascending,
    )


def _read_mentions(call: Call) -> tuple[tuple[int, ...], ...]:
    key = call.key
    sought = Sought(
        agent=_read_agent(call),
        verb=_read_iri(call, "verb"),
        activity=_read_iri(call, "activity"),
        registration=_read_registration(call),
        is_related_agents=call.flag("related_agents"),
        is_related_activities=call.flag("related_activities"),
    )
    own = identify({"account": {"homePage": call.base, "name": "key:"}}) or ""
    found = list_mentions(
        sought,
        tenant=call.tenant,
        authority=own.removesuffix('"]'),
        written_with=key.key_id if key.reads_only_its_own else None,
    )
    limits = ((Kind.VERB, key.verbs), (Kind.ACTIVITY, key.activities))
    return found + tuple(
        tuple(mention_key(call.tenant, kind, each) for each in allowed)
        for kind, allowed in limits
        if allowed
    )


def _read_agent(call: Call) -> Json | None:
    if "agent" not in call.params:
        return None
    return read_agent(call, "agent")


def read_agent(call: Call, name: str) -> Json:
    """Return an agent or identified group that a parameter names.

    Raises:
        CallRefusedError: It is none.
    """
    try:
        agent: Json = orjson.loads(call.need(name))
        check_actor(agent, name, Version.ONE)
    except (orjson.JSONDecodeError, StatementRefusedError):
        refuse_call(name, "must be an agent in JSON")
    if identify(agent) is None:
        refuse_call(name, "must be an agent or an identified group")
    return agent


def _read_iri(call: Call, name: str) -> str | None:
    value = call.params.get(name)
    if value is not None:
        check_iri(value, name, call.version)
    return value


def _read_registration(call: Call) -> str | None:
    value = call.params.get("registration")
    return None if value is None else str(_read_id(value, "registration"))


def _read_id(text: str, name: str) -> UUID:
    if not f.is_uuid(text):
        refuse_call(name, "must be a UUID")
    return UUID(text)


def _read_instant(call: Call, name: str) -> datetime:
    instant = f.read_instant(call.params[name])
    if instant is None:
        refuse_call(name, "must be an ISO 8601 date and time")
    return instant


def _read_number(call: Call, name: str) -> int:
    text = call.params.get(name, "0")
    most_digits = 18
    if not (text.isascii() and text.isdigit() and len(text) <= most_digits):
        refuse_call(name, "must be a whole number of 0 or more")
    return int(text)


def _read_format(call: Call) -> str:
    shape = call.params.get("format", "exact")
    if shape not in FORMATS:
        refuse_call("format", f"must be one of {', '.join(FORMATS)}")
    return shape


def _shape(
    call: Call,
    connection: Connection,
    found: Sequence[Kept],
    shape: str,
) -> Iterator[bytes]:
    if shape == "exact":
        yield from (each.body for each in found)
        return
    parsed = [orjson.loads(each.body) for each in found]
    if shape == "ids":
        yield from (orjson.dumps(reduce_to_ids(each)) for each in parsed)
        return
    named = {a["id"] for each in parsed for a in activities_of(each)}
    definitions = queries.find_definitions(
        connection, tenant=call.tenant, activity_ids=named
    )
    known = {name: each for name, each in definitions.items() if each}
    choose = choose_language(read_accepted(call.headers.get("accept-language", "")))
    for each in parsed:
        yield orjson.dumps(make_canonical(each, known, choose))


def read_accepted(header: str) -> list[str]:
    """Return the language ranges of ``Accept-Language``, the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        name, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=")
        try:
            wanted = float(weight) if weight else 1.0
        except ValueError:
            wanted = 0.0
        if name and wanted > 0:
            found.append((-wanted, name.strip()))
    return [name for _, name in sorted(found, key=lambda each: each[0])]


def _attached(
    call: Call,
    connection: Connection,
    found: Sequence[Kept],
) -> list[Attachment] | None:
    if not call.flag("attachments"):
        return None
    positions = [each.position for each in found]
    return queries.list_attachments(connection, tenant=call.tenant, positions=positions)


def _respond(body: bytes, attached: Sequence[Attachment] | None) -> Response:
    if attached is None:
        return _json(body)
    whole, kind = write_multipart(body, attached)
    return Response(whole, media_type=kind)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
