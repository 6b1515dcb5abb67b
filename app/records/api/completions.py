"""Finished courses for programs: by the key of an institution's own system."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.security import HTTPBasic
from typing_extensions import override

from app.cohorts.domain.keys import Key, Scope
from app.cohorts.errors import KeyScopeError
from app.identity.access import SettingsDep, address_of, secret_of
from app.kernel.clock import Now
from app.kernel.database import DatabaseDep, ReadDep, WriteDep
from app.kernel.pagination import read_place, write_place
from app.records import service
from app.records.access import open_key
from app.records.queries.completions import list_waiting
from app.records.schemas.completions import (
    CompletionsIn,
    CompletionsOut,
    WaitingListOut,
    WaitingOut,
)
from app.web.problems import problem_responses
from app.web.routes import Route

router = APIRouter(
    prefix="/api/v1/completions", tags=["completions"], route_class=Route
)


class _Basic(HTTPBasic):
    """Documents the scheme in OpenAPI and reads the header without a thread."""

    @override
    def __call__(self, request: Request) -> str:  # type: ignore[override]  # ours is not a coroutine
        return request.headers.get("authorization", "")


_basic = _Basic(
    scheme_name="institution",
    description="Number and secret of a key of an institution with the scope `completions`.",
)


def completions_key(
    request: Request,
    sent: Annotated[str, Depends(_basic)],
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
) -> Key:
    """Return the key of an institution that may report completions.

    Raises:
        KeyRefusedError: There is none, or it is over.
        KeyScopeError: It opens something else.
    """
    key = open_key(
        database,
        header=sent,
        secret=secret_of(settings),
        address=address_of(request),
        limit=settings.network_refusals_per_hour,
        now=now,
    )
    if not key.may_write(Scope.COMPLETIONS):
        raise KeyScopeError(needed=Scope.COMPLETIONS)
    return key


KeyDep = Annotated[Key, Depends(completions_key)]


@router.post("", responses=problem_responses(401, 403, 413, 415, 422))
def report_completions(
    body: CompletionsIn,
    key: KeyDep,
    settings: SettingsDep,
    connection: WriteDep,
    now: Now,
) -> CompletionsOut:
    """Report finished courses, all or none of them; again, it changes nothing."""
    counts: dict[str, Any] = service.report_completions(
        connection,
        by=key,
        secret=secret_of(settings),
        items=[each.cells() for each in body.items],
        is_trial=body.dry_run,
        now=now,
    )
    nothing = {"new": 0, "known": 0, "withdrawn": 0, "waiting": 0}
    return CompletionsOut(dry_run=body.dry_run, **(nothing | counts))


@router.get("/waiting", responses=problem_responses(401, 403, 422))
def list_waiting_completions(
    key: KeyDep,
    connection: ReadDep,
    limit: Annotated[int, Query(ge=1, le=500, examples=[100])] = 100,
    after: Annotated[
        str | None, Query(max_length=200, examples=["WyIwMTIzIl0"])
    ] = None,
) -> WaitingListOut:
    """List what was reported and waits for its person to join."""
    place = read_place(after, str)
    found = list_waiting(
        connection,
        tenant=key.institution_id,
        after=place[0] if place else "",
        limit=limit + 1,
    )
    following = write_place(found[limit - 1].completion_key) if found[limit:] else None
    return WaitingListOut(
        items=[WaitingOut.of(each) for each in found[:limit]], next=following
    )
