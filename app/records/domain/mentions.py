"""What a statement is found by: whom and what it mentions, as 64-bit numbers."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

import orjson

from app.records.domain import Json

_KEPT = 65_536
_BYTES = 8


class Kind(StrEnum):
    """As what something is mentioned."""

    VERB = "v"
    AGENT = "a"
    """Actor or object, or a member of one that is a group."""
    RELATED_AGENT = "b"
    """Only elsewhere: instructor, team, authority, inside a substatement."""
    ACTIVITY = "c"
    """The object."""
    RELATED_ACTIVITY = "d"
    """Only elsewhere: in the context, inside a substatement."""
    REGISTRATION = "r"
    HIDDEN = "h"
    """Anybody in a statement that was voided, so that erasing her finds it."""
    KEY = "k"
    """The key with which it was written, which is its authority."""


@lru_cache(maxsize=_KEPT)
def mention_key(tenant: UUID, kind: Kind, value: str) -> int:
    """Return under what something is found: 64 bits, of one institution only.

    With 100 million mentions in one institution, two different things share a number
    with a probability of 1 in 3 700 (birthday bound, n²/2⁶⁵).
    """
    found = blake2b(f"{kind}{value}".encode(), digest_size=_BYTES, key=tenant.bytes)
    return int.from_bytes(found.digest(), "big", signed=True)


def identify(agent: Json) -> str | None:
    """Return by what an agent or group is known; ``None`` for an anonymous group."""
    if "mbox" in agent:
        return f"mbox:{agent['mbox'].lower()}"
    for name in ("mbox_sha1sum", "openid"):
        if name in agent:
            return f"{name}:{agent[name]}"
    if "account" in agent:
        account = agent["account"]
        return (
            f"account:{orjson.dumps([account['homePage'], account['name']]).decode()}"
        )
    return None


def _people(agent: Json | None) -> Iterator[str]:
    if agent is None:
        return
    own = identify(agent)
    if own is not None:
        yield own
    for member in agent.get("member", ()):
        yield from _people(member)


def _direct_agents(statement: Json) -> Iterator[str]:
    yield from _people(statement["actor"])
    if statement["object"].get("objectType") in {"Agent", "Group"}:
        yield from _people(statement["object"])


def _context_agents(statement: Json) -> Iterator[str]:
    context = statement.get("context", {})
    yield from _people(context.get("instructor"))
    yield from _people(context.get("team"))
    for each in context.get("contextAgents", ()):
        yield from _people(each["agent"])
    for each in context.get("contextGroups", ()):
        yield from _people(each["group"])


def _direct_activities(statement: Json) -> Iterator[str]:
    if statement["object"].get("objectType", "Activity") == "Activity":
        yield statement["object"]["id"]


def context_activities(statement: Json) -> Iterator[Json]:
    """Yield the activities of a statement's context."""
    places = statement.get("context", {}).get("contextActivities", {})
    for given in places.values():
        yield from given if type(given) is list else [given]


def substatement(statement: Json) -> Json | None:
    """Return the statement inside a statement."""
    inner: Json = statement["object"]
    return inner if inner.get("objectType") == "SubStatement" else None


def activities_of(statement: Json) -> Iterator[Json]:
    """Yield every activity that a statement names."""
    if statement["object"].get("objectType", "Activity") == "Activity":
        yield statement["object"]
    yield from context_activities(statement)
    inner = substatement(statement)
    if inner is not None:
        yield from activities_of(inner)


def mentions_of(statement: Json, *, tenant: UUID, key_id: UUID) -> set[int]:
    """Return everything a statement is found by.

    Args:
        statement: As checked.
        tenant: Whose it is.
        key_id: With which key it was written.
    """
    agents = set(_direct_agents(statement))
    activities = set(_direct_activities(statement))
    related_agents = set(_context_agents(statement))
    related_activities = {each["id"] for each in context_activities(statement)}
    inner = substatement(statement)
    if inner is not None:
        related_agents.update(_direct_agents(inner), _context_agents(inner))
        related_activities.update(each["id"] for each in activities_of(inner))
    found = {
        mention_key(tenant, Kind.VERB, statement["verb"]["id"]),
        mention_key(tenant, Kind.KEY, str(key_id)),
    }
    registration = statement.get("context", {}).get("registration")
    if registration is not None:
        found.add(mention_key(tenant, Kind.REGISTRATION, registration.lower()))
    for kind, values in (
        (Kind.AGENT, agents),
        (Kind.RELATED_AGENT, related_agents - agents),
        (Kind.ACTIVITY, activities),
        (Kind.RELATED_ACTIVITY, related_activities - activities),
    ):
        found.update(mention_key(tenant, kind, each) for each in values)
    return found


def people_of(statement: Json) -> set[str]:
    """Return everybody a statement names, its authority apart."""
    found = {*_direct_agents(statement), *_context_agents(statement)}
    inner = substatement(statement)
    return found if inner is None else found | people_of(inner)


def sha2_of(statements: Iterable[Json]) -> set[str]:
    """Return the sums of all attachments that statements name."""
    found: set[str] = set()
    for each in statements:
        found.update(a["sha2"].lower() for a in each.get("attachments", ()))
        inner = substatement(each)
        if inner is not None:
            found.update(sha2_of([inner]))
    return found
