"""Which statements somebody asks for."""

from dataclasses import dataclass, field
from uuid import UUID

from app.records.domain import Json
from app.records.domain.mentions import Kind, identify, mention_key

FIRST = 0
LAST = 2**63 - 1
MOST_STATEMENTS = 100
"""Statements in one answer, and what ``limit=0`` means."""
Alternatives = tuple[int, ...]
"""Mentions of which a statement needs one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a statement must mention, the rarest first, and between which places."""

    mentions: tuple[Alternatives, ...] = field(default=())
    after: int = FIRST
    """Places beyond this one only."""
    before: int = LAST
    """Places before this one only."""
    limit: int = MOST_STATEMENTS
    is_ascending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The filters of a call that are not about time."""

    agent: Json | None = None
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    is_related_agents: bool = False
    is_related_activities: bool = False


def list_mentions(
    sought: Sought, *, tenant: UUID, authority: str, written_with: UUID | None = None
) -> tuple[Alternatives, ...]:
    """Return what statements must mention, what is usually rarest first.

    Args:
        sought: The filters.
        tenant: Whose statements.
        authority: How accounts of keys are identified, up to the key's number.
        written_with: Only those written with this key.
    """

    def key(kind: Kind, value: str) -> int:
        return mention_key(tenant, kind, value)

    found: list[Alternatives] = []
    if sought.agent is not None:
        name = identify(sought.agent) or ""
        direct = (key(Kind.AGENT, name),)
        related = (key(Kind.RELATED_AGENT, name),) if sought.is_related_agents else ()
        # The authority of every statement is its key, and only found as such.
        own = name.removeprefix(authority).removesuffix('"]')
        is_key = sought.is_related_agents and name.startswith(authority)
        found.append(direct + related + ((key(Kind.KEY, own),) if is_key else ()))
    if sought.registration is not None:
        found.append((key(Kind.REGISTRATION, sought.registration.lower()),))
    if sought.activity is not None:
        direct = (key(Kind.ACTIVITY, sought.activity),)
        broad = sought.is_related_activities
        related = (key(Kind.RELATED_ACTIVITY, sought.activity),) if broad else ()
        found.append(direct + related)
    if sought.verb is not None:
        found.append((key(Kind.VERB, sought.verb),))
    if written_with is not None:
        found.append((key(Kind.KEY, str(written_with)),))
    return tuple(found)
